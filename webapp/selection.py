"""Which predictions are meant: filters as they stand in an address."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from werkzeug.datastructures import MultiDict

from webapp.speech.emotions import Emotion
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.tables import Correction, Prediction, Source, Tag, in_utc

LONGEST = 255
"""Characters of anything that is asked for; no name is longer."""

MOST_WORDS = 10
"""That are searched for at once."""


class BadFilter(SpeechError):
    """A filter that cannot be understood."""

    code = "bad_filter"


class Corrected(StrEnum):
    """What people say of a label."""

    YES = "yes"
    """That it was something else."""
    RIGHT = "right"
    """That it was right."""
    NO = "no"
    """Nothing."""


@dataclass(frozen=True)
class Selection:
    """Predictions that fit all that is given here; all of them, where nothing is."""

    emotion: Emotion | None = None
    """The likeliest one."""
    named: bool | None = None
    """Whether that was likely enough to be named."""
    model: str | None = None
    source: Source | None = None
    since: date | None = None
    """From this day, or this moment, on; days are those of UTC."""
    until: date | None = None
    """To the end of this day, or to this moment."""
    at_least: float | None = None
    """How likely the likeliest emotion is at least."""
    at_most: float | None = None
    batch: str | None = None
    tag: str | None = None
    corrected: Corrected | None = None
    words: str | None = None
    """Each of these stands somewhere in file name or note."""
    ids: tuple[str, ...] | None = None
    """One of these."""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Selection":
        """As it stands in an address or a form; raises `BadFilter`."""
        selection, problems = cls.make_out(args)
        if problems:
            raise problems[0]
        return selection

    @classmethod
    def make_out(cls, args: Mapping[str, str]) -> "tuple[Selection, list[BadFilter]]":
        """What can be understood of an address, and what is wrong with the rest."""
        found: dict[str, Any] = {}
        problems = []
        for name, (reader, sentence) in _READERS.items():
            text = str(args.get(name, "")).strip()
            try:
                found[name] = reader(text) if text else None
            except (ValueError, KeyError, OverflowError):
                problems.append(BadFilter(sentence))
        ids = args.getlist("id") if isinstance(args, MultiDict) else filter(None, [args.get("id")])
        return cls(**found, ids=tuple(ids) or None), problems

    def args(self) -> dict[str, Any]:
        """The same for an address."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        written = {name: _written(value) for name, value in given.items() if value is not None}
        if self.ids is not None:
            written["id"] = list(written.pop("ids"))
        return written

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != Selection()

    def where(self) -> ColumnElement[bool]:
        """The same as a condition on predictions."""
        return and_(true(), *self._plain(), *self._said(), *self._searched())

    def _plain(self) -> Iterable[ColumnElement[bool]]:
        """What stands in the row itself."""
        same = ("emotion", "named", "model", "source", ("batch", "batch_id"))
        for name in same:
            name, column = (name, name) if isinstance(name, str) else name
            if (value := getattr(self, name)) is not None:
                yield getattr(Prediction, column) == value
        if self.since is not None:
            yield Prediction.created_at >= _begin(self.since)
        if self.until is not None:
            at = Prediction.created_at
            yield at <= self.until if isinstance(self.until, datetime) else at < _end(self.until)
        if self.at_least is not None:
            yield Prediction.confidence >= self.at_least
        if self.at_most is not None:
            yield Prediction.confidence <= self.at_most
        if self.ids is not None:
            yield Prediction.id.in_(self.ids)

    def _said(self) -> Iterable[ColumnElement[bool]]:
        """What people say."""
        if self.tag is not None:
            yield Prediction.id.in_(select(Tag.prediction_id).where(Tag.name == self.tag))
        if self.corrected is Corrected.NO:
            yield Prediction.id.not_in(select(Correction.prediction_id))
        elif self.corrected is not None:
            agrees = Correction.emotion == Prediction.emotion
            right = self.corrected is Corrected.RIGHT
            joined = select(Correction.prediction_id).where(agrees if right else ~agrees)
            joined = joined.join(Prediction, Prediction.id == Correction.prediction_id)
            yield Prediction.id.in_(joined)

    def _searched(self) -> Iterable[ColumnElement[bool]]:
        for word in folded(self.words or "").split():
            yield Prediction.searched.contains(word, autoescape=True)


def folded(*texts: str | None) -> str:
    """Texts as a search compares them: capitals and ways to write an accent make no difference."""
    return unicodedata.normalize("NFC", " ".join(filter(None, texts)).casefold())


def _begin(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time(), UTC)


def _end(day: date) -> datetime:
    return _begin(day) + timedelta(days=1)


def _moment(text: str) -> date:
    """A day, or a moment, which is one of UTC where it has no zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    _end(day)  # which the last of all days has not
    return day


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1 or math.isnan(share):
        raise ValueError(text)
    return share


def _truth(text: str) -> bool:
    return {"yes": True, "true": True, "no": False, "false": False}[text]


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(text)
    return text


def _words(text: str) -> str:
    if len(folded(text).split()) > MOST_WORDS:
        raise ValueError(text)
    return _text(text)


def _written(value: Any) -> Any:
    """A value as its reader reads it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return in_utc(value)
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
    return value


_LONG = N_("What was asked for is too long to be the name of anything. Make it shorter.")
_SHARE = N_("A confidence is a number from 0 to 1, such as 0.6.")
_DAY = N_("A date is written like 2026-11-21.")

_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "emotion": (Emotion, N_("There is no such emotion. Choose one from the form.")),
    "named": (_truth, N_("Whether an emotion was named is asked for by “yes” or “no”.")),
    "model": (_text, _LONG),
    "source": (Source, N_("Recordings do not come that way. Choose a source from the form.")),
    "since": (_moment, _DAY),
    "until": (_moment, _DAY),
    "at_least": (_share, _SHARE),
    "at_most": (_share, _SHARE),
    "batch": (_text, _LONG),
    "tag": (_text, _LONG),
    "corrected": (Corrected, N_("What people say is asked for by “yes”, “right” or “no”.")),
    "words": (_words, N_("Search for at most ten words at a time.")),
}
"""How each filter is read, and what to say of one that cannot be."""
