"""A history of 100,000 predictions: every filter, search and order, the days, and an export."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from tests.benchmarks.measuring import Times, alternately, milliseconds
from tests.benchmarks.setting import Setting
from tests.benchmarks.table import Row
from tests.memory import family, resident
from tests.serving import ROOT, Server, Visitor, environment_of
from webapp.order import Order

MANY = 100_000
RUNS = 20
GOAL_MILLISECONDS = 300
GOAL_MEGABYTES = 30

ASKED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "emotion": {"emotion": "happy"},
        "nothing named": {"named": "no"},
        "model": {"model": "ann"},
        "source": {"source": "live"},
        "dates": {"since": "2000-01-01", "until": "2100-01-01"},
        "confidence": {"at_least": "0.6", "at_most": "0.7"},
        "confidence of nobody": {"at_least": "1"},
        "tag": {"tag": "family"},
        "corrected": {"corrected": "yes"},
        "confirmed": {"corrected": "right"},
        "neither": {"corrected": "no"},
        "search in names": {"words": "ιωάννα"},
        "search in notes": {"words": "LAUGHS"},
        "search of two words": {"words": "strasse björn"},
        "search for nothing": {"words": "nobody is called so"},
        "several at once": {"words": "wav", "emotion": "sad", "corrected": "no", "named": "yes"},
    }
)


def sifting(setting: Setting) -> Iterator[Row]:
    """Each of them over HTTP, one worker; then all rows as a file, and what memory that took."""
    many = 2_000 if setting.quick else MANY
    instance = setting.new_folder("sifting") / "instance"
    _fill(instance, many)
    server = setting.ours(1, instance=instance)
    try:
        server.wait()
        pages = dict(_pages(many))
        found = alternately([partial(_fetch, server.port, one) for one in pages.values()], RUNS)
        for name, times in zip(pages, found, strict=True):
            yield _row(f"history of {many:,}: {name}", times)
        yield _export(server, many)
    finally:
        server.kill()


def _pages(many: int) -> Iterator[tuple[str, str]]:
    """Addresses by what is asked for."""
    last, middle = many // 20, many // 40
    for name, args in ASKED.items():
        yield name, f"/history?{urlencode(args)}"
        yield f"{name}, last page", f"/history?{urlencode({**args, 'page': last})}"
    for order in Order:
        yield f"{order} first", f"/history?sort={order}"
        yield f"{order}, middle", f"/history?sort={order}&page={middle}"
        yield f"{order}, last page", f"/history?sort={order}&page={last}"
    yield "over days", "/history/days"
    yield "over days, searched", "/history/days?words=laughs"


def _fill(instance: Path, many: int) -> None:
    command = [sys.executable, "-m", "flask", "make-log", str(many)]
    environment = {**os.environ, **environment_of(instance, {})}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _fetch(port: int, address: str) -> float:
    def fetch() -> None:
        answer = Visitor(port).get(address)
        assert answer.status == 200, (answer.status, address)

    return milliseconds(fetch)


def _row(what: str, times: Times) -> Row:
    goal = f"95% within {GOAL_MILLISECONDS} ms"
    return Row(what, "-", str(times), goal=goal, met=times.p95 <= GOAL_MILLISECONDS)


def _export(server: Server, many: int) -> Row:
    """All rows as JSON lines, read to the end."""
    _taken(server.port, "csv")  # what is loaded once counts as the server's
    before, began = _memory(server), time.perf_counter()
    lines, highest = _taken(server.port, "jsonl", server)
    seconds = time.perf_counter() - began
    assert lines == many, lines
    grown = highest - before
    told = f"{seconds:.1f} s, {grown:.1f} MB more than the {before:.0f} MB before"
    goal = f"at most {GOAL_MEGABYTES} MB more"
    return Row(f"export of {many:,} rows", "-", told, goal=goal, met=grown <= GOAL_MEGABYTES)


def _taken(port: int, kind: str, server: Server | None = None) -> tuple[int, float]:
    """Lines of an export, and the most memory that the server took meanwhile."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    lines, highest, read = 0, 0.0, 0
    try:
        connection.request("GET", f"/history/export.{kind}")
        response = connection.getresponse()
        while piece := response.read(2**16):
            lines += piece.count(b"\n")
            read += 1
            if server is not None and read % 20 == 0:
                highest = max(highest, _memory(server))
    finally:
        connection.close()
    return lines, highest


def _memory(server: Server) -> float:
    return sum(map(resident, family(server.process.pid)))
