"""Features: what the networks see of a waveform. The project's only calls to librosa.feature."""

import math
from collections.abc import Iterator
from typing import Literal

import librosa
import msgspec
import numpy as np
import numpy.typing as npt
import scipy.fft

from webapp.speech.prosody import MEASURES, prosody
from webapp.speech.spectrogram import Fourier, Mel, decibels, power
from webapp.speech.voice import Trimming, at_speed, voice
from webapp.speech.waveform import Waveform

Features = npt.NDArray[np.float32]

FLOOR_DB = -80.0
"""Energies further below the loudest bin than this count as silence, where nothing else is said."""

PROSODY_SECONDS = 60
"""Prosody is measured in at most this much of a clip."""

CHROMA_BANDS = 12
"""Semitones of an octave."""

Channel = Literal["mfcc", "mel", "chroma"]


class FeatureSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """Everything that decides how a waveform becomes the input of a network.

    Settings at their default are not written, so that a new one leaves older runs their names.
    """

    sample_rate: int
    """Hz that every waveform is brought to."""
    n_fft: int
    """Samples in a Fourier transform."""
    win_length: int
    """Samples in the analysis window."""
    hop_length: int
    """Samples from one frame to the next."""
    n_mels: int
    """Mel bands between `fmin` and `fmax`."""
    fmin: float
    """Lowest frequency (Hz)."""
    fmax: float
    """Highest frequency (Hz)."""
    floor_db: float = FLOOR_DB
    """Energies further below the loudest bin of a window count as silence (dB): what lies under the
    noise of an ordinary room says more of the room than of the voice."""
    n_mfcc: int
    """Cepstral coefficients kept."""
    trim_db: float | None
    """Leading and trailing sound this far below the loudest frame is cut; None cuts nothing."""
    trim_hop: int = 512
    """Samples from one frame to the next where silence is looked for."""
    window_frames: int
    """Frames that the network sees at once."""
    window_hop_frames: int
    """Frames from one window to the next in a long clip."""
    pooling: Literal["none", "mean", "mean_std"]
    """`none`: the sequence of a window; `mean`: its mean over time; `mean_std`: mean, deviation."""
    speeds: tuple[float, ...]
    """A clip is heard once at each of these playing speeds, and the probabilities are averaged."""
    channels: tuple[Channel, ...] = ("mfcc",)
    """The pictures laid over each other; more than one are each `n_mels` bands high."""
    prosody: bool = False
    """Whether the prosody of the clip comes with each window: the input is then one flat row."""

    def __post_init__(self) -> None:
        if len(self.channels) > 1 and (self.pooling != "none" or self.n_mfcc != self.n_mels):
            raise ValueError("several channels want pooling none and as many MFCCs as mel bands")

    @property
    def plane_shape(self) -> tuple[int, ...]:
        """Shape of what a window shows: (frames, coefficients), with channels (…, channels)."""
        if self.pooling != "none":
            return (self.n_mfcc * (2 if self.pooling == "mean_std" else 1),)
        shape = (self.window_frames, self.n_mfcc)
        return (*shape, len(self.channels)) if len(self.channels) > 1 else shape

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one network input: that of the plane, or of plane and prosody in a row."""
        row = (math.prod(self.plane_shape) + len(MEASURES),)
        return row if self.prosody else self.plane_shape

    @property
    def fourier(self) -> Fourier:
        """How a voice is cut into frames."""
        return Fourier(self.n_fft, self.win_length, self.hop_length)

    @property
    def mel(self) -> Mel:
        """The mel bands of a frame."""
        return Mel(self.sample_rate, self.n_fft, self.n_mels, self.fmin, self.fmax)


def heard_in(waveform: Waveform, settings: FeatureSettings) -> Waveform:
    """The voice in a clip, as the settings want it: at their rate, level and trimming."""
    trims = settings.trim_db is not None
    trimming = Trimming(settings.trim_db or 0.0, settings.trim_hop) if trims else None
    return voice(waveform, settings.sample_rate, trimming)


def log_mel(waveform: Waveform, settings: FeatureSettings) -> Features:
    """Log mel spectrogram of a clip (dB), shape (frames, n_mels), silence around it trimmed."""
    powers = power(heard_in(waveform, settings).samples, settings.fourier)
    return np.concatenate([decibels(some, settings.mel) for some in powers])


def _chroma(frames: Features, settings: FeatureSettings) -> Features:
    """Strength of the twelve semitones, 0 to 1, whatever the octave: (frames, 12)."""
    # A voice is in no key: estimating its tuning takes time and means nothing.
    chroma = librosa.feature.chroma_stft(
        S=frames.T, sr=settings.sample_rate, n_fft=settings.n_fft, tuning=0.0
    )
    return np.asarray(chroma.T, dtype=np.float32)


def spectrum(heard: Waveform, settings: FeatureSettings) -> Features:
    """What the channels are made of: the log mel spectrogram of a voice, (frames, n_mels).

    Where the settings ask for chroma, its 12 bands follow the mel bands of each frame.
    """
    powers = power(heard.samples, settings.fourier)
    return np.concatenate([_bands(frames, settings) for frames in powers])


def _bands(frames: Features, settings: FeatureSettings) -> Features:
    mel = decibels(frames, settings.mel)
    return np.hstack([mel, _chroma(frames, settings)]) if "chroma" in settings.channels else mel


def measures(heard: Waveform, settings: FeatureSettings) -> Features:
    """The prosody of a voice, (measures,); raises `MissingExtra` where Praat is not installed.

    Of a long one its first minute is measured: Praat takes 30 ms for a second of voice.
    """
    del settings  # as with `spectrum`
    return prosody(Waveform(heard.samples[: PROSODY_SECONDS * heard.rate], heard.rate))


def levelled(mel: Features, floor_db: float = FLOOR_DB) -> Features:
    """A log mel window in dB below its own loudest bin, `floor_db` to 0.

    It takes the level out: the distance to the microphone must not change what the network sees.
    """
    return np.asarray(np.maximum(mel - mel.max(), floor_db), dtype=np.float32)


def cepstra(log_mels: Features, settings: FeatureSettings) -> Features:
    """MFCCs of log mel spectrograms: (..., frames, n_mels) becomes (..., frames, n_mfcc).

    The orthonormal DCT-II of Davis & Mermelstein (1980), as librosa defines it.
    """
    mfccs = scipy.fft.dct(log_mels, axis=-1, norm="ortho")[..., : settings.n_mfcc]
    return np.asarray(mfccs, dtype=np.float32)


def window_starts(frames: int, settings: FeatureSettings) -> list[int]:
    """First frames of the overlapping windows over a clip; the last ends where the clip ends."""
    last = max(frames - settings.window_frames, 0)
    return [*range(0, last, settings.window_hop_frames), last]


def silence_around(cut: Features, front: int, behind: int, settings: FeatureSettings) -> Features:
    """A levelled cut with frames of silence in front and behind; silence has no chroma."""
    padded = np.pad(cut, ((front, behind), (0, 0)), constant_values=settings.floor_db)
    padded[:front, settings.n_mels :] = padded[len(padded) - behind :, settings.n_mels :] = 0.0
    return padded


def network_input(cut: Features, settings: FeatureSettings) -> Features:
    """One window, shape settings.plane_shape, of a levelled spectrum of at most that many frames.

    A short cut gets silence behind it, unless it is pooled.
    """
    if settings.pooling != "none":
        mfccs = cepstra(cut, settings)
        mean = np.asarray(mfccs.mean(axis=0), dtype=np.float32)
        return mean if settings.pooling == "mean" else np.append(mean, mfccs.std(axis=0))
    cut = silence_around(cut, 0, settings.window_frames - len(cut), settings)
    if settings.channels == ("mfcc",):
        return cepstra(cut, settings)
    return np.stack([_channel(cut, name, settings) for name in settings.channels], axis=-1)


def _channel(cut: Features, name: Channel, settings: FeatureSettings) -> Features:
    """One picture of a window, (frames, n_mels); chroma's bands are repeated to that height."""
    mel, chroma = cut[:, : settings.n_mels], cut[:, settings.n_mels :]
    if name != "chroma":
        return mel if name == "mel" else cepstra(mel, settings)
    return chroma[:, np.arange(settings.n_mels) * CHROMA_BANDS // settings.n_mels]


def windows(spectra: Features, settings: FeatureSettings) -> Features:
    """The windows of one clip's spectrum, shape (windows, *settings.plane_shape).

    Pauses as long as a window are left out: levelling would make noise of them as loud as a voice.
    """
    return np.stack(list(_each_window(spectra, settings)))


def _each_window(spectra: Features, settings: FeatureSettings) -> Iterator[Features]:
    bands = settings.n_mels
    quietest = spectra[:, :bands].max() - (settings.trim_db or np.inf)
    for start in window_starts(len(spectra), settings):
        cut = spectra[start : start + settings.window_frames]
        if cut[:, :bands].max() >= quietest:
            level = levelled(cut[:, :bands], settings.floor_db)
            yield network_input(np.hstack([level, cut[:, bands:]]), settings)


def with_prosody(planes: Features, measured: Features) -> Features:
    """Each window's plane in a row with the clip's prosody, (windows, plane and measures)."""
    rows = planes.reshape(len(planes), -1)
    return np.hstack([rows, np.tile(measured, (len(rows), 1))])


def network_inputs(waveform: Waveform, settings: FeatureSettings) -> Features:
    """All that a network hears of a clip: its windows at each speed, (windows, *input_shape).

    Raises `MissingExtra` where the settings ask for prosody and Praat is not installed.
    """
    return np.stack(list(each_input(waveform, settings)))


def each_input(waveform: Waveform, settings: FeatureSettings) -> Iterator[Features]:
    """One after the other what `network_inputs` gives at once; a long clip's do not pile up."""
    heard = heard_in(waveform, settings)
    for speed in settings.speeds:
        yield from _each_at(at_speed(heard, speed), settings)


def _each_at(heard: Waveform, settings: FeatureSettings) -> Iterator[Features]:
    planes = _each_window(spectrum(heard, settings), settings)
    if not settings.prosody:
        yield from planes
        return
    measured = measures(heard, settings)
    for plane in planes:
        yield with_prosody(plane[np.newaxis], measured)[0]
