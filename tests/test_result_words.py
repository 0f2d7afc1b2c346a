"""What a result page says of an answer: its headline, its confidence, and its doubts."""

import re
from html import unescape

import msgspec
import pytest

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR, FakeRecognizer, card
from tests.sounds import encode, voice
from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark


def text(html):
    """What is written on a page, each run of space as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.fixture
def shown(visitor, recognizers, wav):
    """The words of the page of something that was heard."""

    def show(probabilities=PROBABILITIES, unlike=False):
        recognizers["cnn_lstm"].probabilities = probabilities
        recognizers["cnn_lstm"].unlike = unlike
        return text(visitor.client.get(visitor.sent(wav)).text)

    return show


def test_confidence_in_words(shown):
    page = shown()
    assert "Of clips where it was this sure, it was right about 7 times in 10, on actors" in page
    assert "how sure the model is, not how strong the feeling is" in page
    assert "Second best is calm with 20%, 41 points behind happy." in page
    assert "Where “happy” was likeliest, it was right 5 times in 10." in page
    assert "truth" in page, "in the footer, which says that this is no detector of it"
    assert page.count("truth") == 1


def test_nothing_is_claimed_where_too_few_clips_tell(shown, recognizers):
    figures = recognizers["cnn_lstm"].card.figures
    few = tuple(msgspec.structs.replace(one, clips=9, right=9) for one in figures.reliability)
    recognizers["cnn_lstm"].card = msgspec.structs.replace(
        card(), figures=msgspec.structs.replace(figures, reliability=few)
    )
    page = shown()
    assert "Of clips where" not in page
    assert "Confidence is how sure the model is" in page


def test_no_clear_emotion(shown):
    page = shown(UNCLEAR)
    assert "Tonelog hears: No clear emotion" in page
    assert "No clear emotion · Tonelog" in page
    assert "No emotion reaches the 50% from which Convolutions and LSTM names one." in page
    assert "😄 Happy 34% 😲 Surprised 25%" in page
    assert "Second best is surprised with 25%, 9 points behind happy." in page
    assert "this unsure, its likeliest emotion was right about 3 times in 10" in page
    assert "It names an emotion in 7 of 10, and is right in 8 of 10 of those." in page
    assert "confidence" not in page


def test_neutral_or_calm(shown):
    page = shown(TWINS)
    assert "Tonelog hears: Neutral or calm 59% together" in page
    assert "Neutral or calm, 59% · Tonelog" in page
    assert "Neither of them reaches the 50%" in page
    assert "Second best is calm with 28%, 3 points behind neutral." in page
    assert "near twins in RAVDESS" in page
    assert "Together they have" not in page, "the headline says it"
    assert "Where “neutral” or “calm” was likeliest, it was one of them 5 times in 10." in page


def test_neutral_and_calm_where_one_is_named(shown):
    page = shown({**dict.fromkeys(Emotion, 0.03), Emotion.CALM: 0.55, Emotion.NEUTRAL: 0.27})
    assert "Tonelog hears: Calm 55% confidence" in page
    assert "near twins in RAVDESS" in page
    assert "Together they have 82%." in page


def test_neutral_and_calm_that_do_not_reach_the_threshold_together(shown, recognizers):
    high = msgspec.structs.replace(card().calibration, threshold=0.6)
    recognizers["cnn_lstm"].card = msgspec.structs.replace(card(), calibration=high)
    page = shown(TWINS)
    assert "Tonelog hears: No clear emotion" in page
    assert "near twins in RAVDESS" in page
    assert "Together they have 59%." in page


@pytest.mark.parametrize("probabilities", [PROBABILITIES, UNCLEAR, TWINS])
def test_unlike_anything_in_training(shown, probabilities):
    page = shown(probabilities, unlike=True)
    assert Remark.UNLIKE_TRAINING.sentence in page
    assert "Not known for a recording like this one." in page
    for figure in ("Of clips where", "times in 10", "of people it had never heard"):
        assert figure not in page, figure


def test_how_often_it_is_right_is_not_known_then(shown):
    sentence = "How often it is right when it is this sure is not known for a recording like this"
    assert sentence in shown(unlike=True)
    assert sentence not in shown()


def test_what_is_said_of_the_answer_comes_before_what_is_said_of_the_sound(
    visitor, recognizers, client
):
    recognizers["cnn_lstm"].probabilities = TWINS
    recognizers["cnn_lstm"].unlike = True
    short = encode("wav-16", voice(0.6))
    page = client.get(visitor.sent(short)).text
    places = [
        page.index(remark.sentence)
        for remark in (Remark.UNLIKE_TRAINING, Remark.NEUTRAL_OR_CALM, Remark.VERY_SHORT)
    ]
    assert places == sorted(places)


def test_other_versions_of_the_model_say_nothing_of_it(make_app, settings, visitor, wav):
    newer = msgspec.structs.replace(card(), version="2.0.0")
    later = make_app(settings, {"cnn_lstm": FakeRecognizer(newer)})
    page = text(later.test_client().get(visitor.sent(wav)).text)
    assert "Of clips where" not in page
    assert "times in 10" not in page


def test_programs_get_label_and_abstention_apart(visitor, client, recognizers, wav):
    recognizers["cnn_lstm"].probabilities = UNCLEAR
    recognizers["cnn_lstm"].unlike = True
    document = client.get(f"{visitor.sent(wav)}.json").json
    assert (document["emotion"], document["confidence"]) == ("happy", 0.34)
    assert (document["named"], document["remarks"]) == (False, ["unlike_training"])
