"""Cached log mel spectrograms of a corpus, keyed by what they were made of."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from training.utterance import Utterance, data_checksum
from webapp.speech.decode import decode
from webapp.speech.emotions import Emotion
from webapp.speech.features import Features, FeatureSettings, log_mel, windows
from webapp.speech.waveform import Waveform

Labels = npt.NDArray[np.float32]


class Dataset:
    """The log mel spectrograms of utterances at several playing speeds, and their labels.

    Spectrograms, not MFCCs: augmentation bends frequencies and adds noise, which has to happen
    before the cosine transform.
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
        self._log_mels = {
            speed: self._cached(speed, cache) for speed in {*speeds, *settings.speeds}
        }

    def log_mels(self, utterance: Utterance, speed: float) -> Features:
        """The log mel spectrogram of one utterance at one speed, (frames, n_mels)."""
        return self._log_mels[speed][self._row[utterance.corpus, utterance.name]]

    def inputs(self, utterance: Utterance) -> Features:
        """Exactly what the application would let the network hear: (windows, *input_shape)."""
        return np.concatenate(
            [windows(self.log_mels(utterance, s), self.settings) for s in self.settings.speeds]
        )

    def one_hot(self, utterances: Sequence[Utterance]) -> Labels:
        """Labels as float32 (utterances, emotions)."""
        rows = [self.labels.index(u.emotion) for u in utterances]
        return np.eye(len(self.labels), dtype=np.float32)[rows]

    def _cached(self, speed: float, cache: Path) -> list[Features]:
        path = cache / f"{self._key(speed)}.npz"
        if not path.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            clips = [
                log_mel(waveform(utterance).played_at(speed), self.settings)
                for utterance in tqdm(
                    self._utterances, desc=f"features at speed {speed}", unit="clip"
                )
            ]
            unfinished = path.with_suffix(".part.npz")
            np.savez(unfinished, frames=np.concatenate(clips), lengths=[len(c) for c in clips])
            unfinished.rename(path)
        with np.load(path, allow_pickle=False) as stored:
            return np.split(stored["frames"], np.cumsum(stored["lengths"])[:-1])

    def _key(self, speed: float) -> str:
        """What a log mel spectrogram depends on; windows and pooling come after it."""
        later = {"n_mfcc": 0, "window_frames": 0, "window_hop_frames": 0, "speeds": ()}
        made_of = msgspec.structs.replace(self.settings, pooling="none", **later)
        text = f"{self.checksum} {speed} ".encode() + msgspec.json.encode(made_of)
        return hashlib.sha256(text).hexdigest()[:16]


def waveform(utterance: Utterance) -> Waveform:
    """The sound of an utterance; raises `SpeechError` where its file is damaged."""
    return decode(utterance.path.read_bytes(), max_seconds=60.0)
