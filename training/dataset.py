"""Cached spectra and prosody of a corpus, keyed by what they were made of."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from training.cores import cores, workers
from training.corpora.loader import sound
from training.utterance import Utterance, data_checksum
from training.whole_files import whole
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

FEW, AT_ONCE = 200, 16
"""So many clips take no longer than starting processes would; so many a process takes at once."""

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
        every = sorted({*speeds, *settings.speeds})
        self._spectra = self._cached(spectrum, every, cache)
        self._measures = self._cached(measures, every if settings.prosody else [], cache)

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

    def _cached(
        self, measure: Measure, speeds: Sequence[float], cache: Path
    ) -> dict[float, list[Features]]:
        """What is measured of each clip, by speed."""
        files = {speed: cache / f"{self._key(measure, speed)}.npz" for speed in speeds}
        missing = {speed: file for speed, file in files.items() if not file.is_file()}
        if missing:
            self._measure(measure, missing)
        found = {}
        for speed, file in files.items():
            with np.load(file, allow_pickle=False) as stored:
                found[speed] = np.split(stored["frames"], np.cumsum(stored["lengths"])[:-1])
        return found

    def _measure(self, measure: Measure, files: dict[float, Path]) -> None:
        """Measure all clips, each decoded once, and keep what is found at each speed in a file."""
        work = partial(_at_speeds, measure=measure, speeds=tuple(files), settings=self.settings)
        paths = [utterance.path for utterance in self._utterances]
        with workers(1 if len(paths) <= FEW else cores(), AT_ONCE) as spread:
            found = list(tqdm(spread(work, paths), measure.__name__, len(paths), unit="clip"))
        for file, clips in zip(files.values(), zip(*found, strict=True), strict=True):
            with whole(file) as unfinished:
                np.savez(unfinished, frames=np.concatenate(clips), lengths=[len(c) for c in clips])

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


def _at_speeds(
    path: Path, measure: Measure, speeds: Sequence[float], settings: FeatureSettings
) -> list[Features]:
    heard = heard_in(sound(path), settings)
    return [measure(at_speed(heard, speed), settings) for speed in speeds]
