"""Ears: a network that is trained and calibrated, and has then heard everybody it may hear."""

import math
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from training.answers import Answers, Labels
from training.calibrate import (
    CALIBRATION,
    calibrated_in,
    hear,
    labels_of,
    read_calibration,
    side_by_side,
    surroundings,
    with_embedding,
)
from training.dataset import Dataset
from training.fit import FINISHED, NETWORK, fit, fit_on
from training.history import MEMBER
from training.networks import committee
from training.recipe import Recipe
from training.split import Split
from training.tune import tune
from training.utterance import Utterance
from webapp.speech.bundle import FAMILIAR
from webapp.speech.calibration import Calibration, Familiarity, calibrated
from webapp.speech.features import Features
from webapp.speech.figures import readable

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

    A split with members gets a network for each, which then answer as one. A recipe that starts
    from a bundle fine-tunes that. Whatever was finished earlier in `folder` is read back.
    """
    if recipe.start is not None:
        tune(recipe, dataset, split, seed, folder)
        return ears_in(folder)
    if not split.members:
        return _alone(recipe, dataset, split, seed, folder)
    if not (folder / FINISHED).is_file():
        first = seed * len(split.members)
        join(
            [
                _alone(recipe, dataset, part, one, folder / f"{MEMBER}{one - first + 1}")
                for one, part in enumerate(split.members, start=first)
            ],
            folder,
        )
        split.listing.save(folder / FINISHED)
    return ears_in(folder)


def _alone(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> Ears:
    network = with_embedding(fit(recipe, dataset, split, seed, folder))
    ears = Ears(network, *calibrated_in(folder, network, dataset, split))
    if recipe.refit is None:
        return ears
    if not (folder / REFITTED).is_file():
        refit(recipe, dataset, split, seed, folder)
    return ears_in(folder)


def join(members: Sequence[Ears], folder: Path) -> None:
    """Let some ears answer as one: the mean of what each of them makes of a clip, calibrated.

    Each was calibrated on speakers that it had not heard and the others had, so nothing is left
    that the mean could be calibrated on: its temperature is 1, its bounds the means of theirs.
    """
    networks = [keras.Model(one.network.input, one.network.outputs[0]) for one in members]
    calibrations = [one.calibration for one in members]
    committee(networks, [one.temperature for one in calibrations]).save(folder / NETWORK)
    side_by_side([one.familiarity for one in members]).save(folder / FAMILIAR)
    bounds = Calibration(
        temperature=1.0,
        threshold=statistics.mean(one.threshold for one in calibrations),
        farthest=math.hypot(*(one.farthest for one in calibrations)) / math.sqrt(len(members)),
    )
    (folder / CALIBRATION).write_bytes(readable(bounds))


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
    keras.utils.set_random_seed(seed)  # dropout draws its seed when a network is read
    network = keras.models.load_model(folder / CHOSEN, compile=False)
    unfinished = folder / f"{REFITTED}.part"
    assert recipe.refit is not None
    fit_on(network, recipe, recipe.refit, dataset, everybody, seed, unfinished)
    network.save(folder / NETWORK)
    heard = hear(with_embedding(network), [dataset.inputs(clip) for clip in everybody])
    around = surroundings(heard.embeddings, labels_of(dataset, everybody))
    around.save(folder / FAMILIAR)
    unfinished.rename(folder / REFITTED)  # last: it marks the split as refitted
