"""What becomes of batches: recordings that are sent together and heard one after the other."""

import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count
from typing import Annotated, BinaryIO, cast

import msgspec
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webapp import batch_log, job_log, jobs, prediction_log, written
from webapp.selection import Selection
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.submission import LONGEST_NAME, Desk, shown_name, too_large
from webapp.tables import Batch, Job, Prediction, Source, State, new_id
from webapp.unkept import NotKept, NotWritten

_TOO_MANY = N_(
    "These are %(files)s files, and %(most)s is the most that can be sent together. "
    "Send them in several parts."
)
_TOO_MANY_AGAIN = N_(
    "These are %(files)s recordings, and %(most)s is the most that can be heard again together. "
    "Choose fewer, or narrow the filters."
)
_NONE_KEPT = N_(
    "No recording of these results was kept, or all are gone, so none can be heard again."
)

PROMPT = 8
"""So many jobs of a batch are queued at once. Its worker finds the others within seconds, sooner
than a request could queue all of them."""


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
            N_(
                "The list of files could not be read. Go back to the upload page, reload it, "
                "and choose the files again."
            )
        ) from error


def announce(
    at: Desk, files: Sequence[Announced], model: str | None
) -> tuple[Batch, Sequence[Job]]:
    """A batch whose files are still to come; those over the size limit have failed already.

    Raises `NoFiles`, `TooMany`, `UnknownModel` and `MissingExtra`.
    """
    recognizer = at.able(model)
    most = at.settings.batch_files
    if not files:
        raise NoFiles(N_("Choose the recordings first."))
    if len(files) > most:
        raise TooMany(_TOO_MANY % {"files": f"{len(files):,}", "most": f"{most:,}"})
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


def hear_again(at: Desk, selection: Selection, model: str | None) -> Batch:
    """A batch of the recordings of a selection, as far as they were kept, for a model to hear.

    Raises `NotKept` where none was, `TooMany`, `NotWritten`, and what `announce` raises.
    """
    recognizer, most = at.able(model), at.settings.batch_files
    files = prediction_log.count_kept(selection)
    if files > most:
        raise TooMany(_TOO_MANY_AGAIN % {"files": f"{files:,}", "most": f"{most:,}"})
    kept = {one.audio_name: one for one in prediction_log.kept(selection) if one.audio_name}
    with at.recordings.sharing(kept) as names:
        if not names:
            raise NotKept(_NONE_KEPT)
        heard = [kept[old] for old in names]
        name = _("%(name)s, heard again", name=_name([one.file_name for one in heard]))
        batch = Batch(id=new_id(), created_at=at.now(), name=name, model=recognizer.name)
        made = [
            _again(at, batch, place, one, names[str(one.audio_name)])
            for place, one in enumerate(heard)
        ]
        job_log.add_batch(batch, made)
    _forget_gone(at, zip(heard, made, strict=True))
    for job in made[:PROMPT]:
        at.queue.put(job.id)
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


def _again(at: Desk, batch: Batch, place: int, heard: Prediction, name: str) -> Job:
    """The job of hearing a kept recording again."""
    path = at.recordings.path(name)
    return Job(
        id=new_id(),
        batch_id=batch.id,
        place=place,
        created_at=batch.created_at,
        state=State.WAITING,
        file_name=heard.file_name,
        size=0 if path is None else path.stat().st_size,
        source=heard.source,
        model=batch.model,
        audio_name=name,
    )


def _forget_gone(at: Desk, pairs: Iterable[tuple[Prediction, Job]]) -> None:
    """Drop the jobs of results that were deleted meanwhile: their recordings are to be gone."""
    jobs_of = {heard.id: job for heard, job in pairs}
    for prediction_id in jobs_of.keys() - prediction_log.known(jobs_of):
        jobs.delete(at, jobs_of[prediction_id].id)


def _ending(path: str) -> str:
    """A path in a folder as text to show; of a very long one the end, which has the name."""
    return shown_name(path[-LONGEST_NAME:])


def _name(paths: Sequence[str]) -> str:
    """What to call a batch: its folder, if all are in one, else its first file."""
    first = paths[0]
    folder, inside, __ = first.partition("/")
    if inside and folder and all(path.startswith(f"{folder}/") for path in paths):
        return shown_name(folder)
    more = _(" and %(others)s more", others=written.count(len(paths) - 1)) if paths[1:] else ""
    return shown_name(first)[: LONGEST_NAME - len(more)] + more
