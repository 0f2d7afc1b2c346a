"""The emotions Tonelog knows, once, in one order: that of the RAVDESS corpus."""

from enum import StrEnum


class Emotion(StrEnum):
    """One of the eight emotions of RAVDESS (Livingstone & Russo 2018)."""

    NEUTRAL = "neutral"
    CALM = "calm"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    FEARFUL = "fearful"
    DISGUST = "disgust"
    SURPRISED = "surprised"

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
