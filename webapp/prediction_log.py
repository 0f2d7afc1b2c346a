"""The log of predictions: its queries.

Predictions stand in the order in which they were logged, whatever the clock said: a clock that is
set back must not hide what was heard last among what was heard long ago.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, false, func, select
from sqlalchemy.orm import Session

from webapp.tables import Job, Prediction, reading, writing


@dataclass(frozen=True)
class Page:
    """Some predictions, newest first, and where they stand among all."""

    items: Sequence[Prediction]
    number: int
    """Counted from 1."""
    pages: int
    total: int

    @property
    def has_previous(self) -> bool:
        """Whether there are newer ones."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there are older ones."""
        return self.number < self.pages


def add(prediction: Prediction) -> None:
    """Log a prediction. Once this returns it is on disk."""
    with writing() as session:
        prediction.place = 1 + (session.scalar(select(func.max(Prediction.place))) or 0)
        session.add(prediction)


def get(prediction_id: str) -> Prediction | None:
    """The prediction of that id, if there is one."""
    with reading() as session:
        return session.get(Prediction, prediction_id)


def count() -> int:
    """How many predictions there are."""
    with reading() as session:
        return _count(session)


def page(number: int, size: int) -> Page:
    """A page of the log; beyond either end it is the nearest page."""
    with reading() as session:
        total = _count(session)
        pages = max(1, math.ceil(total / size))
        number = min(max(number, 1), pages)
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
        return {*_audio_names(session), *session.scalars(select(Job.audio_name))} - {None}


def remove(prediction_id: str) -> Prediction | None:
    """Delete a prediction; returns what was deleted, None if there was none."""
    with writing() as session:
        prediction = session.get(Prediction, prediction_id)
        if prediction is not None:
            session.delete(prediction)
    return prediction


def remove_all() -> list[str]:
    """Delete every prediction; returns the names of their kept audio."""
    with writing() as session:
        names = _audio_names(session)
        session.execute(delete(Prediction))
    return names


def check() -> None:
    """Whether predictions could be logged now; raises `SQLAlchemyError` if not."""
    with writing() as session:
        session.execute(delete(Prediction).where(false()))


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Prediction)) or 0


def _audio_names(session: Session) -> list[str]:
    return [name for name in session.scalars(select(Prediction.audio_name)) if name is not None]
