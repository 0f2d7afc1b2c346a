"""What is heard over the time of a recording: stretches of speech, each heard by itself."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from webapp.speech.doubts import doubts
from webapp.speech.following import FRAME_SECONDS, Following
from webapp.speech.quality import Loudness, Remark, no_speech, too_short
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.stretches import Cutting, Stretches
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Samples, Waveform

TIMELINE_SECONDS = 5.0
"""Longer recordings have a timeline."""


@dataclass(frozen=True)
class Segment:
    """A part of a recording, in seconds, and what was heard in it: None where nobody speaks."""

    start: float
    end: float
    heard: Recognition | None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    def document(self) -> dict[str, object]:
        """As JSON: `start`, `end`, `speech`, and of speech what is heard in it."""
        place: dict[str, object] = {
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "speech": self.heard is not None,
        }
        if self.heard is None:
            return place
        shares = self.heard.probabilities.items()
        return place | {
            "emotion": str(self.heard.emotion),
            "confidence": round(self.heard.confidence, 4),
            "named": self.heard.named,
            "unlike": self.heard.unlike,
            "probabilities": {str(emotion): round(share, 4) for emotion, share in shares},
        }


@dataclass(frozen=True)
class Timeline:
    """What was heard in a whole recording."""

    seconds: float
    segments: tuple[Segment, ...]
    """One after the other, without gaps."""
    recognition: Recognition
    """Of all that is speech."""
    remarks: tuple[Remark, ...]


class Listener:
    """Hears a recording piece by piece, however long it is.

    The pieces may be cut anywhere and have one rate. Kept are the segments and the last half
    minute of sound at most. On one core an hour takes about ten seconds, and 4 seconds by
    themselves about 25 ms, whatever their rate: tests/measure/RESULTS.md.
    """

    def __init__(
        self, recognizer: Recognizer, activity: VoiceActivity, stopwatch: Stopwatch | None = None
    ) -> None:
        self._recognizer = recognizer
        self._activity = activity
        self._watch = stopwatch or Stopwatch()
        self._hearing: _Hearing | None = None

    def take(self, piece: Waveform) -> None:
        """The next piece. Raises what the recognizer raises."""
        if self._hearing is None:
            self._hearing = _Hearing(piece.rate, self._recognizer, self._activity, self._watch)
        self._hearing.take(piece)

    def finish(self) -> Timeline:
        """There are no more pieces; raises `TooShort` or `NoSpeech` where nobody is heard."""
        if self._hearing is None:
            raise too_short()
        return self._hearing.finish()


class _Hearing:
    """A recording at one rate."""

    def __init__(
        self, rate: int, recognizer: Recognizer, activity: VoiceActivity, watch: Stopwatch
    ) -> None:
        self._rate = rate
        self._recognizer = recognizer
        self._watch = watch
        self._loudness = Loudness(rate)
        self._following = Following(activity, rate)
        self._stretches = Stretches(Cutting())
        self._kept = _Kept()
        self._segments: list[Segment] = []

    def take(self, piece: Waveform) -> None:
        """See `Listener.take`."""
        if piece.rate != self._rate:
            raise ValueError("the pieces of a recording have one rate")
        self._kept.take(piece.samples)
        with self._watch.stage("voice"):
            self._loudness.take(piece.samples)
            found = list(self._stretches.take(self._following.take(piece.samples)))
        for start, end in found:
            self._hear(start, end)
        self._kept.drop(self._at(self._stretches.needed))

    def finish(self) -> Timeline:
        """See `Listener.finish`."""
        self._loudness.check()
        with self._watch.stage("voice"):
            last = self._following.finish()
            found = [*self._stretches.take(last), *self._stretches.finish()]
        for start, end in found:
            self._hear(start, end)
        if not self._segments:
            raise no_speech()
        self._silent_until(self._kept.end)
        threshold = self._recognizer.card.calibration.threshold
        recognition = _together(self._segments, threshold)
        remarks = (*self._loudness.remarks(), *doubts(recognition, threshold))
        return Timeline(self._kept.end / self._rate, tuple(self._segments), recognition, remarks)

    def _at(self, frame: int) -> int:
        """The sample with which a frame begins."""
        return min(round(frame * FRAME_SECONDS * self._rate), self._kept.end)

    def _hear(self, first: int, last: int) -> None:
        start, end = self._at(first), self._at(last)
        self._silent_until(start)
        sound = Waveform(self._kept.between(start, end), self._rate)
        heard = self._recognizer.recognize(sound, self._watch)
        self._segments.append(Segment(start / self._rate, end / self._rate, heard))

    def _silent_until(self, sample: int) -> None:
        before, now = self._segments[-1].end if self._segments else 0.0, sample / self._rate
        if now > before:
            self._segments.append(Segment(before, now, None))


class _Kept:
    """The last samples of a recording, by their place in it."""

    def __init__(self) -> None:
        self._pieces = deque[Samples]()
        self._start = 0
        self.end = 0
        """Samples that have come."""

    def take(self, samples: Samples) -> None:
        self._pieces.append(samples)
        self.end += len(samples)

    def drop(self, before: int) -> None:
        while self._pieces and self._start + len(self._pieces[0]) <= before:
            self._start += len(self._pieces.popleft())

    def between(self, start: int, end: int) -> Samples:
        together = np.concatenate(self._pieces)
        return together[start - self._start : end - self._start]


def _together(segments: Sequence[Segment], threshold: float) -> Recognition:
    """The mean of what was heard, by seconds."""
    spoken = [(part.heard, part.seconds) for part in segments if part.heard is not None]
    total = sum(seconds for _, seconds in spoken)
    probabilities = {
        emotion: sum(heard.probabilities[emotion] * seconds for heard, seconds in spoken) / total
        for emotion in spoken[0][0].probabilities
    }
    unlike = sum(seconds for heard, seconds in spoken if heard.unlike)
    return Recognition(
        probabilities,
        named=max(probabilities.values()) >= threshold,
        unlike=unlike > total / 2,
    )
