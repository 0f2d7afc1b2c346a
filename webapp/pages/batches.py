"""Batches: recordings that were sent together, a page each, and the list of all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
from flask_babel import gettext as _

from webapp import batch_log, batches, job_log, jobs
from webapp.batch_log import Summary
from webapp.batch_table import COLUMNS, Order, Row, as_csv, as_json, distribution, row
from webapp.errors import NoFile
from webapp.forms import ModelForm
from webapp.pages.files import streamed
from webapp.speech.words import N_
from webapp.submission import desk
from webapp.tables import Batch, Job, State
from webapp.written import duration, percent

blueprint = Blueprint("batches", __name__, url_prefix="/batches")


@blueprint.get("")
def index() -> str:
    """All batches, newest first."""
    number = request.args.get("page", 1, type=int)
    page = batch_log.page(number, desk().settings.page_size)
    return render_template("batches.html", page=page)


@blueprint.post("")
def create() -> Response:
    """A batch of files that will be sent one by one: its address, and the id of each file."""
    listed = batches.read_list(request.form.get("files", ""))
    model = ModelForm().model.data or None
    batch, announced = batches.announce(desk(), listed, model)
    location = url_for("batches.show", id=batch.id)
    response = make_response(
        jsonify(id=batch.id, location=location, files=[job.id for job in announced]), 201
    )
    response.location = location
    return response


@blueprint.get("/<id>")
def show() -> str:
    """The batch: how far it is, what was heard in it, and a table of all its files."""
    rows = [row(entry) for entry in batch_log.entries(_batch().id)]
    order = Order.read(request.args.get("sort", ""))
    return render_template(
        "batch.html",
        batch=_batch(),
        rows=order.sorted(rows),
        columns=COLUMNS,
        order=order,
        bars=distribution(rows),
        summary=Summary(_batch(), Counter(State(one.state) for one in rows)),
        after=_last(rows, 0),
        worker=desk().queue.worker_runs(),
    )


@blueprint.get("/<id>/progress")
def progress() -> Response:
    """What has changed, for the page's script, which asks for it every second.

    `?after=` is what the last answer, or the page, said of how far it was.
    """
    known = batch_log.states(_batch().id)
    after = request.args.get("after", 0, type=int)
    rows = [row(entry) for entry in batch_log.lately(_batch().id, after)]
    summary = Summary(_batch(), Counter(state for state, _ in known.values()))
    return jsonify(
        states={job_id: state for job_id, (state, _) in known.items()},
        shares={job: share for job, (state, share) in known.items() if state == State.RUNNING},
        rows=[_cells(one) for one in rows],
        after=_last(rows, after),
        files=summary.files,
        open=summary.open,
        queued=summary.queued,
        again=sum(one.again for one in rows),
        told=summary.told,
        worker=desk().queue.worker_runs(),
    )


@blueprint.get("/<id>.csv")
def table() -> Response:
    """The batch as a table to take away."""
    return _download(as_csv(batch_log.pieces(_batch().id)), "text/csv", "csv")


@blueprint.get("/<id>.json")
def document() -> Response:
    """The batch for programs."""
    return _download(as_json(_batch(), batch_log.pieces(_batch().id)), "application/json", "json")


@blueprint.post("/<id>/files/<name>")
def receive() -> Response:
    """One of its files comes. What was received already may come again, and nothing happens."""
    job, sent = _job(), request.files.get("audio")
    if sent is None:
        raise NoFile(
            N_("There was no file in what was sent. Go back, reload the page and try again.")
        )
    batches.receive(desk(), job, sent)
    return jsonify(id=job.id)


@blueprint.post("/<id>/files/<name>/again")
def again() -> Response:
    """Hear one file again that was not heard."""
    batches.try_again(desk(), _job())
    return _back()


@blueprint.post("/<id>/again")
def all_again() -> Response:
    """Hear all files again that were not heard."""
    batches.try_all_again(desk(), _batch())
    return _back()


@blueprint.post("/<id>/cancel")
def cancel() -> Response:
    """Call off what is left to do."""
    jobs.cancel_batch(desk(), _batch().id)
    flash(_("What was left of this batch was cancelled."))
    return _back()


@blueprint.post("/<id>/delete")
def delete() -> Response:
    """Delete the batch with all its results and recordings."""
    jobs.delete_batch(desk(), _batch().id)
    flash(_("The batch, its results and its recordings were deleted."))
    return make_response(redirect(url_for("batches.index"), 303))


@blueprint.before_request
def find() -> None:
    """The batch and the file that an address names; 404 where there is none of that id."""
    values = request.view_args or {}
    if "id" in values:
        g.batch = job_log.get_batch(values.pop("id")) or abort(404)
    if "name" in values:
        g.job = job_log.get(values.pop("name"))
        if g.job is None or g.job.batch_id != g.batch.id:
            abort(404)


def _batch() -> Batch:
    found: Batch = g.batch
    return found


def _job() -> Job:
    found: Job = g.job
    return found


def _back() -> Response:
    return make_response(redirect(url_for("batches.show", id=_batch().id), 303))


def _last(rows: Iterable[Row], after: int) -> int:
    """How far the log was when these rows were read."""
    return max((one.prediction.place for one in rows if one.prediction is not None), default=after)


def _cells(one: Row) -> Mapping[str, Any]:
    """What the row of a file says, cell by cell, as the template writes it."""
    return {
        "id": one.job.id,
        "state": one.state,
        "tone": one.tone,
        "faces": one.faces,
        "words": one.words,
        "said": one.said,
        "again": one.again,
        "confidence": "" if one.share is None else percent(one.share),
        "length": "" if one.seconds is None else duration(one.seconds),
        "remarks": one.remarks,
    }


def _download(text: Iterator[str], kind: str, ending: str) -> Response:
    return streamed(text, kind, f"tonelog-batch-{_batch().id}.{ending}")
