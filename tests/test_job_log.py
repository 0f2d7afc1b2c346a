"""The log of jobs: each change is one write, and says from which states it may be made."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from webapp import job_log, prediction_log
from webapp.speech.errors import NoSpeech
from webapp.tables import Batch, Job, Prediction, Source, State, Trace
from webapp.transactions import reading

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def job(name="a", state=State.WAITING, minute=0, **more):
    return Job(
        **{
            "id": name,
            "place": 0,
            "created_at": NOON + timedelta(minutes=minute),
            "state": state,
            "file_name": f"{name}.wav",
            "size": 7,
            "source": Source.UPLOAD,
            "model": "ann",
            "audio_name": f"audio-{name}",
            **more,
        }
    )


def prediction(name="a", **more):
    return Prediction(
        id=name,
        created_at=NOON,
        source=Source.UPLOAD,
        file_name="a.wav",
        content_hash="0" * 64,
        seconds=90.0,
        model="ann",
        model_version="1",
        probabilities={"calm": 1.0},
        emotion="calm",
        confidence=1.0,
        named=True,
        remarks=[],
        milliseconds=1.0,
        **{"audio_name": f"audio-{name}", **more},
    )


@pytest.fixture
def log(app):
    with app.app_context():
        yield job_log


def traces():
    with reading() as session:
        return session.query(Trace).count()


def test_only_what_waits_is_begun_and_only_once(log):
    log.add(job())
    begun = log.claim("a", NOON)
    assert (begun.state, begun.attempts, begun.beat_at) == (State.RUNNING, 1, NOON)
    assert log.claim("a", NOON) is None
    assert log.claim("nobody", NOON) is None


def test_of_many_at_once_one_begins(app, log):
    log.add(job())
    got, gate = [], threading.Barrier(8)

    def try_it():
        with app.app_context():
            gate.wait()
            got.append(log.claim("a", NOON))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in got) == 1
    assert log.get("a").attempts == 1


def test_a_beat_tells_how_far_it_is_and_whether_to_go_on(log):
    log.add(job())
    assert not log.beat("a", 0.5, NOON)
    log.claim("a", NOON)
    later = NOON + timedelta(seconds=1)
    assert log.beat("a", 0.5, later)
    assert (log.get("a").share, log.get("a").beat_at) == (0.5, later)
    log.cancel("a")
    assert not log.beat("a", 0.6, later)


def test_what_was_heard_is_logged_whole_and_its_recording_moves_along(log):
    log.add(job())
    log.claim("a", NOON)
    assert log.finish("a", prediction(), Trace(segments=[]))
    assert (log.get("a").state, log.get("a").share, log.get("a").audio_name) == ("done", 1.0, None)
    assert prediction_log.get("a").audio_name == "audio-a"
    assert traces() == 1
    assert prediction_log.audio_names() == {"audio-a"}


def test_what_was_cancelled_meanwhile_leaves_nothing(log):
    log.add(job())
    log.claim("a", NOON)
    assert log.cancel("a") == ["audio-a"]
    assert not log.finish("a", prediction(), Trace(segments=[]))
    assert prediction_log.count() == traces() == 0
    assert log.get("a").state == State.CANCELLED


def test_if_the_prediction_cannot_be_logged_the_job_is_not_done(log):
    prediction_log.add(prediction())  # of the same id
    log.add(job())
    log.claim("a", NOON)
    with pytest.raises(Exception, match="UNIQUE"):
        log.finish("a", prediction(audio_name=None), Trace(segments=[]))
    assert log.get("a").state == State.RUNNING
    assert traces() == 0


@pytest.mark.parametrize(("keeps", "name"), [(True, "audio-a"), (False, None)])
def test_a_failure_is_told_and_can_be_tried_again_where_the_file_is_there(log, keeps, name):
    log.add(job())
    log.claim("a", NOON)
    log.fail("a", NoSpeech("Nobody speaks."), keeps=keeps)
    failed = log.get("a")
    assert (failed.state, failed.error_code, failed.error_sentence, failed.audio_name) == (
        "failed",
        "no_speech",
        "Nobody speaks.",
        name,
    )
    assert log.again("a", NOON) is keeps
    if keeps:
        new = log.get("a")
        assert (new.state, new.attempts, new.error_code) == ("waiting", 0, None)


def test_lost_once_it_waits_lost_twice_it_is_interrupted(log):
    log.add(job())
    for state in (State.WAITING, State.INTERRUPTED):
        log.claim("a", NOON)
        log.lose("a")
        assert log.get("a").state == state
    assert log.claim("a", NOON) is None
    assert log.again("a", NOON)
    assert log.claim("a", NOON).attempts == 1


def test_put_back_in_good_order_it_was_never_begun(log):
    log.add(job())
    log.claim("a", NOON)
    log.beat("a", 0.7, NOON)
    log.put_back("a")
    assert (log.get("a").state, log.get("a").attempts, log.get("a").share) == ("waiting", 0, 0.0)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED, State.INTERRUPTED])
def test_what_is_at_its_end_stays_as_it_is(log, state):
    log.add(job(state=state))
    assert log.cancel("a") == []
    assert not log.beat("a", 0.5, NOON)
    log.lose("a")
    log.put_back("a")
    log.fail("a", NoSpeech("x"), keeps=True)
    assert not log.arrive("a", "other", 1, NOON)
    assert log.get("a").state == state


def test_a_file_arrives_where_it_is_awaited(log):
    log.add(job(state=State.AWAITED, audio_name=None))
    assert log.claim("a", NOON) is None
    later = NOON + timedelta(hours=1)
    assert log.arrive("a", "audio", 9, later)
    arrived = log.get("a")
    assert (arrived.state, arrived.audio_name, arrived.size) == ("waiting", "audio", 9)
    assert arrived.created_at == later
    assert not log.arrive("a", "again", 9, later)


def test_how_many_come_before(log):
    for minute, name in enumerate("abcd"):
        log.add(job(name, minute=minute))
    for place, name in enumerate("ef"):
        log.add(job(name, minute=9, place=place))
    log.claim("a", NOON)
    log.cancel("b")
    assert [log.before(log.get(name)) for name in "acdef"] == [0, 1, 2, 3, 4]
    assert log.ids(State.WAITING) == ["c", "d", "e", "f"]


def test_unfinished_ones_stand_by_themselves_newest_first(log):
    log.add(job("a"))
    log.add(job("b", State.FAILED, 1))
    log.add(job("c", State.DONE, 2))
    log.add(job("d", State.CANCELLED, 3))
    log.add(job("e", State.INTERRUPTED, 4))
    batch = Batch(id="z", created_at=NOON, name="z", model="ann")
    log.add_batch(batch, [job("f", minute=5, batch_id="z")])
    assert [one.id for one in log.unfinished()] == ["e", "b", "a"]
    assert log.get_batch("z").name == "z"
    assert [one.id for one in log.of_batch("z")] == ["f"]


def test_a_deleted_job_names_its_recording_a_done_one_is_its_predictions(log):
    log.add(job("a"))
    log.add(job("b", State.DONE, audio_name=None))
    assert log.remove("a") == ["audio-a"]
    assert log.remove("b") == []
    assert log.get("a") is None
    assert log.get("b") is not None


def test_a_prediction_takes_its_job_and_trace_along(log):
    for name in "ab":
        log.add(job(name))
        log.claim(name, NOON)
        log.finish(name, prediction(name), Trace(segments=[]))
    assert prediction_log.remove("a").audio_name == "audio-a"
    assert log.get("a") is None
    assert traces() == 1
    assert log.get("b") is not None


def test_deleting_everything_leaves_nothing(log):
    batch = Batch(id="z", created_at=NOON, name="z", model="ann")
    log.add_batch(batch, [job("a", batch_id="z"), job("b", batch_id="z", place=1)])
    log.claim("a", NOON)
    log.finish("a", prediction("a", batch_id="z"), Trace(segments=[]))
    log.add(job("c"))
    assert sorted(prediction_log.remove_all()) == ["audio-a", "audio-b", "audio-c"]
    assert traces() == prediction_log.count() == 0
    assert log.get_batch("z") is log.get("b") is log.get("c") is None


def test_a_batch_is_called_off_and_deleted_as_a_whole(log):
    batch = Batch(id="z", created_at=NOON, name="z", model="ann")
    waits = State.WAITING
    states = {"a": State.AWAITED, "b": waits, "c": waits, "d": State.FAILED}
    log.add_batch(batch, [job(name, state, batch_id="z") for name, state in states.items()])
    log.add(job("e"))
    log.claim("b", NOON)
    log.finish("b", prediction("b", batch_id="z"), Trace(segments=[]))
    assert sorted(log.cancel_batch("z")) == ["audio-a", "audio-c"]
    assert [one.state for one in log.of_batch("z")] == ["cancelled", "done", "cancelled", "failed"]
    assert sorted(log.remove_batch("z")) == ["audio-b", "audio-d"]
    assert prediction_log.count() == traces() == 0
    assert log.get_batch("z") is None
    assert log.get("e") is not None
