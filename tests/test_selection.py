"""Filters: as they stand in addresses, and which predictions they mean."""

from datetime import UTC, date, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from tests.test_prediction_log import NOON, prediction
from webapp import prediction_log, sayings
from webapp.order import Order
from webapp.selection import BadFilter, Corrected, Selection, folded
from webapp.speech.emotions import Emotion
from webapp.tables import Source
from webapp.transactions import writing

WHOLE = {
    "emotion": "sad",
    "named": "no",
    "model": "ann",
    "source": "live",
    "since": "2026-01-31",
    "until": "2026-02-01T10:00:00Z",
    "at_least": "0.25",
    "at_most": "1",
    "batch": "b",
    "tag": "speaker:Ana",
    "corrected": "right",
    "words": "Straße  100%",
}


def test_an_address_is_read_and_written():
    selection = Selection.read(MultiDict([*WHOLE.items(), ("id", "one"), ("id", "two")]))
    assert selection.emotion is Emotion.SAD
    assert selection.named is False
    assert selection.source is Source.LIVE
    assert selection.since == date(2026, 1, 31)
    assert selection.until == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert (selection.at_least, selection.at_most) == (0.25, 1)
    assert selection.corrected is Corrected.RIGHT
    assert selection.ids == ("one", "two")
    assert selection.args() == {**WHOLE, "id": ["one", "two"]}


def test_nothing_is_asked_for():
    assert Selection.read({"emotion": "", "words": "  ", "page": "3"}) == Selection()
    assert Selection().args() == {}
    assert not Selection()
    assert Selection(tag="x")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("emotion", "joy"), ("named", "perhaps"), ("source", "dream"), ("corrected", "1")),
        *(("since", "yesterday"), ("until", "9999-12-31"), ("since", "0001-01-01T00:00+14:00")),
        *(("at_least", "1.1"), ("at_least", "nan"), ("at_most", "-1"), ("at_most", "much")),
        *(("model", "m" * 256), ("words", " ".join("abcdefghijk")), ("since", "2026-02-30")),
    ],
)
def test_nonsense_is_refused_and_left_out(name, text):
    with pytest.raises(BadFilter) as refused:
        Selection.read({name: text})
    assert refused.value.code == "bad_filter"
    assert refused.value.sentence.endswith(".")
    selection, problems = Selection.make_out({name: text, "tag": "kept"})
    assert selection == Selection(tag="kept")
    assert len(problems) == 1


def test_an_unknown_order_is_refused():
    assert Order.read({}) is Order.read({"sort": ""}) is Order.NEWEST
    with pytest.raises(BadFilter):
        Order.read({"sort": "best"})


def test_capitals_and_accents_are_alike_in_all_languages():
    assert folded("STRASSE") == folded("Straße")
    assert folded("Cafe\u0301") == folded("CAFÉ")
    assert folded("ΙΩΆΝΝΑ", None, "b") == "ιωάννα b"


