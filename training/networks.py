"""The networks, name -> builder, in backend-neutral Keras 3.

A builder takes the feature settings, the number of emotions, and training inputs (clips,
*settings.input_shape), which give the mean and deviation that inputs are scaled by.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers
from scipy.fft import idct

from webapp.speech.features import FeatureSettings

BRISK = 0.9
"""Momentum of a batch norm's statistics that settle within an epoch of a small corpus."""

EMBEDDING = "embedding"
"""Name of the layer that holds a committee's, which has no last layer of its own."""

Builder = Callable[[FeatureSettings, int, Any], keras.Model]


def ann(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """The students' baseline: dense layers of 100, 200 and 100, ReLU, dropout 0.5 after each.

    `inputs`, training inputs (clips, coefficients), give the mean and deviation that every
    coefficient is scaled by: unscaled, with this much dropout, it does not learn at all.
    """
    heard = keras.Input(settings.input_shape)
    x = scaled(heard, inputs)
    for units in (100, 200, 100):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="ann")


def cnn_lstm(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """The mel picture of 40 MFCCs, 2-D convolutions, a bidirectional LSTM, pooling over time.

    Filters that are shared over frequencies hear the same in a higher and in a lower voice; filters
    over cepstral coefficients cannot. `inputs`, training inputs (clips, frames, coefficients), give
    the mean and deviation that the picture is scaled by. Attention pooling as in Mirsamadi et al.
    (2017), beside max pooling.
    """
    heard = keras.Input(settings.input_shape)
    x = mel_picture(heard, inputs)
    x = layers.Conv2D(24, (5, 3), strides=(2, 1), padding="same")(x)
    x = layers.Activation("relu")(layers.MaxPooling2D((1, 2))(x))
    for filters, pool in ((48, (2, 2)), (64, (2, 2)), (96, (1, 5))):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(pool)(x)  # first, which leaves the others a fraction of the work
        x = layers.Activation("swish")(layers.BatchNormalization()(x))
        x = layers.SpatialDropout2D(0.1)(x)
    x = layers.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    x = layers.Bidirectional(layers.LSTM(80, return_sequences=True))(x)
    x = layers.Dropout(0.3)(x)
    weights = layers.Softmax(axis=1)(layers.Dense(1)(layers.Dense(64, activation="tanh")(x)))
    attended = layers.Flatten()(layers.Dot(axes=1)([weights, x]))
    x = layers.Concatenate()([attended, layers.GlobalMaxPooling1D()(x)])
    x = layers.Dropout(0.4)(layers.Dense(96, activation="swish")(x))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="cnn_lstm")


