"""What an answer comes to: an emotion that is named, neutral or calm, or none."""

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.speech.recognizer import Recognition
from webapp.speech.twins import TWINS, together
from webapp.tables import Prediction
from webapp.written import headed, word

TWIN_TONE, NO_TONE = "twins", "none"
"""Tones of what is neutral or calm, and of what names no emotion."""


@dataclass(frozen=True)
class Verdict:
    """The headline of a result."""

    words: str
    emotions: tuple[Emotion, ...]
    """Those it names: one, both of neutral and calm, or none."""
    share: float | None
    """Their probability; None where none is named."""

    @property
    def tone(self) -> str:
        """Whose colours it wears: those of an emotion, of both twins, or of none."""
        if not self.emotions:
            return NO_TONE
        return self.emotions[0] if len(self.emotions) == 1 else TWIN_TONE

    @property
    def faces(self) -> str:
        """The faces of the emotions."""
        return "".join(emotion.emoji for emotion in self.emotions)


def headline(emotion: Emotion, confidence: float, named: bool, both: float | None) -> Verdict:
    """What to tell of an answer in one line.

    `emotion` is the likeliest; `both` is what neutral and calm have together where that is enough
    for them to be named.
    """
    if named:
        return Verdict(headed(word(emotion)), (emotion,), confidence)
    if both is not None:
        return Verdict(_("Neutral or calm"), TWINS, both)
    return Verdict(_("No clear emotion"), (), None)


def verdict(prediction: Prediction) -> Verdict:
    """The headline of a prediction."""
    both = twins(prediction) if Remark.NEUTRAL_OR_CALM in prediction.remarks else None
    emotion = Emotion(prediction.emotion)
    return headline(emotion, prediction.confidence, prediction.named, both)


def verdict_on(heard: Recognition, threshold: float) -> Verdict:
    """The headline of what was just heard, from the threshold of its model on."""
    both = together(heard.probabilities, threshold)
    return headline(heard.emotion, heard.confidence, heard.named, both)


def likeliest(prediction: Prediction) -> list[tuple[Emotion, float]]:
    """The two likeliest emotions; the third, too, where it has half of what the first has."""
    ranking = prediction.ranking
    third = [pair for pair in ranking[2:3] if pair[1] >= ranking[0][1] / 2]
    return ranking[:2] + third


def twins(prediction: Prediction) -> float | None:
    """What neutral and calm have together where they split the answer; else None."""
    return together(dict(prediction.ranking))
