"""The history with 100,000 rows against one with 100."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.benchmarks.measuring import alternately, milliseconds
from tests.benchmarks.setting import Setting
from tests.benchmarks.table import Row
from tests.serving import Server, Visitor

FEW, MANY = 100, 100_000
RUNS = 200


def history(setting: Setting) -> Iterator[Row]:
    """Its first page, one in the middle and the last one."""
    many = 2_000 if setting.quick else MANY
    with ExitStack() as stack:
        small, large = (_filled(setting, rows, stack) for rows in (FEW, many))
        pages = {"first": 1, "middle": many // 40, "last": many // 20}
        acts = [partial(_fetched, small.port, 1)]
        acts += [partial(_fetched, large.port, number) for number in pages.values()]
        base, *found = alternately(acts, setting.times(RUNS))
    for name, times in zip(pages, found, strict=True):
        ratio = times.median / base.median
        yield Row(
            f"history with {many:,} rows, {name} page",
            f"{ratio:.2f} times",
            str(times),
            f"{base} with {FEW} rows",
            "within 2 times",
            ratio <= 2,
        )


def _filled(setting: Setting, rows: int, stack: ExitStack) -> Server:
    """A server whose log holds so many predictions, made of the first one."""
    instance = setting.new_folder("history") / "instance"
    server = setting.ours(1, instance=instance)
    stack.callback(server.kill)
    server.wait()
    answer = Visitor(server.port).upload(setting.clip())
    assert answer.status == 201, answer.body
    with closing(sqlite3.connect(instance / "tonelog.sqlite")) as log:
        log.row_factory = sqlite3.Row
        first = dict(log.execute("SELECT * FROM prediction").fetchone())
        marks = ", ".join(f":{name}" for name in first)
        sql = f"INSERT INTO prediction ({', '.join(first)}) VALUES ({marks})"
        log.executemany(sql, (_later(first, number) for number in range(1, rows)))
        log.commit()
    return server


def _later(first: dict[str, object], number: int) -> dict[str, object]:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=60 * number)
    told = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    changed = {"id": f"made-{number:017}", "place": 1 + number, "created_at": told}
    return {**first, **changed, "audio_name": None}


def _fetched(port: int, number: int) -> float:
    def fetch() -> None:
        answer = Visitor(port).get(f"/history?page={number}")
        assert answer.status == 200, answer.status

    return milliseconds(fetch)
