"""The log by age: how much is in it, and how what is old goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp import prediction_log
from webapp.tables import (
    QUEUED,
    UNHEARD,
    Batch,
    Correction,
    Job,
    Note,
    Prediction,
    State,
    Tag,
    Token,
    Trace,
)
from webapp.transactions import reading, writing


@dataclass(frozen=True)
class Rows:
    """What is in the log."""

    counts: Mapping[str, int]
    """By table; of jobs, those without a prediction."""
    oldest: datetime | None
    newest: datetime | None
    """When the first and the last prediction were made."""


@dataclass(frozen=True)
class Dropped:
    """What went."""

    results: int
    """Predictions, and jobs that never got one."""
    unpaired: int
    """Recordings whose results stay."""
    audio: Sequence[str]
    """Names of all recordings that no row names any more."""


def rows() -> Rows:
    """How much is in the log, and from when."""
    ends = select(func.min(Prediction.created_at), func.max(Prediction.created_at))
    with reading() as session:
        counts = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Prediction, Batch, Note, Tag, Correction, Token)
        }
        undone = select(func.count()).select_from(Job).where(Job.state != State.DONE)
        counts["job"] = session.scalar(undone) or 0
        oldest, newest = session.execute(ends).one()
    return Rows(counts, oldest, newest)


def drop(
    audio_before: datetime | None, results_before: datetime | None, *, dry: bool = False
) -> Dropped:
    """Drop what is from before these moments; `dry`: only find out what would go.

    Jobs that are still to be heard stay, with their recordings.
    """
    with writing() as session:
        results, names = (0, []) if results_before is None else _results(session, results_before)
        unpaired = [] if audio_before is None else _audio(session, audio_before)
        if dry:
            session.rollback()
    return Dropped(results, len(unpaired), names + unpaired)


def _audio(session: Session, before: datetime) -> list[str]:
    """Let go of old recordings, and of the pictures of them; returns their names."""
    old = and_(Prediction.created_at < before, Prediction.audio_name.is_not(None))
    stopped = and_(Job.created_at < before, Job.state.not_in(QUEUED), Job.audio_name.is_not(None))
    names = [*session.scalars(select(Prediction.audio_name).where(old))]
    names += session.scalars(select(Job.audio_name).where(stopped))
    of_these = Trace.prediction_id.in_(select(Prediction.id).where(old))
    pictures = update(Trace).where(of_these).values(peaks=None, spectrogram=None)
    session.execute(pictures, execution_options=_PLAIN)
    for table, which in ((Prediction, old), (Job, stopped)):
        session.execute(
            update(table).where(which).values(audio_name=None), execution_options=_PLAIN
        )
    return [name for name in names if name is not None]


def _results(session: Session, before: datetime) -> tuple[int, list[str]]:
    """Delete old predictions, jobs that came to nothing, and batches of which nothing is left."""
    old = Prediction.created_at < before
    count = session.scalar(select(func.count()).select_from(Prediction).where(old)) or 0
    names = prediction_log.remove_where(session, old)
    ended = and_(Job.created_at < before, Job.state.in_((State.AWAITED, *UNHEARD)))
    names += [name for name in session.scalars(select(Job.audio_name).where(ended)) if name]
    count += _delete(session, Job, ended)
    left = or_(
        Batch.id.in_(select(Job.batch_id).where(Job.batch_id.is_not(None))),
        Batch.id.in_(select(Prediction.batch_id).where(Prediction.batch_id.is_not(None))),
    )
    _delete(session, Batch, and_(Batch.created_at < before, ~left))
    return count, names


def _delete(session: Session, table: Any, which: Any) -> int:
    done: Any = session.execute(delete(table).where(which), execution_options=_PLAIN)
    assert isinstance(done, CursorResult)
    return done.rowcount


_PLAIN = {"synchronize_session": False}
"""No row of these was read in the same session."""
