"""What a worker takes of the machine: memory after many clips, and time to start."""

import time
from collections.abc import Iterator
from itertools import islice
from statistics import median

from tests.benchmarks.measuring import amount
from tests.benchmarks.setting import Setting, both
from tests.benchmarks.table import Row
from tests.benchmarks.web import STRANGER
from tests.load import distinct, upload_all
from tests.memory import family, proportional, resident
from tests.serving import Server, Visitor

FEW, MANY = 200, 1_000
"""Clips after which memory is looked at."""

STARTS = 5

ENDLESS = ("--max-requests", "0")
"""Workers are not replaced, so that growth shows."""


def memory(setting: Setting) -> Iterator[Row]:
    """A worker after 200 and after 1,000 clips."""
    few, many = setting.times(FEW), setting.times(MANY)
    with both(setting.ours(1, options=ENDLESS), setting.reference(1)) as servers:
        mine, theirs = (
            [_after(server, clips, setting, **how) for clips in (few, many - few)]
            for server, how in zip(servers, ({}, STRANGER), strict=True)
        )
    (early, _), (late, whole) = mine
    (their_early, _), (their_late, their_whole) = theirs
    share, growth = early / their_early, late / early - 1
    yield Row(
        f"memory of a worker after {few} clips",
        f"{share:.0%}",
        f"{early:.0f} MB",
        f"{their_early:.0f} MB",
        "under half",
        share < 0.5,
    )
    yield Row(
        f"after {many} clips",
        f"{growth:+.1%}",
        f"{late:.0f} MB; master, worker and decoders together {whole:.0f} MB",
        f"{their_late:.0f} MB; master and worker together {their_whole:.0f} MB",
        "under 5% more",
        growth < 0.05,
    )


def start(setting: Setting) -> Iterator[Row]:
    """From the command to the first answer that names an emotion; two workers."""
    clip = setting.clip()
    runs = [
        (
            _first_answer(setting.ours(2), clip, "/upload", ""),
            _first_answer(setting.reference(2), clip, **STRANGER),
        )
        for _ in range(setting.times(STARTS))
    ]
    mine, theirs = zip(*runs, strict=True)
    share = median(mine) / median(theirs)
    told, others = (
        f"{amount(median(side))} s, at most {amount(max(side))} s" for side in (mine, theirs)
    )
    yield Row(
        "`make run` to the first answered prediction",
        f"{share:.0%}",
        told,
        others,
        "at most half",
        share <= 0.5,
    )


def _after(server: Server, clips: int, setting: Setting, **how: str) -> tuple[float, float]:
    """Memory (MB) of the worker, and of the whole server, after so many clips more."""
    upload_all(server.port, islice(distinct(setting.clip()), clips), 4, **how)
    (worker,) = server.workers()
    return resident(worker), sum(map(proportional, family(server.process.pid)))


def _first_answer(server: Server, clip: bytes, page: str, token: str) -> float:
    """Seconds from the start of a server, which has just been started, to its first prediction."""
    begun = time.perf_counter()
    try:
        server.wait()
        answer = Visitor(server.port, token=token).upload(clip, page)
        assert answer.status in (200, 201), answer.body
        return time.perf_counter() - begun
    finally:
        server.kill()
