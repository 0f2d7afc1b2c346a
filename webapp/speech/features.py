"""Features: what the networks see of a waveform. The project's only calls to librosa.feature."""

from typing import Literal

import librosa
import msgspec
import numpy as np
import numpy.typing as npt

from webapp.speech.waveform import Samples, Waveform

Features = npt.NDArray[np.float32]

FLOOR_DB = -80.0
"""Energies further below the loudest bin of a clip than this count as silence (dB)."""

TRIM_FRAME, TRIM_HOP = 2048, 512
"""Samples in a frame, and from one to the next, where silence is looked for."""


class FeatureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that decides how a waveform becomes the input of a network."""

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
    n_mfcc: int
    """Cepstral coefficients kept."""
    trim_db: float | None
    """Leading and trailing sound this far below the loudest frame is cut; None cuts nothing."""
    window_frames: int
    """Frames that the network sees at once."""
    window_hop_frames: int
    """Frames from one window to the next in a long clip."""
    pooling: Literal["none", "mean"]
    """`none`: the sequence of a window; `mean`: its mean over time."""
    speeds: tuple[float, ...]
    """A clip is heard once at each of these playing speeds, and the probabilities are averaged."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one network input: (frames, coefficients), or (coefficients,) when pooled."""
        return (self.window_frames, self.n_mfcc) if self.pooling == "none" else (self.n_mfcc,)


def log_mel(waveform: Waveform, settings: FeatureSettings) -> Features:
    """Log mel spectrogram of a clip (dB), shape (frames, n_mels), silence around it trimmed."""
    samples = waveform.resampled(settings.sample_rate).samples
    if settings.trim_db is not None:
        samples = trimmed(samples, settings.trim_db)
    peak = float(np.max(np.abs(samples), initial=0.0))
    power = librosa.feature.melspectrogram(
        y=samples / peak if peak else samples,
        sr=settings.sample_rate,
        n_fft=settings.n_fft,
        win_length=settings.win_length,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
        fmin=settings.fmin,
        fmax=settings.fmax,
    )
    return np.asarray(librosa.power_to_db(power, top_db=None).T, dtype=np.float32)


def trimmed(samples: Samples, below_db: float) -> Samples:
    """Samples without the beginning and the end that lie `below_db` under the loudest frame.

    What librosa.effects.trim does, without the seconds and the memory that importing it takes.
    """
    rms = librosa.feature.rms(y=samples, frame_length=TRIM_FRAME, hop_length=TRIM_HOP)[0]
    loud = np.flatnonzero(librosa.amplitude_to_db(rms, ref=np.max, top_db=None) > -below_db)
    return samples[loud[0] * TRIM_HOP : (loud[-1] + 1) * TRIM_HOP]


def levelled(window: Features) -> Features:
    """A log mel window in dB below its own loudest bin, FLOOR_DB to 0.

    It takes the level out: the distance to the microphone must not change what the network sees.
    """
    return np.asarray(np.maximum(window - window.max(), FLOOR_DB), dtype=np.float32)


def cepstra(log_mels: Features, settings: FeatureSettings) -> Features:
    """MFCCs of log mel spectrograms: (..., frames, n_mels) becomes (..., frames, n_mfcc).

    The orthonormal DCT-II of Davis & Mermelstein (1980), as librosa defines it.
    """
    mfccs = librosa.feature.mfcc(S=np.swapaxes(log_mels, -1, -2), n_mfcc=settings.n_mfcc)
    return np.asarray(np.swapaxes(mfccs, -1, -2), dtype=np.float32)


def window_starts(frames: int, settings: FeatureSettings) -> list[int]:
    """First frames of the overlapping windows over a clip; the last ends where the clip ends."""
    last = max(frames - settings.window_frames, 0)
    return [*range(0, last, settings.window_hop_frames), last]


def network_input(cut: Features, settings: FeatureSettings) -> Features:
    """One network input, shape settings.input_shape, of a levelled log mel cut of at most a window.

    A short cut gets silence behind it, unless it is pooled.
    """
    if settings.pooling == "mean":
        return np.asarray(cepstra(cut, settings).mean(axis=0), dtype=np.float32)
    missing = settings.window_frames - len(cut)
    return cepstra(np.pad(cut, ((0, missing), (0, 0)), constant_values=FLOOR_DB), settings)


def windows(log_mels: Features, settings: FeatureSettings) -> Features:
    """Network inputs for one clip's log mel spectrogram, shape (windows, *settings.input_shape).

    Pauses as long as a window are left out: levelling would make noise of them as loud as a voice.
    """
    cuts = [
        log_mels[start : start + settings.window_frames]
        for start in window_starts(len(log_mels), settings)
    ]
    quietest = log_mels.max() - (settings.trim_db or np.inf)
    heard = [levelled(cut) for cut in cuts if cut.max() >= quietest]
    return np.stack([network_input(cut, settings) for cut in heard])


def network_inputs(waveform: Waveform, settings: FeatureSettings) -> Features:
    """All that a network hears of a clip: its windows at each speed, (windows, *input_shape)."""
    return np.concatenate(
        [
            windows(log_mel(waveform.played_at(speed), settings), settings)
            for speed in settings.speeds
        ]
    )
