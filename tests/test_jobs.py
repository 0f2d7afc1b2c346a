"""Jobs from end to end, in one process: taken in, heard, kept, called off, lost and found."""

import io
import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import fake_recognizers
from tests.processes import wait_until
from tests.sounds import encode, silence, voice
from tests.working import work
from webapp import job_log, jobs, prediction_log
from webapp.keeping import forget_all
from webapp.speech.errors import MissingExtra, TooLarge, TooLong, UnknownModel
from webapp.submission import desk
from webapp.tables import Job, Prediction, Source, State, Trace
from webapp.transactions import reading
from webapp.unkept import NotKept

LONG = encode("wav-16", voice(8.0))


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=2.0)


def trace(name):
    with reading() as session:
        return session.get(Trace, name)


def test_a_short_recording_is_heard_at_once_a_long_one_becomes_a_job(at, take_in, wav, kept):
    heard = take_in(wav)
    assert isinstance(heard, Prediction)
    assert prediction_log.get(heard.id) is not None
    job = take_in(LONG, model="ann")
    assert isinstance(job, Job)
    logged = job_log.get(job.id)
    assert (logged.state, logged.model, logged.size) == ("waiting", "ann", len(LONG))
    assert kept() == {prediction_log.get(heard.id).audio_name, logged.audio_name}
    assert at.queue.pending() == {job.id}


def test_a_large_file_becomes_a_job_unheard(at, take_in, monkeypatch, wav):
    monkeypatch.setattr("webapp.submission.INSTANT_BYTES", len(wav) - 1)
    assert isinstance(take_in(wav), Job)


def test_what_the_settings_forbid_never_becomes_a_job(make_app, settings, kept):
    strict = replace(settings, max_seconds=2.0, max_megabytes=0.5)
    with make_app(strict).app_context():
        for data, kind in ((LONG, TooLong), (bytes(2**20), TooLarge)):
            with pytest.raises(kind):
                desk().take_in(io.BytesIO(data), source=Source.UPLOAD, file_name="a")
        assert not job_log.unfinished()
        assert not kept()


def test_a_model_that_cannot_hear_gets_no_job(at, take_in, kept):
    at.recognizers["ann"].missing = "Install something."
    for model, kind in (("ann", MissingExtra), ("nobody", UnknownModel)):
        with pytest.raises(kind):
            take_in(LONG, model=model)
    assert not job_log.unfinished()
    assert not kept()


def test_a_job_is_heard_over_time_and_its_prediction_has_its_id(app, at, take_in, kept):
    job = take_in(LONG, model="ann", file_name="talk.wav")
    assert work(app) == 1
    row, heard = prediction_log.get(job.id), trace(job.id)
    assert (row.model, row.file_name, row.source) == ("ann", "talk.wav", "upload")
    assert row.seconds == pytest.approx(8.0, abs=0.01)
    assert at.audio(row) == LONG
    assert len(row.content_hash) == 64
    assert kept() == {row.audio_name}
    assert job_log.get(job.id).state == State.DONE
    assert heard.segments[-1]["end"] == pytest.approx(8.0, abs=0.01)
    with reading() as session:
        assert session.get(Trace, job.id).peaks
        assert session.get(Trace, job.id).spectrogram.startswith(b"\x89PNG")


def test_a_short_clip_is_heard_the_same_as_a_job(app, at, take_in, wav):
    at_once = take_in(wav)
    job = at.put_off(io.BytesIO(wav), source=Source.BATCH, file_name="a.wav")
    work(app)
    later = prediction_log.get(job.id)
    for name in ("probabilities", "content_hash", "seconds", "remarks", "named"):
        assert getattr(later, name) == getattr(at_once, name)
    assert trace(job.id) is None


def test_where_nothing_is_kept_the_file_stays_until_the_job_is_done(make_app, settings, kept):
    app = make_app(replace(settings, keep_audio=False))
    with app.app_context():
        for data in (LONG, encode("wav-16", silence(8.0))):
            job = desk().take_in(io.BytesIO(data), source=Source.UPLOAD, file_name="a")
            assert len(kept()) == 1
            work(app)
            assert not kept()
            assert job_log.get(job.id).audio_name is None
        assert job_log.get(job.id).state == State.FAILED
        (row,) = prediction_log.page(1, 5).items
        assert row.audio_name is None
        with reading() as session:
            drawn = session.get(Trace, row.id)
            assert (drawn.peaks, drawn.spectrogram) == (None, None)
            assert drawn.segments


def test_a_failure_keeps_its_sentence_and_its_file(app, at, take_in, kept):
    job = take_in(encode("wav-16", silence(8.0)))
    work(app)
    failed = job_log.get(job.id)
    assert (failed.state, failed.error_code) == ("failed", "no_speech")
    assert prediction_log.count() == 0
    assert kept() == {failed.audio_name}
    assert jobs.again(at, job.id).state == State.WAITING
    assert at.queue.pending() == {job.id}
    work(app)
    assert job_log.get(job.id).state == State.FAILED


def test_a_file_that_is_gone_cannot_be_heard(app, at, take_in, kept):
    job = take_in(LONG)
    at.remove_audio(kept())
    work(app)
    assert job_log.get(job.id).error_code == "not_kept"


def test_a_job_that_waits_is_called_off_with_its_file(app, at, take_in, kept):
    job = take_in(LONG)
    jobs.cancel(at, job.id)
    assert not kept()
    jobs.run(at, job.id)  # its message is in the queue still
    assert job_log.get(job.id).state == State.CANCELLED
    with pytest.raises(NotKept):
        jobs.again(at, job.id)


