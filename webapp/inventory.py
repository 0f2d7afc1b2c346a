"""What is kept, where, since when, and how much room it takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from os import stat_result
from pathlib import Path

from webapp import retention_log
from webapp.queue import FILE
from webapp.retention_log import Rows
from webapp.submission import Desk


class Kind(StrEnum):
    """Kinds of what is kept."""

    RESULTS = "results"
    RECORDINGS = "recordings"
    COPIES = "copies"
    INCOMING = "incoming"
    QUEUE = "queue"
    VISITS = "visits"
    KEYS = "keys"
    OTHER = "other"


VOICES = (Kind.RESULTS, Kind.RECORDINGS, Kind.COPIES, Kind.INCOMING, Kind.QUEUE)
"""What goes where everything is deleted."""

_PLACES: Mapping[Kind, tuple[str, ...]] = {
    Kind.RESULTS: ("tonelog.sqlite", "tonelog.sqlite-*"),
    Kind.RECORDINGS: ("recordings",),
    Kind.COPIES: ("playable",),
    Kind.INCOMING: ("incoming",),
    Kind.QUEUE: (FILE, f"{FILE}-*"),
    Kind.VISITS: ("guard.sqlite", "guard.sqlite-*"),
    Kind.KEYS: ("password", "secret_key"),
    Kind.OTHER: ("*",),
}
"""What in the instance folder is of which kind; the first that fits."""


@dataclass(frozen=True)
class Part:
    """What is kept of one kind."""

    kind: Kind
    place: str | None
    """Name in the instance folder; None where it is elsewhere."""
    amount: int | None = None
    """How many there are, where that can be said."""
    oldest: datetime | None = None
    newest: datetime | None = None
    room: int | None = None
    """Bytes; None where it is elsewhere."""

    @property
    def goes(self) -> bool:
        """Whether it goes where everything is deleted."""
        return self.kind in VOICES


@dataclass(frozen=True)
class Inventory:
    """All that is kept."""

    parts: Mapping[Kind, Part]
    rows: Rows

    @property
    def room(self) -> int:
        """Bytes that all of it takes on this disk."""
        return sum(part.room or 0 for part in self.parts.values())

    @property
    def empty(self) -> bool:
        """Whether there is nothing that could be deleted."""
        counts = (self.rows.counts[table] for table in ("prediction", "job", "batch"))
        return not any(counts) and not self.parts[Kind.RECORDINGS].amount


def inventory(at: Desk) -> Inventory:
    """Count what is kept."""
    rows = retention_log.rows()
    files: dict[Kind, list[stat_result]] = {kind: [] for kind in Kind}
    for entry in sorted(at.settings.instance.iterdir()):
        files[_kind(entry.name)] += _files(entry)
    parts = {kind: _part(kind, found) for kind, found in files.items()}
    heard = rows.counts["prediction"]
    results = replace(parts[Kind.RESULTS], amount=heard, oldest=rows.oldest, newest=rows.newest)
    queue = replace(parts[Kind.QUEUE], amount=None, oldest=None, newest=None)
    visits = replace(parts[Kind.VISITS], amount=None, oldest=None, newest=None)
    if at.settings.database_url is not None:
        results = replace(results, place=None, room=None)
    if at.settings.queue_url is not None:
        queue = replace(queue, place=None, room=None)
    return Inventory({**parts, Kind.RESULTS: results, Kind.QUEUE: queue, Kind.VISITS: visits}, rows)


def _kind(name: str) -> Kind:
    return next(
        kind
        for kind, patterns in _PLACES.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    )


def _part(kind: Kind, found: Iterable[stat_result]) -> Part:
    """How many files, how old, and how much room: a file with two names takes it once."""
    files = list(found)
    times = [datetime.fromtimestamp(file.st_mtime, UTC) for file in files]
    room = sum({file.st_ino: file.st_size for file in files}.values())
    ends = min(times, default=None), max(times, default=None)
    place = ", ".join(name for name in _PLACES[kind] if "*" not in name) or "…"
    return Part(kind, place, len(files), *ends, room)


def _files(path: Path) -> Iterator[stat_result]:
    """All files below a path; one that goes meanwhile is none."""
    try:
        if path.is_dir() and not path.is_symlink():
            for inside in path.iterdir():
                yield from _files(inside)
        else:
            yield path.lstat()
    except FileNotFoundError:
        return
