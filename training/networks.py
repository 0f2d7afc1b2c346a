"""The networks, name -> builder, in backend-neutral Keras 3."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

Builder = Callable[[tuple[int, ...], int, Any], keras.Model]


def ann(shape: tuple[int, ...], emotions: int, inputs: Any) -> keras.Model:
    """The students' baseline: dense layers of 100, 200 and 100, ReLU, dropout 0.5 after each.

    `inputs`, training inputs (clips, coefficients), give the mean and deviation that every
    coefficient is scaled by: unscaled, with this much dropout, it does not learn at all.
    """
    heard = keras.Input(shape)
    x = scaled(heard, inputs)
    for units in (100, 200, 100):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="ann")


def cnn_lstm(shape: tuple[int, ...], emotions: int, inputs: Any) -> keras.Model:
    """Three convolution blocks, a bidirectional LSTM, attention and max pooling over time.

    `inputs`, training inputs (clips, frames, coefficients), give the mean and deviation that every
    coefficient is scaled by. Attention pooling as in Mirsamadi et al. (2017).
    """
    heard = keras.Input(shape)
    x = scaled(heard, inputs)
    for filters, pool in ((96, 2), (128, 2), (160, 2)):
        x = layers.Conv1D(filters, 5, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("swish")(x)
        x = layers.MaxPooling1D(pool)(x)
        x = layers.SpatialDropout1D(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(80, return_sequences=True))(x)
    x = layers.Dropout(0.3)(x)
    weights = layers.Softmax(axis=1)(layers.Dense(1)(layers.Dense(64, activation="tanh")(x)))
    attended = layers.Flatten()(layers.Dot(axes=1)([weights, x]))
    x = layers.Concatenate()([attended, layers.GlobalMaxPooling1D()(x)])
    x = layers.Dropout(0.4)(layers.Dense(96, activation="swish")(x))
    return keras.Model(heard, layers.Dense(emotions, activation="softmax")(x), name="cnn_lstm")


def scaled(heard: Any, inputs: Any) -> Any:
    """Every coefficient brought to mean 0 and deviation 1, by the statistics of training inputs."""
    scale = layers.Normalization(axis=-1)
    scale.adapt(inputs)
    return scale(heard)


BUILDERS: dict[str, Builder] = {"ann": ann, "cnn_lstm": cnn_lstm}
