"""Work spread over the cores of this machine."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""As `map`: what a function gives for some things, in their order."""


def cores() -> int:
    """How many there are."""
    return os.cpu_count() or 1


@contextmanager
def workers(number: int, at_once: int) -> Iterator[Spread]:
    """A `map` by so many processes, each of which takes `at_once` things at a time."""
    if number == 1:
        yield map
        return
    # What is forked from a process with TensorFlow in it may hang: these start from nothing.
    with ProcessPoolExecutor(number, multiprocessing.get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=at_once)
