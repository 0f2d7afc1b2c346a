"""Folders that are written as a whole, and never over what somebody else put there."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.speech.errors import SpeechError

SEAL = "tonelog.json"
"""Names what was written into a folder, each file with its checksum."""


class NotEmpty(SpeechError):
    """There is something in the folder that was not written here."""

    code = "not_empty"


class FolderNotWritten(SpeechError):
    """The folder cannot be written."""

    code = "folder_not_written"


@contextmanager
def sealed(folder: Path) -> Iterator[Path]:
    """A folder to write into that takes the place of `folder` once the block has ended well.

    What was written so before is replaced as a whole. Raises `NotEmpty` where anything else, or
    anything changed, is in there, and `FolderNotWritten`.
    """
    folder = folder.resolve()
    try:
        _check(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
            half = Path(beside, "new")
            half.mkdir()
            yield half
            (half / SEAL).write_text(json.dumps(_sums(half), indent=1) + "\n", encoding="utf-8")
            _put(half, folder, Path(beside, "old"))
    except OSError as error:
        raise FolderNotWritten(
            f"{folder} cannot be written ({error.strerror}). Make room there and allow it, or "
            "name another folder."
        ) from error


def _check(folder: Path) -> None:
    """Raises `NotEmpty`."""
    found = _sums(folder)
    sums = _said(folder / SEAL) if SEAL in found else {}
    for name, checksum in found.items():
        if name != SEAL and sums.get(name) != checksum:
            raise NotEmpty(
                f"{folder} is not empty: {name} was not written by this command, or was changed "
                "since. Move it away, or name a folder that is empty or not there yet."
            )


def _said(seal: Path) -> dict[str, str]:
    """What a seal says was written; nothing, if it is none of ours."""
    try:
        sums = json.loads(seal.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return sums if isinstance(sums, dict) else {}


def _sums(folder: Path) -> dict[str, str]:
    """The checksum of each file in a folder and all folders in it, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix(): _sum(path) for path in files}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(half: Path, folder: Path, old: Path) -> None:
    """Put a folder in the place of another, which is left where it was if that fails."""
    if folder.is_dir():
        folder.rename(old)
    try:
        half.rename(folder)
    except OSError:
        if old.is_dir():
            old.rename(folder)
        raise
