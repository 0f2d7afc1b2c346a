"""Features: what the networks see of a waveform, as librosa.feature defines it."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import scipy.fft

from webapp.speech.feature_settings import FLOOR_DB as FLOOR_DB
from webapp.speech.feature_settings import Channel
from webapp.speech.feature_settings import FeatureSettings as FeatureSettings
from webapp.speech.prosody import prosody
from webapp.speech.spectrogram import SEMITONES, chroma, decibels, power
from webapp.speech.voice import at_speed, voice
from webapp.speech.waveform import Waveform

Features = npt.NDArray[np.float32]

PROSODY_SECONDS = 60
"""Prosody is measured in at most this much of a clip."""


def heard_in(waveform: Waveform, settings: FeatureSettings) -> Waveform:
    """The voice in a clip, as the settings want it: at their rate, level and trimming."""
    return voice(waveform, settings.sample_rate, settings.trimming)


def log_mel(waveform: Waveform, settings: FeatureSettings) -> Features:
    """Log mel spectrogram of a clip (dB), shape (frames, n_mels), silence around it trimmed."""
    powers = power(heard_in(waveform, settings).samples, settings.fourier)
    return np.concatenate([decibels(some, settings.mel) for some in powers])


def spectrum(heard: Waveform, settings: FeatureSettings) -> Features:
    """What the channels are made of: the log mel spectrogram of a voice, (frames, n_mels).

    Where the settings ask for chroma, its 12 bands follow the mel bands of each frame.
    """
    powers = power(heard.samples, settings.fourier)
    return np.concatenate([_bands(frames, settings) for frames in powers])


def _bands(frames: Features, settings: FeatureSettings) -> Features:
    mel = decibels(frames, settings.mel)
    if "chroma" not in settings.channels:
        return mel
    return np.hstack([mel, chroma(frames, settings.sample_rate)])


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
    return chroma[:, np.arange(settings.n_mels) * SEMITONES // settings.n_mels]


def windows(spectra: Features, settings: FeatureSettings) -> Features:
    """The windows of one clip's spectrum, shape (windows, *settings.plane_shape)."""
    return np.stack([network_input(cut, settings) for _, cut in levelled_cuts(spectra, settings)])


def levelled_cuts(spectra: Features, settings: FeatureSettings) -> Iterator[tuple[int, Features]]:
    """First frame and levelled spectrum of each window of a clip, before it is filled up.

    Pauses as long as a window are left out: levelling would make noise of them as loud as a voice.
    """
    bands = settings.n_mels
    quietest = spectra[:, :bands].max() - (settings.trim_db or np.inf)
    for start in window_starts(len(spectra), settings):
        cut = spectra[start : start + settings.window_frames]
        if cut[:, :bands].max() >= quietest:
            level = levelled(cut[:, :bands], settings.floor_db)
            yield start, np.hstack([level, cut[:, bands:]])


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
    measured = measures(heard, settings) if settings.prosody else None
    for _, cut in levelled_cuts(spectrum(heard, settings), settings):
        yield finished(cut, measured, settings)


def finished(cut: Features, measured: Features | None, settings: FeatureSettings) -> Features:
    """The network input of a levelled cut, with the prosody of its clip where that is measured."""
    plane = network_input(cut, settings)
    return plane if measured is None else with_prosody(plane[np.newaxis], measured)[0]
