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

from webapp import prediction_log
from webapp.forms import EmptyForm
from webapp.submission import desk

blueprint = Blueprint("history", __name__, url_prefix="/history")


@blueprint.get("")
def show() -> str:
    """A page of the log."""
    number = request.args.get("page", 1, type=int)
    page = prediction_log.page(number, desk().settings.page_size)
    titles = {name: heard.card.title for name, heard in desk().recognizers.items()}
    return render_template("history.html", page=page, titles=titles)


@blueprint.get("/delete")
def confirm() -> str:
    """Ask before everything goes."""
    return render_template("delete_all.html", total=prediction_log.count(), form=EmptyForm())


@blueprint.post("/delete")
def delete_all() -> Response:
    """Delete every prediction and its audio."""
    desk().forget_all()
    flash("Everything was deleted.")
    return make_response(redirect(url_for("history.show"), 303))
