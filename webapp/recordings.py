"""Kept audio: one file a recording, under a generated name, in one folder.

A file is written before the row that names it and removed after that row is gone, so a row never
names a file that was not written whole. What a killed process leaves behind has no row; the next
start sweeps it away.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from webapp.locks import locked
from webapp.unkept import NotWritten

PATIENCE = 5.0
"""Seconds that a sweep waits for recordings that are just being written."""

COPIED = 2**20
"""Bytes of an open file that are copied at a time."""


@dataclass(frozen=True)
class Recordings:
    """The folder of kept audio, and the lock that tells its writers from its sweeper."""

    folder: Path

    @property
    def _lock(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def _copies(self) -> Path:
        return self.folder.with_name("playable")

    @contextmanager
    def keeping(self, sound: bytes | BinaryIO) -> Iterator[str]:
        """Write a recording and yield its name; commit the row that names it inside the block.

        An open file is written from its beginning, and never held whole. The recording goes again
        if the block fails. Raises `NotWritten` where it cannot be written.
        """
        with self._written([sound]) as names:
            yield names[0]

    @contextmanager
    def sharing(self, names: Iterable[str]) -> Iterator[Mapping[str, str]]:
        """Keep recordings once more and yield their new names by the old ones, as `keeping` does.

        Those that are gone get none.
        """
        found: list[str] = []

        def kept() -> Iterator[BinaryIO]:
            for name in names:
                with suppress(FileNotFoundError), (self.folder / name).open("rb") as file:
                    found.append(name)
                    yield file

        with self._written(kept()) as made:
            yield dict(zip(found, made, strict=True))

    def read(self, name: str) -> bytes | None:
        """A recording as it came; None if it is gone."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def copy(self, name: str, write: Callable[[BinaryIO], None]) -> Path | None:
        """A copy of a recording of another kind, written when first asked for; None if it is gone.

        It goes with the recording. One is written at a time. Raises `NotWritten` where it cannot
        be, and what `write` raises; then there is none.
        """
        made = self._copies / name
        try:
            self._copies.mkdir(mode=0o700, exist_ok=True)
            with locked(self._copies.with_suffix(".lock")):
                if not made.is_file():
                    self._write_copy(made, write)
        except OSError as error:
            if self.has(name):
                raise NotWritten.because(error) from error
        if not self.has(name):  # removed meanwhile
            made.unlink(missing_ok=True)
            return None
        return made

    def path(self, name: str) -> Path | None:
        """Where a recording is; None if it is gone."""
        path = self.folder / name
        return path if path.is_file() else None

    def has(self, name: str) -> bool:
        """Whether a recording is still there."""
        return self.path(name) is not None

    @property
    def empty(self) -> bool:
        """Whether there is no recording at all."""
        return not self.folder.is_dir() or next(self.folder.iterdir(), None) is None

    def remove(self, name: str) -> None:
        """Remove a recording and its copy, if they are there."""
        for path in self.files(name):
            path.unlink(missing_ok=True)

    def files(self, name: str) -> tuple[Path, Path]:
        """Where a recording and its copy are, if they are there."""
        return self.folder / name, self._copies / name

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
            self._sweep_copies(found - orphans)
            return len(orphans)

    @contextmanager
    def _written(self, sounds: Iterable[bytes | BinaryIO]) -> Iterator[Sequence[str]]:
        """Write recordings and yield their names; all of them go again if the block fails."""
        names: list[str] = []
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self._lock, shared=True))
                for sound in sounds:
                    names.append(secrets.token_urlsafe(16))
                    self._write(names[-1], sound)
                self._settle()
            except OSError as error:
                self._give_up(names)
                raise NotWritten.because(error) from error
            try:
                yield names
            except BaseException:
                self._give_up(names)
                raise

    def _give_up(self, names: Iterable[str]) -> None:
        """Remove recordings that get no row; where that fails, too, the next start does."""
        for name in names:
            with suppress(OSError):
                self.remove(name)

    def _write_copy(self, made: Path, write: Callable[[BinaryIO], None]) -> None:
        half = made.with_suffix(".half")
        with locked(self._lock, shared=True):
            try:
                with half.open("wb") as file:
                    write(file)
                half.replace(made)
            finally:
                half.unlink(missing_ok=True)

    def _sweep_copies(self, kept: Set[str]) -> None:
        """Remove copies of what is gone, and those that a killed process left half written."""
        if self._copies.is_dir():
            for path in self._copies.iterdir():
                if path.name not in kept:
                    path.unlink(missing_ok=True)

    def _write(self, name: str, sound: bytes | BinaryIO) -> None:
        if self._shares(name, sound):
            return
        with (self.folder / name).open("xb") as file:
            if isinstance(sound, bytes):
                file.write(sound)
            else:
                sound.seek(0)
                shutil.copyfileobj(sound, file, COPIED)
            file.flush()
            os.fsync(file.fileno())

    def _settle(self) -> None:
        """The names, too, must outlive a power cut."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _shares(self, name: str, sound: bytes | BinaryIO) -> bool:
        """Whether a file that is kept already got another name, instead of being written again.

        Each name goes with its row; the disk lets go of the file with the last one.
        """
        kept = getattr(sound, "name", None)
        if not isinstance(kept, str) or Path(kept).parent != self.folder:
            return False
        try:
            (self.folder / name).hardlink_to(kept)
        except OSError:  # not every kind of disk can do that
            return False
        return True
