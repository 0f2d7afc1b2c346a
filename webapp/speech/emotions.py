"""The emotions Tonelog knows, once, in one order: that of the RAVDESS corpus."""

from enum import StrEnum

from webapp.speech.words import N_


class Emotion(StrEnum):
    """One of the eight emotions of RAVDESS (Livingstone & Russo 2018)."""

    NEUTRAL = N_("neutral")
    CALM = N_("calm")
    HAPPY = N_("happy")
    SAD = N_("sad")
    ANGRY = N_("angry")
    FEARFUL = N_("fearful")
    DISGUST = N_("disgust")
    SURPRISED = N_("surprised")

    @property
    def emoji(self) -> str:
        """The face shown beside the name; never the only carrier of the meaning."""
        return _EMOJI[self]


_EMOJI = {
    Emotion.NEUTRAL: "😐",
    Emotion.CALM: "😌",
    Emotion.HAPPY: "😄",
    Emotion.SAD: "😢",
    Emotion.ANGRY: "😠",
    Emotion.FEARFUL: "😨",
    Emotion.DISGUST: "🤢",
    Emotion.SURPRISED: "😲",
}
