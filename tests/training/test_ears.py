"""A network goes on with the validation speakers once they have chosen; what they chose is kept."""

import shutil

import keras
import numpy as np
import pytest
from msgspec.structs import replace

from tests.training.conftest import TINY
from training.calibrate import read_calibration
from training.dataset import Dataset
from training.ears import CHOSEN, REFITTED, trained
from training.fit import NETWORK
from training.recipe import Training, load_recipe
from training.splits import speaker_5fold


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Where the networks are trained that several tests look at."""
    return tmp_path_factory.mktemp("ears")


@pytest.fixture(scope="module")
def split(utterances):
    return speaker_5fold(utterances, 0)[0]


@pytest.fixture(scope="module")
def recipe(bench):
    (bench / "tiny.toml").write_text(TINY.format(network="cnn_lstm", pooling="none"))
    return load_recipe(str(bench / "tiny.toml"))


@pytest.fixture(scope="module")
def refitted(recipe):
    more = Training(epochs=1, batch_size=16, learning_rate=1e-2)
    return replace(recipe, refit=more)


@pytest.fixture(scope="module")
def dataset(utterances, recipe, bench):
    return Dataset(utterances, recipe.features, recipe.augmentation.speeds, bench / "features")


@pytest.fixture(scope="module")
def chosen(recipe, dataset, split, bench):
    """Trained without a refit: (folder, ears)."""
    return bench / "chosen", trained(recipe, dataset, split, 0, bench / "chosen")


@pytest.fixture(scope="module")
def whole(refitted, dataset, split, chosen, bench):
    """The same network after a refit: (folder, ears, clips that were learned from in it)."""
    folder, heard = shutil.copytree(chosen[0], bench / "whole"), set()
    spectrum = dataset.spectrum
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            dataset, "spectrum", lambda clip, speed: heard.add(clip) or spectrum(clip, speed)
        )
        return folder, trained(refitted, dataset, split, 0, folder), heard


def weights(path):
    return keras.models.load_model(path, compile=False).get_weights()


def same(some, others):
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))


def test_without_a_refit_the_chosen_network_hears(chosen):
    folder, ears = chosen
    assert same(ears.network.get_weights(), weights(folder / NETWORK))
    assert not (folder / CHOSEN).exists()


def test_a_refit_keeps_what_was_chosen_and_learns_from_everybody(chosen, whole, split):
    (_, plain), (folder, ears, heard) = chosen, whole
    assert heard >= {*split.training, *split.validation}
    assert not heard & set(split.test)
    assert ears.calibration == plain.calibration
    assert same(weights(folder / CHOSEN), plain.network.get_weights())
    assert not same(ears.network.get_weights(), plain.network.get_weights())
    assert not np.array_equal(ears.familiarity.centres, plain.familiarity.centres)
    assert len((folder / REFITTED).read_text().splitlines()) == 1 + 1


def test_what_was_refitted_is_read_back(refitted, dataset, split, whole, monkeypatch):
    folder, ears, _ = whole
    monkeypatch.setattr("training.ears.fit_on", lambda *_: pytest.fail("trained again"))
    again = trained(refitted, dataset, split, 0, folder)
    assert same(again.network.get_weights(), ears.network.get_weights())


def test_an_interrupted_refit_starts_from_the_chosen_network_again(
    refitted, dataset, split, whole, tmp_path
):
    folder = shutil.copytree(whole[0], tmp_path / "interrupted")
    (folder / REFITTED).unlink()
    again = trained(refitted, dataset, split, 0, folder)
    for one, other in zip(whole[1].network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert read_calibration(folder)[0] == whole[1].calibration
