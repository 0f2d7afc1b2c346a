"""Faults of the disk, of the log, of the clock and of files: a clear answer, and nothing lost."""

import errno
import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from sqlalchemy import event

from tests.fakes import Visitor
from tests.mutations import documented, mutations
from webapp import prediction_log, recordings
from webapp.tables import db

JSON = {"Accept": "application/json"}
MUTATIONS = 300
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def heard(visitor, wav):
    """The addresses of three predictions that were made before the fault."""
    return [visitor.sent(wav) for _ in range(3)]


def still_readable(client, addresses, wav):
    """What was kept before a fault: its page, its audio and its line in the history."""
    lines = client.get("/history").text
    for address in addresses:
        assert client.get(address).status_code == 200
        assert client.get(f"{address}/audio").data == wav
        assert address in lines


@pytest.fixture
def full_disk(monkeypatch):
    """Every recording meets a disk that is full, until `undo` is called."""

    def fails(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(recordings.os, "fsync", fails)
        yield patched


def test_no_room_for_the_audio(visitor, client, heard, kept, wav, full_disk):
    before = kept()
    told = visitor.send(wav, headers=JSON)
    assert (told.status_code, told.json["error"]["code"]) == (503, "not_written")
    assert "is full, so nothing was saved" in told.json["error"]["sentence"]
    shown = visitor.send(wav)
    assert shown.status_code == 503
    assert 'action="/upload"' in shown.text
    assert kept() == before
    still_readable(client, heard, wav)
    full_disk.undo()
    visitor.sent(wav)


@pytest.fixture
def full_log(app, heard):
    """The log may not grow any more, however small it is."""
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "connect")
    def limit(connection, _):
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes what there is for the limit

    engine.dispose()
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


@pytest.mark.usefixtures("full_log")
def test_no_room_for_the_row(visitor, client, heard, wav, kept):
    before, answers = kept(), []
    while 503 not in answers:  # until the pages that it has are used up
        assert len(answers) < 100
        answers.append(visitor.send(wav, headers=JSON).status_code)
    assert len(kept()) == len(before) + len(answers) - 1  # no audio without a row
    told = visitor.send(wav, headers=JSON)
    assert told.json["error"]["code"] == "log_unavailable"
    assert "is full" in told.json["error"]["sentence"]
    assert client.get("/history").status_code == 200
    for address in heard:
        assert client.get(f"{address}/audio").data == wav


def damage(path, table):
    """Overwrite the first page of a table, as a failing disk does."""
    log = sqlite3.connect(path)
    log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
    (page,) = log.execute(query, [table]).fetchone()
    log.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def test_a_damaged_log(app, visitor, client, heard, settings, wav, kept, caplog):
    before, token = kept(), visitor.token()
    with app.app_context():
        db.engine.dispose()
    damage(settings.instance / "tonelog.sqlite", "prediction")
    for address in ("/history", heard[0]):
        told = client.get(address, headers=JSON)
        assert (told.status_code, told.json["error"]["code"]) == (503, "log_unavailable")
        assert "log is damaged" in told.json["error"]["sentence"]
    assert "malformed" in caplog.text
    assert "log is damaged" in client.get("/history").text
    assert client.post("/history/delete", data={"csrf_token": token}).status_code == 503
    assert visitor.send(wav).status_code == 503
    assert kept() == before
    assert client.get("/").status_code == 200


def test_the_clock_set_back(app, client, wav):
    """What is heard after it stands first all the same, and each at an address of its own."""
    hours = iter((0, 1, -24, -23, 2))
    desk = app.extensions["tonelog"]
    now = replace(desk, now=lambda: NOON + timedelta(hours=next(hours)))
    app.extensions["tonelog"] = now
    visitor = Visitor(client)
    addresses = [visitor.sent(wav, f"{number}.wav") for number in range(5)]
    assert len(set(addresses)) == 5
    listed = [client.get(f"/history?page={page}").text for page in (1, 2)]
    places = ["".join(listed).index(f'href="{address}"') for address in addresses]
    assert places == sorted(places, reverse=True)
    for number, address in enumerate(addresses):
        assert client.get(f"{address}.json").json["file"] == f"{number}.wav"


def test_a_clock_that_stands_still(app, client, wav):
    app.extensions["tonelog"] = replace(app.extensions["tonelog"], now=lambda: NOON)
    visitor = Visitor(client)
    addresses = [visitor.sent(wav) for _ in range(3)]
    listed = client.get("/history").text
    places = [listed.index(f'href="{address}"') for address in addresses]
    assert places == sorted(places, reverse=True)


def test_damaged_files_meet_documented_refusals_only(app, visitor, client):
    """The first of those that `make soak` sends many more of."""
    refusals, token = documented(), visitor.token()
    visitor.token = lambda page="/upload": token
    heard = 0
    for name, data in islice(mutations(seed=0), MUTATIONS):
        told = visitor.send(data, headers=JSON)
        if told.status_code == 201:
            heard += 1
        else:
            assert (told.status_code, told.json["error"]["code"]) in refusals, name
    with app.app_context():
        assert prediction_log.count() == heard
    assert 0 < heard < MUTATIONS
