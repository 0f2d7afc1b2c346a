"""Memory, as glibc and Linux themselves tell of it, in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.config import ROOT
from webapp.heap import steady_heap

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
many = [[] for _ in range(500_000)]
if {asked}:
    share_objects()
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
from webapp.heap import share_objects, steady_heap

if {asked}:
    steady_heap()


def resident(kind):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(kind))

"""

glibc = pytest.mark.skipif(not steady_heap(), reason="this C library has no such options")
linux = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell"
)


def printed(code, asked):
    """What a program says with what is asked of its memory, or without."""
    code = (BEFORE + code).replace("{asked}", str(asked))
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@glibc
def test_threads_share_a_heap():
    assert printed(HEAPS, asked=False).count("<heap nr=") > 1
    assert printed(HEAPS, asked=True).count("<heap nr=") == 1


@glibc
@linux
def test_large_blocks_leave_nothing_behind():
    assert int(printed(KEPT, asked=False)) > 40
    assert int(printed(KEPT, asked=True)) < 20


@linux
def test_a_collection_copies_nothing_that_was_there_before_the_fork():
    assert int(printed(COPIED, asked=False)) > 20
    assert int(printed(COPIED, asked=True)) < 5
