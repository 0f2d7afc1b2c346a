"""History: what was heard, filtered, searched and sorted; what is done with several at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from webapp import batches, exports, job_log, prediction_log, sayings, written
from webapp.days import over_days
from webapp.errors import Failure, answer, wants_json
from webapp.forms import ModelForm
from webapp.pages.files import streamed
from webapp.pages.filtering import Asked, day_words, model_title, stretch_words
from webapp.selection import Selection
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.submission import desk

blueprint = Blueprint("history", __name__, url_prefix="/history")

KINDS: Mapping[str, tuple[Callable[[Iterator[exports.Documents]], Iterator[str]], str]] = {
    "csv": (exports.as_csv, "text/csv"),
    "json": (exports.as_json, "application/json"),
    "jsonl": (exports.as_jsonl, "application/jsonl"),
}
"""What a selection can be taken away as, by the ending of the file."""


class NothingChosen(SpeechError):
    """Something was to be done with no predictions."""

    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__(N_("Tick the results first, or choose all that match."))


@blueprint.get("")
def show() -> ResponseReturnValue:
    """A page of what is asked for; what cannot be understood is said, and left out."""
    asked = _asked()
    return _page(asked), 400 if asked.problems else 200


@blueprint.get("/days")
def days() -> ResponseReturnValue:
    """How often each emotion was heard over days."""
    asked = _asked()
    found = over_days(prediction_log.days(asked.selection))
    spans = [(one, _within(asked, one.first, one.last)) for one in found.stretches]
    page = render_template(
        "days.html",
        asked=asked,
        days=found,
        spans=spans,
        stretch_words=stretch_words,
        day_words=day_words,
        total=sum(one.total for one in found.stretches),
    )
    return page, 400 if asked.problems else 200


@blueprint.get("/export.<name>")
@blueprint.post("/export.<name>")
def export(name: str) -> Response:
    """All that an address asks for, or what was ticked, as a file, newest first."""
    write, kind = KINDS.get(name) or abort(404)
    try:
        wanted = Selection.read(request.args) if request.method == "GET" else _chosen()
    except SpeechError as error:
        return answer(error, _again)
    return streamed(write(exports.documents(wanted)), kind, f"tonelog-history.{name}")


@blueprint.post("/chosen/delete")
def delete() -> ResponseReturnValue:
    """Ask, and once that is answered, delete what was chosen."""
    try:
        wanted = _chosen()
    except SpeechError as error:
        return answer(error, _again)
    number, asked = prediction_log.count(wanted), _filters()
    if "sure" not in request.form:
        return render_template("delete_chosen.html", asked=asked, chosen=wanted, number=number)
    desk().forget_selected(wanted)
    told = written.count(number)
    flash(
        ngettext(
            "%(told)s result and its recording were deleted.",
            "%(told)s results and their recordings were deleted.",
            number,
            told=told,
        )
    )
    left = {} if wanted.ids is None else asked.args
    return make_response(redirect(url_for("history.show", **left), 303))


@blueprint.post("/chosen/again")
def again() -> Response:
    """Let another model hear what was chosen, as a batch."""
    try:
        made = batches.hear_again(desk(), _chosen(), request.form.get("by-model") or None)
    except SpeechError as error:
        return answer(error, _again)
    return make_response(redirect(url_for("batches.show", id=made.id), 303))


def _asked() -> Asked:
    """What the address asks for; a program is told of the first problem at once."""
    asked = Asked.read(request.args)
    if asked.problems and wants_json():
        raise asked.problems[0]
    return asked


def _chosen() -> Selection:
    """What was ticked, or all that matches; raises `NothingChosen` and `BadFilter`."""
    wanted = Selection.read(request.form)
    if request.form.get("all"):
        return replace(wanted, ids=None)
    if wanted.ids is None:
        raise NothingChosen
    return Selection(ids=wanted.ids)


def _filters() -> Asked:
    """What was looked at when some were ticked."""
    asked = Asked.read(request.form)
    return replace(asked, selection=replace(asked.selection, ids=None))


def _within(asked: Asked, first: Any, last: Any) -> dict[str, Any]:
    """What to ask for to see those of some days."""
    wanted = asked.selection
    since = wanted.since if wanted.since and _day(wanted.since) > first else first
    until = wanted.until if wanted.until and _day(wanted.until) < last else last
    return replace(asked, selection=replace(wanted, since=since, until=until)).args


def _day(moment: Any) -> Any:
    return moment.date() if hasattr(moment, "date") else moment


def _again(failure: Failure) -> str:
    """The page from which a form came, with what went wrong."""
    return _page(_filters(), failure)


def _page(asked: Asked, failure: Failure | None = None) -> str:
    number = request.args.get("page", 1, type=int)
    size = desk().settings.page_size
    page = prediction_log.page(number, size, asked.selection, asked.order)
    form = ModelForm(formdata=None, prefix="by", model=desk().default.name)
    form.offer(desk().recognizers.values())
    return render_template(
        "history.html",
        asked=asked,
        page=page,
        everything=prediction_log.count() if asked.selection else page.total,
        said=sayings.said_of(one.id for one in page.items),
        model_title=model_title,
        form=form,
        unfinished=len(job_log.unfinished()),
        error=failure and failure.sentence,
    )
