"""Ears: a network that is trained and calibrated, and has then heard everybody it may hear."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from training.answers import Answers, Labels
from training.calibrate import (
    calibrated_in,
    hear,
    labels_of,
    read_calibration,
    surroundings,
    with_embedding,
)
from training.dataset import Dataset
from training.fit import NETWORK, fit, fit_on
from training.recipe import Recipe
from training.split import Split
from training.utterance import Utterance
from webapp.speech.bundle import FAMILIAR
from webapp.speech.calibration import Calibration, Familiarity, calibrated
from webapp.speech.features import Features

CHOSEN, REFITTED = "chosen.keras", "refit.csv"


@dataclass(frozen=True)
class Ears:
    """A network, made by `with_embedding`, and how its answers are read."""

    network: keras.Model
    calibration: Calibration
    familiarity: Familiarity

    def answers(self, dataset: Dataset, clips: Sequence[Utterance]) -> Answers:
        """What is made of some clips, their windows averaged as the application does."""
        return self.heard([dataset.inputs(clip) for clip in clips], labels_of(dataset, clips))

    def heard(self, inputs: Sequence[Features], truth: Labels) -> Answers:
        """The same of network inputs, each (windows, *input_shape), and their true emotions."""
        found = hear(self.network, inputs)
        probabilities = calibrated(found.probabilities, self.calibration.temperature)
        return Answers(
            truth=truth,
            probabilities=probabilities,
            named=probabilities.max(axis=1) >= self.calibration.threshold,
            unlike=self.familiarity.distance(found.embeddings) > self.calibration.farthest,
        )


def trained(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> Ears:
    """Train on one split, calibrate, and go on with the validation speakers where a recipe says so.

    Whatever was finished earlier in `folder` is read back.
    """
    network = with_embedding(fit(recipe, dataset, split, seed, folder))
    ears = Ears(network, *calibrated_in(folder, network, dataset, split))
    if recipe.refit is None:
        return ears
    if not (folder / REFITTED).is_file():
        refit(recipe, dataset, split, seed, folder)
    return ears_in(folder)


def ears_in(folder: Path) -> Ears:
    """What is kept in a split's folder."""
    network = keras.models.load_model(folder / NETWORK, compile=False)
    return Ears(with_embedding(network), *read_calibration(folder))


def refit(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> None:
    """Let the chosen network go on learning, now from its validation speakers, too.

    They have chosen what there is to choose: the epoch, the temperature, the thresholds. What they
    chose is kept; where the clips lie in the last layer is found anew. The last epoch is taken.
    """
    if not (folder / CHOSEN).is_file():
        shutil.copy(folder / NETWORK, folder / CHOSEN)
    everybody = [*split.training, *split.validation]
    network = keras.models.load_model(folder / CHOSEN, compile=False)
    unfinished = folder / f"{REFITTED}.part"
    fit_on(network, recipe, dataset, everybody, seed, unfinished)
    network.save(folder / NETWORK)
    heard = hear(with_embedding(network), [dataset.inputs(clip) for clip in everybody])
    around = surroundings(heard.embeddings, labels_of(dataset, everybody))
    around.save(folder / FAMILIAR)
    unfinished.rename(folder / REFITTED)  # last: it marks the split as refitted
