"""Jobs: how far the hearing of a long recording is."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, url_for

from webapp import job_log, jobs
from webapp.api import shapes
from webapp.api.faults import Heard
from webapp.api.operation import NOTHING, Answer, operation
from webapp.api.replies import nothing, reply
from webapp.submission import desk
from webapp.tables import OPEN, Job, State, in_utc


@operation(
    "GET",
    "/jobs/<id>",
    answers={200: Answer("So far it is.", shapes.Job, links={"get_prediction": "id"})},
    statuses=(404,),
)
def get_job(job_id: str) -> Response:
    """How far a job is.

    As long as it is to be waited for, `Retry-After` says in how many seconds to ask again.
    """
    job = _job(job_id)
    return reply(job_document(job), again=1 if job.state in OPEN else None)


@operation(
    "POST",
    "/jobs/<id>/cancel",
    answers={200: Answer("It is called off, unless it was at its end.", shapes.Job)},
    statuses=(404,),
)
def cancel_job(job_id: str) -> Response:
    """Call a job off; its recording goes."""
    jobs.cancel(desk(), _job(job_id).id)
    return reply(job_document(_job(job_id)))


@operation("DELETE", "/jobs/<id>", answers={204: NOTHING}, statuses=(404,), problems=(Heard,))
def delete_job(job_id: str) -> Response:
    """Delete a job and its recording, heard or not; what was heard is a prediction by then."""
    if _job(job_id).state == State.DONE:
        raise Heard
    jobs.delete(desk(), job_id)
    return nothing()


def job_document(job: Job) -> dict[str, Any]:
    """A job as `shapes.Job`."""
    done = job.state == State.DONE
    return {
        "id": job.id,
        "state": job.state,
        "created_at": in_utc(job.created_at),
        "file": job.file_name,
        "size": job.size,
        "model": job.model,
        "share": job.share,
        "worker": desk().queue.worker_runs(),
        "error": error_document(job),
        "status": url_for("api.get_job", id=job.id),
        "prediction": url_for("api.get_prediction", id=job.id) if done else None,
    }


def error_document(job: Job) -> dict[str, Any] | None:
    """Why a job came to nothing, as `shapes.Error`; None unless it did."""
    if job.error_code is None:
        return None
    return {"code": job.error_code, "sentence": job.error_sentence or ""}


def _job(job_id: str) -> Job:
    return job_log.get(job_id) or abort(HTTPStatus.NOT_FOUND)
