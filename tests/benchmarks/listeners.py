"""How many who speak live two cores carry, each asking once a second, before answers come late."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.benchmarks.measuring import Times
from tests.benchmarks.setting import Setting
from tests.benchmarks.table import Row
from tests.listening import Listener, pcm
from tests.serving import Server
from tests.sounds import voice

LATEST = 1500
"""Milliseconds from the moment a question is due to its answer, in 95 of a hundred cases."""

SECONDS, QUICK_SECONDS = 20, 4
"""How long so many listen."""

AT_FIRST, STEP = 4, 1.25
"""How many listen at first, and how many times as many in each round after that."""


@dataclass
class Heard:
    """How it went for all who listened at once."""

    milliseconds: list[float] = field(default_factory=list)
    """From when each question was due: one that the last answer held up counts as late."""
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def in_time(self) -> bool:
        """Whether nobody was sent away and nearly all answers came in time."""
        return set(self.statuses) == {200} and Times(self.milliseconds).p95 <= LATEST


def listeners(setting: Setting) -> Iterator[Row]:
    """Each posts four seconds of speech a second, over HTTP, to two workers; more and more of them.

    Speech all the time is the most that a listener costs: silence is not heard by the model.
    """
    seconds = QUICK_SECONDS if setting.quick else SECONDS
    server = setting.ours(2, request_log="off")
    try:
        server.wait()
        listening(server, AT_FIRST, seconds)  # warm-up, not counted
        carried, last = 0, Heard()
        count = AT_FIRST
        while True:
            found = listening(server, count, seconds)
            if not found.in_time:
                break
            carried, last = count, found
            count = max(count + 1, round(count * STEP))
    finally:
        server.kill()
    yield Row(
        "listeners whom 2 workers carry, each sending 4 s of speech a second",
        f"{carried}",
        f"{Times(last.milliseconds) if carried else 'none in time'}; of {count} {_late(found)}",
        goal="95th percentile of the delay under 1.5 s",
    )


def listening(server: Server, count: int, seconds: float) -> Heard:
    """So many, each beginning at another moment of a second."""
    heard, lock = Heard(), threading.Lock()
    sound = pcm(voice(4.0))

    def one(listener: Listener, begin: float) -> None:
        due = begin
        while due < begin + seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            status = listener.ask(sound).status
            with lock:
                heard.statuses[status] += 1
                heard.milliseconds.append((time.perf_counter() - due) * 1000)
            due += 1.0

    with ExitStack() as stack:
        open_pages = [stack.enter_context(Listener(server.port)) for _ in range(count)]
        now = time.perf_counter() + 0.2
        threads = [
            threading.Thread(target=one, args=(page, now + number / count))
            for number, page in enumerate(open_pages)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return heard


def _late(found: Heard) -> str:
    refused = sum(count for status, count in found.statuses.items() if status != 200)
    return f"{refused} questions were turned away, the rest {Times(found.milliseconds)}"
