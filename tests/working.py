"""A worker without processes, for tests: what waits is run here and now."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from webapp import job_log, jobs
from webapp.submission import desk
from webapp.tables import State


def work(app: Flask) -> int:
    """Run all jobs of an application that wait, one after the other; how many there were."""
    with app.app_context():
        waiting = job_log.ids(State.WAITING)
        for job_id in waiting:
            jobs.run(desk(), job_id)
    return len(waiting)


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Hear what is queued, as the worker would, until the block ends."""
    ended = threading.Event()

    def hear() -> None:
        while not ended.wait(0.05):
            work(app)

    thread = threading.Thread(target=hear)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
