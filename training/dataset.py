"""Cached spectra and prosody of a corpus, keyed by what they were made of."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from training.corpora.loader import sound
from training.utterance import Utterance, data_checksum
from webapp.speech.emotions import Emotion
from webapp.speech.features import (
    Features,
    FeatureSettings,
    heard_in,
    measures,
    spectrum,
    windows,
    with_prosody,
)
from webapp.speech.voice import at_speed
from webapp.speech.waveform import Waveform

VERSION = 2
"""Of what the cache holds, where that changes with the settings the same."""

Labels = npt.NDArray[np.float32]
Measure = Callable[[Waveform, FeatureSettings], Features]


class Dataset:
    """The spectra, and prosody, of utterances at several playing speeds, and their labels.

    Spectra, not MFCCs: augmentation bends frequencies and adds noise, which has to happen before
    the cosine transform.
    """

    def __init__(
        self,
        utterances: Sequence[Utterance],
        settings: FeatureSettings,
        speeds: Sequence[float],
        cache: Path,
    ) -> None:
        """Read from `cache`, or compute and keep there, what `speeds` and the settings ask for."""
        self.settings = settings
        self.labels = tuple(Emotion)
        self.checksum = data_checksum(utterances)
        self._utterances = utterances
        self._row = {(u.corpus, u.name): row for row, u in enumerate(utterances)}
        every = {*speeds, *settings.speeds}
        self._spectra = {s: self._cached(spectrum, s, cache) for s in every}
        self._measures = {
            s: self._cached(measures, s, cache) for s in (every if settings.prosody else ())
        }

    def spectrum(self, utterance: Utterance, speed: float) -> Features:
        """The spectrum of one utterance at one speed, (frames, bands)."""
        return self._spectra[speed][self._row[utterance.corpus, utterance.name]]

    def measures(self, utterance: Utterance, speed: float) -> Features:
        """The prosody of one utterance at one speed, (measures,)."""
        return self._measures[speed][self._row[utterance.corpus, utterance.name]]

    def inputs(self, utterance: Utterance) -> Features:
        """Exactly what the application would let the network hear: (windows, *input_shape)."""
        return np.concatenate([self._inputs_at(utterance, s) for s in self.settings.speeds])

    def _inputs_at(self, utterance: Utterance, speed: float) -> Features:
        planes = windows(self.spectrum(utterance, speed), self.settings)
        if not self.settings.prosody:
            return planes
        return with_prosody(planes, self.measures(utterance, speed))

    def one_hot(self, utterances: Sequence[Utterance]) -> Labels:
        """Labels as float32 (utterances, emotions)."""
        rows = [self.labels.index(u.emotion) for u in utterances]
        return np.eye(len(self.labels), dtype=np.float32)[rows]

    def _cached(self, measure: Measure, speed: float, cache: Path) -> list[Features]:
        path = cache / f"{self._key(measure, speed)}.npz"
        if not path.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            clips = [
                measure(self._heard(utterance, speed), self.settings)
                for utterance in tqdm(
                    self._utterances, desc=f"{measure.__name__} at speed {speed}", unit="clip"
                )
            ]
            unfinished = path.with_suffix(".part.npz")
            np.savez(unfinished, frames=np.concatenate(clips), lengths=[len(c) for c in clips])
            unfinished.rename(path)
        with np.load(path, allow_pickle=False) as stored:
            return np.split(stored["frames"], np.cumsum(stored["lengths"])[:-1])

    def _heard(self, utterance: Utterance, speed: float) -> Waveform:
        return at_speed(heard_in(sound(utterance.path), self.settings), speed)

    def _key(self, measure: Measure, speed: float) -> str:
        """What a spectrum depends on, or the prosody; windows and pooling come after it."""
        later = {"n_mfcc": 0, "window_frames": 0, "window_hop_frames": 0, "speeds": ()}
        made_of = msgspec.structs.replace(
            self.settings,
            pooling="none",
            channels=("chroma",) if "chroma" in self.settings.channels else ("mfcc",),
            prosody=measure is measures,
            **later,
        )
        text = f"{VERSION} {self.checksum} {speed} ".encode() + msgspec.json.encode(made_of)
        return hashlib.sha256(text).hexdigest()[:16]
