import keras
import msgspec
import numpy as np
import pytest
from scipy.fft import dct

from training.export import to_tflite
from training.networks import BUILDERS, mel_picture
from training.recipe import load_recipe


def built(name, inputs=None):
    """The network of a recipe of the same name."""
    settings = load_recipe(name).features
    if inputs is None:
        inputs = np.zeros((2, *settings.input_shape), np.float32)
    return BUILDERS[name](settings, 8, inputs)


def kinds_of(network):
    return [type(layer).__name__ for layer in network.layers]


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_a_network_gives_probabilities_and_survives_export(name, generator):
    from ai_edge_litert.interpreter import Interpreter

    shape = load_recipe(name).features.input_shape
    inputs = generator.normal(-5, 30, (4, *shape)).astype(np.float32)
    network = built(name, inputs)
    expected = network.predict(inputs, verbose=0)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-5)

    interpreter = Interpreter(model_content=to_tflite(network))
    interpreter.allocate_tensors()
    for row, wanted in zip(inputs, expected, strict=True):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], row[np.newaxis])
        interpreter.invoke()
        heard = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        np.testing.assert_allclose(heard[: len(wanted)], wanted, atol=1e-4)


def test_the_baseline_is_the_published_one():
    network = built("ann")
    assert kinds_of(network)[2:] == ["Dense", "Dropout"] * 3 + ["Dense"]
    units = [layer.units for layer in network.layers if hasattr(layer, "units")]
    assert units == [100, 200, 100, 8]
    assert {layer.rate for layer in network.layers if hasattr(layer, "rate")} == {0.5}


def test_the_default_convolves_before_it_remembers():
    network = built("cnn_lstm")
    kinds = kinds_of(network)
    for needed in ("Conv2D", "BatchNormalization", "MaxPooling2D", "SpatialDropout2D", "Dense"):
        assert needed in kinds
    assert kinds.index("Conv2D") < kinds.index("Bidirectional") < len(kinds) - 1
    assert network.count_params() < 3_000_000


@pytest.mark.parametrize(
    ("name", "shape", "kinds"),
    [
        ("cnn", (174, 40), {"Conv2D", "MaxPooling2D", "Dropout", "Dense"}),
        ("lstm", (174, 40), {"LSTM", "Dense"}),
        (
            "cnn_lstm_1d",
            (174, 40),
            {"Conv1D", "BatchNormalization", "MaxPooling1D", "Dropout", "LSTM", "Dense"},
        ),
        (
            "cnn_lstm_2d",
            (250, 40),
            {"Conv2D", "BatchNormalization", "MaxPooling2D", "TimeDistributed", "LSTM", "Dense"},
        ),
        ("cnn_spectrogram", (96, 40, 3), {"Conv2D", "Normalization"}),
    ],
)
def test_the_classics_are_made_of_what_they_are_named_for(name, shape, kinds):
    assert load_recipe(name).features.input_shape == shape
    assert kinds <= set(kinds_of(built(name)))


def test_the_2d_network_ends_as_published():
    network = built("cnn_lstm_2d")
    filters = [layer.filters for layer in network.layers if hasattr(layer, "filters")]
    assert filters == [64, 128, 256, 512]
    assert [layer.units for layer in network.layers if hasattr(layer, "units")] == [128, 128, 8]
    assert [layer.rate for layer in network.layers if hasattr(layer, "rate")] == [0.4]


def test_each_channel_and_each_measure_is_scaled_by_itself(generator):
    settings = load_recipe("hybrid").features
    planes = generator.normal((0, -300, 0.5), (1, 90, 0.1), (8, *settings.plane_shape))
    prosody = generator.normal(200, 30, (8, settings.input_shape[0] - planes[0].size))
    inputs = np.hstack([planes.reshape(8, -1), prosody]).astype(np.float32)
    scales = [layer for layer in built("hybrid", inputs).layers if hasattr(layer, "adapt")]
    assert [layer.mean.shape[-1] for layer in scales] == [3, prosody.shape[1]]
    np.testing.assert_allclose(np.ravel(scales[0].mean), (0, -300, 0.5), atol=2)
    np.testing.assert_allclose(np.ravel(scales[1].mean), prosody.mean(axis=0), rtol=1e-3)


def test_channels_want_one_height():
    settings = load_recipe("hybrid").features
    with pytest.raises(ValueError, match="as many MFCCs as mel bands"):
        msgspec.structs.replace(settings, n_mels=64)


def test_the_mel_picture_is_the_smoothed_spectrogram_that_the_coefficients_came_from(generator):
    smooth = np.cumsum(generator.normal(0, 1, (6, 160, 40)), axis=-1).astype(np.float32)
    heard = keras.Input((160, 40))
    inputs = dct(smooth, axis=-1, norm="ortho")
    picture = np.asarray(keras.Model(heard, mel_picture(heard, inputs))(inputs))
    wanted = (smooth - smooth.mean()) / smooth.std()
    np.testing.assert_allclose(picture[..., 0], wanted, atol=1e-4)
