"""History: what was heard, newest first."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from webapp import job_log, prediction_log
from webapp.forms import EmptyForm
from webapp.submission import desk

blueprint = Blueprint("history", __name__, url_prefix="/history")


@blueprint.get("")
def show() -> str:
    """A page of the log."""
    number = request.args.get("page", 1, type=int)
    page = prediction_log.page(number, desk().settings.page_size)
    titles = {name: heard.card.title for name, heard in desk().recognizers.items()}
    unfinished = len(job_log.unfinished())
    return render_template("history.html", page=page, titles=titles, unfinished=unfinished)


@blueprint.get("/delete")
def confirm() -> str:
    """Ask before everything goes."""
    total, unfinished = prediction_log.count(), len(job_log.unfinished())
    form = EmptyForm()
    return render_template("delete_all.html", total=total, unfinished=unfinished, form=form)


@blueprint.post("/delete")
def delete_all() -> Response:
    """Delete every prediction and its audio."""
    desk().forget_all()
    flash("Everything was deleted.")
    return make_response(redirect(url_for("history.show"), 303))
