"""A corpus of one's own: a CSV table with the columns path, emotion, speaker and, if known, sex."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from training.corpora.loader import Found, Naming, heard, utterances
from training.corpora.memory import Listen
from training.utterance import CorpusError, Sex
from webapp.speech.emotions import Emotion

REQUIRED = ("path", "emotion", "speaker")
SEXES: dict[str, Sex | None] = {"": None, "female": "female", "male": "male"}
MAX_TOLD = 5
"""So many wrong lines are told at once."""


@dataclass(frozen=True)
class Line:
    """A line of the table, checked."""

    clip: Naming
    path: Path
    sex: Sex | None


def examine(name: str, table: Path, listen: Listen) -> Found:
    """The clips that a table names; raises `CorpusError` with the numbers of wrong lines."""
    lines = _lines(table)
    if not lines:
        raise CorpusError(f"{table} names no clip. Add a line for each.")
    whole, damaged, seconds = heard({line.clip: [line.path] for line in lines}, listen)
    sexes = {line.clip.speaker: line.sex for line in lines if line.sex}
    return Found(
        utterances=utterances(name, whole, sexes, told=True),
        clips=tuple(sorted(line.clip for line in lines)),
        seconds=seconds,
        damaged=damaged,
    )


def _lines(table: Path) -> list[Line]:
    lines: dict[str, Line] = {}
    sexes: dict[str, Sex | None] = {}
    wrong = []
    for number, row in _rows(table):
        try:
            line = _line(table.parent, row)
            if line.clip.name in lines:
                raise ValueError(f"{row['path']} stands in the table twice")
            if sexes.setdefault(line.clip.speaker, line.sex) != line.sex:
                raise ValueError(f"speaker {line.clip.speaker} has another sex further up")
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
        else:
            lines[line.clip.name] = line
    if wrong:
        more = f"; and {len(wrong) - MAX_TOLD} more" if len(wrong) > MAX_TOLD else ""
        raise CorpusError(f"{table}, {'; '.join(wrong[:MAX_TOLD])}{more}.")
    return list(lines.values())


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the heading, with their numbers."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, restkey="", restval="")
            columns = list(rows.fieldnames or ())
            if sorted(columns) not in (sorted(REQUIRED), sorted((*REQUIRED, "sex"))):
                raise CorpusError(
                    f"{table} has the columns {', '.join(columns) or '(none)'}. Its first line "
                    "should be path,emotion,speaker or path,emotion,speaker,sex, with commas."
                )
            for row in rows:
                yield rows.line_num, row
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(
            f"{table} cannot be read as a table ({error}). Save it as CSV, UTF-8, with commas."
        ) from error


def _line(folder: Path, row: Mapping[str, str]) -> Line:
    """Raises `ValueError` with what is wrong."""
    if "" in row:
        raise ValueError("there are more values than columns")
    path, emotion, speaker = (row[column].strip() for column in REQUIRED)
    sex = row.get("sex", "").strip().lower()
    if not path or PurePosixPath(path).is_absolute():
        raise ValueError(f"{path!r} is no path relative to the table")
    if not (folder / path).is_file():
        raise ValueError(f"there is no file {path}")
    if emotion.lower() not in set(Emotion):
        raise ValueError(f"{emotion!r} is none of the emotions {', '.join(Emotion)}")
    if not speaker or "/" in speaker:
        raise ValueError(f"{speaker!r} is no name of a speaker (without a slash)")
    if sex not in SEXES:
        raise ValueError(f"{sex!r} is neither female nor male (leave it empty where unknown)")
    name = PurePosixPath(path).as_posix().replace("/", ":")  # a name has no slash
    return Line(Naming(name, speaker, emotion.lower()), folder / path, SEXES[sex])
