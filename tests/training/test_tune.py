"""Which layers of a bundle's network go on learning."""

import keras
import numpy as np
import pytest

from training.networks import BUILDERS, committee, head
from training.recipe import RecipeError, load_recipe
from training.tune import free_head


def network(name="ann"):
    settings = load_recipe(name).features
    return BUILDERS[name](settings, 8, np.zeros((2, *settings.input_shape), np.float32))


def test_of_a_network_the_last_layer_learns():
    made = network()
    free_head(made)
    assert made.trainable_weights == made.layers[-1].trainable_weights
    assert len(made.trainable_weights) == 2


def test_of_a_committee_the_last_layer_of_each_member_learns():
    made = committee([network(), network()], [1.0, 2.0])
    free_head(made)
    assert len(head(made)) == 2
    assert [weight.shape for weight in made.trainable_weights] == [(100, 8), (8,)] * 2


def test_what_was_fine_tuned_can_be_fine_tuned_again(tmp_path):
    made = network("cnn")
    free_head(made)
    made.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    free_head(again)
    assert len(again.trainable_weights) == 2


def test_a_network_whose_last_layer_has_nothing_to_learn_is_refused():
    heard = keras.Input((4,))
    made = keras.Model(heard, keras.layers.Softmax()(keras.layers.Dense(8)(heard)), name="svm")
    with pytest.raises(RecipeError, match="svm has no last layer"):
        free_head(made)
