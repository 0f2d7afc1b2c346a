"""What the form of filters offers, and what is said of the filters that are set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from babel.dates import format_skeleton
from flask_babel import gettext as _

from webapp import batch_log, sayings, written
from webapp.days import Period, Stretch
from webapp.language import locale
from webapp.order import Order
from webapp.selection import BadFilter, Corrected, Selection
from webapp.speech.emotions import Emotion
from webapp.submission import desk
from webapp.tables import Source
from webapp.told import told
from webapp.written import headed, percent, word

Option = tuple[str, str]
"""Value and words of something to choose."""

SHARES = tuple(n / 10 for n in range(1, 10))


@dataclass(frozen=True)
class Asked:
    """What an address or a form asks to see, as far as it can be understood."""

    selection: Selection
    order: Order
    problems: Sequence[BadFilter]

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Asked":
        """Filters and order; what is wrong with the rest is a problem."""
        selection, problems = Selection.make_out(args)
        try:
            return cls(selection, Order.read(args), problems)
        except BadFilter as problem:
            return cls(selection, Order.NEWEST, [*problems, problem])

    @property
    def args(self) -> dict[str, Any]:
        """The same for an address."""
        order = {} if self.order is Order.NEWEST else {"sort": self.order}
        return {**self.selection.args(), **order}

    @property
    def shown(self) -> "Iterator[Shown]":
        """Each filter that is set."""
        for name, words in _words(self.selection).items():
            rest = replace(self, selection=replace(self.selection, **{name: None}))
            yield Shown(words, rest.args)

    @property
    def options(self) -> dict[str, Sequence[Option]]:
        """What can be chosen in the form, by field; what is chosen is always among it."""
        return {
            "emotion": [(one, f"{one.emoji} {headed(word(one))}") for one in Emotion],
            "named": [("yes", _named()[True]), ("no", _named()[False])],
            "model": self._with(
                "model", [(name, model_title(name)) for name in desk().recognizers]
            ),
            "source": list(_sources().items()),
            "corrected": list(_corrected().items()),
            "tag": self._with("tag", [(tag, tag) for tag in sorted(sayings.known_tags())]),
            "batch": self._with("batch", batch_log.newest()),
            "at_least": self._with("at_least", [(f"{one:g}", percent(one)) for one in SHARES]),
            "at_most": self._with("at_most", [(f"{one:g}", percent(one)) for one in SHARES]),
            "sort": list(_sorts().items()),
        }

    def _with(self, name: str, known: Sequence[Option]) -> Sequence[Option]:
        chosen = self.selection.args().get(name)
        if chosen is None or chosen in dict(known):
            return known
        words = percent(float(chosen)) if name.startswith("at_") else _worded(name, chosen)
        return [*known, (chosen, words)]


class Shown(NamedTuple):
    """A filter that is set, in words, and what is asked for without it."""

    words: str
    rest: dict[str, Any]


def model_title(name: str) -> str:
    """What a model is called on the pages; its name, where it is gone."""
    found = desk().recognizers.get(name)
    return name if found is None else told(found.card.title)


def day_words(day: date, period: Period = Period.DAY) -> str:
    """A day, or the month or year that begins on it."""
    if period is Period.YEAR:
        return f"{day.year}"
    skeleton = "yMMM" if period is Period.MONTH else "yMMMd"
    return str(format_skeleton(skeleton, day, locale=locale()))


def stretch_words(stretch: Stretch, period: Period) -> str:
    """The days of a stretch, as the table names them."""
    first = day_words(stretch.first, period)
    return _("Week of %(day)s", day=first) if period is Period.WEEK else first


def _words(chosen: Selection) -> dict[str, str]:
    """Each filter that is set, by name."""
    share = {name: percent(getattr(chosen, name) or 0) for name in ("at_least", "at_most")}
    words = {
        "words": _("Search: %(words)s", words=chosen.words),
        "emotion": _("Emotion: %(emotion)s", emotion=_worded("emotion", chosen.emotion)),
        "named": _named()[bool(chosen.named)],
        "model": _("Model: %(model)s", model=_worded("model", chosen.model)),
        "source": _("Source: %(source)s", source=_sources().get(chosen.source or "", "")),
        "since": _("From %(day)s", day=_moment_words(chosen.since)),
        "until": _("Until %(day)s", day=_moment_words(chosen.until)),
        "at_least": _("Confidence at least %(share)s", share=share["at_least"]),
        "at_most": _("Confidence at most %(share)s", share=share["at_most"]),
        "batch": _("Batch: %(batch)s", batch=_worded("batch", chosen.batch)),
        "tag": _("Tag: %(tag)s", tag=chosen.tag),
        "corrected": _corrected().get(chosen.corrected or "", ""),
        "ids": _("Chosen one by one: %(number)s", number=written.count(len(chosen.ids or ()))),
    }
    return {name: said for name, said in words.items() if getattr(chosen, name) is not None}


def _worded(name: str, value: str | None) -> str:
    if value is None:
        return ""
    match name:
        case "emotion":
            return f"{Emotion(value).emoji} {word(value)}"
        case "model":
            return model_title(value)
        case "batch":
            return batch_log.name(value) or value
    return value


def _moment_words(day: date | None) -> str:
    if isinstance(day, datetime):
        return written.when(day)
    return "" if day is None else day_words(day)


def _named() -> dict[bool, str]:
    return {True: _("An emotion was named"), False: _("No single emotion was named")}


def _sources() -> dict[str, str]:
    return {
        Source.UPLOAD: _("Uploaded"),
        Source.RECORDING: _("Recorded"),
        Source.SHELL: _("From the shell"),
        Source.BATCH: _("In a batch"),
        Source.LIVE: _("Live"),
    }


def _corrected() -> dict[str, str]:
    return {
        Corrected.YES: _("Corrected"),
        Corrected.RIGHT: _("Confirmed as right"),
        Corrected.NO: _("Neither corrected nor confirmed"),
    }


def _sorts() -> dict[str, str]:
    return {
        Order.NEWEST: _("Newest first"),
        Order.OLDEST: _("Oldest first"),
        Order.SUREST: _("Surest first"),
        Order.UNSUREST: _("Least sure first"),
        Order.LONGEST: _("Longest first"),
        Order.SHORTEST: _("Shortest first"),
        Order.NAME: _("By file name"),
        Order.EMOTION: _("By emotion"),
    }
