"""Kept audio: one file a recording, under a generated name, in one folder.

A file is written before the row that names it and removed after that row is gone, so a row never
names a file that was not written whole. What a killed process leaves behind has no row; the next
start sweeps it away.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webapp.locks import locked

PATIENCE = 5.0
"""Seconds that a sweep waits for recordings that are just being written."""


@dataclass(frozen=True)
class Recordings:
    """The folder of kept audio, and the lock that tells its writers from its sweeper."""

    folder: Path

    @property
    def _lock(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    @contextmanager
    def keeping(self, data: bytes) -> Iterator[str]:
        """Write `data` and yield its name; commit the row that names it inside the block.

        The file goes again if the block fails.
        """
        name = secrets.token_urlsafe(16)
        with locked(self._lock, shared=True):
            try:
                self._write(name, data)
                yield name
            except BaseException:
                self.remove(name)
                raise

    def read(self, name: str) -> bytes | None:
        """A recording as it came; None if it is gone."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether a recording is still there."""
        return (self.folder / name).is_file()

    def remove(self, name: str) -> None:
        """Remove a recording, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    def sweep(self, named: Callable[[], Set[str]]) -> int:
        """Remove every file that no row names and say how many there were.

        `named` is asked while nobody is between writing a file and committing its row. If writers
        never pause, nothing is removed: the next start tries again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self._lock, patience=PATIENCE) as alone:
            if not alone:
                return 0
            found = {path.name for path in self.folder.iterdir()}
            orphans = found - named()
            for name in orphans:
                self.remove(name)
            return len(orphans)

    def _write(self, name: str, data: bytes) -> None:
        with (self.folder / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too must outlive a power cut
        finally:
            os.close(folder)
