"""Kept audio: one file a recording, under a generated name, in one folder.

A file is written before the row that names it and removed after that row is gone, so a row never
names a file that was not written whole. What a killed process leaves behind has no row; the next
start sweeps it away.
"""

import errno
import os
import secrets
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.locks import locked
from webapp.speech.errors import SpeechError

PATIENCE = 5.0
"""Seconds that a sweep waits for recordings that are just being written."""

DISK_FULL = (
    "The disk that Tonelog writes to is full, so nothing was saved. "
    "Make room there, then try again."
)
READ_ONLY = (
    "Tonelog may not write to its folder just now, so nothing was saved. "
    "Make it writable, then try again."
)

_CAUSES = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}


class NotWritten(SpeechError):
    """The audio could not be written."""

    code = "not_written"

    @classmethod
    def because(cls, error: OSError) -> "NotWritten":
        """With a sentence that names the cause."""
        other = f"The recording cannot be written ({error.strerror}), so nothing was saved."
        return cls(_CAUSES.get(error.errno or 0, other))


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

        The file goes again if the block fails. Raises `NotWritten` where it cannot be written.
        """
        name = secrets.token_urlsafe(16)
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self._lock, shared=True))
                self._write(name, data)
            except OSError as error:
                self._give_up(name)
                raise NotWritten.because(error) from error
            try:
                yield name
            except BaseException:
                self._give_up(name)
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

    @property
    def empty(self) -> bool:
        """Whether there is no recording at all."""
        return not self.folder.is_dir() or next(self.folder.iterdir(), None) is None

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

    def _give_up(self, name: str) -> None:
        """Remove a recording that gets no row; where that fails, too, the next start does."""
        with suppress(OSError):
            self.remove(name)

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
