"""Threads that share a heap, as glibc itself tells of them."""

import subprocess
import sys

import pytest

from webapp.config import ROOT
from webapp.heap import one_heap

THREADS = """
import ctypes
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from webapp.heap import one_heap

if {asked}:
    one_heap()
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


def heaps(asked):
    """How many there are after four threads took memory at once."""
    code = THREADS.format(asked=asked)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(not one_heap(), reason="this C library has no heaps of threads")
def test_threads_share_a_heap():
    assert heaps(asked=False) > 1
    assert heaps(asked=True) == 1
