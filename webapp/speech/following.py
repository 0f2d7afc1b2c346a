"""Where somebody speaks in a sound that comes piece by piece, however long it becomes."""

import math
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from webapp.speech.voice_activity import (
    CONTEXT,
    FRAME,
    PEAK,
    RATE,
    SPEEDS,
    VoiceActivity,
    cut,
)
from webapp.speech.waveform import Blocks, Samples

FRAME_SECONDS = FRAME / RATE

LEVEL_SECONDS = 0.5
"""The sound is brought to one level in blocks of this length,"""

AROUND = 4
"""by the loudest of a block and as many before and after it: a whisper after a shout is heard."""

FAINTEST = 4e-4
"""A peak below this (-68 dB) is made no louder than it: it would be the hiss of the recorder."""

AT_ONCE = 93
"""Frames judged together, three seconds: fewer take longer, more take memory."""

SURE = 0.7
"""At full speed this is speech enough; what is less likely is heard once more, slower,"""

LOUD = 1e-3
"""where its mean power is that of a voice (-30 dB of full scale, once levelled),"""

MARGIN = 10
"""and so many frames before and after it."""

Places = npt.NDArray[np.intp]


class Frames(NamedTuple):
    """What was found in some frames of 32 ms, one after the other."""

    speech: Samples
    """How likely each is speech, at the speed at which that is likeliest."""
    power: Samples
    """Its mean power, once levelled."""


class Following:
    """A detector of speech that follows a sound and remembers what came before.

    The pieces may be cut anywhere: the answer is the same. The memory is that of some seconds.
    """

    def __init__(self, activity: VoiceActivity, rate: int) -> None:
        usual, slower = SPEEDS
        self._levelling = _Levelling(rate)
        self._usual, self._slower = _Player(rate, usual), _Player(rate, slower)
        self._ear, self._other_ear = activity.ear(), activity.ear()
        self._speech, self._power, self._slow_speech = _Track(), _Track(), _Track()
        self._told = 0

    def take(self, samples: Samples) -> Frames:
        """The next samples; frames that are certain by now."""
        for block in self._levelling.take(samples):
            self._play(block)
            if self._usual.ready >= AT_ONCE:
                self._listen()
                self._listen_again(self._speech.end - MARGIN)
        return self._tell(int(self._slow_speech.end * self._slower.speed - 0.5))

    def finish(self) -> Frames:
        """There is no more; the last frames."""
        for block in self._levelling.finish():
            self._play(block)
        self._usual.end()
        self._slower.end()
        self._listen()
        self._listen_again(self._speech.end + 1)
        return self._tell(self._speech.end)

    def _play(self, block: Samples) -> None:
        self._usual.take(block)
        self._slower.take(block)

    def _listen(self) -> None:
        """Judge what was played at full speed."""
        frames = self._usual.frames(self._usual.ready)
        if len(frames):
            self._speech.add(self._ear.hear(frames))
            self._power.add(np.square(frames[:, CONTEXT:]).mean(axis=1))

    def _listen_again(self, until: int) -> None:
        """Judge what was played slower, before a frame at full speed, where that is of use."""
        first = self._slow_speech.end
        frames = self._slower.frames(int(until / self._slower.speed) - first)
        if len(frames):
            middles = first + np.arange(len(frames)) + 0.5
            unsure = self._unsure((middles * self._slower.speed).astype(np.intp))
            speech = np.zeros(len(frames), dtype=np.float32)
            if unsure.any():
                speech[unsure] = self._other_ear.hear(frames[unsure])
            self._slow_speech.add(speech)

    def _unsure(self, at: Places) -> npt.NDArray[np.bool_]:
        """Whether near these frames there is something loud that is not known as speech."""
        near = np.arange(at[0] - MARGIN, at[-1] + MARGIN + 1)
        unsure = (self._power.at(near) >= LOUD) & (self._speech.at(near) < SURE)
        around = sliding_window_view(unsure, 2 * MARGIN + 1)[at - at[0]]
        return np.asarray(around.any(axis=1))

    def _tell(self, until: int) -> Frames:
        """The frames before that one which were not told yet."""
        places = np.arange(self._told, max(until, self._told))
        slow = ((places + 0.5) / self._slower.speed).astype(np.intp)
        speech = np.maximum(self._speech.at(places), self._slow_speech.at(slow))
        found = Frames(speech, self._power.at(places))
        self._told += len(places)
        for track in (self._speech, self._power):
            track.forget(self._told - 2 * MARGIN)
        self._slow_speech.forget(int(self._told / self._slower.speed))
        return found


