"""From how likely each moment is speech to stretches of speech, while the sound still comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from webapp.speech.following import FRAME_SECONDS, Frames
from webapp.speech.voice_activity import SPEECH, SURE_FRAMES


@dataclass(frozen=True)
class Cutting:
    """How a sound is cut into stretches of speech (seconds, and probabilities of speech).

    Chosen on actors 4 to 12 of RAVDESS: tests/measure/RESULTS.md.
    """

    begin: float = 0.5
    """Speech begins where it is this likely,"""
    end: float = 0.35
    """and goes on where it is this likely"""
    pause: float = 0.4
    """and over shorter pauses than this; between sentences people take longer ones."""
    padding: float = 0.15
    """What is left of the pauses around it: the detector is late, and voices die away."""
    longest: float = 10.0
    """A stretch of so many seconds is cut at its quietest moment: when `rest` more have come,"""
    shortest: float = 4.0
    """and not before this."""
    rest: float = 1.0
    """What follows a cut is no shorter than this."""

    def frames(self, seconds: float) -> int:
        """Some seconds in frames."""
        return round(seconds / FRAME_SECONDS)


class Stretch(NamedTuple):
    """A stretch of speech in frames."""

    start: int
    end: int


class Stretches:
    """Finds stretches of speech in frames that come piece by piece."""

    def __init__(self, cutting: Cutting) -> None:
        self._cutting = cutting
        self._padding, self._pause = cutting.frames(cutting.padding), cutting.frames(cutting.pause)
        self._shortest, self._longest = map(cutting.frames, (cutting.shortest, cutting.longest))
        self._patience = cutting.frames(cutting.longest + cutting.rest)
        self._speech: list[float] = []
        """How likely the frames since its start are speech; none between stretches."""
        self._power: list[float] = []
        self._voiced = 0
        """So many of them until the last that is speech."""
        self._next = 0
        self._free = 0
        """Where the last stretch ended."""
        self._was_cut = False

    @property
    def needed(self) -> int:
        """No later stretch begins before this frame."""
        return max(self._next - len(self._speech) - self._padding, self._free)

    def take(self, frames: Frames) -> Iterator[Stretch]:
        """The next frames; the stretches that end in them."""
        for speech, power in zip(frames.speech.tolist(), frames.power.tolist(), strict=True):
            self._next += 1
            yield from self._step(speech, power)

    def finish(self) -> Iterator[Stretch]:
        """There are no more frames; the stretch that they broke off."""
        if self._speech:
            yield from self._close()

    def _step(self, speech: float, power: float) -> Iterable[Stretch]:
        if not self._speech and speech < self._cutting.begin:
            return ()
        self._speech.append(speech)
        self._power.append(power)
        if speech >= self._cutting.end:
            self._voiced = len(self._speech)
        if len(self._speech) - self._voiced >= self._pause:
            return self._close()
        if len(self._speech) >= self._patience:
            return self._split()
        return ()

    def _close(self) -> Iterator[Stretch]:
        """The stretch ends with the last frame that is speech, and some of the pause."""
        first = self._next - len(self._speech)
        end = min(first + self._voiced + self._padding, self._next)
        yield from self._made(first, self._speech[: self._voiced], end)
        self._speech, self._power, self._voiced, self._was_cut = [], [], 0, False

    def _split(self) -> Iterator[Stretch]:
        """Cut what has gone on for too long where it is quietest; the rest goes on."""
        around = np.convolve(self._power, np.ones(3), "same")
        at = self._shortest + int(np.argmin(around[self._shortest : self._longest]))
        first = self._next - len(self._speech)
        yield from self._made(first, self._speech[:at], first + at)
        self._speech, self._power = self._speech[at:], self._power[at:]
        self._voiced = max(self._voiced - at, 0)
        self._was_cut = True

    def _made(self, first: int, speech: list[float], end: int) -> Iterator[Stretch]:
        """The stretch, if it is as sure to be speech as a clip has to be: see `speaks`."""
        start = first if self._was_cut else max(first - self._padding, self._free)
        if sum(sorted(speech)[-SURE_FRAMES:]) >= SPEECH * SURE_FRAMES:
            self._free = end
            yield Stretch(start, end)
