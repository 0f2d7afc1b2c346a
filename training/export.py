"""A trained network as a LiteRT model, which serving runs without TensorFlow."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from training.calibrate import with_embedding


def to_tflite(network: keras.Model, *, eight_bits: bool = False) -> bytes:
    """The network as a LiteRT model of fixed batch 1 without TensorFlow's Flex operators.

    Its one output is a row: the probabilities, then the embedding that they are made of. The
    variables are frozen with the control flow kept: an LSTM exported otherwise needs Flex, or
    loses its weights without a word. With `eight_bits` large weights are kept as int8, a scale for
    each filter, and what they are multiplied with is brought to int8 as it comes (dynamic-range
    quantization): a third of the time and of the room.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (  # no public name exists
        convert_variables_to_constants_v2,
    )

    both = keras.models.clone_model(
        with_embedding(network), clone_function=unrolled, recursive=True
    )
    signature = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    call: Any = tf.function(lambda inputs: tf.concat(both(inputs, training=False), -1))
    frozen = convert_variables_to_constants_v2(
        call.get_concrete_function(signature), lower_control_flow=False
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if eight_bits:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converted: bytes = converter.convert()
    return converted


def unrolled(layer: layers.Layer) -> layers.Layer:
    """The layer itself, or, instead of a bidirectional LSTM, one that takes half the time."""
    if not isinstance(layer, layers.Bidirectional) or type(layer.forward_layer) is not layers.LSTM:
        return layer
    with keras.saving.custom_object_scope({UnrolledLSTM.__name__: UnrolledLSTM}):
        inside = UnrolledLSTM.from_config(layer.forward_layer.get_config())
        made = layers.Bidirectional(inside, merge_mode=layer.merge_mode, name=layer.name)
    made.build(layer.input.shape)
    made.set_weights(layer.get_weights())
    return made


class UnrolledLSTM(layers.LSTM):
    """An LSTM whose steps LiteRT runs without a loop, all inputs weighed at once before them.

    Keras weighs the input anew in every step, which reads all of its weights each time.
    """

    def call(self, sequences: Any, **_: object) -> Any:
        """Sequences (1, steps, inputs) to (1, steps, units), or to the last state (1, units)."""
        units, steps = self.units, range(sequences.shape[1])
        # The gates side by side, and the candidate after them: one sigmoid, one tanh a step.
        order = np.r_[0 : 2 * units, 3 * units : 4 * units, 2 * units : 3 * units]
        kernel, recurrent = (
            ops.take(weights, order, axis=1)
            for weights in (self.cell.kernel, self.cell.recurrent_kernel)
        )
        bias = ops.take(self.cell.bias, order, axis=0)
        weighed = ops.matmul(ops.reshape(sequences, sequences.shape[1:]), kernel) + bias
        state, cell = ops.zeros((1, units)), ops.zeros((1, units))
        states = []
        for step in reversed(steps) if self.go_backwards else steps:
            found = weighed[step : step + 1] + ops.matmul(state, recurrent)
            gates = ops.sigmoid(found[:, : 3 * units])
            entering, staying, leaving = ops.split(gates, 3, axis=1)
            cell = staying * cell + entering * ops.tanh(found[:, 3 * units :])
            state = leaving * ops.tanh(cell)
            states.append(state)
        return ops.stack(states, axis=1) if self.return_sequences else state
