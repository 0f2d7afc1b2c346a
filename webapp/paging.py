"""Long lists, shown a page at a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

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


def nearest(number: int, size: int, total: int) -> tuple[int, int]:
    """The page nearest to the one asked for, and how many there are; one at least."""
    pages = max(1, math.ceil(total / size))
    return min(max(number, 1), pages), pages
