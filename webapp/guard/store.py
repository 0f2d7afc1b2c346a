"""A small SQLite file that all processes share: counts of requests, and sessions.

Nothing in it is worth a wait for the disk: if a power cut damages it, it is made anew, and people
log in once more.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.private_files import make_private

BUSY_SECONDS = 15
"""How long a statement waits for another process's write."""

TABLES = (
    "CREATE TABLE IF NOT EXISTS counts (key TEXT PRIMARY KEY, amount INTEGER, expires REAL)",
    "CREATE TABLE IF NOT EXISTS visits (token TEXT PRIMARY KEY, began REAL, seen REAL)",
)


@dataclass(frozen=True)
class Store:
    """The file, opened for each statement, so that forks and threads share nothing else."""

    path: Path

    def prepare(self) -> None:
        """Make file and tables. One process at a time may call it."""
        try:
            self._make()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # in the way, but not damaged
                raise
            self.path.unlink(missing_ok=True)
            self._make()

    def run(self, statement: str, *values: str | float) -> list[tuple[Any, ...]]:
        """Run a statement, which is a transaction of its own; raises `sqlite3.Error`."""
        with self._open() as connection:
            return connection.execute(statement, values).fetchall()

    def _make(self) -> None:
        make_private(self.path)
        for table in TABLES:
            self.run(table)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        opened = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(opened) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            yield connection
