"""Fine-tuning: the network of a released bundle learns a little more, from clips of one's own."""

import shutil
from pathlib import Path

import keras

from training.calibrate import CALIBRATION
from training.dataset import Dataset
from training.fit import FINISHED, NETWORK, fit_on
from training.networks import head
from training.recipe import Recipe, RecipeError
from training.split import Split
from webapp.speech.bundle import CARD, FAMILIAR, KERAS, Card, read_card
from webapp.speech.figures import readable

START, CURVES = "start", "tuning.csv"


def keep_start(bundle: Path, run: Path) -> None:
    """Put the bundle that a run starts from beside its splits, and in the form of one of them."""
    shutil.copytree(bundle, run / START, dirs_exist_ok=True)
    (run / START / CALIBRATION).write_bytes(readable(read_card(bundle).calibration))


def read_start(run: Path) -> Card | None:
    """The card of the bundle that a run starts from; None where it starts from nothing."""
    return read_card(run / START) if (run / START / CARD).is_file() else None


def tune(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> None:
    """Teach the last layer of the start bundle's network the training clips of one split.

    The layers below it stay as they are, and so do the distances in them and what was calibrated:
    too few clips are there to find that anew. A split that was finished earlier is left as it is.
    """
    if (folder / FINISHED).is_file():
        return
    print(f"{split.name}: fine-tuning on {len(split.training)} clips", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    assert recipe.training is not None  # a recipe with a start has it
    start = folder.parent / START
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    network = keras.models.load_model(start / KERAS, compile=False)
    free_head(network)
    fit_on(network, recipe, recipe.training, dataset, split.training, seed, folder / CURVES)
    network.save(folder / NETWORK)
    for name in (CALIBRATION, FAMILIAR):
        shutil.copy(start / name, folder)
    split.listing.save(folder / FINISHED)


def free_head(network: keras.Model) -> None:
    """Let nothing but what makes the probabilities of the embedding learn."""
    free = head(network)
    for layer in network.layers:
        layer.trainable = layer in free
    if not network.trainable_weights:
        raise RecipeError(f"{network.name} has no last layer that could be fine-tuned.")
