"""The recordings that a command line names: files, and what is in folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from webapp.speech.containers import identify
from webapp.speech.errors import SpeechError

SUFFIXES = frozenset(
    (
        *(".wav", ".wave", ".w64", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".oga", ".opus"),
        *(".mp3", ".mp2", ".aac", ".m4a", ".m4b", ".mp4", ".m4v", ".mov", ".3gp", ".3g2"),
        *(".webm", ".weba", ".mka", ".mkv", ".amr", ".caf", ".au", ".snd", ".avi", ".wma", ".wmv"),
        *(".asf", ".flv", ".mts", ".m2ts", ".mpg", ".mpeg", ".vob"),
    )
)
"""Of recordings, by convention. What is called otherwise is a recording if it begins like one."""


class Folder(SpeechError):
    """A folder where a file was wanted."""

    code = "is_a_folder"


class NoRecordings(SpeechError):
    """A folder without a recording."""

    code = "no_recordings"


Found = tuple[str, SpeechError | None]
"""A path, and why there is nothing to hear at it, if that is known already."""


def recordings(paths: Iterable[str], recursive: bool) -> Iterator[Found]:
    """Every file named, and with `recursive` the recordings in every folder named, sorted."""
    for path in paths:
        if not Path(path).is_dir():
            yield path, None
        elif recursive:
            yield from _in_folder(path)
        else:
            yield path, Folder("This is a folder. With --recursive all recordings in it are heard.")


def _in_folder(folder: str) -> Iterator[Found]:
    found = sorted(_below(folder))
    for path in found:
        yield str(path), None
    if not found:
        yield folder, NoRecordings("There is no recording in this folder. Check the path.")


def _below(folder: str) -> Iterator[Path]:
    """Recordings in a folder and all folders in it, but nothing that is hidden."""
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(above, name)
            if not name.startswith(".") and _is_recording(path):
                yield path


def _is_recording(path: Path) -> bool:
    if path.suffix.lower() in SUFFIXES:
        return True
    if not path.is_file():  # a pipe would never end
        return False
    try:
        with path.open("rb") as file:
            return identify(file) is not None
    except OSError:
        return False
