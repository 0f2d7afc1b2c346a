"""Emotions over days as a drawing and a table: by weeks, months or years where days are many."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from webapp.prediction_log import Day
from webapp.speech.emotions import Emotion

MOST = 62
"""So many stretches are drawn before longer ones are taken."""

TALL = 100
"""Height of each drawing in units of its own; the page stretches it."""

GAP = 0.08
"""Room on each side of a bar, in widths of a stretch."""


class Period(StrEnum):
    """How long each stretch is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def begin(self, day: date) -> date:
        """The first day of the stretch with this day; weeks begin on Mondays."""
        match self:
            case Period.DAY:
                return day
            case Period.WEEK:
                return date.fromordinal(max(1, day.toordinal() - day.weekday()))
            case Period.MONTH:
                return day.replace(day=1)
        return day.replace(month=1, day=1)

    def end(self, begin: date) -> date:
        """The last day of the stretch that begins on this day."""
        match self:
            case Period.DAY:
                return begin
            case Period.WEEK:
                return date.fromordinal(min(date.max.toordinal(), begin.toordinal() + 6))
            case Period.MONTH:
                later = begin.replace(day=28) + timedelta(days=3)
                return later if later.month == begin.month else later - timedelta(days=later.day)
        return begin.replace(month=12, day=31)


@dataclass(frozen=True)
class Stretch:
    """Some days, and what was heard on them."""

    first: date
    last: date
    counts: Counter[Emotion | None] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many predictions they have."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Days:
    """Stretches one after the other, without gaps."""

    period: Period
    stretches: Sequence[Stretch]

    @property
    def emotions(self) -> Sequence[Emotion | None]:
        """What was heard at all, and None where any prediction names nothing."""
        return [one for one in (*Emotion, None) if self.count(one)]

    @property
    def most(self) -> int:
        """The longest bar of all."""
        return max((max(one.counts.values(), default=0) for one in self.stretches), default=0)

    def count(self, emotion: Emotion | None) -> int:
        """How often an emotion was heard."""
        return sum(one.counts[emotion] for one in self.stretches)

    def bars(self, emotion: Emotion | None) -> str:
        """The bars of an emotion as a path; each stretch is 1 wide."""
        return "".join(
            f"M{at + GAP:g} {TALL}V{TALL - TALL * one.counts[emotion] / self.most:.1f}"
            f"H{at + 1 - GAP:g}V{TALL}Z"
            for at, one in enumerate(self.stretches)
            if one.counts[emotion]
        )


def over_days(counted: Iterable[Day]) -> Days:
    """Counts by day, in stretches that are few enough to be drawn."""
    counts: dict[date, Counter[Emotion | None]] = {}
    for day in counted:
        counts.setdefault(day.date, Counter())[day.emotion] += day.predictions
    if not counts:
        return Days(Period.DAY, [])
    period = _fitting(min(counts), max(counts))
    found = {one.first: one for one in _stretches(period, min(counts), max(counts))}
    for at, heard in counts.items():
        found[period.begin(at)].counts.update(heard)
    return Days(period, list(found.values()))


def _fitting(first: date, last: date) -> Period:
    """The shortest period of which there are not too many."""
    span = (last - first).days
    lengths = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}
    return next((one for one, days in lengths.items() if span < MOST * days), Period.YEAR)


def _stretches(period: Period, first: date, last: date) -> Iterator[Stretch]:
    begin = period.begin(first)
    while True:
        end = period.end(begin)
        yield Stretch(begin, end)
        if end >= last:
            return
        begin = end + timedelta(days=1)
