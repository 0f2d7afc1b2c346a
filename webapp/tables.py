"""The tables of the log. `transactions.py` reads and writes them, `database.py` opens them."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Index, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from webapp.speech.emotions import Emotion


class Source(StrEnum):
    """How a voice came."""

    UPLOAD = "upload"
    RECORDING = "recording"
    SHELL = "shell"
    BATCH = "batch"
    LIVE = "live"


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


def new_id() -> str:
    """A name that can't be guessed."""
    return secrets.token_urlsafe(16)


def in_utc(moment: datetime) -> str:
    """A moment of the log as programs are told of it."""
    return moment.isoformat().replace("+00:00", "Z")


class Base(DeclarativeBase):
    """Base of the tables."""


db = SQLAlchemy(model_class=Base)


class Prediction(Base):
    """What was heard in one clip."""

    __tablename__ = "prediction"
    __table_args__ = (
        Index("ix_prediction_place", "place", "id"),
        # All that is filtered, sorted and searched by, so that rows themselves are not read for it.
        Index(
            "ix_prediction_filters",
            *("place", "created_at", "emotion", "named", "confidence", "model", "source"),
            *("seconds", "batch_id", "searched", "id"),
        ).ddl_if(dialect="sqlite"),  # others have no room for a long text in an index
    )

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
    batch_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The batch that it belongs to, if it came in one."""
    searched: Mapped[str] = mapped_column(String, default="")
    """File name and note, case-folded: what a search looks in."""

    @property
    def ranking(self) -> list[tuple[Emotion, float]]:
        """Emotions and their probabilities, the likeliest first."""
        pairs = [(Emotion(name), share) for name, share in self.probabilities.items()]
        return sorted(pairs, key=lambda pair: -pair[1])


class Trace(Base):
    """What was heard over the time of a clip that is longer than a few seconds."""

    __tablename__ = "trace"

    prediction_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """One after the other, without gaps: `webapp.speech.timeline.Segment.document`."""
    peaks: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Lowest and highest sample of each stretch of time, as int8; None where no audio is kept."""
    spectrogram: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The mel spectrogram as PNG; None where no audio is kept."""


class Note(Base):
    """What somebody wrote about a prediction."""

    __tablename__ = "note"

    prediction_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(String(2000))


class Tag(Base):
    """A word by which people find predictions again; `speaker:NAME` says who speaks."""

    __tablename__ = "tag"

    prediction_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class Correction(Base):
    """What somebody says it really was: beside the prediction, never over it."""

    __tablename__ = "correction"

    prediction_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    emotion: Mapped[str] = mapped_column(String(16))
    """The same as the prediction's where somebody says that it was right."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Token(Base):
    """What a program shows to be let in. Only a digest of it is kept."""

    __tablename__ = "token"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the day: a write each time would be one too many."""


class State(StrEnum):
    """How far a job is."""

    AWAITED = "awaited"
    """Its file is still to come: it was announced in a batch."""
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    """The prediction of the same id is logged."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """What ran it was ended, more than once; nothing of it is shown."""


QUEUED = (State.WAITING, State.RUNNING)
"""Jobs that a worker has to do."""

OPEN = (State.AWAITED, *QUEUED)
"""Jobs that are still to end."""

STOPPED = (State.FAILED, State.INTERRUPTED)
"""Jobs that ended without a result by themselves."""

UNHEARD = (*STOPPED, State.CANCELLED)
"""All jobs that did."""


class Batch(Base):
    """Recordings that were sent together."""

    __tablename__ = "batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(64))


class Job(Base):
    """A recording that is heard outside of any request. Its prediction gets the same id."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_batch", "batch_id", "place"), Index("ix_job_state", "state"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[int]
    """Its place in its batch, counted from 0."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    """Bytes of the file, as it was announced or as it came."""
    source: Mapped[str] = mapped_column(String(16))
    model: Mapped[str] = mapped_column(String(64))
    audio_name: Mapped[str | None] = mapped_column(String(32))
    """The file as it came, among the recordings; None before it has come."""
    share: Mapped[float] = mapped_column(default=0.0)
    """How much of it is heard, 0 to 1."""
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_sentence: Mapped[str | None] = mapped_column(String(500))
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was begun."""
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When what runs it last gave a sign of life."""
