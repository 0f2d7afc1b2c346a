"""A stretch of a kept recording: which one is meant, and its sound."""

import math
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from webapp import trace_log
from webapp.speech.waveform import Waveform
from webapp.submission import Desk
from webapp.tables import Prediction
from webapp.unkept import NotKept

LONGEST_SECONDS, SHORTEST_SECONDS = 30.0, 0.5
"""Of a stretch."""


class Stretch(NamedTuple):
    """Seconds of a recording."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True)
class Stretches:
    """What can be looked at of a recording: its segments with speech, or all of a short one."""

    seconds: float
    """Of the recording."""
    parts: Sequence[Stretch]

    def asked_for(self, start: float | None, end: float | None, at: float | None) -> Stretch:
        """The stretch between two moments; the part with one moment in it; else the usual one.

        The usual one is the whole of a short recording, of a long one its first part.
        """
        if start is not None and end is not None and math.isfinite(start + end):
            first = min(max(start, 0.0), max(self.seconds - SHORTEST_SECONDS, 0.0))
            longest = min(first + LONGEST_SECONDS, self.seconds)
            return Stretch(first, max(min(end, longest), min(first + SHORTEST_SECONDS, longest)))
        if at is not None:
            return next((part for part in self.parts if part.end > at), self.parts[-1])
        return self.whole or self.parts[0]

    @property
    def whole(self) -> Stretch | None:
        """All of it, where that is not too long."""
        return Stretch(0.0, self.seconds) if self.seconds <= LONGEST_SECONDS else None

    def before(self, stretch: Stretch) -> Stretch | None:
        """The part before a stretch."""
        return next((part for part in reversed(self.parts) if part.end <= stretch.start), None)

    def after(self, stretch: Stretch) -> Stretch | None:
        """The part after it."""
        return next((part for part in self.parts if part.start >= stretch.end), None)


def stretches(prediction: Prediction) -> Stretches:
    """The stretches of the recording of a prediction."""
    segments = trace_log.segments(prediction.id) or ()
    parts = [Stretch(one["start"], one["end"]) for one in segments if one["speech"]]
    return Stretches(prediction.seconds, parts or list(_even(prediction.seconds)))


def _even(seconds: float) -> Iterable[Stretch]:
    """A recording in parts of the same length."""
    count = max(math.ceil(seconds / LONGEST_SECONDS), 1)
    edges = np.linspace(0.0, seconds, count + 1).tolist()
    return (Stretch(start, end) for start, end in pairwise(edges))


def sound(desk: Desk, prediction: Prediction, stretch: Stretch) -> Waveform:
    """A stretch of the kept recording; raises `NotKept` and what decoding raises."""
    path = desk.path(prediction)
    if path is None:
        raise NotKept
    most = prediction.seconds + 1
    if stretch == (0.0, prediction.seconds):
        return desk.decode(path.read_bytes(), most)
    with closing(desk.decoders.stream(path, most)) as pieces:
        return _cut((piece for piece, _ in pieces), stretch)


def _cut(pieces: Iterable[Waveform], stretch: Stretch) -> Waveform:
    """A stretch of a sound that comes piece by piece; what follows is not asked for."""
    kept, rate, place = [np.zeros(0, dtype=np.float32)], 1, 0
    for piece in pieces:
        rate = piece.rate
        first, last = (round(edge * rate) - place for edge in stretch)
        kept.append(piece.samples[max(first, 0) : max(last, 0)])
        place += len(piece.samples)
        if place >= round(stretch.end * rate):
            break
    return Waveform(np.concatenate(kept), rate)
