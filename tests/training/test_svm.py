import numpy as np
import pytest
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from training.recipe import SupportVectors
from training.svm import fit_svm


@pytest.fixture
def clips(generator):
    """Three of eight emotions around centres of their own, in coefficients of unlike size."""
    emotions = np.arange(90) % 3
    centres = generator.normal(0, 2, (3, 6))
    inputs = (centres[emotions] + generator.normal(size=(90, 6))) * np.geomspace(0.1, 1000, 6)
    return inputs.astype(np.float32), np.eye(8, dtype=np.float32)[emotions]


def test_the_network_decides_as_scikit_learn_does(clips):
    inputs, labels = clips
    network = fit_svm(SupportVectors(penalty=10.0), (inputs[:60], labels[:60]), clips)
    scaler = StandardScaler().fit(inputs[:60])
    machines = OneVsRestClassifier(SVC(C=10.0, gamma=1 / 6))
    machines.fit(scaler.transform(inputs[:60]), labels[:60].argmax(axis=1))
    values = machines.decision_function(scaler.transform(inputs))
    heard = network.predict(inputs, verbose=0)
    np.testing.assert_array_equal(heard.argmax(axis=1), values.argmax(axis=1))
    three = values[:, :3] - values[:, :3].max(axis=1, keepdims=True)
    sharpness = np.log(heard[0, :3].max() / np.sort(heard[0, :3])[1]) / -np.sort(three[0])[1]
    expected = np.exp(sharpness * three)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(heard[:, :3], expected, atol=0.01)


def test_an_emotion_that_training_lacks_is_never_heard(clips):
    inputs, labels = clips
    network = fit_svm(SupportVectors(penalty=1.0), clips, clips)
    heard = network.predict(inputs, verbose=0)
    np.testing.assert_allclose(heard.sum(axis=1), 1, atol=1e-5)
    assert heard[:, 3:].max() < 0.1
    assert (heard.argmax(axis=1) == labels.argmax(axis=1)).mean() > 0.9


def test_noise_makes_it_unsure(clips, generator):
    inputs, labels = clips
    sure = fit_svm(SupportVectors(penalty=10.0), clips, clips)
    muddled = labels[generator.permutation(len(labels))]
    unsure = fit_svm(SupportVectors(penalty=10.0), clips, (inputs, muddled))
    confidence = [n.predict(inputs, verbose=0).max(axis=1).mean() for n in (sure, unsure)]
    assert confidence[0] > confidence[1] + 0.2
