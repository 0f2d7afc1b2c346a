"""What every model hears in the same recording, side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.waveform import Waveform
from webapp.verdict import Verdict, verdict_on


@dataclass(frozen=True)
class Opinion:
    """What one model hears."""

    card: Card
    missing: str | None
    """What to install before it can hear, in a sentence."""
    heard: Recognition | None
    """None where it cannot."""

    @property
    def verdict(self) -> Verdict | None:
        """What that comes to."""
        return verdict_on(self.heard, self.card.calibration.threshold) if self.heard else None


@dataclass(frozen=True)
class Opinions:
    """What all of them hear, those first that are right most often."""

    each: Sequence[Opinion]

    @property
    def votes(self) -> list[tuple[Emotion, int]]:
        """For how many models an emotion is the likeliest, the commonest first."""
        return Counter(one.heard.emotion for one in self.each if one.heard).most_common()

    @property
    def hearing(self) -> int:
        """How many of them can hear."""
        return sum(one.heard is not None for one in self.each)


def opinions(recognizers: Sequence[Recognizer], waveform: Waveform) -> Opinions:
    """Let each model hear a recording."""
    ranked = sorted(recognizers, key=lambda one: one.card.figures.uar, reverse=True)
    return Opinions([_opinion(recognizer, waveform) for recognizer in ranked])


def _opinion(recognizer: Recognizer, waveform: Waveform) -> Opinion:
    missing = recognizer.missing
    heard = None if missing is not None else recognizer.recognize(waveform)
    return Opinion(recognizer.card, missing, heard)
