"""The queue: what goes in comes out in order, as JSON, whoever opened it."""

import json
import logging
import sqlite3
import stat
import sys
from dataclasses import replace

import pytest
from huey.exceptions import HueyException

from webapp.config import SettingError
from webapp.locks import locked
from webapp.queue import Queue


@pytest.fixture
def settings(settings):
    settings.instance.mkdir()
    return settings


@pytest.fixture
def queue(settings):
    made = Queue(settings)
    made.prepare()
    yield made
    made.huey.storage.close()


def messages(settings):
    with sqlite3.connect(settings.instance / "queue.sqlite") as file:
        found = [row[0] for row in file.execute("select data from task order by id")]
    file.close()
    return found


def test_what_one_process_sends_another_hears_in_order(settings, queue):
    heard = []
    for name in "abc":
        queue.put(name)
    worker = Queue(settings, heard.append)
    while (task := worker.huey.dequeue()) is not None:
        worker.huey.execute(task)
    worker.huey.storage.close()
    assert heard == ["a", "b", "c"]
    assert queue.pending() == set()


def test_what_is_queued_can_be_asked(queue):
    queue.put("a")
    queue.put("b")
    assert queue.pending() == {"a", "b"}


def test_messages_are_json_with_nothing_but_an_id(settings, queue):
    queue.put("an id")
    (message,) = messages(settings)
    assert json.loads(message)[1] == "webapp.queue.hear"
    assert [part for part in json.loads(message) if part][2:] == [["an id"]]


@pytest.mark.parametrize("message", [b"\x80\x04K\x01.", b"{", b'["x", "os.system"]', b"7"])
def test_what_is_no_message_of_ours_is_refused(queue, message):
    queue.huey.storage.enqueue(message)
    with pytest.raises((ValueError, TypeError, HueyException)):
        queue.huey.dequeue()


def test_who_only_sends_cannot_hear(queue):
    queue.put("a")
    with pytest.raises(AssertionError, match="only sends"):
        queue.huey.dequeue().execute()


def test_its_file_is_its_owners_alone(settings, queue):
    mode = (settings.instance / "queue.sqlite").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_queue_that_fails_loses_no_job(settings, queue, monkeypatch, caplog):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(queue.huey.storage, "enqueue", full)
    with caplog.at_level(logging.ERROR):
        queue.put("a secret id")
    assert "it is in the log" in caplog.text
    assert "a secret id" not in caplog.text


def test_whether_a_worker_runs(settings, queue):
    assert not queue.worker_runs()
    with locked(queue.worker_lock):
        assert queue.worker_runs()
        assert queue.worker_runs()
    assert not queue.worker_runs()


def test_redis_needs_its_package(settings, monkeypatch):
    monkeypatch.setattr("huey.storage.Redis", None)
    queue = Queue(replace(settings, queue_url="redis://127.0.0.1:1/0"))
    with pytest.raises(SettingError, match="requirements-redis"):
        queue.prepare()


def test_a_redis_that_does_not_answer_loses_no_job(settings, caplog):
    pytest.importorskip("redis")
    queue = Queue(replace(settings, queue_url="redis://127.0.0.1:1/0"))
    queue.prepare()
    with caplog.at_level(logging.ERROR):
        queue.put("a")
    assert "it is in the log" in caplog.text
    assert not (settings.instance / "queue.sqlite").exists()
    assert "redis" in sys.modules
