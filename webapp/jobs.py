"""What becomes of jobs: their rows, their files and the queue, always together.

Whoever runs a job holds a lock of its own, which the system takes back however he ends. So it is
known, and not guessed from the time that has passed, which jobs were left in the middle.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from webapp import job_log, prediction_log
from webapp.locks import locked
from webapp.speech.errors import SpeechError
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.words import N_
from webapp.submission import Desk
from webapp.tables import Job, Prediction, Source, State
from webapp.unkept import NotKept

BEAT_SECONDS = 1.0
"""How often a job that runs tells how far it is, and asks whether it is to go on."""

SILENT_SECONDS = 60.0
"""One that has told nothing for so long hangs. A piece of sound takes a second at most."""


class NoSuchJob(SpeechError):
    """No job of that id, or none that awaits a file."""

    code = "no_such_job"


class _Ended(Exception):
    """The job that runs was cancelled or deleted."""


def run(at: Desk, job_id: str) -> None:
    """Hear the recording of a job that waits, and log what was heard, whole or not at all."""
    with _alone(at, job_id) as mine:
        job = job_log.claim(job_id, at.now()) if mine else None
        if job is None:
            return
        try:
            _hear(at, job)
        except SpeechError as error:
            job_log.fail(job.id, error, keeps=at.settings.keep_audio)
            _drop(at, job)
        except KeyboardInterrupt:  # the worker is asked to end
            job_log.put_back(job.id)
            raise


def arrive(at: Desk, job_id: str, stream: BinaryIO) -> Job:
    """The file of a job that was announced: keep it, and queue the job.

    Raises `NoSuchJob`, and what `Desk.put_off` raises.
    """
    with at.keeping(stream) as (name, size):
        if not job_log.arrive(job_id, name, size, at.now()):
            raise NoSuchJob(N_("Nobody waits for this file any more. Start again from the upload."))
    return _queued(at, job_id)


def again(at: Desk, job_id: str) -> Job:
    """Queue a job that failed or was interrupted once more; raises `NotKept` where it cannot be."""
    if not job_log.again(job_id, at.now()):
        raise NotKept
    return _queued(at, job_id)


def cancel(at: Desk, job_id: str) -> None:
    """Call off a job; its recording goes. One that runs ends within about a second."""
    at.remove_audio(job_log.cancel(job_id))


def delete(at: Desk, job_id: str) -> None:
    """Delete a job that has no prediction, with its recording."""
    at.remove_audio(job_log.remove(job_id))


def cancel_batch(at: Desk, batch_id: str) -> None:
    """Call off what is left to do of a batch."""
    at.remove_audio(job_log.cancel_batch(batch_id))


def delete_batch(at: Desk, batch_id: str) -> None:
    """Delete a batch with all its jobs, predictions and recordings."""
    at.remove_audio(job_log.remove_batch(batch_id))


def hear_again(
    at: Desk, prediction: Prediction, model: str, stopwatch: Stopwatch | None = None
) -> Prediction | Job:
    """Let a model hear the kept audio of a prediction; what it hears is a prediction apart.

    Raises `NotKept` where there is no audio, and what `Desk.take_in` raises.
    """
    path = at.path(prediction)
    if path is None:
        raise NotKept
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:  # it has just gone
        raise NotKept from error
    with stream:
        source, name = Source(prediction.source), prediction.file_name
        made = at.take_in(stream, source=source, file_name=name, model=model, stopwatch=stopwatch)
    if prediction_log.get(prediction.id) is None:  # deleted meanwhile, and so is what was heard
        delete(at, made.id)
        at.forget(made.id)
        raise NotKept
    return made


def recover(at: Desk) -> None:
    """Let jobs wait again that were left in the middle, and queue those that got lost on the way.

    To be done when a worker begins, and now and then.
    """
    for job_id in job_log.ids(State.RUNNING):
        with _alone(at, job_id) as left:
            if left:
                job_log.lose(job_id)
    waiting = job_log.ids(State.WAITING)
    queued = at.queue.pending() if waiting else set()
    for job_id in waiting:
        if job_id not in queued:
            at.queue.put(job_id)


def sweep(at: Desk) -> None:
    """Remove locks of those who were killed while they ran a job."""
    for path in _locks(at).iterdir():
        with _alone(at, path.name):
            pass


def hangs(at: Desk, job: Job) -> bool:
    """Whether nothing is to be expected of a job that is said to run."""
    silent = job.beat_at is None or (at.now() - job.beat_at).total_seconds() > SILENT_SECONDS
    return job.state == State.RUNNING and (silent or not at.queue.worker_runs())


def _hear(at: Desk, job: Job) -> None:
    """Hear, log, and let go of a recording that is not to be kept."""
    path = None if job.audio_name is None else at.recordings.path(job.audio_name)
    if path is None:
        raise NotKept
    try:
        prediction, trace = at.analyse(path, model=job.model, told=_Telling(job.id, at.now))
    except _Ended:
        return
    except FileNotFoundError as error:  # removed just before it was opened
        raise NotKept from error
    prediction.id, prediction.batch_id = job.id, job.batch_id
    prediction.source, prediction.file_name = Source(job.source), job.file_name
    prediction.audio_name = job.audio_name if at.settings.keep_audio else None
    job_log.finish(job.id, prediction, trace)
    _drop(at, job)


def _drop(at: Desk, job: Job) -> None:
    """Remove the recording of a job that is at its end, where recordings are not kept."""
    if not at.settings.keep_audio and job.audio_name is not None:
        at.recordings.remove(job.audio_name)


@dataclass
class _Telling:
    """Tells how far a job is, about once a second; raises `_Ended` where it is not to go on."""

    job_id: str
    now: Callable[[], Any]
    clock: Callable[[], float] = time.monotonic
    told: float = field(default=float("-inf"))

    def __call__(self, share: float) -> None:
        """So much of it is heard."""
        if self.clock() - self.told < BEAT_SECONDS:
            return
        self.told = self.clock()
        if not job_log.beat(self.job_id, share, self.now()):
            raise _Ended


def _queued(at: Desk, job_id: str) -> Job:
    at.queue.put(job_id)
    job = job_log.get(job_id)
    if job is None:
        raise NoSuchJob(N_("This recording was deleted meanwhile."))
    return job


@contextmanager
def _alone(at: Desk, job_id: str) -> Iterator[bool]:
    """Whether nobody runs this job; nobody else does as long as the block lasts."""
    path = _locks(at) / job_id
    with locked(path, patience=0) as mine:
        try:
            yield mine
        finally:
            if mine:
                path.unlink(missing_ok=True)


def _locks(at: Desk) -> Path:
    folder = at.settings.instance / "running"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
