"""Measuring a recipe under a protocol. The only reader of test clips."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

from training.dataset import Dataset
from training.fit import NETWORK, fit
from training.history import seconds_an_epoch
from training.recipe import Recipe
from training.run import Measured, RunCard, read_run
from training.split import Split
from training.splits import DESCRIPTIONS
from training.utterance import Utterance
from webapp.speech.bundle import Figures
from webapp.speech.features import Features, FeatureSettings

ANSWERS = "answers.npz"
BINS, BATCH = 15, 256

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
    def calibration_error(self) -> float:
        """Expected calibration error (Naeini et al. 2015) in 15 bins of confidence, by clips."""
        confidence = self.probabilities.max(axis=1)
        right = self.truth == self.heard
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        gaps = [abs((right - confidence)[bins == one].sum()) for one in range(BINS)]
        return float(sum(gaps) / len(self.truth))

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
) -> Measured:
    """Measure a recipe on each split's test clips; splits finished earlier are read back.

    Writes `figures.json` into the run's folder once every split is answered.
    """
    parts = [_answers(recipe, dataset, split, seed, folder / split.name) for split in splits]
    network = keras.models.load_model(folder / splits[0].name / NETWORK, compile=False)
    measured = Measured(
        figures=figures(read_run(folder), Answers.joined(parts)),
        splits={split.name: part.uar for split, part in zip(splits, parts, strict=True)},
        seconds_an_epoch=seconds_an_epoch([folder / split.name for split in splits]),
        parameters=network.count_params(),
        milliseconds=milliseconds_a_window(network, recipe.features),
    )
    measured.save(folder)
    return measured


def _answers(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> Answers:
    finished = folder / ANSWERS
    if not finished.is_file():
        answers(fit(recipe, dataset, split, seed, folder), dataset, split.test).save(finished)
    return Answers.load(finished)


def answers(network: keras.Model, dataset: Dataset, clips: Sequence[Utterance]) -> Answers:
    """What a network makes of some clips, its windows averaged as the application does."""
    heard = [dataset.inputs(clip) for clip in clips]
    ends = np.cumsum([len(windows) for windows in heard])[:-1]
    outputs = network.predict(np.concatenate(heard), batch_size=BATCH, verbose=0)
    return Answers(
        truth=dataset.one_hot(clips).argmax(axis=1),
        probabilities=np.stack([part.mean(axis=0) for part in np.split(outputs, ends)]),
    )


def figures(run: RunCard, answered: Answers) -> Figures:
    """The figures of one run, from the answers of all its splits."""
    corpora = "".join(f" --corpus {corpus}=DIR" for corpus in run.corpora)
    return Figures(
        protocol=run.protocol,
        description=DESCRIPTIONS[run.protocol],
        command=f"python -m training evaluate {run.recipe.name} --protocol {run.protocol}{corpora}",
        corpora=run.corpora,
        clips=run.clips,
        speakers=run.speakers,
        seeds=(run.seed,),
        accuracy=answered.accuracy,
        uar=answered.uar,
        macro_f1=answered.macro_f1,
        uars=(answered.uar,),
        calibration_error=answered.calibration_error,
        confusion=answered.confusion,
    )


def milliseconds_a_window(network: keras.Model, settings: FeatureSettings) -> float:
    """How long Keras takes for one window when it is given many at once."""
    inputs = np.zeros((BATCH, *settings.input_shape), dtype=np.float32)
    network.predict_on_batch(inputs)  # the first call compiles
    start = time.perf_counter()
    network.predict_on_batch(inputs)
    return (time.perf_counter() - start) * 1000 / BATCH


def summary(measured: Measured) -> str:
    """A run's figures in a line: over all clips, and the UAR of each split."""
    whole = measured.figures
    splits = " ".join(f"{uar:.3f}" for uar in measured.splits.values())
    return (
        f"seed {whole.seeds[0]}: UAR {whole.uar:.3f}, accuracy {whole.accuracy:.3f}, "
        f"macro F1 {whole.macro_f1:.3f}; UAR by split {splits}"
    )
