"""Spectrograms as librosa defines them, made faster and, of a long sound, a piece at a time.

librosa.stft transforms one frame after the other, and librosa.feature makes its bands anew for
every clip; together that took most of the time that features take. What librosa.feature and
librosa.filters load and compile took a second and a half of each start, and a quarter of a minute
of the first. The tests hold these to librosa's own.
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

SEMITONES = 12
"""Of an octave."""

LOWEST_A = 440.0 / 16
"""Hz, from which octaves are counted in a chromagram."""

MIDDLE_OCTAVE, OCTAVES_WIDE = 5.0, 2.0
"""Where a chromagram listens, and the deviation of the bell over the octaves around it."""

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


def chroma(power: Spectra, rate: int) -> Spectra:
    """Strength of the twelve semitones, 0 to 1, whatever the octave: (…, frequencies) to (…, 12).

    librosa.feature.chroma_stft of a tuning of 0: a voice is in no key.
    """
    found = power @ semitones(rate, 2 * (power.shape[1] - 1))
    strongest = found.max(axis=1, keepdims=True)
    strongest[strongest < np.finfo(np.float32).tiny] = 1.0  # silence has no chroma
    return np.asarray(found / strongest, dtype=np.float32)


@cache
def semitones(rate: int, size: int) -> Spectra:
    """What each frequency counts in each semitone, (frequencies, 12); not to be written to.

    Those of librosa.filters.chroma (after Ellis 2007), which compiles for half a second: a bell
    around each semitone in every octave, all of a frequency's together of length 1, and less the
    farther it is from the fifth octave.
    """
    hertz = np.arange(1, size) * rate / size
    pitch = SEMITONES * np.log2(hertz / LOWEST_A)
    pitch = np.append(pitch[0] - 1.5 * SEMITONES, pitch)  # 0 Hz has none: well below all others
    width = np.append(np.maximum(np.diff(pitch), 1.0), 1.0)[:, np.newaxis]
    half = SEMITONES // 2
    apart = (pitch[:, np.newaxis] - np.arange(SEMITONES) + half) % SEMITONES - half
    bells = np.exp(-0.5 * (2 * apart / width) ** 2)
    bells /= np.linalg.norm(bells, axis=1, keepdims=True)
    octaves = pitch[:, np.newaxis] / SEMITONES
    bells *= np.exp(-0.5 * ((octaves - MIDDLE_OCTAVE) / OCTAVES_WIDE) ** 2)
    from_c = np.roll(bells, -3, axis=1)
    return _shared(from_c[: size // 2 + 1])


@cache
def mel_bands(mel: Mel) -> Spectra:
    """What each frequency counts in each band, (frequencies, bands); not to be written to.

    Triangles of the same area, even on librosa's mel scale: those of librosa.filters.mel, which
    takes half a second to load.
    """
    edges = librosa.mel_frequencies(mel.bands + 2, fmin=mel.lowest, fmax=mel.highest)
    hertz = np.arange(mel.size // 2 + 1)[:, np.newaxis] * mel.rate / mel.size
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    return _shared(np.maximum(np.minimum(rising, falling), 0.0) * 2 / (high - low))


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
