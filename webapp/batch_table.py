"""A batch as a table: what each row says, how rows are sorted, and both as files to take away."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from webapp.batch_log import Entry, can_try_again
from webapp.speech.emotions import Emotion
from webapp.tables import Batch, Job, Prediction, State, in_utc
from webapp.verdict import NO_TONE, TWIN_TONE, Verdict, verdict

_SAID: Mapping[str, str] = {
    State.AWAITED: "Still to come",
    State.WAITING: "Waiting",
    State.RUNNING: "Listening…",
    State.DONE: "Heard",
    State.FAILED: "This could not be heard.",
    State.CANCELLED: "Cancelled",
    State.INTERRUPTED: "Interrupted while it was heard. Try it again.",
}
"""What a row says where there is no result."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet program takes for a formula."""


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
        return "" if self.prediction else self.job.error_sentence or _SAID[self.job.state]

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
        return ", ".join(code.replace("_", " ") for code in codes)

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
    *(Column("place", "No."), Column("file", "File"), Column("heard", "Heard")),
    *(Column("confidence", "Confidence"), Column("length", "Length"), Column("remarks", "Remarks")),
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
    each = [(emotion, emotion.capitalize(), emotion.emoji) for emotion in Emotion]
    twins = (TWIN_TONE, "Neutral or calm", Emotion.NEUTRAL.emoji + Emotion.CALM.emoji)
    none = (NO_TONE, "No clear emotion", "")
    return [Bar(key, words, faces, counted[key]) for key, words, faces in (*each, twins, none)]


def as_csv(entries: Iterable[Sequence[Entry]]) -> Iterator[str]:
    """A table for spreadsheet programs, a few lines at a time."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(
        (
            *("file", "state", "emotion", "confidence", "named", *Emotion, "seconds", "remarks"),
            *("model", "error_code", "error_sentence"),
        )
    )
    yield "\ufeff" + line.getvalue()  # without the mark, Excel takes UTF-8 for something else
    for some in entries:
        line.seek(0)
        line.truncate()
        writer.writerows(map(_cells, some))
        yield line.getvalue()


def _cells(entry: Entry) -> list[Any]:
    document = _document(entry)
    chances = document.pop("probabilities") or {}
    document.pop("id")
    document["remarks"] = " ".join(document["remarks"])
    code, sentence = (document.pop("error") or {"code": None, "sentence": None}).values()
    seconds, remarks, model = (document.pop(key) for key in ("seconds", "remarks", "model"))
    chances_in_order = (chances.get(emotion) for emotion in Emotion)
    told = (*document.values(), *chances_in_order, seconds, remarks, model, code, sentence)
    return [_harmless(value) if isinstance(value, str) else value for value in told]


def _harmless(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, whoever named the file."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_json(batch: Batch, entries: Iterable[Sequence[Entry]]) -> Iterator[str]:
    """All of it for programs, a few files at a time."""
    head = {"id": batch.id, "name": batch.name, "model": batch.model}
    yield json.dumps({**head, "created_at": in_utc(batch.created_at)})[:-1] + ', "files": ['
    comma = ""
    for some in entries:
        yield comma + ",\n".join(json.dumps(_document(entry)) for entry in some)
        comma = ",\n"
    yield "]}\n"


def _document(entry: Entry) -> dict[str, Any]:
    job, heard = entry
    return {
        "id": job.id,
        "file": job.file_name,
        "state": job.state,
        "emotion": heard and heard.emotion,
        "confidence": heard and heard.confidence,
        "named": heard and heard.named,
        "probabilities": heard and heard.probabilities,
        "seconds": heard and heard.seconds,
        "remarks": heard.remarks if heard else [],
        "model": heard.model if heard else job.model,
        "error": {"code": job.error_code, "sentence": job.error_sentence}
        if job.error_code
        else None,
    }
