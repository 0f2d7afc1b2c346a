"""The log of predictions: its queries.

Predictions stand in the order in which they were logged, whatever the clock said: a clock that is
set back must not hide what was heard last among what was heard long ago.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    delete,
    false,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from webapp.order import Order
from webapp.paging import Page, nearest
from webapp.selection import Selection, folded
from webapp.speech.emotions import Emotion
from webapp.tables import Batch, Correction, Job, Note, Prediction, Tag, Trace
from webapp.transactions import reading, writing

ALL = Selection()

BELONGING = (Trace, Note, Tag, Correction)
"""Tables of what goes with a prediction."""

PIECE = 500
"""Predictions that are read, or deleted, at a time where many pass by."""


class Day(NamedTuple):
    """How often an emotion was heard on a day."""

    date: date
    emotion: Emotion | None
    """None where none was named."""
    predictions: int


def add(prediction: Prediction, trace: Trace | None = None) -> None:
    """Log a prediction, and what was heard over time. Once this returns it is on disk."""
    with writing() as session:
        insert(session, prediction, trace)


def insert(session: Session, prediction: Prediction, trace: Trace | None) -> None:
    """Log a prediction within a write that does more."""
    prediction.searched = folded(prediction.file_name)
    prediction.place = 1 + (session.scalar(select(func.max(Prediction.place))) or 0)
    session.add(prediction)
    if trace is not None:
        trace.prediction_id = prediction.id
        session.add(trace)


def get(prediction_id: str) -> Prediction | None:
    """The prediction of that id, if there is one."""
    with reading() as session:
        return session.get(Prediction, prediction_id)


def count(selection: Selection = ALL) -> int:
    """How many predictions there are of a selection."""
    with reading() as session:
        return _count(session, selection.where())


def page(
    number: int, size: int, selection: Selection = ALL, order: Order = Order.NEWEST
) -> Page[Prediction]:
    """A page of a selection; beyond either end it is the nearest page."""
    with reading() as session:
        total = _count(session, selection.where())
        number, pages = nearest(number, size, total)
        items = _part(session, selection, order, (number - 1) * size, size, total)
    return Page(items, number, pages, total)


def after(selection: Selection, cursor: int | None, size: int) -> Sequence[Prediction]:
    """Some of a selection, newest first: those that follow a place in the log, None for the first.

    Where the next ones begin is the place of the last one.
    """
    follow = true() if cursor is None else Prediction.place < cursor
    wanted = select(Prediction.place).where(follow, selection.where())
    with reading() as session:
        return _rows(session, wanted.order_by(*_NEWEST).limit(size), _NEWEST)


def all_of(selection: Selection) -> Iterator[Sequence[Prediction]]:
    """A selection, newest first, a piece at a time; nothing is being read in between."""
    cursor = None
    while some := after(selection, cursor, PIECE):
        yield some
        cursor = some[-1].place


def kept(selection: Selection) -> Sequence[Prediction]:
    """Those of a selection whose recordings were kept, newest first."""
    found = select(Prediction).where(selection.where(), _KEPT).order_by(*_NEWEST)
    with reading() as session:
        return session.scalars(found).all()


def count_kept(selection: Selection) -> int:
    """How many these are."""
    with reading() as session:
        return _count(session, and_(selection.where(), _KEPT))


def known(ids: Iterable[str]) -> set[str]:
    """Those of some ids of which there is a prediction."""
    with reading() as session:
        return set(session.scalars(select(Prediction.id).where(Prediction.id.in_(ids))))


def days(selection: Selection = ALL) -> Sequence[Day]:
    """How often each emotion was heard on each day of UTC; None where none was named."""
    day = func.substr(cast(Prediction.created_at, String), 1, 10)
    columns = day, Prediction.emotion, Prediction.named
    query = select(*columns, func.count()).where(selection.where()).group_by(*columns)
    with reading() as session:
        return [
            Day(date.fromisoformat(text), Emotion(emotion) if named else None, number)
            for text, emotion, named, number in session.execute(query)
        ]


def audio_names() -> set[str]:
    """Names of all kept audio that a prediction or a job knows."""
    with reading() as session:
        kept = select(Prediction.audio_name).union_all(select(Job.audio_name))
        names = set(session.scalars(kept))
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
        kept = select(Prediction.audio_name).union_all(select(Job.audio_name))
        names = [name for name in session.scalars(kept) if name is not None]
        for table in (*BELONGING, Job, Batch, Prediction):
            session.execute(delete(table))
    return names


def remove_selected(selection: Selection) -> list[str]:
    """Delete a selection; returns the names of its kept audio."""
    with writing() as session:
        return remove_where(session, selection.where())


def remove_where(session: Session, which: Any) -> list[str]:
    """Delete some predictions and what belongs to them; returns the names of their kept audio."""
    found = session.execute(select(Prediction.id, Prediction.audio_name).where(which)).all()
    for start in range(0, len(found), PIECE):  # by id: `which` may ask for what goes first
        some = [row.id for row in found[start : start + PIECE]]
        columns = (*(table.prediction_id for table in BELONGING), Job.id, Prediction.id)
        for column in columns:
            session.execute(delete(column.class_).where(column.in_(some)), execution_options=_PLAIN)
    return [row.audio_name for row in found if row.audio_name is not None]


def check() -> None:
    """Whether predictions could be logged now; raises `SQLAlchemyError` if not."""
    with writing() as session:
        session.execute(delete(Prediction).where(false()))


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Prediction).where(which)) or 0


def _part(
    session: Session, selection: Selection, order: Order, start: int, size: int, total: int
) -> Sequence[Prediction]:
    """Some of a selection in an order, counted off from the end that is nearer."""
    backwards = start > total / 2
    if backwards:
        start, size = max(0, total - start - size), min(size, total - start)
    wanted = select(Prediction.place).where(selection.where()).limit(size).offset(start)
    wanted = wanted.order_by(*order.columns(backwards=backwards))
    return _rows(session, wanted, order.columns())


def _rows(session: Session, wanted: Select[int], order: Iterable[Any]) -> Sequence[Prediction]:
    """Predictions at these places: rows that are only passed by are never read."""
    places = session.scalars(wanted).all()
    found = select(Prediction).where(Prediction.place.in_(places)).order_by(*order)
    return session.scalars(found).all()


_PLAIN = {"synchronize_session": False}
"""Deleted rows are not looked for among those that were read."""

_KEPT = Prediction.audio_name.is_not(None)

_NEWEST = Order.NEWEST.columns()
