"""A line a request, without anything of a person; and how long each part took."""

import json
import logging
import re
from dataclasses import replace

import pytest

from tests.fakes import Visitor
from webapp import prediction_log
from webapp.speech.stopwatch import Stopwatch
from webapp.tables import db

TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z-]+ [^ ]+ \d{3}( [a-z]+=\d+\.\d)+")
SECRET = "grandmother's birthday.wav"


@pytest.fixture
def lines(capsys):
    return lambda: capsys.readouterr().out.splitlines()


def test_a_line_a_request(client, lines):
    client.get("/")
    (line,) = lines()
    assert TEXT.fullmatch(line)
    assert " GET / 200 total=" in line


def test_stages_of_a_voice(visitor, wav, lines):
    visitor.token()
    lines()
    visitor.sent(wav)
    line = lines()[-1]
    assert " POST /upload 303 " in line
    assert re.findall(r"([a-z]+)=", line) == ["decode", "voice", "log", "total"]


def test_json(make_app, settings, wav, lines):
    Visitor(make_app(replace(settings, request_log="json")).test_client()).sent(wav)
    line = json.loads(lines()[-1])
    assert list(line) == ["time", "method", "route", "status", "milliseconds"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/upload", 303)
    assert line["milliseconds"]["total"] >= line["milliseconds"]["decode"] > 0


def test_off(make_app, settings, lines):
    client = make_app(replace(settings, request_log="off")).test_client()
    assert "total;dur=" in client.get("/").headers["Server-Timing"]
    assert lines() == []


def test_timing_goes_to_the_browser_too(visitor, wav):
    timing = visitor.send(wav).headers["Server-Timing"]
    parts = [part.partition(";dur=") for part in timing.split(", ")]
    assert [name for name, _, _ in parts] == ["decode", "voice", "log", "total"]
    assert all(float(spent) >= 0 for _, _, spent in parts)


def test_nothing_of_a_person_is_logged(client, visitor, wav, lines, caplog):
    caplog.set_level(logging.DEBUG)
    address = visitor.sent(wav, SECRET)
    for path in (address, f"{address}/audio", f"{address}.json", "/history", f"/{SECRET}"):
        client.get(path, headers={"User-Agent": SECRET, "Referer": SECRET})
    visitor.post(f"{address}/delete")
    visitor.send(b"no sound", SECRET)
    told = "\n".join(lines()) + caplog.text
    assert "/predictions/<id>/audio" in told
    for personal in (SECRET, "grandmother", address, address.rpartition("/")[2], "127.0.0.1"):
        assert personal not in told


def test_nor_where_something_breaks(client, visitor, wav, lines, caplog, monkeypatch, app):
    address = visitor.sent(wav, SECRET)

    def broken(_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(prediction_log, "get", broken)
    assert client.get(address).status_code == 500
    assert "GET /predictions/<id> failed." in caplog.text
    assert "a bug" in caplog.text
    assert address not in caplog.text + "\n".join(lines())


def test_nor_where_the_log_breaks(app, visitor, wav, caplog):
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE prediction")
    assert visitor.send(wav, SECRET).status_code == 503
    assert "no such table" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("method", ["GET", "PURGE", "TOTAL\nGARBAGE"])
def test_no_line_can_be_forged(client, lines, method):
    client.open("/nowhere\n2026 GET / 200", method=method)
    (line,) = lines()
    assert TEXT.fullmatch(line)
    assert f" {'GET' if method == 'GET' else '-'} - 404 " in line


def test_a_stopwatch_adds_up_stages():
    times = iter([10.0, 11.0, 11.5, 12.0, 12.25, 20.0])
    watch = Stopwatch(lambda: next(times))
    with watch.stage("decode"):
        pass
    with watch.stage("decode"):
        pass
    assert watch.stages == {"decode": 750.0}
    assert watch.milliseconds == 10_000.0


def test_a_stage_that_fails_counts_too():
    watch = Stopwatch()
    with pytest.raises(RuntimeError), watch.stage("decode"):
        raise RuntimeError
    assert list(watch.stages) == ["decode"]
