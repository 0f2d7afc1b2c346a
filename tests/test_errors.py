import inspect

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from webapp import commands, prediction_log, submission
from webapp.errors import NoFile, failure
from webapp.speech import errors as speech
from webapp.unkept import NotWritten

JSON = {"Accept": "application/json"}


def test_unknown_address_is_a_page(client):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "Error 404" in response.text
    assert '<a class="wordmark"' in response.text


def test_unknown_address_is_json_for_programs(client):
    response = client.get("/predictions/nobody", headers=JSON)
    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"
    assert response.json["error"]["sentence"].endswith(".")


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "text/html,*/*;q=0.8", "text/html, application/json", "image/png"],
)
def test_a_page_unless_json_is_preferred(client, accept):
    headers = {} if accept is None else {"Accept": accept}
    assert client.get("/nowhere", headers=headers).mimetype == "text/html"


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/html;q=0.9"])
def test_json_where_it_is_preferred(client, accept):
    assert client.get("/nowhere", headers={"Accept": accept}).mimetype == "application/json"


def test_wrong_method_says_which_are_right(client):
    response = client.post("/healthz", headers=JSON)
    assert response.status_code in {400, 405}  # without a token, that comes first
    response = client.put("/upload")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "Error 405" in response.text


def test_an_unexpected_failure_is_noted_and_told(app, client, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(prediction_log, "page", broken)
    for headers in ({}, JSON):
        response = client.get("/history", headers=headers)
        assert response.status_code == 500
        assert "a secret detail" not in response.text
    assert "a secret detail" in caplog.text


def test_a_log_that_is_away_is_told(client, visitor, monkeypatch, wav, kept, caplog):
    def locked(*_):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(prediction_log, "add", locked)
    response = visitor.send(wav, headers=JSON)
    assert response.status_code == 503
    assert response.json["error"]["code"] == "log_unavailable"
    assert "database is locked" in caplog.text
    assert not kept()


class SqliteError(Exception):
    def __init__(self, name):
        super().__init__(name)
        self.sqlite_errorname = name


@pytest.mark.parametrize(
    ("kind", "name", "cause"),
    [
        (OperationalError, "SQLITE_FULL", "is full"),
        (OperationalError, "SQLITE_READONLY_DBMOVED", "may not write"),
        (OperationalError, "SQLITE_IOERR_WRITE", "cannot be reached"),
        (DatabaseError, "SQLITE_CORRUPT", "is damaged"),
        (DatabaseError, "SQLITE_NOTADB", "is damaged"),
    ],
)
def test_the_cause_is_named(kind, name, cause):
    told = failure(kind("SELECT", {}, SqliteError(name)))
    assert (told.status, told.code) == (503, "log_unavailable")
    assert cause in told.sentence


def test_what_the_log_was_asked_wrongly_is_no_fault_of_the_log():
    with pytest.raises(IntegrityError):
        failure(IntegrityError("INSERT", {}, SqliteError("SQLITE_CONSTRAINT_UNIQUE")))


def test_a_recording_that_cannot_be_written():
    told = failure(NotWritten.because(OSError(28, "No space left on device")))
    assert (told.status, told.code) == (503, "not_written")


def test_every_kind_has_a_status_of_its_own():
    kinds = {
        kind
        for module in (speech, commands, submission)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, speech.SpeechError) and kind is not speech.SpeechError
    }
    told = {kind: failure(kind("A sentence.")) for kind in {*kinds, NoFile}}
    assert {kind.code for kind in kinds} >= {"empty_file", "not_audio", "too_large", "no_speech"}
    ours = told.pop(speech.MissingExtra)
    assert ours.status == 503
    assert all(400 <= one.status < 500 for one in told.values())
    told[speech.MissingExtra] = ours
    assert len({one.code for one in told.values()}) == len(told)
    assert all(one.title for one in told.values())


def test_caches_know_that_the_answer_depends_on_the_client(client):
    assert "Accept" in client.get("/nowhere").headers["Vary"]
