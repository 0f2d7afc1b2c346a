"""Memory of a server: what is asked of the C library's allocator and of Python's collector."""

import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt(3); other C libraries have none of them."""

LARGE = 1 << 20
"""Bytes of a block that has pages of its own, and gives them back as it goes. A clip of a few
seconds needs none so large."""

SPARE = 2 << 20
"""Bytes that may lie free at the end of the heap."""


def one_heap() -> bool:
    """Let all threads of this process take memory from one heap; says whether they will.

    glibc gives threads heaps of their own, up to eight a core, and each keeps what its busiest
    moment took: a server of many threads grows for as long as requests meet in new ways. Threads of
    Python mostly wait for each other anyway, so heaps apart would save them little. Call it before
    the first thread.
    """
    return _allowed((M_ARENA_MAX, 1))


def keep_little() -> bool:
    """Have the heap give back what is free; says whether it will.

    The larger the blocks that glibc has seen, the more it keeps, up to 64 MB, and large clips side
    by side leave holes in it. That suits who does one thing after the other, such as the worker for
    long recordings: he has the same pages again instead of new ones. A server would grow by it.
    """
    return _allowed((M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, SPARE))


def share_objects() -> None:
    """Leave all that is loaded out of collections, so that processes forked from here share it.

    The collector writes into the head of each object that it looks at, and what is written to is
    copied. The second collection has nothing left to look at, and tells the collector so: it then
    waits no longer for as many new objects as a quarter of those that are out.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


def _allowed(*options: tuple[int, int]) -> bool:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(option, value) == 1 for option, value in options)
