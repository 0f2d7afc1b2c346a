"""Long lists, shown a page at a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, or_, true

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list, and where they stand among all."""

    items: Sequence[Item]
    number: int
    """Counted from 1."""
    pages: int
    total: int

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before it."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after it."""
        return self.number < self.pages


class Mark(NamedTuple):
    """A place in a list that stands newest first, those of one moment by id."""

    moment: datetime
    id: str

    @classmethod
    def read(cls, text: str) -> "Mark":
        """As `str` writes it."""
        stamp, _, name = text.partition(".")
        return cls(_EPOCH + timedelta(microseconds=int(stamp)), name)

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}.{self.id}"


def follow(mark: Mark | None, moment: Any, name: Any) -> ColumnElement[bool]:
    """What follows a mark, by the columns of moment and id; all there is for None."""
    if mark is None:
        return true()
    return or_(moment < mark.moment, and_(moment == mark.moment, name > mark.id))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nearest(number: int, size: int, total: int) -> tuple[int, int]:
    """The page nearest to the one asked for, and how many there are; one at least."""
    pages = max(1, math.ceil(total / size))
    return min(max(number, 1), pages), pages
