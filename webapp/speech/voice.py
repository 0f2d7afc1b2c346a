"""The voice in a clip: at one rate and one level, without the silence around it, at any speed."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webapp.speech.waveform import Samples, Waveform

Energies = npt.NDArray[np.float64]

TRIM_FRAME = 2048
"""Samples of the frames whose level tells sound from silence."""

AT_ONCE = 2**16
"""Samples squared together: a long clip takes no more memory than a short one."""


@dataclass(frozen=True)
class Trimming:
    """What counts as silence around a voice."""

    below_db: float
    """Frames this far below the loudest are silent (dB)."""
    hop: int
    """Samples from one frame to the next.

    Where a second is a whole number of hops, a second of silence in front changes nothing at all.
    """


def voice(waveform: Waveform, rate: int, trimming: Trimming | None) -> Waveform:
    """A clip at `rate` Hz, its peak at 1, silence around it trimmed; None trims nothing."""
    samples = waveform.resampled(rate).samples
    if trimming is not None:
        samples = trimmed(samples, trimming)
    peak = Waveform(samples, rate).peak
    return Waveform(samples / peak if peak else samples, rate)


def at_speed(heard: Waveform, speed: float) -> Waveform:
    """A voice played faster or slower: tempo, pitch and formants move; the rate stays."""
    return heard.played_at(speed).resampled(heard.rate)


def trimmed(samples: Samples, trimming: Trimming) -> Samples:
    """Samples without the beginning and the end that lie below the loudest frame by so much.

    What librosa.effects.trim does, without the seconds and the memory that importing it takes, and
    with sums that run on, so that small hops cost little.
    """
    return samples[kept(samples, trimming)]


def kept(samples: Samples, trimming: Trimming) -> slice:
    """Where `trimmed` lies among the samples."""
    power = _mean_squares(samples, trimming.hop)
    loud = np.flatnonzero(power > power.max() * 10 ** (-trimming.below_db / 10))
    if not len(loud):  # digital silence: nothing is louder than anything else
        return slice(0, len(samples))
    return slice(loud[0] * trimming.hop, min((loud[-1] + 1) * trimming.hop, len(samples)))


def _mean_squares(samples: Samples, hop: int) -> Energies:
    """Mean power of the frames around every `hop`-th sample, with silence before and after."""
    step = math.gcd(hop, TRIM_FRAME // 2)
    half = np.zeros(TRIM_FRAME // 2 // step)
    sums = np.cumsum(np.concatenate([[0.0], half, _energies(samples, step), half]))
    starts = np.arange(0, len(samples) + 1, hop) // step
    means: Energies = (sums[starts + 2 * len(half)] - sums[starts]) / TRIM_FRAME
    return means


def _energies(samples: Samples, step: int) -> Energies:
    """Sums of the squares of every `step` samples: frames begin and end between them."""
    size = AT_ONCE // step * step
    pieces = (samples[first : first + size] for first in range(0, max(len(samples), 1), size))
    squares = (np.square(piece, dtype=np.float64) for piece in pieces)
    return np.concatenate([np.add.reduceat(s, np.arange(0, len(s), step)) for s in squares])
