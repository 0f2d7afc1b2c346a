"""Predictions and batches as files to take away, a piece at a time, so that memory stays flat."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from webapp import prediction_log, sayings
from webapp.documents import document
from webapp.selection import Selection
from webapp.speech.emotions import Emotion

Documents = Sequence[Mapping[str, Any]]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet program takes for a formula."""

HEARD = ("emotion", "confidence", "named", *Emotion, "seconds", "remarks", "model")
SAID = ("note", "tags", "correction")
COLUMNS = (
    *("file", "created_at", "source", *HEARD, "model_version", *SAID),
    *("batch", "has_audio", "milliseconds", "sha256", "id"),
)
"""Of the table of a selection."""


def documents(selection: Selection) -> Iterator[Documents]:
    """A selection as programs get it, newest first, a piece at a time."""
    for some in prediction_log.all_of(selection):
        said = sayings.said_of(one.id for one in some)
        yield [document(one, said[one.id]) for one in some]


def as_csv(pieces: Iterable[Documents], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """A table for spreadsheet programs."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(columns)
    yield "\ufeff" + line.getvalue()  # without the mark, Excel takes UTF-8 for something else
    for some in pieces:
        line.seek(0)
        line.truncate()
        writer.writerows(map(_harmless, _cells(one, columns)) for one in some)
        yield line.getvalue()


def as_json(pieces: Iterable[Documents], opening: str = "[", closing: str = "]\n") -> Iterator[str]:
    """All of it as one JSON document."""
    yield opening
    comma = ""
    for some in pieces:
        yield comma + ",\n".join(map(_text, some))
        comma = ",\n"
    yield closing


def as_jsonl(pieces: Iterable[Documents]) -> Iterator[str]:
    """A JSON document a line."""
    for some in pieces:
        yield "".join(f"{_text(one)}\n" for one in some)


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


def _cells(told: Mapping[str, Any], columns: Iterable[str]) -> Iterable[Any]:
    """A document as a row: what is in it several times, in one cell or in several."""
    error = told.get("error") or {}
    flat = {
        **told,
        **(told["probabilities"] or {}),
        "remarks": " ".join(told["remarks"]),
        "tags": ", ".join(told["tags"]),
        "error_code": error.get("code"),
        "error_sentence": error.get("sentence"),
    }
    return (flat.get(column) for column in columns)


def _harmless(value: Any) -> Any:
    """Text that no spreadsheet program takes for a formula, whoever wrote it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
