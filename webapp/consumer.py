"""What does the jobs: Huey's consumer, in processes that are forked once the models are loaded.

There is one for each instance folder; a second one waits until the first is gone.
"""

import logging
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask
from huey.consumer import Consumer, ProcessEnvironment
from sqlalchemy.exc import SQLAlchemyError

from webapp import jobs, keeping
from webapp.contained.kernel import die_with
from webapp.locks import locked
from webapp.queue import Queue
from webapp.submission import Desk
from webapp.tables import db

NICENESS = 10
"""Jobs have time; whoever waits for a page has not."""

CHECK_SECONDS = 2
"""How often the worker looks for what was lost: processes that died, and the jobs they had."""

GRACE_SECONDS = 3
"""After Ctrl-C a short job may be finished within so long; others are put back."""

PUT_BACK_SECONDS = 8
"""So long it may take on a busy machine to put a job back."""

TIDY_SECONDS = 3600
"""How often it removes what is too old."""

SLEEP_SECONDS = 0.5
"""How long a process that has nothing to do sleeps at most."""


class Processes(ProcessEnvironment):  # type: ignore[misc] # has no types
    """How Huey runs its processes: here, they make way for pages and none outlives the worker."""

    def __init__(self, *signals: int) -> None:
        super().__init__(*signals)
        self._parent = os.getpid()

    def init_child(self, process: object) -> None:
        """In a process that has just been forked."""
        die_with(self._parent)
        os.nice(NICENESS)
        super().init_child(process)

    def interrupt_workers(self, procs: Sequence[BaseProcess]) -> None:
        """Let the processes put back what they have begun, and end.

        Huey itself would wait for a second, and then interrupt the putting back.
        """
        for process in procs:
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, self.interrupt)
        deadline = time.monotonic() + PUT_BACK_SECONDS
        for process in procs:
            process.join(max(deadline - time.monotonic(), 0))


class Worker(Consumer):  # type: ignore[misc]
    """Huey's consumer, which also finds jobs again that were lost."""

    def __init__(self, app: Flask, at: Desk) -> None:
        self._app = app
        self._desk = at
        self._tidy_at = time.monotonic()
        super().__init__(
            at.queue.huey,
            workers=at.settings.job_processes,
            worker_type="process",
            periodic=False,
            max_delay=SLEEP_SECONDS,
            scheduler_interval=60,
            health_check_interval=CHECK_SECONDS,
            shutdown_timeout=GRACE_SECONDS,
        )

    def get_environment(self, worker_type: str) -> Processes:
        """What runs the processes."""
        del worker_type
        return Processes(self._graceful_sig, self._interrupt_sig)

    def start(self) -> None:
        """Begin, with what was left in the middle."""
        self.recover()
        super().start()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a closed terminal ends it like any other

    def check_worker_health(self) -> bool:
        """Replace processes that have died, and find the jobs that they had."""
        fine = bool(super().check_worker_health())
        self.recover()
        return fine

    def recover(self) -> None:
        """Find lost jobs; where the log or the queue cannot be reached, the next time will do."""
        foreseen: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)
        with self._app.app_context():
            try:
                jobs.recover(self._desk)
                self._tidy()
            except foreseen + self._desk.queue.failures:
                logging.getLogger(__name__).exception("The log of jobs does not answer.")
            finally:
                db.engine.dispose()  # no connection may be shared with processes to be forked
                self.huey.storage.close()

    def _tidy(self) -> None:
        """Every hour, and at the start."""
        if time.monotonic() >= self._tidy_at:
            keeping.tidy(self._desk)
            self._tidy_at = time.monotonic() + TIDY_SECONDS


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Be the only worker: wait until there is no other."""
    with locked(lock, patience=1) as alone:
        if alone:
            yield
            return
    logging.getLogger(__name__).warning(
        "Another worker runs on this instance folder. This one waits until it is gone."
    )
    with locked(lock):
        yield


def work(app: Flask) -> None:
    """Hear what is queued until told to stop."""
    at: Desk = app.extensions["tonelog"]
    queue = Queue(at.settings, lambda job_id: jobs.run(at, job_id))
    with only_one(queue.worker_lock), app.app_context():
        Worker(app, replace(at, queue=queue)).run()
