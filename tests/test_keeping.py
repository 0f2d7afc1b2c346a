"""What is kept goes: by age, and all of it, down to the last byte, whatever else goes on."""

import io
import logging
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from huey import MemoryHuey
from sqlalchemy import update

from tests import traces
from tests.fakes import Visitor
from tests.sounds import encode, voice
from tests.working import work
from webapp import consumer, job_log, jobs, keeping, prediction_log, sayings, trace_log
from webapp.incoming import incoming_folder
from webapp.keeping import Purged
from webapp.locks import locked
from webapp.queue import JsonSerializer, Queue
from webapp.submission import desk
from webapp.tables import Batch, Job, Prediction, Source, State, Trace, db
from webapp.transactions import reading, writing
from webapp.unkept import NotKept

LONG = encode("wav-16", voice(8.0))
NOW = datetime.now(UTC)


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=2.0)


def aged(table, name, days):
    """Let a row be so many days old."""
    with writing() as session:
        moment = NOW - timedelta(days=days, minutes=1)
        session.execute(update(table).where(table.id == name).values(created_at=moment))


def failed(at, take_in):
    """A job that failed and whose recording is kept for another try."""
    job = take_in(LONG)
    job_log.claim(job.id, at.now())
    job_log.fail(job.id, NotKept(), keeps=True)
    return job


def test_recordings_go_by_age_and_their_results_stay(at, take_in, wav, kept):
    old, new = take_in(wav), take_in(wav)
    aged(Prediction, old.id, 30)
    aged(Prediction, new.id, 29)
    assert keeping.purge(at, audio_days=30) == Purged(1, 0, len(wav))
    assert prediction_log.get(old.id).audio_name is None
    assert kept() == {prediction_log.get(new.id).audio_name}
    assert keeping.purge(at, audio_days=30) == Purged(0, 0, 0)


def test_what_is_derived_from_the_sound_goes_with_it(app, at, wav):
    name = traces.logged(app, traces.SIX_SECONDS, wav).rpartition("/")[2]
    row = prediction_log.get(name)
    at.recordings.copy(row.audio_name, lambda file: file.write(b"copy"))
    assert keeping.purge(at, audio_days=0).room == len(wav) + len(b"copy")
    assert trace_log.peaks(name) is None
    assert trace_log.spectrogram(name) is None
    assert len(trace_log.segments(name)) == len(traces.SIX_SECONDS)
    assert not list((at.settings.instance / "playable").iterdir())
    client = app.test_client()
    assert client.get(f"/predictions/{name}").status_code == 200
    for part in ("audio", "waveform.svg", "spectrogram.png", "peaks.json"):
        assert client.get(f"/predictions/{name}/{part}").status_code == 404


def test_recordings_that_are_still_to_be_heard_are_spared(app, at, take_in, kept):
    waiting, running, stopped = take_in(LONG), take_in(LONG), failed(at, take_in)
    job_log.claim(running.id, at.now())
    for job in (waiting, running, stopped):
        aged(Job, job.id, 90)
    assert keeping.purge(at, audio_days=30, result_days=90) == Purged(0, 1, len(LONG))
    assert job_log.get(stopped.id) is None
    assert kept() == {job_log.get(job.id).audio_name for job in (waiting, running)}
    assert work(app) == 1
    assert prediction_log.get(waiting.id).audio_name in kept()


def test_the_recording_of_a_job_that_failed_goes_by_age(at, take_in, kept):
    job = failed(at, take_in)
    aged(Job, job.id, 30)
    assert keeping.purge(at, audio_days=30).recordings == 1
    assert not kept()
    assert job_log.get(job.id).state == State.FAILED
    with pytest.raises(NotKept):
        jobs.again(at, job.id)


