"""Finished runs with weights, made by hand, for what makes bundles of them."""

import keras
import msgspec
import numpy as np

from tests.training.made_runs import CURVES, write_run
from training.calibrate import CALIBRATION
from training.networks import BUILDERS
from training.recipe import load_recipe
from training.split import Listing
from webapp.speech.bundle import FAMILIAR
from webapp.speech.calibration import Calibration, Familiarity


def trained(runs, recipe_path, curves=CURVES):
    """A finished run of a recipe on all speakers, with the weights that its network begins with."""
    run = write_run(runs, recipe_path, "all_speakers", uar=None)
    (run / "fold-1" / "history.csv").unlink()
    split = (run / "fold-1").rename(run / "all_speakers")
    recipe = load_recipe(str(recipe_path))
    inputs = np.random.default_rng(0).normal(size=(4, *recipe.features.input_shape))
    keras.utils.set_random_seed(0)
    network = BUILDERS[recipe.network](recipe.features, 8, inputs)
    network.compile(optimizer="adam", loss="categorical_crossentropy")
    network.save(split / "model.keras")
    if curves is not None:
        (split / "history.csv").write_text(curves)
    clips = tuple(f"ravdess/{speaker}/clip" for speaker in ("05", "06"))
    calibration = Calibration(temperature=1.5, threshold=0.4, farthest=30.0)
    (split / CALIBRATION).write_bytes(msgspec.json.encode(calibration))
    units = network.layers[-1].input.shape[-1]
    centres = np.zeros((8, units), dtype=np.float32)
    Familiarity(centres, np.eye(units, dtype=np.float32)).save(split / FAMILIAR)
    Listing(training=clips, validation=("ravdess/07/clip",), test=()).save(split / "split.json")
    return run


def measured(runs, recipe_path, protocol="speaker_5fold", uars=(0.4, 0.5), **others):
    return [
        write_run(runs, recipe_path, protocol, uar, seed, **others) for seed, uar in enumerate(uars)
    ]