class _Block(NamedTuple):
    """Some sound, its extremes and its mean."""

    samples: Samples
    low: float
    high: float
    mean: float


class _Levelling:
    """Brings a sound to one level, by what is near."""

    def __init__(self, rate: int) -> None:
        self._blocks = Blocks(round(LEVEL_SECONDS * rate))
        self._near = deque[_Block]()
        self._done = 0
        """How many of the blocks that are near were levelled."""
        self._gain = math.inf

    def take(self, samples: Samples) -> Iterator[Samples]:
        for block in self._blocks.take(samples):
            self._near.append(_measured(block))
            if len(self._near) > self._done + AROUND:
                yield self._next()

    def finish(self) -> Iterator[Samples]:
        rest = self._blocks.rest()
        if len(rest):
            self._near.append(_measured(rest))
        while self._done < len(self._near):
            yield self._next()

    def _next(self) -> Samples:
        """The next block, levelled: the gain falls at once, before it is loud, and rises slowly."""
        offset = sum(block.mean for block in self._near) / len(self._near)
        loudest = max(max(block.high - offset, offset - block.low) for block in self._near)
        gain = PEAK / max(loudest, FAINTEST)
        samples = self._near[self._done].samples
        gains = np.linspace(min(self._gain, gain), gain, len(samples), dtype=np.float32)
        self._gain = gain
        self._done += 1
        if self._done > AROUND:
            self._near.popleft()
            self._done -= 1
        return np.asarray((samples - np.float32(offset)) * gains)


def _measured(block: Samples) -> _Block:
    return _Block(block, float(block.min()), float(block.max()), float(block.mean()))


class _Player:
    """The sound as it is played at one speed, in frames."""

    def __init__(self, rate: int, speed: float) -> None:
        played = round(rate * speed)
        self.speed = played / rate
        """What it is after rounding."""
        same = played == RATE
        self._resampler = None if same else soxr.ResampleStream(played, RATE, 1, dtype="float32")
        self._ahead = np.zeros(CONTEXT, dtype=np.float32)

    @property
    def ready(self) -> int:
        """Whole frames that are there."""
        return (len(self._ahead) - CONTEXT) // FRAME

    def take(self, block: Samples) -> None:
        samples = block if self._resampler is None else self._resampler.resample_chunk(block)
        self._ahead = np.concatenate([self._ahead, samples])

    def end(self) -> None:
        if self._resampler is not None:
            nothing = np.zeros(0, dtype=np.float32)
            rest = self._resampler.resample_chunk(nothing, last=True)
            self._ahead = np.concatenate([self._ahead, rest])
        self._ahead = np.pad(self._ahead, (0, -(len(self._ahead) - CONTEXT) % FRAME))

    def frames(self, most: int) -> Samples:
        """The next frames, so many at most, each with the samples before it."""
        end = CONTEXT + max(min(most, self.ready), 0) * FRAME
        frames, rest = cut(self._ahead[:end])
        self._ahead = np.concatenate([rest, self._ahead[end:]])
        return frames


class _Track:
    """A number for each frame; the oldest are forgotten."""

    def __init__(self) -> None:
        self._numbers = np.zeros(0, dtype=np.float32)
        self._start = 0

    @property
    def end(self) -> int:
        """So many frames have come."""
        return self._start + len(self._numbers)

    def add(self, numbers: Samples) -> None:
        self._numbers = np.concatenate([self._numbers, numbers])

    def at(self, places: Places) -> Samples:
        """The numbers of some frames; before the first and after the last, theirs."""
        known = (places - self._start).clip(0, len(self._numbers) - 1)
        return np.asarray(self._numbers[known])

    def forget(self, before: int) -> None:
        count = max(before - self._start, 0)
        self._numbers = self._numbers[count:]
        self._start += count
