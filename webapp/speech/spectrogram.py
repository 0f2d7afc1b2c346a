"""Spectrograms as librosa defines them, made faster and, of a long sound, a piece at a time.

librosa.stft transforms one frame after the other, and librosa.feature.melspectrogram makes its
bands anew for every clip; together that took most of the time that features take. The tests hold
these to librosa's own.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import librosa
import numpy as np
import numpy.typing as npt
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from webapp.speech.waveform import Samples

Spectra = npt.NDArray[np.float32]

AT_ONCE = 2**17
"""Samples of frames that are transformed together: they stay in the processor's own memory."""

FAINTEST = 1e-10
"""Power that stands for none: no logarithm is taken of less."""


class Fourier(NamedTuple):
    """How a sound is cut into frames, in samples."""

    size: int
    """Of a transform."""
    window: int
    """Of the Hann window in its middle."""
    hop: int
    """From one frame to the next."""


class Mel(NamedTuple):
    """Bands of a mel spectrogram. Clips share what is made of them, whatever their length."""

    rate: int
    """Of the sound (Hz)."""
    size: int
    """Samples in a Fourier transform."""
    bands: int
    lowest: float
    """Frequency (Hz)."""
    highest: float
    """Frequency (Hz)."""


def power(samples: Samples, fourier: Fourier) -> Iterator[Spectra]:
    """Power of the Fourier transform of a sound: arrays (frames, frequencies), one or more.

    The frames of librosa.stft: centred, with silence before the beginning and after the end.
    """
    window = hann(fourier.window, fourier.size)
    count, step = len(samples) // fourier.hop + 1, max(AT_ONCE // fourier.size, 1)
    for first in range(0, count, step):
        yield frame_power(_frames(samples, first, min(step, count - first), fourier), window)


def frame_power(frames: Samples, window: Samples) -> Spectra:
    """Power of the Fourier transform of windowed frames: (frames, samples) to (…, frequencies)."""
    transform = scipy.fft.rfft(frames * window, axis=1)
    power: Spectra = np.square(transform.real) + np.square(transform.imag)
    return power


def _frames(samples: Samples, first: int, count: int, fourier: Fourier) -> Samples:
    """So many frames from the `first` on, (frames, samples), with silence around the sound."""
    start = first * fourier.hop - fourier.size // 2
    end = start + (count - 1) * fourier.hop + fourier.size
    outside = (max(-start, 0), max(end - len(samples), 0))
    near = np.pad(samples[max(start, 0) : max(end, 0)], outside)
    return sliding_window_view(near, fourier.size)[:: fourier.hop]


def decibels(power: Spectra, mel: Mel) -> Spectra:
    """Log mel spectrogram (dB) of a power spectrogram: (frames, frequencies) to (frames, bands)."""
    found = power @ mel_bands(mel)
    np.maximum(found, FAINTEST, out=found)
    np.log10(found, out=found)
    found *= 10
    return found


@cache
def mel_bands(mel: Mel) -> Spectra:
    """What each frequency counts in each band, (frequencies, bands); not to be written to."""
    bands = librosa.filters.mel(  # type: ignore[attr-defined] # is loaded when it is asked for
        sr=mel.rate, n_fft=mel.size, n_mels=mel.bands, fmin=mel.lowest, fmax=mel.highest
    )
    return _shared(bands.T)


@cache
def hann(length: int, size: int) -> Samples:
    """A periodic Hann window of `length` samples in the middle of `size`; not to be written to."""
    window = np.hanning(length + 1)[:-1]
    before = (size - length) // 2
    return _shared(np.pad(window, (before, size - length - before)))


def _shared(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    made = np.ascontiguousarray(values, dtype=np.float32)
    made.flags.writeable = False
    return made
