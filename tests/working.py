"""A worker without processes, for tests: what waits is run here and now."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tests.processes import meanwhile
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
    with meanwhile(lambda: work(app), every=0.05):
        yield
