"""A network goes on with the validation speakers once they have chosen; what they chose is kept."""

import keras
import numpy as np
import pytest
from msgspec.structs import replace

from training.calibrate import read_calibration
from training.dataset import Dataset
from training.ears import CHOSEN, REFITTED, trained
from training.fit import NETWORK
from training.recipe import Training
from training.splits import speaker_5fold


@pytest.fixture(scope="module")
def split(utterances):
    return speaker_5fold(utterances, 0)[0]


@pytest.fixture
def refitted(tiny, recipe):
    more = Training(epochs=1, batch_size=16, learning_rate=1e-2)
    return replace(recipe, refit=more)


@pytest.fixture
def dataset(utterances, recipe, tmp_path):
    return Dataset(utterances, recipe.features, recipe.augmentation.speeds, tmp_path / "features")


def weights(path):
    return keras.models.load_model(path, compile=False).get_weights()


def same(some, others):
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))


def test_without_a_refit_the_chosen_network_hears(recipe, dataset, split, tmp_path):
    ears = trained(recipe, dataset, split, 0, tmp_path)
    assert same(ears.network.get_weights(), weights(tmp_path / NETWORK))
    assert not (tmp_path / CHOSEN).exists()


def test_a_refit_keeps_what_was_chosen_and_learns_from_everybody(
    refitted, dataset, split, tmp_path, monkeypatch
):
    plain = trained(replace(refitted, refit=None), dataset, split, 0, tmp_path)
    heard = set()
    spectrum = dataset.spectrum
    monkeypatch.setattr(
        dataset, "spectrum", lambda clip, speed: heard.add(clip) or spectrum(clip, speed)
    )
    ears = trained(refitted, dataset, split, 0, tmp_path)
    assert heard >= {*split.training, *split.validation}
    assert not heard & set(split.test)
    assert ears.calibration == plain.calibration
    assert same(weights(tmp_path / CHOSEN), plain.network.get_weights())
    assert not same(ears.network.get_weights(), plain.network.get_weights())
    assert not np.array_equal(ears.familiarity.centres, plain.familiarity.centres)
    assert len((tmp_path / REFITTED).read_text().splitlines()) == 1 + 1


def test_what_was_refitted_is_read_back(refitted, dataset, split, tmp_path, monkeypatch):
    ears = trained(refitted, dataset, split, 0, tmp_path)
    monkeypatch.setattr("training.ears.fit_on", lambda *_: pytest.fail("trained again"))
    again = trained(refitted, dataset, split, 0, tmp_path)
    assert same(again.network.get_weights(), ears.network.get_weights())


def test_an_interrupted_refit_starts_from_the_chosen_network_again(
    refitted, dataset, split, tmp_path
):
    whole = trained(refitted, dataset, split, 0, tmp_path)
    (tmp_path / REFITTED).unlink()
    again = trained(refitted, dataset, split, 0, tmp_path)
    for one, other in zip(whole.network.get_weights(), again.network.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert read_calibration(tmp_path)[0] == whole.calibration
