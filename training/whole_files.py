"""Files that are there whole or not at all, whoever else makes the same one just then."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A path to write to, which becomes `file` once it is written, and goes if that fails.

    Two trainings that are started side by side measure the same clips: each writes beside the
    other, and the second to finish puts what is the same in the first one's place.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.stem}.{os.getpid()}.part{file.suffix}")
    try:
        yield unfinished
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
