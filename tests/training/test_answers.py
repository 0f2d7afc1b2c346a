"""Figures follow their definitions."""

import numpy as np
import pytest

from training.answers import Answers


def answers(truth, probabilities, named=None, unlike=None):
    truth, probabilities = np.array(truth), np.array(probabilities, dtype=np.float32)
    nothing = np.zeros(len(truth), dtype=bool)
    return Answers(
        truth,
        probabilities,
        nothing if named is None else np.array(named),
        nothing if unlike is None else np.array(unlike),
    )


def sure_of(confidences):
    """Two emotions; the first is heard with these confidences."""
    return [[sure, 1 - sure] for sure in confidences]


def test_accuracy_recall_and_f1():
    found = answers([0, 0, 0, 1], np.eye(8)[[0, 0, 1, 1]])
    assert found.accuracy == 0.75
    assert found.uar == pytest.approx((2 / 3 + 1) / 2)
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert found.confusion[0][:2] == (2, 1)


def test_confidence_that_is_right_as_often_as_it_says_is_calibrated():
    truth = [0, 0, 0, 1]
    assert answers(truth, sure_of([0.75] * 4)).calibration_error == pytest.approx(0, abs=1e-6)
    assert answers(truth, sure_of([1.0] * 4)).calibration_error == pytest.approx(0.25)


def test_bins_hold_every_clip_with_what_was_right_and_how_sure():
    bins = answers([0, 1, 0], sure_of([0.61, 0.65, 1.0])).reliability
    assert len(bins) == 15
    assert sum(one.clips for one in bins) == 3
    assert (bins[9].clips, bins[9].right) == (2, 1)
    assert bins[9].confidence == pytest.approx(0.63)
    assert (bins[14].clips, bins[14].right, bins[14].confidence) == (1, 1, 1.0)
    assert (bins[0].clips, bins[0].confidence) == (0, 0.0)


def test_the_surest_are_seven_in_ten():
    confidences = np.linspace(0.55, 1.0, 10)
    wrong_where_least_sure = [1, 1, 1, *[0] * 7]
    assert answers(wrong_where_least_sure, sure_of(confidences)).surest == 1
    wrong_where_surest = [*[0] * 7, 1, 1, 1]
    assert answers(wrong_where_surest, sure_of(confidences)).surest == pytest.approx(4 / 7)


def test_accuracy_where_an_emotion_is_named():
    truth, probabilities = [0, 0, 1], sure_of([0.9, 0.6, 0.9])
    assert answers(truth, probabilities, named=[True, False, True]).named_right == 0.5
    assert answers(truth, probabilities).named_right == 0


def test_saved_and_joined_they_stay_the_same(tmp_path):
    one = answers([0], sure_of([0.9]), named=[True], unlike=[False])
    two = answers([1], sure_of([0.6]), named=[False], unlike=[True])
    one.save(tmp_path / "one.npz")
    both = Answers.joined([Answers.load(tmp_path / "one.npz"), two])
    assert both.truth.tolist() == [0, 1]
    assert both.probabilities.shape == (2, 2)
    assert both.named.tolist() == [True, False]
    assert both.unlike.tolist() == [False, True]
    assert [path.name for path in tmp_path.iterdir()] == ["one.npz"]
