import msgspec

from tests.fakes import card
from webapp.pages.captions import curves_words, matrix_words, reliability_words


def test_words_of_the_pictures():
    confusion = [[1] * 8 for _ in range(8)]
    confusion[2][2], confusion[4][5] = 93, 43
    told = msgspec.structs.replace(card().figures, confusion=tuple(map(tuple, confusion)))
    words = matrix_words(msgspec.structs.replace(card(), figures=told))
    assert "Best known is happy (93% of its clips), least angry (2%)" in words
    assert "angry heard as fearful, in 86% of the angry clips" in words
    words = curves_words(card())
    assert "over 3 epochs" in words
    assert "from 2.00 to 1.70. Kept was epoch 2, with accuracy 50% in training and 45%" in words
    assert curves_words(msgspec.structs.replace(card(), curves=None)) == ""


def test_words_of_the_reliability_diagram():
    few = reliability_words(card())
    assert "There are too few clips to tell. On average the two differ by 4.3%." in few
    figures = card().figures
    many = tuple(
        msgspec.structs.replace(one, clips=5 * one.clips, right=5 * one.right)
        for one in figures.reliability
    )
    enough = msgspec.structs.replace(figures, reliability=many)
    words = reliability_words(msgspec.structs.replace(card(), figures=enough))
    assert "17% sure, 10% right; 57% sure, 60% right; 97% sure, 100% right." in words
