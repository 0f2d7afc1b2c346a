"""Memory, as glibc and Linux themselves tell of it, in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.config import ROOT
from webapp.heap import one_heap

HEAPS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

library, together = ctypes.CDLL(None), Barrier(4)
library.fdopen.restype = library.malloc.restype = ctypes.c_void_p


def take():
    together.wait()
    return library.malloc(ctypes.c_size_t(1000))


with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda _: take(), range(4)))
standard = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, standard)
library.fflush(standard)
"""
"""How many there are after four threads took memory at once."""

KEPT = """
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]


def taken(megabytes):
    block = library.malloc(ctypes.c_size_t(megabytes << 20))
    ctypes.memset(ctypes.c_void_p(block), 1, megabytes << 20)
    return block


library.free(taken(30))
blocks = [taken(4) for _ in range(10)]
library.malloc(ctypes.c_size_t(100))  # stays, behind them
for block in blocks:
    library.free(block)
print(resident("Rss"))
"""
"""MB after large blocks have come and gone."""

COPIED = """
child = os.fork()
if not child:
    gc.collect()
    print(resident("Private_Dirty"), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
"""MB that a child has for itself after a collection."""

BEFORE = """
import ctypes, gc, os
from pathlib import Path
from webapp.heap import keep_little, one_heap, share_objects

many = [[] for _ in range(500_000)]


def nothing():
    pass


{asked}()


def resident(kind):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(kind))

"""

glibc = pytest.mark.skipif(not one_heap(), reason="this C library has no such options")
linux = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell"
)


def printed(code, asked):
    """What a program says after it has called the function asked."""
    code = (BEFORE + code).replace("{asked}", asked)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@glibc
def test_threads_share_a_heap():
    assert printed(HEAPS, "nothing").count("<heap nr=") > 1
    assert printed(HEAPS, "one_heap").count("<heap nr=") == 1


@glibc
@linux
def test_large_blocks_leave_nothing_behind():
    assert int(printed(KEPT, "nothing")) > int(printed(KEPT, "keep_little")) + 30


@linux
def test_a_collection_copies_nothing_that_was_there_before_the_fork():
    assert int(printed(COPIED, "nothing")) > 20
    assert int(printed(COPIED, "share_objects")) < 5