def test_results_go_by_age_with_all_that_belongs_to_them(at, take_in, wav, kept):
    old, new = take_in(wav), take_in(wav)
    sayings.describe(old.id, note="a note", tags=["a tag"])
    aged(Prediction, old.id, 400)
    whole = Batch(id="x", created_at=NOW - timedelta(days=400), name="old", model="ann")
    fresh = Batch(id="y", created_at=NOW - timedelta(days=300), name="new", model="ann")
    job_log.add_batch(whole, [])
    job_log.add_batch(fresh, [])
    assert keeping.purge(at, result_days=365) == Purged(0, 1, len(wav))
    assert prediction_log.get(old.id) is None
    assert sayings.said(old.id) == sayings.Said()
    assert job_log.get_batch("x") is None
    assert job_log.get_batch("y") is not None
    assert kept() == {prediction_log.get(new.id).audio_name}


def test_a_batch_stays_as_long_as_something_of_it_does(at, take_in, wav):
    row = take_in(wav)
    job_log.add_batch(Batch(id="x", created_at=NOW - timedelta(9), name="n", model="ann"), [])
    with writing() as session:
        session.execute(update(Prediction).values(batch_id="x"))
    keeping.purge(at, result_days=5)
    assert job_log.get_batch("x") is not None
    aged(Prediction, row.id, 9)
    keeping.purge(at, result_days=5)
    assert job_log.get_batch("x") is None


def test_a_dry_run_says_the_same_and_removes_nothing(at, take_in, wav, kept):
    names = [take_in(wav).id for _ in range(3)]
    aged(Prediction, names[0], 10)
    aged(Prediction, names[1], 100)
    wanted = {"audio_days": 5, "result_days": 50}
    told = keeping.purge(at, **wanted, dry=True)
    assert told == Purged(1, 1, 2 * len(wav))
    assert len(kept()) == prediction_log.count() == 3
    assert keeping.purge(at, **wanted) == told


def test_a_file_with_two_names_gives_room_when_both_go(at, take_in, wav):
    first = take_in(wav)
    second = jobs.hear_again(at, first, "ann")
    aged(Prediction, first.id, 9)
    assert keeping.purge(at, audio_days=5).room == 0
    assert at.audio(prediction_log.get(second.id)) == wav
    assert keeping.purge(at, audio_days=0).room == len(wav)


@pytest.mark.parametrize(("days", "left"), [(None, 2), (30, 1)])
def test_the_worker_removes_what_is_too_old_at_its_start_and_every_hour(
    make_app, settings, wav, kept, monkeypatch, days, left
):
    app = make_app(replace(settings, keep_days=days))
    with app.app_context():
        at = desk()
        rows = [
            at.take_in(io.BytesIO(wav), source=Source.UPLOAD, file_name="a.wav") for _ in range(2)
        ]
        aged(Prediction, rows[0].id, 31)
    queue = Queue(settings, lambda job_id: None)
    worker = consumer.Worker(app, replace(at, queue=queue))
    worker.recover()
    assert len(kept()) == left
    with app.app_context():
        aged(Prediction, rows[1].id, 31)
    worker.recover()
    assert len(kept()) == left
    later = time.monotonic() + consumer.TIDY_SECONDS
    monkeypatch.setattr(consumer.time, "monotonic", lambda: later)
    worker.recover()
    assert len(kept()) == (0 if days else 2)


SECRETS = ("Zebrafink", "Quastenflosser", "Schnabeltier", "Nacktmull", "Axolotl", "Wombat")
"""Names, a note and a tag that nothing else here is called."""


def found(instance, *wanted):
    """Which of these stand in any byte below the instance folder, and in which file."""
    found = set()
    for path in filter(lambda path: path.is_file(), instance.rglob("*")):
        data = path.read_bytes()
        lower = data.lower()
        for word in wanted:
            raw = word if isinstance(word, bytes) else word.lower().encode()
            if raw in (data if isinstance(word, bytes) else lower):
                found.add((word, path.name))
    return found


