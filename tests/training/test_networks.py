import numpy as np
import pytest

from training.networks import BUILDERS
from training.recipe import load_recipe
from training.release import to_tflite


@pytest.mark.parametrize("name", ["ann", "cnn_lstm"])
def test_a_recipe_gives_probabilities_and_survives_export(name, generator):
    from ai_edge_litert.interpreter import Interpreter

    shape = load_recipe(name).features.input_shape
    inputs = generator.normal(-5, 30, (4, *shape)).astype(np.float32)
    network = BUILDERS[name](shape, 8, inputs)
    expected = network.predict(inputs, verbose=0)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-5)

    interpreter = Interpreter(model_content=to_tflite(network))
    interpreter.allocate_tensors()
    for row, wanted in zip(inputs, expected, strict=True):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], row[np.newaxis])
        interpreter.invoke()
        heard = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        np.testing.assert_allclose(heard, wanted, atol=1e-5)


def test_the_baseline_is_the_published_one():
    network = BUILDERS["ann"]((40,), 8, np.zeros((2, 40), np.float32))
    kinds = [type(layer).__name__ for layer in network.layers[2:]]
    assert kinds == ["Dense", "Dropout"] * 3 + ["Dense"]
    assert [layer.units for layer in network.layers if hasattr(layer, "units")] == [
        100,
        200,
        100,
        8,
    ]
    assert {layer.rate for layer in network.layers if hasattr(layer, "rate")} == {0.5}


def test_the_default_convolves_before_it_remembers():
    network = BUILDERS["cnn_lstm"]((192, 40), 8, np.zeros((2, 192, 40), np.float32))
    kinds = [type(layer).__name__ for layer in network.layers]
    for needed in ("Conv1D", "BatchNormalization", "MaxPooling1D", "SpatialDropout1D", "Dense"):
        assert needed in kinds
    assert kinds.index("Conv1D") < kinds.index("Bidirectional") < len(kinds) - 1
    assert network.count_params() < 3_000_000
