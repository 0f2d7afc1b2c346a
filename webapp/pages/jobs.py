"""Jobs: how far the hearing of a long recording is, and what can be done about it."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp import job_log, jobs
from webapp.errors import Failure, answer, wants_json
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.submission import desk
from webapp.tables import Job, State
from webapp.told import told
from webapp.written import duration, percent

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

NO_WORKER = N_(
    "No worker is running on the server, so nothing is heard just now. "
    "It begins as soon as one runs."
)


@blueprint.get("")
def overview() -> str:
    """Recordings that are not heard yet, or could not be."""
    return render_template("jobs.html", jobs=job_log.unfinished(), words=words)


@blueprint.get("/<id>")
def show() -> ResponseReturnValue:
    """How far it is; for people, the way to the result once it is there."""
    job = _job()
    if wants_json():
        return jsonify(document(job))
    if job.state == State.DONE:
        return redirect(url_for("result.show", id=job.id), 303)
    return _page()


@blueprint.post("/<id>/cancel")
def cancel() -> Response:
    """Call it off."""
    jobs.cancel(desk(), _job().id)
    return _back()


@blueprint.post("/<id>/again")
def again() -> Response:
    """Begin once more what failed or was interrupted."""
    try:
        jobs.again(desk(), _job().id)
    except SpeechError as error:
        return answer(error, _page)
    return _back()


@blueprint.post("/<id>/delete")
def delete() -> Response:
    """Delete it and its recording."""
    jobs.delete(desk(), _job().id)
    flash(_("The recording was deleted."))
    return make_response(redirect(url_for("history.show"), 303))


@blueprint.before_request
def find() -> None:
    """Addresses that name a job; 404 where there is none of that id."""
    values = request.view_args or {}
    if "id" in values:
        g.job = job_log.get(values.pop("id")) or abort(404)


def document(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    failed = job.error_code is not None
    told = {"code": job.error_code, "sentence": job.error_sentence} if failed else None
    where = "result.show" if job.state == State.DONE else "jobs.show"
    return {
        "id": job.id,
        "state": job.state,
        "file": job.file_name,
        "size": job.size,
        "model": job.model,
        "share": job.share,
        "attempts": job.attempts,
        "worker": desk().queue.worker_runs(),
        "words": words(job),
        "error": told,
        "location": url_for(where, id=job.id),
    }


def words(job: Job) -> str:
    """How far a job is, for people."""
    match State(job.state):
        case State.AWAITED:
            return _("Its file has not come yet.")
        case State.WAITING:
            return _waiting(job)
        case State.RUNNING:
            return _running(job)
        case State.DONE:
            return _("It is heard.")
        case State.FAILED:
            return told(job.error_sentence or N_("It could not be heard."))
        case State.CANCELLED:
            return _("It was cancelled, and its recording was removed.")
        case State.INTERRUPTED:
            return _(
                "It was interrupted: twice the server ended while it was heard. "
                "Nothing of what was heard until then is kept."
            )


def _waiting(job: Job) -> str:
    if not desk().queue.worker_runs():
        return told(NO_WORKER)
    before = job_log.before(job)
    if not before:
        return _("It is next.")
    return ngettext(
        "Waiting. %(num)s recording comes first.",
        "Waiting. %(num)s recordings come first.",
        before,
    )


def _running(job: Job) -> str:
    if not desk().queue.worker_runs():
        begun = _("It was interrupted at %(share)s and begins anew.", share=percent(job.share))
        return f"{begun} {told(NO_WORKER)}"
    if jobs.hangs(desk(), job):
        return _(
            "%(share)s heard, but nothing more for a while. The server may be busy.",
            share=percent(job.share),
        )
    return _(
        "%(share)s heard, %(time)s after it was sent.", share=percent(job.share), time=_since(job)
    )


def _since(job: Job) -> str:
    """Time since it was sent, in whole seconds."""
    seconds = max(0, round((desk().now() - job.created_at).total_seconds()))
    return f"{seconds} s" if seconds < 60 else duration(seconds)


def _job() -> Job:
    found: Job = g.job
    return found


def _page(failure: Failure | None = None) -> str:
    job, error = _job(), failure and failure.sentence
    title = desk().recognizers[job.model].card.title if job.model in desk().recognizers else None
    return render_template(
        "job.html", job=job, words=words(job), error=error, title=title or job.model
    )


def _back() -> Response:
    """To where the job is told of."""
    job = job_log.get(_job().id) or abort(404)
    if wants_json():
        return jsonify(document(job))
    return make_response(redirect(url_for("jobs.show", id=job.id), 303))
