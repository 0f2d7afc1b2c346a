"""In which order predictions are shown."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from webapp.selection import BadFilter
from webapp.speech.words import N_
from webapp.tables import Prediction


class Order(StrEnum):
    """How a list of predictions is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SUREST = "surest"
    UNSUREST = "unsurest"
    LONGEST = "longest"
    SHORTEST = "shortest"
    NAME = "name"
    EMOTION = "emotion"

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Order":
        """As it stands in an address; raises `BadFilter`."""
        try:
            return cls(args.get("sort") or cls.NEWEST)
        except ValueError as error:
            raise BadFilter(_SORT) from error

    def columns(self, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """What to sort by; those that are alike, newest first."""
        first, falling = _ORDERS[self]
        place = (Prediction.place, self is not Order.OLDEST)
        keys = [place] if first is None else [(first, falling), place]
        return [key.desc() if falls != backwards else key.asc() for key, falls in keys]


_ORDERS: Mapping[Order, tuple[Any, bool]] = {
    Order.NEWEST: (None, True),
    Order.OLDEST: (None, False),
    Order.SUREST: (Prediction.confidence, True),
    Order.UNSUREST: (Prediction.confidence, False),
    Order.LONGEST: (Prediction.seconds, True),
    Order.SHORTEST: (Prediction.seconds, False),
    Order.NAME: (Prediction.searched, False),  # begins with the name
    Order.EMOTION: (Prediction.emotion, False),
}
"""By what each sorts first, and whether that falls; by place, if by nothing else."""

_SORT = N_("The list cannot be sorted like that. Choose an order from the form.")
