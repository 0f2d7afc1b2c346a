"""The voice in a clip: at one rate and one level, without the silence around it, at any speed."""

from dataclasses import dataclass

import numpy as np

from webapp.speech.waveform import Samples, Waveform

TRIM_FRAME = 2048
"""Samples of the frames whose level tells sound from silence."""


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
    peak = float(np.max(np.abs(samples), initial=0.0))
    return Waveform(samples / peak if peak else samples, rate)


def at_speed(heard: Waveform, speed: float) -> Waveform:
    """A voice played faster or slower: tempo, pitch and formants move; the rate stays."""
    return heard.played_at(speed).resampled(heard.rate)


def trimmed(samples: Samples, trimming: Trimming) -> Samples:
    """Samples without the beginning and the end that lie below the loudest frame by so much.

    What librosa.effects.trim does, without the seconds and the memory that importing it takes, and
    with sums that run on, so that small hops cost nothing.
    """
    power = _mean_squares(samples, trimming.hop)
    loud = np.flatnonzero(power > power.max() * 10 ** (-trimming.below_db / 10))
    if not len(loud):  # digital silence: nothing is louder than anything else
        return samples
    return samples[loud[0] * trimming.hop : (loud[-1] + 1) * trimming.hop]


def _mean_squares(samples: Samples, hop: int) -> Samples:
    """Mean power of the frames around every `hop`-th sample, with silence before and after."""
    around = np.pad(np.square(samples, dtype=np.float64), TRIM_FRAME // 2)
    sums = np.concatenate([[0.0], np.cumsum(around)])
    starts = np.arange(0, len(samples) + 1, hop)
    means: Samples = (sums[starts + TRIM_FRAME] - sums[starts]) / TRIM_FRAME
    return means
