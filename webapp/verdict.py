"""What a prediction comes to: an emotion that is named, neutral or calm, or none."""

from dataclasses import dataclass

from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.speech.twins import together
from webapp.tables import Prediction


@dataclass(frozen=True)
class Verdict:
    """The headline of a result."""

    words: str
    emotions: tuple[Emotion, ...]
    """Those it names: one, both of neutral and calm, or none."""
    share: float | None
    """Their probability; None where none is named."""


def verdict(prediction: Prediction) -> Verdict:
    """What to tell of a prediction in one line."""
    if prediction.named:
        emotion = Emotion(prediction.emotion)
        return Verdict(emotion.capitalize(), (emotion,), prediction.confidence)
    if Remark.NEUTRAL_OR_CALM in prediction.remarks:
        both = (Emotion.NEUTRAL, Emotion.CALM)
        return Verdict("Neutral or calm", both, twins(prediction))
    return Verdict("No clear emotion", (), None)


def likeliest(prediction: Prediction) -> list[tuple[Emotion, float]]:
    """The two likeliest emotions; the third, too, where it has half of what the first has."""
    ranking = prediction.ranking
    third = [pair for pair in ranking[2:3] if pair[1] >= ranking[0][1] / 2]
    return ranking[:2] + third


def twins(prediction: Prediction) -> float | None:
    """What neutral and calm have together where they split the answer; else None."""
    return together(dict(prediction.ranking))
