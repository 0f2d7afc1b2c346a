from tests.fakes import PROBABILITIES, TWINS, UNCLEAR
from webapp.speech.doubts import doubts
from webapp.speech.quality import Remark
from webapp.speech.recognizer import Recognition


def found(probabilities, unlike=False):
    return list(doubts(Recognition(probabilities, named=False, unlike=unlike), threshold=0.5))


def test_neutral_and_calm_split_an_answer_that_they_reach_together():
    assert found(TWINS) == [Remark.NEUTRAL_OR_CALM]
    assert found(PROBABILITIES) == found(UNCLEAR) == []


def test_what_is_unlike_training_is_remarked():
    assert found(PROBABILITIES, unlike=True) == [Remark.UNLIKE_TRAINING]
    assert found(TWINS, unlike=True) == [Remark.NEUTRAL_OR_CALM, Remark.UNLIKE_TRAINING]
