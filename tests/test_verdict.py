import pytest

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR
from webapp.speech.emotions import Emotion
from webapp.tables import Prediction
from webapp.verdict import likeliest, twins, verdict


def prediction(probabilities, named, *remarks):
    emotion = max(probabilities, key=probabilities.get)
    return Prediction(
        probabilities={str(one): share for one, share in probabilities.items()},
        emotion=str(emotion),
        confidence=probabilities[emotion],
        named=named,
        remarks=list(remarks),
    )


def test_an_emotion_that_is_likely_enough():
    told = verdict(prediction(PROBABILITIES, True))
    assert (told.words, told.emotions, told.share) == ("Happy", (Emotion.HAPPY,), 0.61)


def test_none_is():
    told = verdict(prediction(UNCLEAR, False, "unlike_training"))
    assert (told.words, told.emotions, told.share) == ("No clear emotion", (), None)


def test_twins_are_together():
    told = verdict(prediction(TWINS, False, "neutral_or_calm"))
    assert (told.words, told.emotions) == ("Neutral or calm", (Emotion.NEUTRAL, Emotion.CALM))
    assert told.share == pytest.approx(0.59)


def test_not_even_twins_are_together():
    assert verdict(prediction(TWINS, False)).words == "No clear emotion"
    assert twins(prediction(TWINS, False)) == pytest.approx(0.59)


def test_one_of_the_twins_alone_is():
    told = verdict(prediction(TWINS, True, "neutral_or_calm"))
    assert (told.words, told.share) == ("Neutral", 0.31)


def test_the_likeliest_are_two_and_a_third_that_is_not_far_behind():
    assert likeliest(prediction(UNCLEAR, False)) == [("happy", 0.34), ("surprised", 0.25)]
    assert [name for name, _ in likeliest(prediction(TWINS, False))] == ["neutral", "calm", "sad"]
    two = {Emotion.HAPPY: 0.5, Emotion.SAD: 0.5}
    assert len(likeliest(prediction(two, False))) == 2
