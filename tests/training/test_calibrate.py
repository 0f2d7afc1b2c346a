"""What is read into a network's answers is found on training and validation clips, and kept."""

import keras
import numpy as np
import pytest
from keras import layers
from msgspec.structs import replace

from tests.speech_settings import SETTINGS
from training.calibrate import (
    best_temperature,
    calibrate,
    calibrated_in,
    hear,
    surroundings,
    with_embedding,
)
from training.dataset import Dataset
from training.networks import BUILDERS
from training.splits import all_speakers
from webapp.speech.calibration import calibrated


@pytest.fixture(scope="module")
def network():
    """Untrained: eight emotions from 40 means."""
    keras.utils.set_random_seed(1)
    heard = keras.Input((40,))
    x = layers.Dense(12, activation="relu")(heard)
    return with_embedding(keras.Model(heard, layers.Dense(8, activation="softmax")(x)))


@pytest.fixture(scope="module")
def dataset(utterances, tmp_path_factory):
    settings = replace(SETTINGS, pooling="mean")
    return Dataset(utterances, settings, settings.speeds, tmp_path_factory.mktemp("features"))


@pytest.fixture(scope="module")
def split(utterances):
    (found,) = all_speakers(utterances, 0)
    return found


@pytest.fixture
def drawn(generator):
    """Probabilities that mean what they say, and what was true of each."""
    probabilities = generator.dirichlet([0.3] * 4, 4000).astype(np.float32)
    truth = np.array(
        [generator.choice(4, p=row / row.sum()) for row in probabilities.astype(float)]
    )
    return probabilities, truth


def test_what_means_what_it_says_stays_as_it_is(drawn):
    assert best_temperature(*drawn) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("sharpness", [0.5, 3.0])
def test_what_is_too_sure_or_too_shy_is_set_right(drawn, sharpness):
    probabilities, truth = drawn
    found = best_temperature(calibrated(probabilities, 1 / sharpness), truth)
    assert found == pytest.approx(sharpness, rel=0.06)


def test_whatever_is_always_right_keeps_a_temperature_within_bounds():
    sure = np.tile(np.float32([0.9, 0.1]), (10, 1))
    assert best_temperature(sure, np.zeros(10, dtype=int)) >= 0.05


def test_distance_counts_the_spread_in_each_direction(generator):
    spread = np.float32([5.0, 0.5])
    embeddings = (generator.normal(size=(4000, 2)) * spread).astype(np.float32)
    embeddings[2000:] += [100, 0]
    around = surroundings(embeddings, np.repeat([0, 3], 2000))
    assert around.centres == pytest.approx(np.array([[0, 0], [100, 0]]), abs=0.5)
    along, across = around.distance(np.float32([[10, 0], [0, 10]]))
    assert (along, across) == pytest.approx((2, 20), rel=0.1)


def test_fewer_clips_than_units_and_a_unit_that_never_fires_are_no_obstacle(generator):
    embeddings = generator.normal(size=(6, 20)).astype(np.float32)
    embeddings[:, 3] = 0
    around = surroundings(embeddings, np.array([0, 0, 0, 1, 1, 1]))
    assert np.isfinite(around.distance(embeddings)).all()
    silent = surroundings(np.zeros_like(embeddings), np.array([0, 0, 0, 1, 1, 1]))
    assert np.isfinite(silent.distance(embeddings)).all()


def test_each_clip_is_the_mean_of_its_windows(network, generator):
    clips = [generator.normal(size=(n, 40)).astype(np.float32) for n in (1, 3)]
    heard = hear(network, clips)
    assert heard.probabilities[1] == pytest.approx(
        network.predict(clips[1], verbose=0)[0].mean(axis=0), abs=1e-6
    )
    assert heard.embeddings.shape == (2, 12)


def test_the_last_layer_makes_the_probabilities_of_the_embedding(network, generator):
    found, inside = network.predict(generator.normal(size=(5, 40)), verbose=0)
    assert np.asarray(network.layers[-1](inside)) == pytest.approx(found, abs=1e-6)


def test_most_validation_clips_are_named_and_near_enough(network, dataset, split):
    calibration, familiarity = calibrate(network, dataset, split)
    heard = hear(network, [dataset.inputs(clip) for clip in split.validation])
    sure = calibrated(heard.probabilities, calibration.temperature).max(axis=1)
    assert 0.7 <= (sure >= calibration.threshold).mean() < 0.8
    near = familiarity.distance(heard.embeddings) <= calibration.farthest
    assert 0.95 <= near.mean() <= 1
    assert familiarity.centres.shape == (8, 12)


def test_test_clips_have_no_say(network, dataset, split, monkeypatch):
    asked = []
    plain = dataset.inputs
    monkeypatch.setattr(dataset, "inputs", lambda clip: asked.append(clip) or plain(clip))
    calibrate(network, dataset, split)
    assert set(asked) == {*split.training, *split.validation}


def test_it_is_kept_beside_the_network_and_not_made_twice(
    network, dataset, split, tmp_path, monkeypatch
):
    made, around = calibrated_in(tmp_path, network, dataset, split)
    monkeypatch.setattr("training.calibrate.calibrate", lambda *_: pytest.fail("made again"))
    again, same = calibrated_in(tmp_path, network, dataset, split)
    assert again == made
    np.testing.assert_array_equal(same.whitening, around.whitening)


@pytest.mark.parametrize("name", ["cnn_lstm", "cnn_lstm_2d"])
def test_networks_of_the_house_have_an_embedding(name, recipe, generator):
    inputs = generator.normal(size=(4, *recipe.features.input_shape)).astype(np.float32)
    both = with_embedding(BUILDERS[name](recipe.features, 8, inputs))
    assert both.output_shape[0] == (None, 8)
    assert len(both.output_shape[1]) == 2