def all_kinds(app, at, take_in, wav):
    """Something of every kind there is; returns the id of a result."""
    result = take_in(wav, f"{SECRETS[0]}.wav")
    sayings.describe(result.id, note=f"It was the {SECRETS[1]}.", tags=[SECRETS[2]])
    sayings.correct(result.id, "sad", at.now())
    take_in(LONG, f"{SECRETS[3]}.wav")
    work(app)
    take_in(LONG, f"{SECRETS[4]}.wav")
    failed(at, take_in)
    batch = Batch(id="x", created_at=NOW, name=SECRETS[5], model="ann")
    awaited = Job(
        id="y", batch_id="x", place=0, created_at=NOW, state=State.AWAITED, file_name="a", size=9,
        source=Source.BATCH, model="ann",
    )  # fmt: skip
    job_log.add_batch(batch, [awaited])
    at.recordings.copy(prediction_log.get(result.id).audio_name, lambda file: file.write(b"copy"))
    (incoming_folder(at.settings.instance) / "left").write_bytes(b"left behind")
    (at.settings.instance / "recordings" / "orphan").write_bytes(b"nobody's")
    (at.settings.instance / "running" / "killed").touch()
    return result.id


def test_delete_everything_leaves_no_byte(app, settings, at, take_in, wav, kept):
    name = all_kinds(app, at, take_in, wav)
    wanted = (*SECRETS, name, wav[1000:1100], b"left behind", b"nobody's")
    assert {word for word, _ in found(settings.instance, *wanted)} == set(wanted)
    assert keeping.forget_all(at)
    assert found(settings.instance, *wanted) == set()
    with reading() as session:
        for table in (Prediction, Job, Batch, *prediction_log.BELONGING):
            assert session.query(table).count() == 0
    assert at.queue.pending() == set()
    for folder in ("recordings", "playable", "incoming", "running"):
        assert not list((settings.instance / folder).iterdir()), folder
    assert (settings.instance / "tonelog.sqlite-wal").stat().st_size == 0
    assert take_in(wav).audio_name in kept()  # and it goes on


def test_a_single_deletion_overwrites_what_goes(at, settings, take_in, wav):
    take_in(wav)
    gone = take_in(wav, f"{SECRETS[0]}.wav")
    sayings.describe(gone.id, note=SECRETS[1])
    at.forget(gone.id)
    keeping.tidy(at)  # the write-ahead log has old pages until then
    assert found(settings.instance, *SECRETS) == set()