@pytest.fixture
def log(app):
    """Four predictions of which each filter means some."""
    with app.app_context():
        rows = [
            prediction("sad", file_name="Straße.wav", emotion="sad", confidence=0.9, seconds=4.0),
            prediction("unsure", emotion="sad", confidence=0.3, named=False, seconds=3.0),
            prediction(
                "happy", NOON + timedelta(days=1), emotion="happy", confidence=0.6, model="ann"
            ),
            prediction(
                *("live", NOON + timedelta(days=2)),
                **{"emotion": "calm", "confidence": 0.5, "source": Source.LIVE, "batch_id": "b"},
                file_name="100%_sure.wav",
            ),
        ]
        for row in rows:
            prediction_log.add(row)
        sayings.describe("sad", note="Ana LACHT", tags=["family", "speaker:Ana"])
        sayings.set_tags("live", ["family"])
        sayings.correct("sad", Emotion.ANGRY, NOON)
        sayings.correct("happy", Emotion.HAPPY, NOON)
        yield prediction_log


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({}, "live happy unsure sad"),
        ({"emotion": "sad"}, "unsure sad"),
        ({"named": "no"}, "unsure"),
        ({"named": "yes", "emotion": "sad"}, "sad"),
        ({"model": "ann"}, "happy"),
        ({"source": "live"}, "live"),
        ({"since": "2026-11-22"}, "live happy"),
        ({"until": "2026-11-22"}, "happy unsure sad"),
        ({"since": "2026-11-22", "until": "2026-11-22"}, "happy"),
        ({"since": "2026-11-22T12:00:01"}, "live"),
        ({"until": "2026-11-21T13:00:00+01:00"}, ""),
        ({"until": "2026-11-21T13:00:01+01:00"}, "unsure sad"),
        ({"at_least": "0.6"}, "happy sad"),
        ({"at_most": "0.5"}, "live unsure"),
        ({"batch": "b"}, "live"),
        ({"tag": "family"}, "live sad"),
        ({"tag": "famil"}, ""),
        ({"corrected": "yes"}, "sad"),
        ({"corrected": "right"}, "happy"),
        ({"corrected": "no"}, "live unsure"),
        ({"words": "strasse"}, "sad"),
        ({"words": "RASS lacht"}, "sad"),
        ({"words": "lacht unsure"}, ""),
        ({"words": "100%_"}, "live"),
        ({"words": "a%"}, ""),
        ({"words": "_"}, "live"),
        ({"id": "happy"}, "happy"),
    ],
)
def test_what_is_meant(log, args, found):
    selection = Selection.read(args)
    assert " ".join(row.id for row in log.page(1, 10, selection).items) == found
    assert log.count(selection) == len(found.split())


@pytest.mark.parametrize(
    ("order", "found"),
    [
        *((Order.NEWEST, "live happy unsure sad"), (Order.OLDEST, "sad unsure happy live")),
        *((Order.SUREST, "sad happy live unsure"), (Order.UNSUREST, "unsure live happy sad")),
        *((Order.LONGEST, "sad unsure live happy"), (Order.SHORTEST, "live happy unsure sad")),
        *((Order.NAME, "live happy unsure sad"), (Order.EMOTION, "live happy unsure sad")),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 10])
def test_every_order_on_every_page(log, order, found, size):
    """The second half is counted off from the end, and comes out the same."""
    seen = []
    for number in range(1, 1 + -(-4 // size)):
        seen += [row.id for row in log.page(number, size, Selection(), order).items]
    assert " ".join(seen) == found


def test_all_of_it_passes_by_in_pieces(log, monkeypatch):
    monkeypatch.setattr(log, "PIECE", 3)
    pieces = [[row.id for row in some] for some in log.all_of(Selection())]
    assert pieces == [["live", "happy", "unsure"], ["sad"]]
    first = log.after(Selection(emotion=Emotion.SAD), None, 1)
    assert [row.id for row in first] == ["unsure"]
    rest = log.after(Selection(emotion=Emotion.SAD), first[0].place, 5)
    assert [row.id for row in rest] == ["sad"]


def test_what_is_deleted_may_be_chosen_by_what_goes_with_it(log):
    log.remove_selected(Selection(tag="family"))
    assert [row.id for row in log.page(1, 10).items] == ["happy", "unsure"]
    log.remove_selected(Selection(corrected=Corrected.RIGHT))
    assert [row.id for row in log.page(1, 10).items] == ["unsure"]


def test_the_log_finds_what_an_index_holds(log):
    """No row is read for what is filtered, searched and sorted by."""
    selection = Selection.read({**WHOLE, "tag": "", "corrected": ""})
    wanted = str(selection.where().compile(compile_kwargs={"literal_binds": True}))
    with writing() as session:
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM prediction "
            "INDEXED BY ix_prediction_filters WHERE " + wanted.replace("%", "%%")
        )
        assert "COVERING INDEX ix_prediction_filters" in plan.all()[0].detail
