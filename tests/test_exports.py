"""Predictions to take away, as CSV, JSON and JSON lines."""

import csv
import io
import json

import pytest

from tests.test_prediction_log import prediction
from webapp import exports, prediction_log, sayings
from webapp.speech.emotions import Emotion

SENTENCE = '=HYPERLINK("http://localhost","x")'


@pytest.fixture
def filled(app):
    with app.app_context():
        for number in range(5):
            shares = {"sad": 0.6 + number / 100, "calm": 0.3}
            made = {"probabilities": shares, "confidence": shares["sad"], "emotion": "sad"}
            prediction_log.add(prediction(f"p{number}", file_name=f"ü{number}.wav", **made))
        sayings.describe("p1", note=SENTENCE, tags=["b", "a"])
        sayings.correct("p1", Emotion.ANGRY, prediction("x").created_at)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(prediction_log, "PIECE", 2)


def table(response):
    text = response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_table(filled, client):
    response = client.get("/history/export.csv")
    assert response.mimetype == "text/csv"
    assert "tonelog-history.csv" in response.headers["Content-Disposition"]
    rows = table(response)
    assert [row["id"] for row in rows] == ["p4", "p3", "p2", "p1", "p0"]
    told = rows[3]
    assert (told["file"], told["sad"], told["calm"], told["happy"]) == ("ü1.wav", "0.61", "0.3", "")
    assert (told["tags"], told["correction"]) == ("a, b", "angry")
    assert told["note"] == f"'{SENTENCE}"
    assert list(rows[0]) == list(exports.COLUMNS)


def test_json_and_json_lines_are_the_document_of_a_result(filled, client):
    whole = client.get("/history/export.json").json
    lines = client.get("/history/export.jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == whole
    assert len(whole) == 5
    assert whole[3] == client.get("/predictions/p1.json").json
    assert (whole[3]["note"], whole[3]["tags"]) == (SENTENCE, ["a", "b"])


def test_nothing_is_an_empty_file(client):
    assert client.get("/history/export.json").json == []
    assert client.get("/history/export.jsonl").text == ""
    assert table(client.get("/history/export.csv")) == []


def test_filters_say_what_is_taken(filled, client):
    found = client.get("/history/export.json?tag=a").json
    assert [one["id"] for one in found] == ["p1"]


def test_nonsense_is_no_file(filled, client):
    wrong = client.get("/history/export.csv?emotion=joy")
    assert wrong.status_code == 400
    assert wrong.mimetype == "text/html"
    told = client.get("/history/export.csv?emotion=joy", headers={"Accept": "application/json"})
    assert told.json["error"]["code"] == "bad_filter"
    assert client.get("/history/export.xls").status_code == 404


def test_what_was_ticked_is_taken(filled, visitor):
    form = {"csrf_token": visitor.token(), "id": ["p0", "p2", "gone"], "all": ""}
    rows = table(visitor.client.post("/history/export.csv", data=form))
    assert [row["id"] for row in rows] == ["p2", "p0"]
    form = {"csrf_token": visitor.token(), "id": ["p0"], "all": "yes", "words": "ü3"}
    rows = table(visitor.client.post("/history/export.csv", data=form))
    assert [row["id"] for row in rows] == ["p3"]


def test_it_is_sent_while_it_is_read(filled, client, monkeypatch):
    """No more than a piece is read ahead of who takes it."""
    read = []
    after = prediction_log.after

    def watched(*args):
        found = after(*args)
        read.append(len(found))
        return found

    monkeypatch.setattr(prediction_log, "after", watched)
    response = client.get("/history/export.jsonl", buffered=False)
    pieces = response.response
    assert len(next(pieces).splitlines()) == 2
    assert read == [2]
    assert sum(len(piece.splitlines()) for piece in pieces) == 3
    response.close()
