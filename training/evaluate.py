"""Measuring a recipe under a protocol. The only reader of test clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

from training.dataset import Dataset
from training.fit import fit
from training.recipe import Recipe
from training.run import RunError, read_run
from training.splits import Split
from training.utterance import Utterance
from webapp.speech.features import Features

ANSWERS = "answers.npz"

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """What a network made of test clips: `truth` (clips,) and `probabilities` (clips, emotions)."""

    truth: Labels
    probabilities: Features

    @property
    def heard(self) -> Labels:
        """The likeliest emotion of each clip, (clips,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of the clips heard right."""
        return float(accuracy_score(self.truth, self.heard))

    @property
    def uar(self) -> float:
        """Unweighted average recall over the emotions that occur."""
        return float(recall_score(self.truth, self.heard, labels=self._present, average="macro"))

    @property
    def macro_f1(self) -> float:
        """Unweighted mean of the emotions' F1."""
        return float(f1_score(self.truth, self.heard, labels=self._present, average="macro"))

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Clips by true (rows) and heard emotion (columns)."""
        counts = confusion_matrix(self.truth, self.heard, labels=range(self.probabilities.shape[1]))
        return tuple(tuple(int(count) for count in row) for row in counts)

    @property
    def _present(self) -> Labels:
        return np.unique(self.truth)

    def save(self, path: Path) -> None:
        """Write as a NumPy archive, whole or not at all: it marks its split as finished."""
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, truth=self.truth, probabilities=self.probabilities)
        unfinished.rename(path)

    @classmethod
    def load(cls, path: Path) -> "Answers":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["truth"], stored["probabilities"])

    @classmethod
    def joined(cls, parts: Sequence["Answers"]) -> "Answers":
        """The answers of several splits as one."""
        return cls(
            np.concatenate([part.truth for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
        )


def evaluate(
    recipe: Recipe, dataset: Dataset, splits: Sequence[Split], seed: int, folder: Path
) -> list[Answers]:
    """The answers on each split's test clips; splits finished earlier are read back."""
    return [_answers(recipe, dataset, split, seed, folder / split.name) for split in splits]


def _answers(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> Answers:
    finished = folder / ANSWERS
    if not finished.is_file():
        answers(fit(recipe, dataset, split, seed, folder), dataset, split.test).save(finished)
    return Answers.load(finished)


def summary(seed: int, parts: Sequence[Answers]) -> str:
    """A run's figures in a line: over all clips, and the UAR of each split."""
    whole = Answers.joined(parts)
    folds = " ".join(f"{part.uar:.3f}" for part in parts)
    return (
        f"seed {seed}: UAR {whole.uar:.3f}, accuracy {whole.accuracy:.3f}, "
        f"macro F1 {whole.macro_f1:.3f}; UAR by split {folds}"
    )


def answers(network: keras.Model, dataset: Dataset, clips: Sequence[Utterance]) -> Answers:
    """What a network makes of some clips, its windows averaged as the application does."""
    heard = [dataset.inputs(clip) for clip in clips]
    ends = np.cumsum([len(windows) for windows in heard])[:-1]
    outputs = network.predict(np.concatenate(heard), batch_size=256, verbose=0)
    return Answers(
        truth=dataset.one_hot(clips).argmax(axis=1),
        probabilities=np.stack([part.mean(axis=0) for part in np.split(outputs, ends)]),
    )


def read_answers(run: Path) -> Answers:
    """All answers of a finished run; raises `RunError` where a split is missing."""
    splits = sorted(path for path in run.iterdir() if path.is_dir())
    missing = [path.name for path in splits if not (path / ANSWERS).is_file()]
    if missing or not splits:
        raise RunError(
            f"{run.name} is not finished ({', '.join(missing)}). Run its `evaluate` again."
        )
    whole = Answers.joined([Answers.load(path / ANSWERS) for path in splits])
    clips = read_run(run).clips
    if len(whole.truth) != clips:  # a split that was never begun has no folder to be missed by
        raise RunError(
            f"{run.name} answers {len(whole.truth)} of {clips} clips. Run its `evaluate` again."
        )
    return whole
