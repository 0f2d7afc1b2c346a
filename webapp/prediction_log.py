"""The log of predictions: its table and its queries. `database.py` opens it.

Reads never wait. A write is a transaction of its own that takes the right to write at its start:
SQLite fails at once where a transaction reads first and somebody else writes before it does.

Predictions stand in the order in which they were logged, whatever the clock said: a clock that is
set back must not hide what was heard last among what was heard long ago.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Index, String, delete, false, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from webapp.speech.emotions import Emotion

WRITES = "tonelog_writes"
"""Execution option of a connection whose transactions will write."""


class Source(StrEnum):
    """How a voice came."""

    UPLOAD = "upload"
    RECORDING = "recording"
    SHELL = "shell"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python; in UTC in the database, which for SQLite is without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be logged")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of the tables."""


db = SQLAlchemy(model_class=Base)


class Prediction(Base):
    """What was heard in one clip."""

    __tablename__ = "prediction"
    __table_args__ = (Index("ix_prediction_place", "place", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Can't be guessed: whoever knows it may listen."""
    place: Mapped[int]
    """Grows with every prediction that is logged."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(255))
    """What the user called it. Text to show, never a path."""
    content_hash: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    probabilities: Mapped[dict[str, float]] = mapped_column(JSON)
    """By emotion, in the order of the model's labels."""
    emotion: Mapped[str] = mapped_column(String(16))
    """The likeliest, whether or not it is named."""
    confidence: Mapped[float]
    named: Mapped[bool]
    """Whether that was likely enough for the emotion to be named."""
    remarks: Mapped[list[str]] = mapped_column(JSON)
    milliseconds: Mapped[float]
    """Time that hearing took."""
    audio_name: Mapped[str | None] = mapped_column(String(32))
    """Name of the kept audio; None where none is kept."""

    @property
    def ranking(self) -> list[tuple[Emotion, float]]:
        """Emotions and their probabilities, the likeliest first."""
        pairs = [(Emotion(name), share) for name, share in self.probabilities.items()]
        return sorted(pairs, key=lambda pair: -pair[1])


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
    with _writing() as session:
        prediction.place = 1 + (session.scalar(select(func.max(Prediction.place))) or 0)
        session.add(prediction)


def get(prediction_id: str) -> Prediction | None:
    """The prediction of that id, if there is one."""
    with _reading() as session:
        return session.get(Prediction, prediction_id)


def count() -> int:
    """How many predictions there are."""
    with _reading() as session:
        return _count(session)


def page(number: int, size: int) -> Page:
    """A page of the log; beyond either end it is the nearest page."""
    with _reading() as session:
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
    """Names of all kept audio that a prediction knows."""
    with _reading() as session:
        return set(_audio_names(session))


def remove(prediction_id: str) -> Prediction | None:
    """Delete a prediction; returns what was deleted, None if there was none."""
    with _writing() as session:
        prediction = session.get(Prediction, prediction_id)
        if prediction is not None:
            session.delete(prediction)
    return prediction


def remove_all() -> list[str]:
    """Delete every prediction; returns the names of their kept audio."""
    with _writing() as session:
        names = _audio_names(session)
        session.execute(delete(Prediction))
    return names


def check() -> None:
    """Whether predictions could be logged now; raises `SQLAlchemyError` if not."""
    with _writing() as session:
        session.execute(delete(Prediction).where(false()))


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Prediction)) or 0


def _audio_names(session: Session) -> list[str]:
    return [name for name in session.scalars(select(Prediction.audio_name)) if name is not None]


@contextmanager
def _reading() -> Iterator[Session]:
    """A session that ends with the block: no page goes on reading while it is sent."""
    with Session(db.engine) as session:
        yield session


@contextmanager
def _writing() -> Iterator[Session]:
    """A session with the right to write from its start, committed at the end of the block."""
    engine = db.engine.execution_options(**{WRITES: True})
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection()  # begins now, not at the first statement
        yield session
