"""What the log knows of batches: their files with what was heard in them, and the list of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from webapp.paging import Mark, Page, follow, nearest
from webapp.speech.errors import TooLarge
from webapp.speech.words import N_
from webapp.tables import OPEN, QUEUED, UNHEARD, Batch, Job, Prediction, State
from webapp.transactions import reading
from webapp.written import count

PIECE = 200
"""Files that are read at a time where all of them pass by."""


class Entry(NamedTuple):
    """A file of a batch; its prediction is there once it was heard, until that is deleted."""

    job: Job
    prediction: Prediction | None


def can_try_again(job: Job) -> bool:
    """Whether a job ended without a result, and may come to one yet."""
    return job.state in UNHEARD and job.error_code != TooLarge.code


@dataclass(frozen=True)
class Summary:
    """A batch, and how many of its files are in each state."""

    batch: Batch
    counts: Mapping[State, int]

    @property
    def files(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many were heard."""
        return self._count(State.DONE)

    @property
    def open(self) -> int:
        """How many are still to end."""
        return self._count(*OPEN)

    @property
    def queued(self) -> int:
        """How many are here and wait to be heard."""
        return self._count(*QUEUED)

    @property
    def unheard(self) -> int:
        """How many ended without a result."""
        return self._count(*UNHEARD)

    @property
    def told(self) -> str:
        """All of it in a sentence."""
        parts = (
            (self._count(State.FAILED), N_("%(files)s could not be heard")),
            (self._count(State.INTERRUPTED), N_("%(files)s interrupted")),
            (self._count(State.CANCELLED), N_("%(files)s cancelled")),
            (self.queued, N_("%(files)s waiting to be heard")),
            (self._count(State.AWAITED), N_("%(files)s still to come")),
        )
        others = (_(words, files=count(number)) for number, words in parts if number)
        heard = _("%(done)s of %(files)s heard", done=count(self.done), files=count(self.files))
        return ", ".join((heard, *others)) + "."

    def _count(self, *states: State) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def entries(batch_id: str) -> list[Entry]:
    """All files of a batch, in the order in which they were chosen."""
    return _entries(_of(batch_id))


def pieces(batch_id: str) -> Iterator[list[Entry]]:
    """The same, a few at a time; nothing is being read in between."""
    after = -1
    while some := _entries(_of(batch_id).where(Job.place > after).limit(PIECE)):
        yield some
        after = some[-1].job.place


def lately(batch_id: str, after: int) -> list[Entry]:
    """Those that are at their end; of those heard, what was logged after a place in the log."""
    new = or_(Prediction.place > after, Job.state.in_(UNHEARD))
    return _entries(_of(batch_id).where(new))


def states(batch_id: str) -> dict[str, tuple[State, float]]:
    """How far each job of a batch is, and how much of it is heard."""
    query = select(Job.id, Job.state, Job.share).where(Job.batch_id == batch_id)
    query = query.order_by(Job.place)
    with reading() as session:
        return {job_id: (State(state), share) for job_id, state, share in session.execute(query)}


def page(number: int, size: int) -> Page[Summary]:
    """A page of the list of batches, newest first; beyond either end it is the nearest page."""
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(Batch)) or 0
        number, pages = nearest(number, size, total)
        newest = select(Batch).order_by(Batch.created_at.desc(), Batch.id)
        batches = session.scalars(newest.limit(size).offset((number - 1) * size)).all()
        counts = _counts(session, [batch.id for batch in batches])
    items = [Summary(batch, counts[batch.id]) for batch in batches]
    return Page(items, number, pages, total)


def after(mark: Mark | None, size: int) -> list[Summary]:
    """Some batches, newest first: those that follow a mark, None for the first ones."""
    found = select(Batch).where(follow(mark, Batch.created_at, Batch.id))
    with reading() as session:
        newest = found.order_by(Batch.created_at.desc(), Batch.id)
        batches = session.scalars(newest.limit(size)).all()
        counts = _counts(session, [batch.id for batch in batches])
    return [Summary(batch, counts[batch.id]) for batch in batches]


def newest(most: int = 50) -> list[tuple[str, str]]:
    """Ids and names of the newest batches."""
    query = select(Batch.id, Batch.name).order_by(Batch.created_at.desc(), Batch.id).limit(most)
    with reading() as session:
        return [(batch_id, name) for batch_id, name in session.execute(query)]


def name(batch_id: str) -> str | None:
    """What a batch is called; None where it is gone."""
    with reading() as session:
        return session.scalar(select(Batch.name).where(Batch.id == batch_id))


def _of(batch_id: str) -> Select[Job, Prediction]:
    joined = select(Job, Prediction).outerjoin(Prediction, Prediction.id == Job.id)
    return joined.where(Job.batch_id == batch_id).order_by(Job.place)


def _entries(query: Select[Job, Prediction]) -> list[Entry]:
    with reading() as session:
        return [Entry(job, prediction) for job, prediction in session.execute(query)]


def _counts(session: Session, batch_ids: Sequence[str]) -> dict[str, dict[State, int]]:
    query = select(Job.batch_id, Job.state, func.count()).where(Job.batch_id.in_(batch_ids))
    found: dict[str, dict[State, int]] = {batch_id: {} for batch_id in batch_ids}
    for batch_id, state, number in session.execute(query.group_by(Job.batch_id, Job.state)):
        found[str(batch_id)][State(state)] = number
    return found
