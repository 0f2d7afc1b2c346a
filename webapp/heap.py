"""What is asked of the C library's allocator of memory."""

import ctypes

M_ARENA_MAX = -8
"""The option of glibc's mallopt(3)."""


def one_heap() -> bool:
    """Let all threads of this process take memory from one heap; says whether they will.

    glibc gives threads heaps of their own, up to eight a core, and each keeps what its busiest
    moment took: a server of many threads grows for as long as requests meet in new ways. Threads of
    Python mostly wait for each other anyway, so heaps apart would save them little. Call it before
    the first thread. Other C libraries have no such option, and one heap from the beginning.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(M_ARENA_MAX, 1) == 1
