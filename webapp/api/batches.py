"""Batches: recordings that are sent together."""

from collections import Counter
from http import HTTPStatus
from typing import Any

from flask import Response, abort, url_for

from webapp import batch_log, batches, job_log, jobs
from webapp.api import asked, reading, shapes
from webapp.api.faults import NotUnderstood, WrongType
from webapp.api.jobs import error_document
from webapp.api.operation import NOTHING, Answer, operation
from webapp.api.replies import HEARING, PLACE, listed, nothing, reply
from webapp.batch_log import Entry, Summary
from webapp.errors import NoFile
from webapp.paging import Mark
from webapp.submission import desk
from webapp.tables import State, in_utc


@operation(
    "GET",
    "/batches",
    query=asked.Part,
    answers={200: Answer("Some of them.", shapes.Batches)},
    problems=(NotUnderstood,),
)
def list_batches() -> Response:
    """List batches, newest first."""
    part = reading.query(asked.Part)
    found = batch_log.after(reading.mark(part), part.limit + 1)
    return listed(found, part.limit, _batch, lambda one: Mark(one.batch.created_at, one.batch.id))


@operation(
    "POST",
    "/batches",
    body={reading.FORM: asked.Recordings},
    answers={
        202: Answer(
            "A worker hears them.",
            shapes.WholeBatch,
            headers=PLACE,
            links={"get_batch": "id", "delete_batch": "id"},
        )
    },
    problems=(
        *(*HEARING, NoFile, NotUnderstood, WrongType),
        *(batches.NoFiles, batches.TooMany),
    ),
)
def create_batch() -> Response:
    """Send several recordings at once; a worker hears them one after the other.

    Those that cannot be heard say why, each by itself.
    """
    files, model = reading.form()
    made = batches.receive_all(desk(), files, model)
    where = url_for("api.get_batch", id=made.id)
    return reply(_whole(made.id), HTTPStatus.ACCEPTED, location=where)


@operation(
    "GET",
    "/batches/<id>",
    answers={200: Answer("The batch.", shapes.WholeBatch)},
    statuses=(404,),
)
def get_batch(batch_id: str) -> Response:
    """One batch with all its recordings, and what was heard in each."""
    return reply(_whole(batch_id))


@operation("DELETE", "/batches/<id>", answers={204: NOTHING}, statuses=(404,))
def delete_batch(batch_id: str) -> Response:
    """Delete a batch with all its predictions and recordings; what is left to do is called off."""
    if job_log.get_batch(batch_id) is None:
        abort(HTTPStatus.NOT_FOUND)
    jobs.delete_batch(desk(), batch_id)
    return nothing()


def _whole(batch_id: str) -> dict[str, Any]:
    """A batch as `shapes.WholeBatch`."""
    batch = job_log.get_batch(batch_id) or abort(HTTPStatus.NOT_FOUND)
    entries = batch_log.entries(batch_id)
    summary = Summary(batch, Counter(State(entry.job.state) for entry in entries))
    return {**_batch(summary), "items": [_file(entry) for entry in entries]}


def _batch(summary: Summary) -> dict[str, Any]:
    batch = summary.batch
    return {
        "id": batch.id,
        "created_at": in_utc(batch.created_at),
        "name": batch.name,
        "model": batch.model,
        "files": summary.files,
        "heard": summary.done,
        "open": summary.open,
    }


def _file(entry: Entry) -> dict[str, Any]:
    job, heard = entry
    return {
        "id": job.id,
        "file": job.file_name,
        "state": job.state,
        "emotion": heard and heard.emotion,
        "confidence": heard and heard.confidence,
        "named": heard and heard.named,
        "error": error_document(job),
        "prediction": heard and url_for("api.get_prediction", id=job.id),
    }
