"""Memory of a server: what is asked of the C library's allocator and of Python's collector."""

import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt(3)."""

LARGE = 1 << 20
"""Bytes of a block that has pages of its own, and gives them back as it goes: more than most of a
clip of a few seconds, whose pages are had faster from the heap."""

SPARE = 2 << 20
"""Bytes that may lie free at the end of the heap."""


def steady_heap() -> bool:
    """Have this process keep to the memory that it needs; says whether it will.

    glibc gives threads heaps of their own, up to eight a core, and each keeps what its busiest
    moment took: a server of many threads grows for as long as requests meet in new ways. Threads of
    Python mostly wait for each other anyway, so heaps apart would save them little. And the larger
    the blocks that it has seen, the more it keeps, up to 64 MB: large clips side by side leave
    holes. Call it before the first thread. Other C libraries have no such options.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    options = (M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, SPARE)
    return mallopt is not None and all(mallopt(option, value) == 1 for option, value in options)


def share_objects() -> None:
    """Leave all that is loaded out of collections, so that processes forked from here share it.

    The collector writes into the head of each object that it looks at, and what is written to is
    copied. The second collection has nothing left to look at, and tells the collector so: it then
    waits no longer for as many new objects as a quarter of those that are out.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
