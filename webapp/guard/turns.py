"""How much of one kind of work a process does at once, so that other work gets through."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from webapp.guard.refusals import Crowded


class Turns:
    """So many are served at once, so many more wait, and who comes then is sent away.

    Threads share it; each process that is forked has its own.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._chairs = BoundedSemaphore(at_once + waiting)
        self._served = BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block; raises `Crowded`."""
        if not self._chairs.acquire(blocking=False):
            raise Crowded
        try:
            with self._served:
                yield
        finally:
            self._chairs.release()
