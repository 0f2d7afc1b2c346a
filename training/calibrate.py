"""Making a network's answers mean something: from training and validation clips only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
import numpy as np
from scipy.linalg import block_diag
from scipy.optimize import minimize_scalar
from sklearn.covariance import ledoit_wolf

from training.answers import Labels
from training.dataset import Dataset
from training.networks import embedding
from training.split import Split
from training.utterance import Utterance
from webapp.speech.bundle import FAMILIAR
from webapp.speech.calibration import Calibration, Familiarity, calibrated
from webapp.speech.features import Features
from webapp.speech.figures import readable

CALIBRATION = "calibration.json"
BATCH = 256

NAMED = 0.7
"""Share of the validation clips that an emotion is named for.

People name 62% of RAVDESS right on average: of the rest, silence is the better answer.
"""

WITHIN = 0.95
"""Share of the validation clips that are near enough to training; the farthest are suspicious."""

TEMPERATURES = (0.05, 20.0)
"""Bounds; where every validation clip is heard right, the likelihood has no highest point."""

STILL = 1e-6
"""Share of the mean variance that a direction without any is given: it must not divide by zero."""


@dataclass(frozen=True)
class Hearing:
    """What a network makes of clips, the mean over each clip's windows.

    `probabilities` (clips, emotions), not calibrated; `embeddings` (clips, units).
    """

    probabilities: Features
    embeddings: Features


def calibrate(
    network: keras.Model, dataset: Dataset, split: Split
) -> tuple[Calibration, Familiarity]:
    """How the answers of a network are to be read, and where its training clips lie.

    `network` is one made by `with_embedding`.
    """
    clips = [*split.training, *split.validation]
    heard = hear(network, [dataset.inputs(clip) for clip in clips])
    truth, trained = labels_of(dataset, clips), len(split.training)
    familiarity = surroundings(heard.embeddings[:trained], truth[:trained])
    probabilities, truth = heard.probabilities[trained:], truth[trained:]
    temperature = best_temperature(probabilities, truth)
    confidence = calibrated(probabilities, temperature).max(axis=1)
    distances = familiarity.distance(heard.embeddings[trained:])
    return (
        Calibration(
            temperature=temperature,
            threshold=float(np.quantile(confidence, 1 - NAMED, method="lower")),
            farthest=float(np.quantile(distances, WITHIN, method="higher")),
        ),
        familiarity,
    )


def calibrated_in(
    folder: Path, network: keras.Model, dataset: Dataset, split: Split
) -> tuple[Calibration, Familiarity]:
    """What `calibrate` gives, kept in a split's folder beside its network, or read from there."""
    kept = folder / CALIBRATION
    if not kept.is_file():
        calibration, familiarity = calibrate(network, dataset, split)
        familiarity.save(folder / FAMILIAR)
        kept.write_bytes(readable(calibration))
    return read_calibration(folder)


def read_calibration(folder: Path) -> tuple[Calibration, Familiarity]:
    """What was kept in a split's folder."""
    calibration = msgspec.json.decode((folder / CALIBRATION).read_bytes(), type=Calibration)
    return calibration, Familiarity.load(folder / FAMILIAR)


def hear(network: keras.Model, inputs: Sequence[Features]) -> Hearing:
    """What a network made by `with_embedding` makes of clips' inputs, (windows, *input_shape)."""
    ends = np.cumsum([len(windows) for windows in inputs])[:-1]
    outputs = network.predict(np.concatenate(inputs), batch_size=BATCH, verbose=0)
    means = [np.stack([part.mean(axis=0) for part in np.split(one, ends)]) for one in outputs]
    return Hearing(*means)


def with_embedding(network: keras.Model) -> keras.Model:
    """A network that also gives what its last layer makes the probabilities of: (..., units)."""
    return keras.Model(network.input, [network.output, embedding(network)])


def labels_of(dataset: Dataset, clips: Sequence[Utterance]) -> Labels:
    """The rows of the true emotions among the labels, (clips,)."""
    return np.asarray(dataset.one_hot(clips).argmax(axis=1))


def best_temperature(probabilities: Features, truth: Labels) -> float:
    """The temperature at which the true emotions are likeliest (Guo et al. 2017)."""

    def loss(logarithm: float) -> float:
        found = calibrated(probabilities, float(np.exp(logarithm)))
        likelihood = found[np.arange(len(truth)), truth]
        return -float(np.log(np.maximum(likelihood, np.finfo(np.float32).tiny)).mean())

    found = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def surroundings(embeddings: Features, truth: Labels) -> Familiarity:
    """The mean of each emotion that occurs, and what makes the spread around it the same.

    The covariance is one for all emotions, shrunk (Ledoit & Wolf 2004): with few clips and many
    units it could not be inverted.
    """
    present, rows = np.unique(truth, return_inverse=True)
    centres = np.stack([embeddings[truth == emotion].mean(axis=0) for emotion in present])
    covariance, _ = ledoit_wolf(embeddings - centres[rows], assume_centered=True)
    variances, directions = np.linalg.eigh(covariance)
    least = STILL * variances.mean() + STILL**2  # the second, where no unit ever fires
    whitening = directions / np.sqrt(np.maximum(variances, least))
    return Familiarity(centres.astype(np.float32), whitening.astype(np.float32))


def side_by_side(parts: Sequence[Familiarity]) -> Familiarity:
    """Where the training clips lie in the last layers of several networks, one beside another.

    A squared distance is the mean of theirs. Raises `ValueError` where they know other emotions.
    """
    centres = np.concatenate([part.centres for part in parts], axis=1)
    whitening = block_diag(*(part.whitening for part in parts)) / np.sqrt(len(parts))
    return Familiarity(centres, whitening.astype(np.float32))
