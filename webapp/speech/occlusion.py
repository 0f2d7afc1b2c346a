"""A clip that can be heard again without some of it.

By occlusion (Zeiler & Fergus 2014): a patch of the log mel spectrogram is toned down, and the
windows that it touches are heard again. Toned down means cut to the clip's mean spectrum. Nothing
is ever added, so a pause stays a pause and changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import librosa
import numpy as np
import numpy.typing as npt

from webapp.speech.bundle import Card
from webapp.speech.features import (
    Features,
    FeatureSettings,
    finished,
    heard_in,
    levelled_cuts,
    measures,
    spectrum,
)
from webapp.speech.voice import at_speed, kept
from webapp.speech.waveform import Waveform

Array = npt.NDArray[np.float64]

TINY = 0.001
"""Added to probabilities before their logarithm: what is next to none has no use for details."""


class Hearing(Protocol):
    """The part of a recognizer that is asked here."""

    @property
    def card(self) -> Card:
        """Its labels and the settings of its features."""

    def check(self) -> None:
        """Raise `MissingExtra` where it cannot hear."""

    def hear_window(self, window: Features) -> Features:
        """What the network gives the labels for one input."""

    def over_windows(self, heard: Features) -> Features:
        """Calibrated probabilities by what was heard in the windows."""


@dataclass(frozen=True)
class Patch:
    """A piece of a clip: seconds and Hz, the ends not included."""

    start: float
    end: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class _Window:
    """A window of a clip, as it is before it becomes an input of the network."""

    cut: Features
    """Levelled, (frames, bands)."""
    toned_down: Features
    """The same, nothing louder than the clip's mean spectrum, (frames, mel bands)."""
    seconds: Array
    """Where its frames lie in the clip, (frames,)."""
    hertz: Array
    """What its mel bands are in the clip, (mel bands,)."""
    measured: Features | None
    """Prosody of the clip, where the network wants it."""

    def without(self, patch: Patch) -> Features | None:
        """The cut with a patch toned down; None where that changes nothing."""
        frames = np.flatnonzero((self.seconds >= patch.start) & (self.seconds < patch.end))
        bands = np.flatnonzero((self.hertz >= patch.low) & (self.hertz < patch.high))
        place = np.ix_(frames, bands)
        if (self.cut[place] == self.toned_down[place]).all():
            return None
        changed = self.cut.copy()
        changed[place] = self.toned_down[place]
        return changed


class OccludedClip:
    """A clip that can be heard again without some of it."""

    def __init__(self, recognizer: Hearing, waveform: Waveform) -> None:
        self._recognizer = recognizer
        self._settings = recognizer.card.features
        self.start, heard = _voice(waveform, self._settings)
        self.end = self.start + heard.seconds
        self._windows = list(_windows(heard, self.start, self._settings))
        self._heard = np.stack([self._hear(window, window.cut) for window in self._windows])
        self.probabilities = recognizer.over_windows(self._heard)

    def without(self, patch: Patch) -> Features:
        """The probabilities with a patch toned down; only windows that it changes are heard."""
        heard = self._heard.copy()
        for row, window in enumerate(self._windows):
            changed = window.without(patch)
            if changed is not None:
                heard[row] = self._hear(window, changed)
        return self._recognizer.over_windows(heard)

    def weight(self, patch: Patch) -> Array:
        """What the logarithms of the probabilities lose without a patch, (labels,)."""
        before, after = (np.log(p + TINY) for p in (self.probabilities, self.without(patch)))
        return np.asarray(before - after, dtype=np.float64)

    def _hear(self, window: _Window, cut: Features) -> Features:
        return self._recognizer.hear_window(finished(cut, window.measured, self._settings))


def _voice(waveform: Waveform, settings: FeatureSettings) -> tuple[float, Waveform]:
    """When the voice begins in a clip (seconds), and the voice as the settings want it."""
    trimming, start = settings.trimming, 0
    if trimming is not None:
        start = kept(waveform.resampled(settings.sample_rate).samples, trimming).start
    return start / settings.sample_rate, heard_in(waveform, settings)


def _windows(heard: Waveform, start: float, settings: FeatureSettings) -> Iterator[_Window]:
    """The windows of a voice that starts so many seconds into its clip, at each of its speeds."""
    peaks = librosa.mel_frequencies(settings.n_mels + 2, fmin=settings.fmin, fmax=settings.fmax)
    end = np.nextafter(start + heard.seconds, 0)  # the last frame has its middle at the very end
    for speed in settings.speeds:
        played = at_speed(heard, speed)
        spectra = spectrum(played, settings)
        measured = measures(played, settings) if settings.prosody else None
        mean = _mean(spectra[:, : settings.n_mels], settings.floor_db)
        for first, cut in levelled_cuts(spectra, settings):
            mels = spectra[first : first + len(cut), : settings.n_mels]
            highest = np.maximum(mean - mels.max(), settings.floor_db)
            frames = (first + np.arange(len(cut))) * settings.hop_length / settings.sample_rate
            yield _Window(
                cut=cut,
                toned_down=np.minimum(cut[:, : settings.n_mels], highest),
                seconds=np.minimum(start + frames * speed, end),
                hertz=peaks[1:-1] / speed,
                measured=measured,
            )


def _mean(mels: Features, floor_db: float) -> Features:
    """The mean spectrum of a clip (dB), (bands,), where silence is no lower than the floor."""
    return np.asarray(np.maximum(mels, mels.max() + floor_db).mean(axis=0))
