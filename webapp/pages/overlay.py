"""What a model heard, as a page shows it: drawn over a spectrogram, and in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import librosa
import numpy as np

from webapp.speech.emotions import Emotion
from webapp.speech.envelope import MEL
from webapp.speech.evidence import NOTABLE, Evidence, Finding, Heard
from webapp.speech.occlusion import Array
from webapp.stretch import Stretch

WIDE, TALL, LOW = 1000, 300, 36
"""Size of the drawings in units of their own: of the map, and of a row. The page stretches them."""

LEVELS = 3
"""How many weights are told apart; what is less than a quarter of the greatest is not drawn."""


@dataclass(frozen=True)
class Shade:
    """Places that weigh about as much, as paths."""

    name: str
    """`for-2`: speaks for the emotion, with a weight of the second level; or `against-1`."""
    places: str
    strokes: str
    """So many strokes a place as its level says; they lean forward for and backward against."""


@dataclass(frozen=True)
class Box:
    """The outline of a finding."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Overlay:
    """One emotion's part of what was heard in a stretch of a recording."""

    heard: Heard
    evidence: Evidence
    stretch: Stretch

    @property
    def emotion(self) -> Emotion:
        """Whose it is."""
        return self.heard.emotion

    @property
    def map(self) -> Sequence[Shade]:
        """The weights of moments and pitches."""
        return list(_shades(self.heard.weights, self._across, _up(self.evidence.pitches)))

    @property
    def moments(self) -> Sequence[Shade]:
        """The weights of moments with all their pitches: one row."""
        return list(_shades(self.heard.moments[np.newaxis], self._across, np.array([LOW, 0.0])))

    @property
    def boxes(self) -> Iterator[tuple[str, Box]]:
        """Outlines of what speaks most for it and against it."""
        for name, finding in self.findings:
            if finding is not None:
                patch = finding.patch
                left, right = self._at(np.array([patch.start, patch.end]))
                bottom, top = _up(np.array([patch.low, patch.high]))
                yield name, Box(left, top, right - left, bottom - top)

    @property
    def findings(self) -> Sequence[tuple[str, Finding | None]]:
        """What speaks most for it and against it."""
        return [("for", self.heard.most_for), ("against", self.heard.most_against)]

    def seconds(self, finding: Finding) -> tuple[float, float]:
        """When that is in the recording."""
        patch = finding.patch
        return self.stretch.start + patch.start, self.stretch.start + patch.end

    def pitches(self, finding: Finding) -> tuple[int, int] | None:
        """Between which pitches (Hz, in round figures); None where it is all of them."""
        low, high, edges = finding.patch.low, finding.patch.high, self.evidence.pitches
        if low <= edges[0] and high >= edges[-1]:
            return None
        return rounded(low), rounded(high)

    @property
    def _across(self) -> Array:
        return self._at(self.evidence.times)

    def _at(self, seconds: Array) -> Array:
        return np.clip(WIDE * seconds / self.stretch.seconds, 0, WIDE)


def rounded(hertz: float) -> int:
    """A frequency as it is spoken of."""
    return round(hertz / 10) * 10 if hertz < 1000 else round(hertz / 100) * 100


def _up(hertz: Array) -> Array:
    """How far from the top some pitches are in a spectrogram, which may not show the highest."""
    low, high = librosa.hz_to_mel([MEL.lowest, MEL.highest])
    shares = (librosa.hz_to_mel(np.asarray(hertz)) - low) / (high - low)
    return np.asarray(TALL * (1 - np.clip(shares, 0, 1)))


def _shades(weights: Array, across: Array, up: Array) -> Iterator[Shade]:
    """Weights (bands, cells) as shades, between the edges of their cells and bands."""
    greatest = max(float(np.abs(weights).max()), NOTABLE)
    levels = np.minimum(np.abs(weights) / greatest * (LEVELS + 1), LEVELS).astype(int)
    for name, sign in (("for", 1), ("against", -1)):
        for level in range(1, LEVELS + 1):
            found = np.argwhere((levels == level) & (np.sign(weights) == sign))
            boxes = [_box(across, up, band, cell) for band, cell in found.tolist()]
            strokes = "".join(_strokes(box, level, sign) for box in boxes)
            places = "".join(
                f"M{b.x:.1f} {b.y:.1f}h{b.width:.1f}v{b.height:.1f}h{-b.width:.1f}z" for b in boxes
            )
            if boxes:
                yield Shade(f"{name}-{level}", places, strokes)


def _box(across: Array, up: Array, band: int, cell: int) -> Box:
    (left, right), (bottom, top) = across[cell : cell + 2], up[band : band + 2]
    return Box(left, top, right - left, bottom - top)


def _strokes(box: Box, count: int, sign: int) -> str:
    """Strokes side by side in a place, leaning forward or backward."""
    room, middle = box.width / (count + 1), box.y + box.height / 2
    lean, rise = sign * room / 4, min(box.height, 40) / 4
    centres = (box.x + (number + 1) * room for number in range(count))
    return "".join(
        f"M{x - lean:.1f} {middle + rise:.1f}L{x + lean:.1f} {middle - rise:.1f}" for x in centres
    )
