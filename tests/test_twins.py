import pytest

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR
from webapp.speech.emotions import Emotion
from webapp.speech.twins import together


def shares(neutral, calm, sad):
    return {Emotion.NEUTRAL: neutral, Emotion.SAD: sad, Emotion.CALM: calm}


@pytest.mark.parametrize(
    ("probabilities", "both"),
    [
        (TWINS, 0.59),
        (shares(0.25, 0.55, 0.2), 0.8),
        (shares(0.2, 0.7, 0.1), 0.9),
        (shares(0.19, 0.7, 0.11), None),
        (shares(0.3, 0.3, 0.4), None),
        (PROBABILITIES, None),
        (UNCLEAR, None),
        ({Emotion.NEUTRAL: 0.6, Emotion.SAD: 0.4}, None),
        ({Emotion.NEUTRAL: 1.0}, None),
    ],
)
def test_what_neutral_and_calm_have_where_they_split_the_answer(probabilities, both):
    assert together(probabilities) == (both if both is None else pytest.approx(both))
