"""A waveform: mono samples and their rate."""

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
        return float(np.max(np.abs(self.samples), initial=0.0))

    def resampled(self, rate: int) -> "Waveform":
        """The same sound at another rate, band-limited (soxr, high quality)."""
        if rate == self.rate:
            return self
        samples = soxr.resample(self.samples, self.rate, rate, quality="HQ")
        return Waveform(np.asarray(samples, dtype=np.float32), rate)

    def played_at(self, speed: float) -> "Waveform":
        """The same samples played `speed` times as fast: tempo, pitch and formants all move."""
        return Waveform(self.samples, round(self.rate * speed))
