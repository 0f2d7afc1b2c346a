"""A waveform: mono samples and their rate."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Waveform:
    """Mono sound.

    `samples`: float32, shape (n,), full scale at ±1. `rate`: samples a second (Hz).
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """Largest absolute sample; 0.0 where there are none."""
        return float(max(self.samples.max(initial=0.0), -self.samples.min(initial=0.0)))

    def resampled(self, rate: int) -> "Waveform":
        """The same sound at another rate, band-limited (soxr, high quality)."""
        if rate == self.rate:
            return self
        samples = soxr.resample(self.samples, self.rate, rate, quality="HQ")
        return Waveform(np.asarray(samples, dtype=np.float32), rate)

    def resampled_pieces(self, rate: int, seconds: float) -> Iterator[tuple[Samples, bool]]:
        """What `resampled` gives, piece by piece, made of so many seconds each; the last is marked.

        A long clip then takes no more memory than a short one, and what is not asked for no time.
        """
        size = max(round(seconds * self.rate), 1)
        stream = soxr.ResampleStream(self.rate, rate, 1, dtype="float32", quality="HQ")
        for first in range(0, len(self.samples), size):
            piece = self.samples[first : first + size]
            last = first + size >= len(self.samples)
            if rate != self.rate:
                piece = stream.resample_chunk(piece, last=last)
            yield piece, last

    def played_at(self, speed: float) -> "Waveform":
        """The same samples played `speed` times as fast: tempo, pitch and formants all move."""
        return Waveform(self.samples, round(self.rate * speed))


class Blocks:
    """Cuts sound that comes in pieces of any length into blocks of one length."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._ahead: list[Samples] = []
        self._count = 0

    def take(self, samples: Samples) -> Iterator[Samples]:
        """The blocks that are full with these samples."""
        self._keep(samples)
        if self._count < self._size:
            return
        together = self.rest()
        whole = len(together) // self._size * self._size
        self._keep(together[whole:])
        for first in range(0, whole, self._size):
            yield together[first : first + self._size]

    def rest(self) -> Samples:
        """What has filled no block, taken out."""
        ahead, self._ahead, self._count = self._ahead, [], 0
        if len(ahead) == 1:  # a long clip is not copied
            return ahead[0]
        return np.concatenate([np.zeros(0, dtype=np.float32), *ahead])

    def _keep(self, samples: Samples) -> None:
        if len(samples):
            self._ahead.append(samples)
            self._count += len(samples)
