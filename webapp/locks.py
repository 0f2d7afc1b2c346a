"""Locks between processes. The system gives them back when their holder dies, however it dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, shared: bool = False, patience: float | None = None) -> Iterator[bool]:
    """Hold the lock of a file that exists only for it.

    Any number of holders may share it, or one may have it alone. Yields whether it was got, which
    is sure unless `patience` (seconds) sets an end to the waiting.
    """
    with path.open("a") as file:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if patience is None:
            fcntl.flock(file, kind)
            yield True
        else:
            yield _got(file.fileno(), kind, time.monotonic() + patience)


def _got(descriptor: int, kind: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True
