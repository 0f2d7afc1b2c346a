from collections import Counter

import pytest

from tests.test_prediction_log import NOON, prediction
from webapp import prediction_log, sayings
from webapp.agreement import Agreement
from webapp.sayings import Said
from webapp.speech.emotions import Emotion
from webapp.speech.errors import SpeechError

SAD, HAPPY, CALM = Emotion.SAD, Emotion.HAPPY, Emotion.CALM


@pytest.fixture
def log(app):
    """A log of two predictions, one and two."""
    with app.app_context():
        for name in ("one", "two"):
            prediction_log.add(prediction(name, file_name="Große Rede.wav"))
        yield prediction_log


def test_nothing_is_said_at_first(log):
    assert sayings.said("one") == Said(note="", tags=(), correction=None)
    assert sayings.said_of(["one", "nobody"]) == {"one": Said(), "nobody": Said()}
    assert sayings.said_of([]) == {}


def test_what_is_said_of_one_is_said_of_it_alone(log):
    sayings.write_note("one", "  Two lines,\r\nthe second one.\x00 ")
    sayings.set_tags("one", ["speaker: Ana", " work ", "work", "", "a\n b"])
    sayings.correct("one", "sad", NOON)
    told = Said("Two lines,\nthe second one.", ("a b", "speaker: Ana", "work"), SAD)
    assert sayings.said_of(["two", "one"]) == {"two": Said(), "one": told}
    assert sayings.said("one").speaker == "Ana"


def test_each_is_said_anew_and_taken_back_by_itself(log):
    for note, tags, emotion in (("first", ["a", "b"], "sad"), ("second", ["b", "c"], "calm")):
        sayings.describe("one", note=note, tags=tags)
        sayings.correct("one", emotion, NOON)
    assert sayings.said("one") == Said("second", ("b", "c"), CALM)
    sayings.write_note("one", "")
    assert sayings.said("one") == Said("", ("b", "c"), CALM)
    sayings.set_tags("one", [])
    assert sayings.said("one") == Said("", (), CALM)
    sayings.correct("one", None, NOON)
    assert sayings.said("one") == Said()


def test_the_prediction_stays_as_it_was(log):
    sayings.correct("one", "sad", NOON)
    assert log.get("one").emotion == "surprised"


def test_a_search_looks_in_the_note_too(log):
    assert log.get("one").searched == "grosse rede.wav"
    sayings.write_note("one", "STRASSE")
    assert log.get("one").searched == "grosse rede.wav strasse"
    sayings.set_tags("one", ["tag"])
    sayings.write_note("one", "")
    assert log.get("one").searched == "grosse rede.wav"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"note": "x" * 2001}, "long_note"),
        ({"tags": ["x" * 65]}, "bad_tag"),
        ({"tags": ["a,b"]}, "bad_tag"),
        ({"tags": [str(n) for n in range(21)]}, "many_tags"),
        ({"note": "kept?", "tags": ["a,b"]}, "bad_tag"),
    ],
)
def test_what_is_too_much_changes_nothing(log, said, code):
    with pytest.raises(SpeechError) as raised:
        sayings.describe("one", **said)
    assert raised.value.code == code
    assert raised.value.sentence.endswith(".")
    assert sayings.said("one") == Said()


def test_as_much_as_is_allowed_is_kept(log):
    tags = tuple(sorted("é" * 62 + f"{n:02}" for n in range(20)))
    sayings.describe("one", note="\U0001f600" * 2000, tags=tags)
    assert sayings.said("one") == Said("\U0001f600" * 2000, tags)


def test_letters_are_kept_as_one_types_them_and_nothing_unseen(log):
    family = "\U0001f468\u200d\U0001f467"
    sayings.describe("one", note=f"{family} \u202ereversed\ud800", tags=["Zoe\u0308"])
    assert sayings.said("one") == Said(f"{family} reversed", ("Zoë",))


def test_an_unknown_emotion_is_refused(log):
    with pytest.raises(sayings.UnknownEmotion, match="sad, angry"):
        sayings.correct("one", "bored", NOON)


@pytest.mark.parametrize(
    "say",
    [
        lambda: sayings.write_note("gone", "note"),
        lambda: sayings.set_tags("gone", ["tag"]),
        lambda: sayings.correct("gone", "sad", NOON),
    ],
)
def test_nothing_is_said_of_what_is_gone(log, say):
    with pytest.raises(sayings.NoSuchPrediction):
        say()
    assert sayings.said("gone") == Said()


def test_what_was_said_goes_with_the_prediction(log):
    sayings.describe("one", note="note", tags=["tag"])
    sayings.correct("one", "sad", NOON)
    log.remove("one")
    assert sayings.said("one") == Said()
    assert sayings.agreements() == {}
    assert sayings.known_tags() == []


def test_tags_given_most_often_are_told_first(log):
    sayings.set_tags("one", ["b", "c"])
    sayings.set_tags("two", ["a", "c"])
    assert sayings.known_tags() == ["c", "a", "b"]
    assert sayings.known_tags(most=1) == ["c"]


def test_agreement_is_counted_by_model_and_version(log):
    for number, version in enumerate(("1.0.0", "1.0.0", "1.0.0", "2.0.0")):
        log.add(prediction(str(number), model="ann", model_version=version, emotion="sad"))
    for number, really in enumerate(("sad", "sad", "happy", "calm")):
        sayings.correct(str(number), really, NOON)
    sayings.correct("one", "surprised", NOON)
    found = sayings.agreement("ann", "1.0.0")
    assert found.confusion == {(SAD, SAD): 2, (HAPPY, SAD): 1}
    assert (found.agreed, found.total) == (2, 3)
    assert sayings.agreement("ann").total == 4
    assert sayings.agreement("nobody").confusion == {}
    assert set(sayings.agreements()) == {
        ("ann", "1.0.0"),
        ("ann", "2.0.0"),
        ("cnn_lstm", "1.0.0"),
    }


@pytest.mark.parametrize(
    ("agreed", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (8, 10, 0.490, 0.943)],
)
def test_the_interval_is_wilsons(agreed, total, low, high):
    """Against published values; it stays within 0 and 1 at either end."""
    found = Agreement(Counter({(SAD, SAD): agreed, (HAPPY, SAD): total - agreed})).interval
    assert found == pytest.approx((low, high), abs=0.001)
