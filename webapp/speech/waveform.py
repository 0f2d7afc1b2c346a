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
