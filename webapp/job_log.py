"""The log of jobs and batches: its queries.

Each change of a job's state is one write that says from which states it may be changed. So of two
who would change it, one does and the other learns that it came too late.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp import prediction_log
from webapp.speech.errors import SpeechError
from webapp.tables import OPEN, QUEUED, STOPPED, UNHEARD, Batch, Job, Prediction, State, Trace
from webapp.transactions import reading, writing

CHANCES = 2
"""A job that was lost so often while it ran is not begun again by itself."""


def add(job: Job) -> None:
    """Log a job."""
    with writing() as session:
        session.add(job)


def add_batch(batch: Batch, jobs: Iterable[Job]) -> None:
    """Log a batch and its jobs."""
    with writing() as session:
        session.add(batch)
        session.add_all(jobs)


def get(job_id: str) -> Job | None:
    """The job of that id, if there is one."""
    with reading() as session:
        return session.get(Job, job_id)


def get_batch(batch_id: str) -> Batch | None:
    """The batch of that id, if there is one."""
    with reading() as session:
        return session.get(Batch, batch_id)


def of_batch(batch_id: str) -> Sequence[Job]:
    """The jobs of a batch, by place."""
    found = select(Job).where(Job.batch_id == batch_id).order_by(Job.place)
    with reading() as session:
        return session.scalars(found).all()


def unfinished() -> Sequence[Job]:
    """Jobs outside of batches that wait, run or were stopped, newest first."""
    mine = select(Job).where(Job.batch_id.is_(None), Job.state.in_((*QUEUED, *STOPPED)))
    with reading() as session:
        return session.scalars(mine.order_by(Job.created_at.desc(), Job.id.desc())).all()


def ids(state: State) -> Sequence[str]:
    """Ids of the jobs in a state, in the order in which they were queued."""
    found = select(Job.id).where(Job.state == state).order_by(Job.created_at, Job.place, Job.id)
    with reading() as session:
        return session.scalars(found).all()


def before(job: Job) -> int:
    """How many jobs a worker has to do before this one."""
    sooner = or_(
        Job.created_at < job.created_at,
        and_(Job.created_at == job.created_at, Job.place < job.place),
    )
    count = select(func.count()).where(Job.state.in_(QUEUED), Job.id != job.id, sooner)
    with reading() as session:
        return session.scalar(count) or 0


def arrive(job_id: str, audio_name: str, size: int, now: datetime) -> bool:
    """The file of a job is here, so it waits for a worker; False where none is awaited."""
    arrived = {"audio_name": audio_name, "size": size}
    with writing() as session:
        return _change(session, job_id, (State.AWAITED,), **arrived, **_new(now))


def claim(job_id: str, now: datetime) -> Job | None:
    """Begin a job that waits; None where it does not, or somebody else has begun it."""
    begun = {"state": State.RUNNING, "attempts": Job.attempts + 1, "beat_at": now, "share": 0.0}
    with writing() as session:
        found = _change(session, job_id, (State.WAITING,), **begun)
        return session.get(Job, job_id) if found else None


def beat(job_id: str, share: float, now: datetime) -> bool:
    """Tell how far a job is; False where it is not to go on."""
    with writing() as session:
        return _change(session, job_id, (State.RUNNING,), share=share, beat_at=now)


def finish(job_id: str, prediction: Prediction, trace: Trace | None) -> bool:
    """Log what a job heard, all of it at once; False, and nothing, where it is not to go on.

    Its recording becomes that of the prediction: a name stands in one row at a time.
    """
    done = {"state": State.DONE, "share": 1.0, "audio_name": None}
    with writing() as session:
        if not _change(session, job_id, (State.RUNNING,), **done):
            return False
        prediction_log.insert(session, prediction, trace)
    return True


def fail(job_id: str, error: SpeechError, *, keeps: bool) -> None:
    """A job that runs cannot be done; `keeps`: its recording stays, for another try."""
    lost = {} if keeps else {"audio_name": None}
    with writing() as session:
        _change(session, job_id, (State.RUNNING,), **_failed(error), **lost)


def refuse(job_id: str, error: SpeechError) -> None:
    """The file of a job came and cannot be taken."""
    with writing() as session:
        _change(session, job_id, (State.AWAITED,), **_failed(error))


def put_back(job_id: str) -> None:
    """A job that runs was stopped in good order: it waits as if it had never been begun."""
    fresh = {"state": State.WAITING, "share": 0.0, "attempts": Job.attempts - 1}
    with writing() as session:
        _change(session, job_id, (State.RUNNING,), **fresh)


def lose(job_id: str) -> None:
    """What ran a job is gone: it waits to be run again, unless that happened too often."""
    with writing() as session:
        running = (State.RUNNING,)
        tried = Job.attempts >= CHANCES
        if not _change(session, job_id, running, tried, state=State.INTERRUPTED):
            _change(session, job_id, running, state=State.WAITING, share=0.0)


def again(job_id: str, now: datetime) -> bool:
    """Let a job that was stopped wait once more; False where there is nothing to hear again."""
    with writing() as session:
        return _change(session, job_id, STOPPED, Job.audio_name.is_not(None), **_new(now))


def await_again(job_id: str) -> None:
    """Wait once more for the file of a job that ended unheard and has none."""
    with writing() as session:
        none = Job.audio_name.is_(None)
        _change(session, job_id, UNHEARD, none, state=State.AWAITED, **_NOTHING_YET)


def cancel(job_id: str) -> Sequence[str]:
    """Call off a job that is not at its end; returns the names of recordings to remove."""
    return _cancel(Job.id == job_id)


def cancel_batch(batch_id: str) -> Sequence[str]:
    """Call off all jobs of a batch that are not at their end; returns names as `cancel` does."""
    return _cancel(Job.batch_id == batch_id)


def remove(job_id: str) -> Sequence[str]:
    """Delete a job that has no prediction; returns the names of recordings to remove."""
    this = and_(Job.id == job_id, Job.state != State.DONE)
    with writing() as session:
        names = _names(session, this)
        session.execute(delete(Job).where(this))
    return names


def remove_batch(batch_id: str) -> Sequence[str]:
    """Delete a batch with its jobs and predictions; returns the names of recordings to remove."""
    with writing() as session:
        names = [*_names(session, Job.batch_id == batch_id)]
        names += prediction_log.remove_where(session, Prediction.batch_id == batch_id)
        session.execute(delete(Job).where(Job.batch_id == batch_id))
        session.execute(delete(Batch).where(Batch.id == batch_id))
    return names


def _cancel(which: Any) -> Sequence[str]:
    called_off = and_(which, Job.state.in_(OPEN))
    with writing() as session:
        names = _names(session, called_off)
        values = {"state": State.CANCELLED, "audio_name": None, "share": 0.0}
        session.execute(update(Job).where(called_off).values(values), execution_options=_PLAIN)
    return names


def _new(now: datetime) -> dict[str, Any]:
    """What a job is like that a worker shall begin."""
    never_begun = {"attempts": 0, "beat_at": None}
    return {"state": State.WAITING, "created_at": now, **never_begun, **_NOTHING_YET}


def _failed(error: SpeechError) -> dict[str, Any]:
    """What a job is like that cannot be done."""
    told = {"error_code": error.code, "error_sentence": error.sentence[:500]}
    return {"state": State.FAILED, **told}


_NOTHING_YET = {"share": 0.0, "error_code": None, "error_sentence": None}
"""What is known of a job that nobody has tried."""


_PLAIN = {"synchronize_session": False}
"""No row of these was read in the same session."""


def _change(
    session: Session, job_id: str, states: Iterable[State], *more: Any, **values: Any
) -> bool:
    """Change a job that is in one of these states, and fits what `more` says; whether it was."""
    wanted = update(Job).where(Job.id == job_id, Job.state.in_(tuple(states)), *more)
    done = session.execute(wanted.values(values), execution_options=_PLAIN)
    return cast(CursorResult[Any], done).rowcount == 1


def _names(session: Session, which: Any) -> Sequence[str]:
    """The names of the recordings of some jobs."""
    found = session.scalars(select(Job.audio_name).where(which))
    return [name for name in found if name is not None]
