"""How long each stage of the way from bytes to an answer takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Milliseconds since it was started, and by stage."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.stages: dict[str, float] = {}
        self._clock = clock
        self._started = clock()

    @property
    def milliseconds(self) -> float:
        """All the time so far."""
        return (self._clock() - self._started) * 1000

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block to a stage, however the block ends."""
        start = self.milliseconds
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + self.milliseconds - start
