"""Neutral and calm: near twins in RAVDESS, where people can't tell them apart either."""

from collections.abc import Mapping

from webapp.speech.emotions import Emotion

TWINS = (Emotion.NEUTRAL, Emotion.CALM)

SIZEABLE = 0.2
"""With less than a fifth, the lesser of the two is no rival, only a runner-up."""


def together(probabilities: Mapping[Emotion, float], threshold: float = 0.0) -> float | None:
    """What neutral and calm have together where they split the answer; else None.

    They do where they are the two likeliest emotions, each has a sizeable probability, and both
    reach the threshold.
    """
    likeliest = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:2]
    shares = [probabilities[emotion] for emotion in likeliest]
    if set(likeliest) != set(TWINS) or min(shares) < SIZEABLE or sum(shares) < threshold:
        return None
    return sum(shares)
