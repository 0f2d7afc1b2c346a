"""The queue of jobs: Huey, in a file of its own or in a Redis server.

It only says whose turn it is. What there is to do, and how far it is, stands in the log: a message
that got lost is written once more (`jobs.recover`), and one too many finds nothing to do.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from webapp.config import SettingError, Settings
from webapp.locks import locked
from webapp.private_files import make_private
from webapp.sqlite_files import wipe

FILE, WORKER = "queue.sqlite", "worker.lock"
"""In the instance folder: the queue, and the lock that its one worker holds while it lives."""

BUSY_SECONDS = 5
"""How long SQLite waits for another one's write."""


class JsonSerializer(Serializer):  # type: ignore[misc] # has no types
    """Messages as JSON: who can write to a queue of pickles can run what he likes."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(bytes(data)))


class Queue:
    """The queue of one running copy; it is opened when it is first used, by each process anew.

    `hear` does what a message asks for; only a worker needs it.
    """

    def __init__(self, settings: Settings, hear: Callable[[str], None] | None = None) -> None:
        self._settings = settings
        self._hear = hear

    def prepare(self) -> None:
        """Make what is needed on disk, for its owner alone; raises `SettingError`."""
        if self._settings.queue_url is None:
            make_private(self._settings.instance / FILE)
        try:
            self.huey.storage.close()
        except ConfigurationError as error:
            raise SettingError(
                "TONELOG_QUEUE_URL cannot be used. Redis needs a package: "
                f"`.venv/bin/pip install -r webapp/requirements-redis.txt`. ({error})"
            ) from error

    def put(self, job_id: str) -> None:
        """Let a worker know of a job. Where the queue fails, it will find the job by itself."""
        try:
            self._task(job_id)
        except self.failures:
            logging.getLogger(__name__).exception("A job could not be queued; it is in the log.")

    def pending(self) -> set[str]:
        """Ids of the jobs that are queued."""
        return {task.args[0] for task in self.huey.pending()}

    def clear(self) -> bool:
        """Forget all messages; False where something of them may be left for a while."""
        try:
            self.huey.flush()
            if self._settings.queue_url is not None:
                return True
            path = self._settings.instance / FILE
            with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as file:
                return wipe(file)
        except self.failures:
            logging.getLogger(__name__).exception("The queue could not be cleared.")
            return False

    def worker_runs(self) -> bool:
        """Whether there is a worker to do what is queued."""
        with locked(self.worker_lock, shared=True, patience=0) as free:
            return not free

    @property
    def worker_lock(self) -> Path:
        """The lock of the worker."""
        return self._settings.instance / WORKER

    @property
    def huey(self) -> Huey:
        """The queue as Huey knows it."""
        return self._task.huey

    @cached_property
    def _task(self) -> TaskWrapper:
        """What a message is made of, by a name that sender and worker agree on."""

        def hear(job_id: str) -> None:
            assert self._hear is not None, "this process only sends"
            self._hear(job_id)

        return TaskWrapper(_open(self._settings), hear, name="hear")

    @cached_property
    def failures(self) -> tuple[type[Exception], ...]:
        """What it raises where it cannot be reached."""
        if self._settings.queue_url is None:
            return (sqlite3.Error,)
        from redis.exceptions import RedisError  # which is there where Redis is used

        return (RedisError,)


def _open(settings: Settings) -> Huey:
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if settings.queue_url is not None:
        url = settings.queue_url.removeprefix("redis+")  # as a socket is named for the counts
        return RedisHuey("tonelog", url=url, **options)
    filename = str(settings.instance / FILE)
    return SqliteHuey("tonelog", filename=filename, timeout=BUSY_SECONDS, **options)
