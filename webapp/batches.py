"""What becomes of batches: recordings that are sent together and heard one after the other."""

import io
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Annotated, BinaryIO, cast

import msgspec
from werkzeug.datastructures import FileStorage

from webapp import batch_log, job_log, jobs
from webapp.recordings import NotKept, NotWritten
from webapp.speech.errors import MissingExtra, SpeechError
from webapp.submission import LONGEST_NAME, Desk, shown_name, too_large
from webapp.tables import Batch, Job, Source, State, new_id


class NoFiles(SpeechError):
    """A batch of nothing, or a list of files that cannot be read."""

    code = "no_files"


class TooMany(SpeechError):
    """More files than the setting allows."""

    code = "too_many_files"


class Announced(msgspec.Struct, frozen=True):
    """A file that is going to come."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


def read_list(text: str) -> list[Announced]:
    """What a browser announces, in JSON; raises `NoFiles` where that cannot be read."""
    try:
        return msgspec.json.decode(text, type=list[Announced])
    except msgspec.DecodeError as error:
        raise NoFiles(
            "The list of files could not be read. Go back to the upload page, reload it, "
            "and choose the files again."
        ) from error


def announce(
    at: Desk, files: Sequence[Announced], model: str | None
) -> tuple[Batch, Sequence[Job]]:
    """A batch whose files are still to come; those over the size limit have failed already.

    Raises `NoFiles`, `TooMany`, `UnknownModel` and `MissingExtra`.
    """
    recognizer = at.recognizer(model)
    if recognizer.missing is not None:
        raise MissingExtra(recognizer.missing)
    most = at.settings.batch_files
    if not files:
        raise NoFiles("Choose the recordings first.")
    if len(files) > most:
        raise TooMany(
            f"These are {len(files):,} files, and {most:,} is the most that can be sent together. "
            "Send them in several parts."
        )
    name = _name([one.name for one in files])
    batch = Batch(id=new_id(), created_at=at.now(), name=name, model=recognizer.name)
    made = [_job(at, batch, place, one) for place, one in zip(count(), files, strict=False)]
    job_log.add_batch(batch, made)
    return batch, made


def receive(at: Desk, job: Job, file: FileStorage) -> None:
    """The file of a job comes; one that is not awaited has come already, and nothing happens.

    A file that is refused has failed. Raises `NotWritten`: then it can be sent again.
    """
    if job.state != State.AWAITED:
        return
    try:
        with suppress(jobs.NoSuchJob):  # it came twice at once
            jobs.arrive(at, job.id, cast(BinaryIO, file.stream))
    except NotWritten:
        raise
    except SpeechError as error:
        job_log.refuse(job.id, error)


def receive_all(at: Desk, files: Sequence[FileStorage], model: str | None) -> Batch:
    """A batch whose files are all here; raises what `announce` and `receive` raise."""
    listed = [Announced(file.filename or "", file.stream.seek(0, io.SEEK_END)) for file in files]
    batch, announced = announce(at, listed, model)
    for job, file in zip(announced, files, strict=True):
        receive(at, job, file)
    return batch


def try_again(at: Desk, job: Job) -> None:
    """Hear a file once more that was not heard; where it is gone, it is awaited once more."""
    try:
        jobs.again(at, job.id)
    except NotKept:
        job_log.await_again(job.id)


def try_all_again(at: Desk, batch: Batch) -> None:
    """The same with all that were not heard."""
    for job in job_log.of_batch(batch.id):
        if batch_log.can_try_again(job):
            try_again(at, job)


def _job(at: Desk, batch: Batch, place: int, file: Announced) -> Job:
    fits = file.size <= at.settings.limits.bytes
    error = None if fits else too_large(at.settings.limits)
    return Job(
        id=new_id(),
        batch_id=batch.id,
        place=place,
        created_at=batch.created_at,
        state=State.AWAITED if fits else State.FAILED,
        file_name=_ending(file.name),
        size=file.size,
        source=Source.BATCH,
        model=batch.model,
        error_code=error and error.code,
        error_sentence=error and error.sentence,
    )


def _ending(path: str) -> str:
    """A path in a folder as text to show; of a very long one the end, which has the name."""
    return shown_name(path[-LONGEST_NAME:])


def _name(paths: Sequence[str]) -> str:
    """What to call a batch: its folder, if all are in one, else its first file."""
    first = paths[0]
    folder, inside, _ = first.partition("/")
    if inside and folder and all(path.startswith(f"{folder}/") for path in paths):
        return shown_name(folder)
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    return shown_name(first)[: LONGEST_NAME - len(more)] + more
