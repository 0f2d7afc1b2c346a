"""Over HTTP, both sides served by gunicorn with the same threads: one clip, and many at once."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from statistics import median

from tests.benchmarks.inside import faster
from tests.benchmarks.measuring import Times, alternately, amount, milliseconds
from tests.benchmarks.setting import Setting, both
from tests.benchmarks.table import Row
from tests.load import Account, distinct, losses, upload_all
from tests.serving import Visitor

RUNS, ROUNDS, UPLOADS, CLIENTS = 100, 4, 200, 16

STRANGER = {"page": "/", "token": "the reference asks for none"}
"""How a clip is sent to the reference."""


def post(setting: Setting) -> Iterator[Row]:
    """A clip posted, and its result page read to the end; one worker, one client."""
    clip = setting.clip()
    with both(setting.ours(1), setting.reference(1)) as (ours, reference):
        visitor, other = Visitor(ours.port), Visitor(reference.port, token=STRANGER["token"])

        def to_the_result() -> None:
            answer = visitor.upload(clip, accept="text/html")
            assert answer.status == 303, answer.body
            assert visitor.get(answer.headers["Location"]).status == 200

        def to_the_page() -> None:
            assert other.upload(clip, STRANGER["page"]).status == 200

        acts = [partial(milliseconds, act) for act in (to_the_result, to_the_page)]
        mine, theirs = alternately(acts, setting.times(RUNS))
    ratio = theirs.median / mine.median
    yield faster("POST of a clip to the result page", ratio, str(mine), str(theirs), 5)


def uploads(setting: Setting) -> Iterator[Row]:
    """Two workers, 16 clients: uploads a second, each looked for in the log afterwards."""
    instance = setting.new_folder("uploads") / "instance"
    clips, count = distinct(setting.clip()), setting.times(UPLOADS)
    mine, theirs = Account(), Account()
    rates: list[tuple[float, float]] = []

    def rate(port: int, account: Account, **how: str) -> float:
        begun = time.perf_counter()
        account.add(upload_all(port, islice(clips, count), CLIENTS, **how))
        return count / (time.perf_counter() - begun)

    with both(setting.ours(2, instance=instance), setting.reference(2)) as (ours, reference):
        for port, how in ((ours.port, {}), (reference.port, STRANGER)):
            rate(port, Account() if how else mine, **how)  # warm-up, not counted
        mine.milliseconds.clear()
        for _ in range(ROUNDS):
            rates.append((rate(ours.port, mine), rate(reference.port, theirs, **STRANGER)))
    my_rate, their_rate = (median(side) for side in zip(*rates, strict=True))
    ratio, lost = my_rate / their_rate, losses(instance, mine)
    if len(mine.acknowledged) != (ROUNDS + 1) * count:
        lost.append(f"answers: {dict(mine.statuses)}")
    kept = f"NOT ALL KEPT: {lost[0]}" if lost else f"all {len(mine.acknowledged)} logged and kept"
    yield Row(
        "uploads a second, 2 workers, 16 clients",
        f"{ratio:.1f} times as many",
        f"{amount(my_rate)} a second, {kept}",
        f"{amount(their_rate)} a second",
        "at least 5 times, all kept",
        ratio >= 5 and not lost,
    )
    times, others = Times(mine.milliseconds), Times(theirs.milliseconds)
    share = times.p95 / others.p95
    goal, met = "95th percentile under a third", share < 1 / 3
    yield Row("the time each takes", f"{share:.0%}", str(times), str(others), goal, met)
