"""A batch as a table: what each row says, how rows are sorted, and both as files to take away."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _

from webapp import exports, sayings
from webapp.batch_log import Entry, can_try_again
from webapp.documents import document, unheard
from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.speech.words import N_
from webapp.tables import Batch, Job, Prediction, State, in_utc
from webapp.told import told
from webapp.verdict import NO_TONE, TWIN_TONE, Verdict, verdict
from webapp.written import headed, word

_SAID: Mapping[str, str] = {
    State.AWAITED: N_("Still to come"),
    State.WAITING: N_("Waiting"),
    State.RUNNING: N_("Listening…"),
    State.DONE: N_("Heard"),
    State.FAILED: N_("This could not be heard."),
    State.CANCELLED: N_("Cancelled"),
    State.INTERRUPTED: N_("Interrupted while it was heard. Try it again."),
}
"""What a row says where there is no result."""

TAKEN = (
    *("file", "state", *exports.HEARD, "error_code", "error_sentence"),
    *(*exports.SAID, "model_version", "has_audio", "id"),
)
"""Columns of the table to take away."""


@dataclass(frozen=True)
class Row:
    """A file of a batch, and what came of it."""

    job: Job
    prediction: Prediction | None
    heard: Verdict | None

    @property
    def state(self) -> str:
        """How far it is."""
        return self.job.state

    @property
    def said(self) -> str:
        """In words, why there is no result; empty where there is one."""
        return "" if self.prediction else told(self.job.error_sentence or _SAID[self.job.state])

    @property
    def words(self) -> str:
        """What was heard, in words."""
        return self.heard.words if self.heard else ""

    @property
    def faces(self) -> str:
        """The same as emoji, where an emotion is named."""
        return self.heard.faces if self.heard else ""

    @property
    def tone(self) -> str:
        """Whose colour it has, and with whom it is counted."""
        return self.heard.tone if self.heard else NO_TONE

    @property
    def share(self) -> float | None:
        """How likely what is named is; else the likeliest emotion."""
        if self.prediction is None or self.heard is None:
            return None
        return self.prediction.confidence if self.heard.share is None else self.heard.share

    @property
    def seconds(self) -> float | None:
        """How long it is, once known."""
        return None if self.prediction is None else self.prediction.seconds

    @property
    def remarks(self) -> str:
        """All remarks in words."""
        codes = self.prediction.remarks if self.prediction else []
        return ", ".join(told(Remark(code).words) for code in codes)

    @property
    def again(self) -> bool:
        """Whether it ended without a result, and may come to one yet."""
        return can_try_again(self.job)


def row(entry: Entry) -> Row:
    """The row of a file."""
    prediction = entry.prediction
    return Row(entry.job, prediction, None if prediction is None else verdict(prediction))


class Column(NamedTuple):
    """A column by which the table can be sorted."""

    key: str
    title: str


COLUMNS = (
    *(Column("place", N_("No.")), Column("file", N_("File")), Column("heard", N_("Heard"))),
    *(
        Column("confidence", N_("Confidence")),
        Column("length", N_("Length")),
        Column("remarks", N_("Remarks")),
    ),
)


class Order(NamedTuple):
    """How the table is sorted."""

    key: str
    falling: bool

    @classmethod
    def read(cls, asked: str) -> "Order":
        """As it stands in an address: a column's key, after a minus where values fall."""
        key, falling = asked.removeprefix("-"), asked.startswith("-")
        known = key in {column.key for column in COLUMNS}
        return cls(key, falling) if known else cls("place", False)

    def sorted(self, rows: Iterable[Row]) -> list[Row]:
        """The rows in this order; those without a value last, but for `heard`, where they end."""
        order = sorted(rows, key=self._value, reverse=self.falling)
        return sorted(order, key=lambda row: self._nothing(row))

    def next(self, key: str) -> str:
        """What to ask for where somebody chooses a column: the other way round if it is chosen."""
        return f"-{key}" if key == self.key and not self.falling else key

    def _nothing(self, row: Row) -> bool:
        return self.key in ("confidence", "length") and row.prediction is None

    def _value(self, row: Row) -> Any:
        match self.key:
            case "file":
                return row.job.file_name.casefold(), row.job.place
            case "heard":
                words = row.heard.words if row.heard else row.said
                return row.heard is None, words.casefold()
            case "confidence":
                return row.share or 0
            case "length":
                return row.seconds or 0
            case "remarks":
                return row.remarks
        return row.job.place


class Bar(NamedTuple):
    """How many recordings of a batch sound like something."""

    key: str
    words: str
    faces: str
    recordings: int


def distribution(rows: Iterable[Row]) -> list[Bar]:
    """How many recordings sound like what: each emotion, then what names none alone."""
    counted = Counter(row.tone for row in rows if row.heard)
    each = [(emotion, headed(word(emotion)), emotion.emoji) for emotion in Emotion]
    twins = (TWIN_TONE, _("Neutral or calm"), Emotion.NEUTRAL.emoji + Emotion.CALM.emoji)
    none = (NO_TONE, _("No clear emotion"), "")
    return [Bar(key, words, faces, counted[key]) for key, words, faces in (*each, twins, none)]


def as_csv(entries: Iterable[Sequence[Entry]]) -> Iterator[str]:
    """A table for spreadsheet programs."""
    return exports.as_csv(map(_documents, entries), TAKEN)


def as_json(batch: Batch, entries: Iterable[Sequence[Entry]]) -> Iterator[str]:
    """All of it for programs."""
    head = {"id": batch.id, "name": batch.name, "model": batch.model}
    opening = json.dumps({**head, "created_at": in_utc(batch.created_at)}, ensure_ascii=False)
    return exports.as_json(map(_documents, entries), opening[:-1] + ', "files": [', "]}\n")


def _documents(entries: Sequence[Entry]) -> exports.Documents:
    said = sayings.said_of(job.id for job, _ in entries)
    return [
        {
            **(unheard(job) if heard is None else document(heard, said[job.id])),
            "state": job.state,
            "error": _error(job),
        }
        for job, heard in entries
    ]


def _error(job: Job) -> dict[str, Any] | None:
    if job.error_code is None:
        return None
    return {"code": job.error_code, "sentence": job.error_sentence}