def test_a_job_that_runs_ends_soon_after_it_was_called_off(at, take_in, kept, monkeypatch):
    job = take_in(LONG)
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.0)
    heard, beat = [], job_log.beat

    def beaten(job_id, share, now):
        heard.append(share)
        if share > 0:
            jobs.cancel(at, job_id)
        return beat(job_id, share, now)

    monkeypatch.setattr(job_log, "beat", beaten)
    jobs.run(at, job.id)
    assert heard[0] == 0.0
    assert len(heard) == 2
    assert not kept()
    assert prediction_log.count() == 0
    assert job_log.get(job.id).state == State.CANCELLED


def test_it_tells_how_far_it_is_about_once_a_second(at, take_in, monkeypatch):
    job = take_in(LONG)
    job_log.claim(job.id, at.now())
    time = iter([0.0, 0.0, 0.4, 0.9, 1.0, 1.0, 1.5])
    telling = jobs._Telling(job.id, at.now, clock=lambda: next(time))
    shares = []
    for share in (0.1, 0.2, 0.3, 0.4, 0.5):
        telling(share)
        shares.append(job_log.get(job.id).share)
    assert shares == [0.1, 0.1, 0.1, 0.4, 0.4]


def test_a_worker_that_is_asked_to_end_puts_its_job_back(at, take_in, monkeypatch):
    job = take_in(LONG)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("webapp.hearing.Ears.file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(at, job.id)
    back = job_log.get(job.id)
    assert (back.state, back.attempts) == ("waiting", 0)


def test_what_breaks_unforeseen_is_tried_once_more_and_then_left(at, take_in, monkeypatch):
    job = take_in(LONG)

    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("webapp.hearing.Ears.file", broken)
    for state in (State.WAITING, State.INTERRUPTED):
        with pytest.raises(RuntimeError):
            jobs.run(at, job.id)
        jobs.recover(at)
        assert job_log.get(job.id).state == state


def test_a_job_that_runs_is_nobody_elses(at, take_in):
    job = take_in(LONG)
    with jobs._alone(at, job.id):
        jobs.run(at, job.id)
        assert job_log.get(job.id).state == State.WAITING
        job_log.claim(job.id, at.now())
        jobs.recover(at)
        assert job_log.get(job.id).state == State.RUNNING
    jobs.recover(at)
    assert job_log.get(job.id).state == State.WAITING
    assert not list((at.settings.instance / "running").iterdir())


def test_a_killed_process_leaves_its_job_to_be_found(at, take_in):
    job = take_in(LONG)
    pid = os.fork()
    if pid == 0:
        with jobs._alone(at, job.id):
            signal.pause()
        os._exit(0)
    lock = at.settings.instance / "running" / job.id
    wait_until(lock.exists)
    job_log.claim(job.id, at.now())
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    jobs.recover(at)
    assert job_log.get(job.id).state == State.WAITING


def test_a_message_that_got_lost_is_written_again_and_only_once(at, take_in):
    job, other = take_in(LONG), take_in(LONG)
    at.queue.huey.flush()
    jobs.recover(at)
    jobs.recover(at)
    assert [task.args for task in at.queue.huey.pending()] == [[job.id], [other.id]]


def test_it_hangs_where_nobody_works_or_it_is_silent(at, take_in, monkeypatch):
    job = take_in(LONG)
    assert not jobs.hangs(at, job)
    running = job_log.claim(job.id, at.now())
    assert jobs.hangs(at, running)  # no worker
    monkeypatch.setattr("webapp.queue.Queue.worker_runs", lambda _: True)
    assert not jobs.hangs(at, running)
    running.beat_at -= timedelta(minutes=2)
    assert jobs.hangs(at, running)


def test_the_file_of_an_announced_job_arrives(app, at, take_in, kept):
    announced = Job(
        id="x", place=0, created_at=at.now(), state=State.AWAITED, file_name="a", size=9,
        source=Source.BATCH, model="ann", batch_id="z",
    )  # fmt: skip
    job_log.add(announced)
    arrived = jobs.arrive(at, "x", io.BytesIO(LONG))
    assert (arrived.state, arrived.size) == ("waiting", len(LONG))
    with pytest.raises(jobs.NoSuchJob):
        jobs.arrive(at, "x", io.BytesIO(LONG))
    assert kept() == {arrived.audio_name}
    work(app)
    assert prediction_log.get("x").batch_id == "z"


def test_hearing_a_long_one_again_is_a_job_with_a_recording_of_its_own(app, at, take_in, kept):
    first = take_in(LONG)
    work(app)
    job = jobs.hear_again(at, prediction_log.get(first.id), "ann")
    assert isinstance(job, Job)
    assert len(kept()) == 2
    assert len({(at.recordings.folder / name).stat().st_ino for name in kept()}) == 1
    at.forget(first.id)
    work(app)
    row = prediction_log.get(job.id)
    assert (row.model, row.file_name) == ("ann", "talk.wav")
    assert at.audio(row) == LONG


def test_deleting(app, at, take_in, kept):
    first, second, third = take_in(LONG), take_in(LONG), take_in(LONG)
    jobs.run(at, first.id)
    jobs.delete(at, second.id)
    assert job_log.get(second.id) is None
    assert len(kept()) == 2
    assert at.forget(first.id)
    assert trace(first.id) is None
    assert job_log.get(first.id) is None
    forget_all(at)
    assert job_log.get(third.id) is None
    assert not kept()
    assert work(app) == 0


def test_a_new_start_leaves_the_recordings_of_jobs_alone(make_app, settings, at, take_in, kept):
    job = take_in(LONG)
    make_app(settings, fake_recognizers())
    assert kept() == {job_log.get(job.id).audio_name}
