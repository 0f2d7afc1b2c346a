"""The log of predictions: its queries.

Predictions stand in the order in which they were logged, whatever the clock said: a clock that is
set back must not hide what was heard last among what was heard long ago.
"""

from typing import Any

from sqlalchemy import delete, false, func, select, true
from sqlalchemy.orm import Session

from webapp.paging import Page, nearest
from webapp.tables import (
    Batch,
    Correction,
    Job,
    Note,
    Prediction,
    Tag,
    Trace,
    reading,
    writing,
)

BELONGING = (Trace, Note, Tag, Correction)
"""Tables of what goes with a prediction."""


def add(prediction: Prediction, trace: Trace | None = None) -> None:
    """Log a prediction, and what was heard over time. Once this returns it is on disk."""
    with writing() as session:
        insert(session, prediction, trace)


def insert(session: Session, prediction: Prediction, trace: Trace | None) -> None:
    """Log a prediction within a write that does more."""
    prediction.searched = prediction.file_name.casefold()
    prediction.place = 1 + (session.scalar(select(func.max(Prediction.place))) or 0)
    session.add(prediction)
    if trace is not None:
        trace.prediction_id = prediction.id
        session.add(trace)


def get(prediction_id: str) -> Prediction | None:
    """The prediction of that id, if there is one."""
    with reading() as session:
        return session.get(Prediction, prediction_id)


def count() -> int:
    """How many predictions there are."""
    with reading() as session:
        return _count(session)


def page(number: int, size: int) -> Page[Prediction]:
    """A page of the log, newest first; beyond either end it is the nearest page."""
    with reading() as session:
        total = _count(session)
        number, pages = nearest(number, size, total)
        newest = Prediction.place.desc(), Prediction.id.desc()
        # Counted off in the index alone: rows that are only passed by are never read.
        wanted = select(Prediction.id).order_by(*newest).limit(size).offset((number - 1) * size)
        part = wanted.subquery()
        rows = select(Prediction).join(part, Prediction.id == part.c.id).order_by(*newest)
        items = session.scalars(rows).all()
    return Page(items, number, pages, total)


def audio_names() -> set[str]:
    """Names of all kept audio that a prediction or a job knows."""
    with reading() as session:
        names = {*session.scalars(_audio(true())), *session.scalars(select(Job.audio_name))}
    return {name for name in names if name is not None}


def remove(prediction_id: str) -> Prediction | None:
    """Delete a prediction; returns what was deleted, None if there was none."""
    with writing() as session:
        prediction = session.get(Prediction, prediction_id)
        if prediction is not None:
            remove_where(session, Prediction.id == prediction_id)
    return prediction


def remove_all() -> list[str]:
    """Delete every prediction, job and batch; returns the names of their kept audio."""
    with writing() as session:
        names = [name for name in session.scalars(select(Job.audio_name)) if name is not None]
        names += remove_where(session, true())
        for table in (*BELONGING, Job, Batch):
            session.execute(delete(table))
    return names


def remove_where(session: Session, which: Any) -> list[str]:
    """Delete some predictions and what belongs to them; returns the names of their kept audio."""
    some = select(Prediction.id).where(which)
    names = [name for name in session.scalars(_audio(which)) if name is not None]
    for table in BELONGING:
        belongs = table.prediction_id.in_(some)
        session.execute(delete(table).where(belongs), execution_options=_PLAIN)
    session.execute(delete(Job).where(Job.id.in_(some)), execution_options=_PLAIN)
    session.execute(delete(Prediction).where(which), execution_options=_PLAIN)
    return names


def check() -> None:
    """Whether predictions could be logged now; raises `SQLAlchemyError` if not."""
    with writing() as session:
        session.execute(delete(Prediction).where(false()))


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Prediction)) or 0


def _audio(which: Any) -> Any:
    return select(Prediction.audio_name).where(which)


_PLAIN = {"synchronize_session": False}
"""Deleted rows are not looked for among those that were read."""
