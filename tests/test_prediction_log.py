import multiprocessing
import os
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import OperationalError

from webapp import prediction_log, transactions
from webapp.locks import locked
from webapp.tables import Prediction, Source, db

# The forked processes only do what gunicorn's workers do after their fork.
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def prediction(id, created_at=NOON, **changes):
    return Prediction(
        **{
            "id": id,
            "place": 0,  # until it is logged
            "created_at": created_at,
            "source": Source.UPLOAD,
            "file_name": "a.wav",
            "content_hash": "0" * 64,
            "seconds": 1.5,
            "model": "cnn_lstm",
            "model_version": "1.0.0",
            "probabilities": {"surprised": 0.7, "calm": 0.3},
            "emotion": "surprised",
            "confidence": 0.7,
            "named": True,
            "remarks": ["very_short"],
            "milliseconds": 12.5,
            "audio_name": None,
            **changes,
        }
    )


@pytest.fixture
def log(app):
    with app.app_context():
        yield prediction_log


def test_what_goes_in_comes_out(log):
    log.add(prediction("one"))
    row = log.get("one")
    assert row.created_at == NOON
    assert row.created_at.tzinfo is UTC
    assert list(row.probabilities.items()) == [("surprised", 0.7), ("calm", 0.3)]
    assert row.remarks == ["very_short"]
    assert (row.source, row.seconds, row.milliseconds) == ("upload", 1.5, 12.5)


def test_label_and_abstention_are_kept_apart(log):
    log.add(prediction("one", named=False))
    assert (log.get("one").emotion, log.get("one").named) == ("surprised", False)


def test_moments_are_kept_in_utc_wherever_they_come_from(log, settings):
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    log.add(prediction("one", there))
    assert log.get("one").created_at == NOON
    with sqlite3.connect(settings.instance / "tonelog.sqlite") as raw:
        stored = raw.execute("SELECT created_at FROM prediction").fetchone()
    raw.close()
    assert stored == ("2026-11-21 12:00:00.123456",)


def test_a_moment_without_a_zone_is_refused(log):
    with pytest.raises(Exception, match="zone"):
        log.add(prediction("one", datetime(2026, 11, 21)))


def test_ranking(log):
    assert prediction("one").ranking == [("surprised", 0.7), ("calm", 0.3)]


def test_newest_first_whatever_the_clock_says(log):
    for id, seconds in {"b": 0, "c": 0, "a": 1, "set back": -3600, "later": -3599}.items():
        log.add(prediction(id, NOON + timedelta(seconds=seconds)))
    pages = [log.page(number, 2) for number in (1, 2, 3)]
    found = [[row.id for row in page.items] for page in pages]
    assert found == [["later", "set back"], ["a", "c"], ["b"]]
    assert [(page.has_previous, page.has_next) for page in pages] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}


def test_pages_beyond_the_ends_are_the_nearest(log):
    assert (log.page(7, 2).number, log.page(7, 2).pages) == (1, 1)
    log.add(prediction("one"))
    assert log.page(-1, 2).number == log.page(10**30, 2).number == 1


def test_remove(log):
    log.add(prediction("one", audio_name="sound"))
    assert log.remove("one").audio_name == "sound"
    assert log.remove("one") is None
    assert log.count() == 0


def test_remove_all(log):
    log.add(prediction("one", audio_name="sound"))
    log.add(prediction("two"))
    assert log.audio_names() == {"sound"}
    assert log.remove_all() == ["sound"]
    assert log.count() == 0


def test_an_id_is_there_once(log):
    log.add(prediction("one"))
    with pytest.raises(Exception, match="UNIQUE"):
        log.add(prediction("one"))
    assert log.count() == 1


def test_a_commit_outlives_a_power_cut(log):
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15_000
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -500


def test_readers_do_not_wait_for_a_writer(app, log):
    log.add(prediction("one"))
    with transactions.writing() as session:
        session.add(prediction("two"))
        session.flush()
        seen = []

        def read():
            with app.app_context():
                seen.append(prediction_log.count())

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(5)
        assert seen == [1]
    assert log.count() == 2


def test_a_writer_takes_the_right_to_write_at_its_start(log, settings):
    other = sqlite3.connect(settings.instance / "tonelog.sqlite", timeout=0)
    with transactions.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_writers_queue(log, settings):
    queue = settings.instance / "tonelog.sqlite.lock"
    with transactions.writing(), locked(queue, patience=0) as got:
        assert not got
    with locked(queue, patience=0) as got:
        assert got


def test_who_has_queued_for_long_does_not_wait_once_more(log, settings):
    other = sqlite3.connect(settings.instance / "tonelog.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = db.engine.execution_options(**{transactions.WRITES: 20.0})
    begun = time.perf_counter()
    with pytest.raises(OperationalError, match="locked"), engine.begin():
        pass
    assert time.perf_counter() - begun < 5
    other.close()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15_000


def test_a_folder_without_room_for_the_queue_is_the_logs_own_matter(log, settings, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(transactions, "locked", full)
    log.add(prediction("one"))
    assert log.count() == 1


def test_a_failed_write_leaves_nothing(log):
    def fail():
        with transactions.writing() as session:
            session.add(prediction("one"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert log.count() == 0


def write_many(app, name):
    with app.app_context():
        for number in range(20):
            prediction_log.add(prediction(f"{name}{number}"))
            prediction_log.remove(f"{name}{number - 5}")
    os._exit(0)


def test_processes_write_at_once(app):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(app, name)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    with app.app_context():
        assert prediction_log.count() == 4 * 5


def test_check_asks_the_database(log, settings):
    log.check()
    db.engine.dispose()
    for path in settings.instance.glob("tonelog.sqlite*"):
        path.unlink()
    settings.instance.joinpath("tonelog.sqlite").mkdir()
    with pytest.raises(OperationalError):
        log.check()