def test_it_says_where_traces_may_be_left_for_a_while(make_app, settings, wav, monkeypatch):
    monkeypatch.setattr("webapp.database.BUSY_SECONDS", 0)
    app = make_app(settings)
    visitor = Visitor(app.test_client())
    visitor.sent(wav, f"{SECRETS[0]}.wav")
    with closing(sqlite3.connect(settings.instance / "tonelog.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM prediction").fetchall()
        told = visitor.post("/history/delete", follow_redirects=True).text
    assert "Traces may be left" in told
    assert "Everything was deleted.<" in visitor.post("/history/delete", follow_redirects=True).text
    assert found(settings.instance, SECRETS[0]) == set()


def test_a_log_that_cannot_be_written_anew_is_told(at, monkeypatch, caplog):
    monkeypatch.setattr("webapp.database.BUSY_SECONDS", 0)
    db.engine.dispose()
    with closing(sqlite3.connect(at.settings.instance / "tonelog.sqlite")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.ERROR):
            assert not keeping.reclaim()
    assert "could not be written anew" in caplog.text
    assert keeping.reclaim()


def test_the_room_of_the_log_is_given_back(app, at):
    for _ in range(20):
        traces.logged(app, traces.SIX_SECONDS, b"sound")
    keeping.reclaim()
    log = at.settings.instance / "tonelog.sqlite"
    before = log.stat().st_size
    keeping.purge(at, audio_days=0)
    assert keeping.reclaim()
    assert log.stat().st_size < before - 20 * len(traces.peaks())


def test_a_job_that_runs_while_everything_is_deleted_leaves_nothing(
    app, settings, at, take_in, kept, monkeypatch
):
    """Its recording is heard to the end; what was heard is thrown away."""
    job = take_in(LONG, f"{SECRETS[0]}.wav")
    hear = type(at).analyse

    def meanwhile(*arguments, **more):
        heard = hear(*arguments, **more)
        assert keeping.forget_all(at)
        return heard

    monkeypatch.setattr(type(at), "analyse", meanwhile)
    jobs.run(at, job.id)
    jobs.recover(at)
    assert prediction_log.count() == 0
    assert job_log.get(job.id) is None
    assert not kept()
    assert at.queue.pending() == set()
    assert not list((settings.instance / "running").iterdir())
    assert found(settings.instance, SECRETS[0], job.id) == set()


def test_a_job_whose_recording_goes_before_it_is_opened(at, take_in, monkeypatch):
    job = take_in(LONG)

    def meanwhile(self, path, recognizer, watch, told):
        keeping.forget_all(at)
        path.open()

    monkeypatch.setattr("webapp.hearing.Ears.file", meanwhile)
    jobs.run(at, job.id)
    assert job_log.get(job.id) is None


@pytest.mark.parametrize("sound", ["short", "long"])
def test_what_is_heard_again_is_deleted_with_what_it_was(
    at, take_in, wav, kept, monkeypatch, sound
):
    """Asked for before everything was deleted, and logged after that."""
    first = take_in(wav)
    if sound == "long":
        monkeypatch.setattr("webapp.submission.INSTANT_BYTES", 1)
    take = type(at).take_in

    def meanwhile(*arguments, **more):
        keeping.forget_all(at)
        return take(*arguments, **more)

    monkeypatch.setattr(type(at), "take_in", meanwhile)
    with pytest.raises(NotKept):
        jobs.hear_again(at, first, "ann")
    assert prediction_log.count() == 0
    assert not job_log.unfinished()
    assert not kept()


def test_locks_of_jobs_that_run_are_left_alone(at):
    folder = at.settings.instance / "running"
    folder.mkdir()
    (folder / "killed").touch()
    with locked(folder / "runs"):
        jobs.sweep(at)
        assert [path.name for path in folder.iterdir()] == ["runs"]


def test_a_queue_in_redis_is_cleared_too(settings, monkeypatch):
    """Of Redis, as Huey talks to it, only what is Tonelog's."""
    huey = MemoryHuey("tonelog", results=False, serializer=JsonSerializer())
    monkeypatch.setattr("webapp.queue._open", lambda _: huey)
    queue = Queue(replace(settings, queue_url="redis://127.0.0.1:1/0"))
    queue.put("a")
    huey.storage.put_data("key", b"value")
    assert queue.clear()
    assert queue.pending() == set()
    assert not huey.storage.result_items()


def test_a_queue_that_does_not_answer_stops_no_deletion(at, take_in, wav, kept, caplog):
    pytest.importorskip("redis")
    take_in(wav)
    away = Queue(replace(at.settings, queue_url="redis://127.0.0.1:1/0"))
    with caplog.at_level(logging.ERROR):
        assert not keeping.forget_all(replace(at, queue=away))
    assert "The queue could not be cleared" in caplog.text
    assert prediction_log.count() == 0
    assert not kept()


def test_everything_is_deleted_again_and_again_while_uploads_go_on(
    app, settings, wav, kept, recognizers
):
    """None fails, and a row has its file and a file its row, whenever it came."""
    sent, over = [], threading.Event()

    def send():
        visitor = Visitor(app.test_client())
        while not over.is_set():
            for data in (wav, LONG):
                sent.append(visitor.send(data, f"{SECRETS[0]}.wav").status_code)

    def hear():
        while not over.is_set():
            work(app)

    threads = [threading.Thread(target=act) for act in (send, send, send, hear)]
    for thread in threads:
        thread.start()
    deleting = Visitor(app.test_client())
    try:
        for _ in range(8):
            reached = len(sent) + 4
            while len(sent) < reached and all(thread.is_alive() for thread in threads):
                time.sleep(0.01)
            assert deleting.post("/history/delete").status_code == 303
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(sent) == {303}
    assert len(sent) >= 32
    with app.app_context():
        assert kept() == prediction_log.audio_names()
        assert keeping.forget_all(desk())
        assert not kept()
        with reading() as session:
            assert session.query(Trace).count() == 0
    assert found(settings.instance, SECRETS[0]) == set()
