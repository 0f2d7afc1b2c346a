import numpy as np

from training.fit import any_order, balanced_order

LABELS = np.eye(3, dtype=np.float32)[[0] * 7 + [1] * 3 + [2] * 5]


def test_any_order_has_every_clip_once(generator):
    order = any_order(LABELS, generator)
    assert sorted(order) == list(range(15))
    assert list(order) != list(range(15))


def test_a_balanced_order_has_every_clip_and_all_emotions_equally_often(generator):
    order = balanced_order(LABELS, generator)
    assert set(order) == set(range(15))
    assert list(LABELS[order].sum(axis=0)) == [7, 7, 7]
    counts = np.bincount(order)
    assert {counts[7:10].min(), counts[7:10].max()} == {2, 3}


def test_an_emotion_that_is_not_there_is_not_drawn(generator):
    order = balanced_order(LABELS[:10], generator)
    assert list(LABELS[order].sum(axis=0)) == [7, 7, 0]