def cnn(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """40 MFCCs as a picture: four 2-D convolutions, max pooling and dropout after each, dense."""
    heard = keras.Input(settings.input_shape)
    x = layers.Reshape((*settings.plane_shape, 1))(scaled(heard, inputs))
    for filters in (16, 32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(0.2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="cnn")


def lstm(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """Two LSTMs over each other, the last state of the second into a dense layer."""
    heard = keras.Input(settings.input_shape)
    x = layers.LSTM(64, return_sequences=True)(scaled(heard, inputs))
    x = layers.Dropout(0.3)(x)
    x = layers.LSTM(64)(x)
    x = layers.Dropout(0.3)(layers.Dense(64, activation="relu")(x))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="lstm")


def cnn_lstm_1d(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """1-D convolutions with batch norm, pooling and dropout, one LSTM, dense: as often published.

    Its inputs are taken as they are: the first batch norm scales them.
    """
    del inputs
    heard = keras.Input(settings.input_shape)
    x = heard
    for filters in (64, 128):
        x = layers.Conv1D(filters, 5, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling1D(2)(x)
        x = layers.Dropout(0.3)(x)
    x = layers.LSTM(128)(x)
    x = layers.Dropout(0.3)(layers.Dense(64, activation="relu")(x))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="cnn_lstm_1d")


def cnn_lstm_2d(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """2-D convolution blocks up to 512 filters, each time step flattened, LSTM, dense.

    As in Zhao et al. (2019), with batch norm. The first pooling is over 4 × 4, which makes it a
    tenth of the work of pooling over 2 × 2.
    """
    heard = keras.Input(settings.input_shape)
    x = layers.Reshape((*settings.plane_shape, 1))(scaled(heard, inputs))
    for filters, pool in ((64, (4, 4)), (128, (2, 2)), (256, (2, 2)), (512, (1, 2))):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(pool)(x)  # first, which leaves the others a fraction of the work
        x = layers.BatchNormalization(momentum=BRISK)(x)
        x = layers.Activation("relu")(x)
    x = layers.TimeDistributed(layers.Flatten())(x)
    x = layers.LSTM(128)(x)
    x = layers.Dropout(0.4)(layers.Dense(128, activation="relu")(x))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="cnn_lstm_2d")


def cnn_spectrogram(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """Mel spectrogram, MFCCs and chroma as channels, each scaled by itself, into a 2-D CNN."""
    heard = keras.Input(settings.input_shape)
    x = layers.Dropout(0.3)(convolved(scaled(heard, inputs)))
    return keras.Model(
        heard, layers.Dense(emotions, activation="softmax")(x), name="cnn_spectrogram"
    )


def hybrid(settings: FeatureSettings, emotions: int, inputs: Any) -> keras.Model:
    """`cnn_spectrogram` joined to an MLP on the prosody, which ends the flat input row."""
    heard = keras.Input(settings.input_shape)
    size = math.prod(settings.plane_shape)
    planes = layers.Reshape(settings.plane_shape)(heard[:, :size])
    x = convolved(scaled(planes, inputs[:, :size].reshape(-1, *settings.plane_shape)))
    y = layers.Dense(64, activation="relu")(scaled(heard[:, size:], inputs[:, size:]))
    y = layers.Dense(32, activation="relu")(layers.Dropout(0.3)(y))
    x = layers.Dropout(0.3)(layers.Concatenate()([x, y]))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="hybrid")


def committee(members: Sequence[keras.Model], temperatures: Sequence[float]) -> keras.Model:
    """One network that answers with the mean of what its members answer, each at its temperature.

    Its embedding is theirs side by side. `members` end in a dense layer with softmax, and are taken
    apart. Averaged networks err less than each (Lakshminarayanan et al. 2017).
    """
    heard = keras.Input(members[0].input_shape[1:])
    inside = [
        keras.Model(member.input, embedding(member), name=f"member_{number}")(heard)
        for number, member in enumerate(members, start=1)
    ]
    together = layers.Concatenate(name=EMBEDDING)(inside)
    answers, first = [], 0
    for member, temperature in zip(members, temperatures, strict=True):
        weights = member.layers[-1].get_weights()
        units, emotions = weights[0].shape
        last = layers.Dense(emotions, activation="softmax")
        answers.append(last(together[:, first : first + units]))
        last.set_weights([part / temperature for part in weights])
        first += units
    return keras.Model(heard, layers.Average()(answers), name=f"committee_of_{members[0].name}")


def embedding(network: keras.Model) -> Any:
    """What the last layer of a network, or those of a committee, make the probabilities of."""
    named = [layer for layer in network.layers if layer.name == EMBEDDING]
    return named[0].output if named else network.layers[-1].input


def head(network: keras.Model) -> list[layers.Layer]:
    """The layers that make the probabilities of the embedding: the last, or each member's."""
    if network.layers[-1].input is embedding(network):
        return [network.layers[-1]]
    return [layer for layer in network.layers if isinstance(layer, layers.Dense)]


def convolved(channels: Any) -> Any:
    """Four blocks of 2-D convolution, batch norm and pooling, averaged over the picture."""
    x = channels
    for filters in (16, 32, 48, 64):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.BatchNormalization(momentum=BRISK)(x)
        x = layers.Activation("relu")(x)
        x = layers.SpatialDropout2D(0.1)(x)
    return layers.GlobalAveragePooling2D()(x)


def mel_picture(heard: Any, inputs: Any) -> Any:
    """What MFCCs keep of the log mel spectrogram: (frames, coefficients) to (frames, bands, 1).

    The inverse cosine transform gives it back with as many bands as there are coefficients; one
    mean and one deviation scale all of it.
    """
    bands = inputs.shape[-1]
    cosines = idct(np.eye(bands, dtype=np.float32), axis=1, norm="ortho")
    turned = layers.Dense(bands, use_bias=False, trainable=False, name="inverse_cosines")
    picture = turned(heard)
    turned.set_weights([cosines])
    scale = layers.Normalization(axis=None)
    scale.adapt(inputs @ cosines)
    return layers.Reshape((*inputs.shape[1:], 1))(scale(picture))


def scaled(heard: Any, inputs: Any) -> Any:
    """Every coefficient brought to mean 0 and deviation 1, by the statistics of training inputs."""
    scale = layers.Normalization(axis=-1)
    scale.adapt(inputs)
    return scale(heard)


BUILDERS: dict[str, Builder] = {
    builder.__name__: builder
    for builder in (ann, cnn, lstm, cnn_lstm_1d, cnn_lstm, cnn_lstm_2d, cnn_spectrogram, hybrid)
}
