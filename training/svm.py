"""A support vector machine as a network: scikit-learn fits it, Keras holds its arrays.

So it is saved, exported, released and served like any other, without a pickle.
"""

import keras
import numpy as np
from keras import layers
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from training.networks import scaled
from training.recipe import SupportVectors
from webapp.speech.features import Features

SHARPNESS = np.geomspace(0.25, 16, 25)
"""Factors on the decision values that are tried on validation clips."""


def fit_svm(
    settings: SupportVectors,
    training: tuple[Features, Features],
    validation: tuple[Features, Features],
) -> keras.Model:
    """One RBF machine an emotion against the rest (Vapnik 1995); inputs (clips, coefficients).

    The softmax of the decision values, made as sharp as the validation clips like best, stands in
    for probabilities; the likeliest emotion is the machine with the highest value.
    """
    inputs, labels = training
    heard = keras.Input(inputs.shape[1:])
    standard = keras.Model(heard, scaled(heard, inputs))
    points = np.asarray(standard(inputs))
    gamma = settings.gamma or 1 / points.shape[1]
    machines = OneVsRestClassifier(SVC(C=settings.penalty, gamma=gamma))
    machines.fit(points, labels.argmax(axis=1))
    weights, offsets = _dual(machines, len(points), labels.shape[1])
    values = _decisions(standard(heard), points, gamma, weights, offsets)
    decide = keras.Model(heard, values)
    sharpness = _best_sharpness(np.asarray(decide(validation[0])), validation[1])
    return keras.Model(heard, layers.Softmax()(layers.Rescaling(sharpness)(values)), name="svm")


def _dual(machines: OneVsRestClassifier, points: int, emotions: int) -> tuple[Features, Features]:
    """Dual coefficients (points, emotions) and offsets (emotions,) of the machines.

    An emotion that training lacks is never heard: its offset is far below the others.
    """
    weights = np.zeros((points, emotions), dtype=np.float32)
    offsets = np.full(emotions, -10.0, dtype=np.float32)
    for emotion, machine in zip(machines.classes_, machines.estimators_, strict=True):
        weights[machine.support_, emotion] = machine.dual_coef_[0]
        offsets[emotion] = machine.intercept_[0]
    return weights, offsets


def _decisions(
    x: keras.KerasTensor, points: Features, gamma: float, weights: Features, offsets: Features
) -> keras.KerasTensor:
    """Decision values: the kernel exp(-gamma |x - point|^2) with every point, weighed and summed.

    Points without weight in any machine are left out.
    """
    used = np.any(weights, axis=1)
    points, weights = points[used], weights[used]
    cross = layers.Dense(len(points), name="points")
    square = layers.Dense(1, use_bias=False, name="square")
    machines = layers.Dense(weights.shape[1], name="machines")
    kernel = layers.Activation("exponential")(cross(x) + square(layers.Multiply()([x, x])))
    values = machines(kernel)
    cross.set_weights([2 * gamma * points.T, -gamma * (points**2).sum(axis=1)])
    square.set_weights([np.full((points.shape[1], 1), -gamma)])
    machines.set_weights([weights, offsets])
    return values


def _best_sharpness(values: Features, labels: Features) -> float:
    """The factor whose softmax gives the validation labels the highest likelihood."""

    def loss(factor: float) -> float:
        scores = factor * values
        peak = scores.max(axis=1, keepdims=True)
        total = peak[:, 0] + np.log(np.exp(scores - peak).sum(axis=1))
        return float(np.mean(total - (scores * labels).sum(axis=1)))

    return float(min(SHARPNESS, key=loss))
