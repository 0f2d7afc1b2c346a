"""Work spread over processes, so that a shell's command uses all cores."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from webapp.tables import db

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""As `map`: what a function gives for some things, in their order."""


def cores() -> int:
    """How many this process may use, where the system says so; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def spread(number: int) -> Iterator[Spread]:
    """A `map` by so many processes; one of them is this one itself.

    They are forked from here, so that they share the models in memory and the current application.
    """
    if number == 1:
        yield map
        return
    pool = ProcessPoolExecutor(number, multiprocessing.get_context("fork"), _begin)
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def spread_threads(number: int) -> Iterator[Spread]:
    """A `map` by so many threads, for work that is mostly waiting."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """In a new process: Ctrl-C is its parent's business, and so are its connections to the log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    db.engine.dispose(close=False)
