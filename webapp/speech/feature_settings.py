"""Settings of features: everything that decides how a waveform becomes the input of a network."""

import math
from typing import Literal

import msgspec

from webapp.speech.prosody import MEASURES
from webapp.speech.spectrogram import Fourier, Mel
from webapp.speech.voice import Trimming

FLOOR_DB = -80.0
"""Energies further below the loudest bin than this count as silence, where nothing else is said."""

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

    @property
    def trimming(self) -> Trimming | None:
        """What counts as silence around a voice; None where nothing is cut."""
        return None if self.trim_db is None else Trimming(self.trim_db, self.trim_hop)
