"""What runs on this machine, by /proc."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def children(pid: int) -> list[int]:
    """The processes that a process, in any of its threads, has started and not yet buried."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def state(pid: int) -> str | None:
    """One letter, Z for a zombie; None where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


def status(pid: int, field: str) -> str:
    """A field of what the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line for line in lines if line.startswith(f"{field}:")).partition(":")[2].strip()


@contextmanager
def meanwhile(act: Callable[[], object], every: float) -> Iterator[None]:
    """Do something again and again, every so many seconds, while the block runs."""
    over = threading.Event()

    def again() -> None:
        while not over.wait(every):
            act()

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait, generously, for something that will come."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            pytest.fail("It never came.")
        time.sleep(0.01)
