"""Neutral and calm: near twins in RAVDESS, where people can't tell them apart either."""

from collections.abc import Mapping

from webapp.speech.emotions import Emotion

TWINS = frozenset({Emotion.NEUTRAL, Emotion.CALM})

SIZEABLE = 0.2
"""With less than a fifth, the lesser of the two is no rival, only a runner-up."""


def together(probabilities: Mapping[Emotion, float]) -> float | None:
    """What neutral and calm have together where they split the answer; else None.

    They do where they are the two likeliest emotions and each has a sizeable probability.
    """
    likeliest = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:2]
    shares = [probabilities[emotion] for emotion in likeliest]
    return sum(shares) if set(likeliest) == TWINS and min(shares) >= SIZEABLE else None
