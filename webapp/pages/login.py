"""Login: the page before all others where a password is set, and the way out."""

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from webapp.errors import Failure, answer
from webapp.guard.door import door
from webapp.speech.errors import SpeechError

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
def form() -> str | Response:
    """Ask for the password; who needs none goes on."""
    if g.inside or not g.guarded:
        return make_response(redirect(url_for("home.show"), 303))
    return page()


@blueprint.post("/login")
def enter() -> Response:
    """Let in who knows the password."""
    guess = request.form.get("password", "")
    return make_response(redirect(door().let_in(guess, request.remote_addr or ""), 303))


@blueprint.post("/logout")
def leave() -> Response:
    """End the session."""
    door().see_out()
    flash(_("You are logged out."))
    return make_response(redirect(url_for("login.form"), 303))


def page(failure: Failure | None = None) -> str:
    """The form, with what went wrong, if something did."""
    return render_template("login.html", error=failure and failure.sentence)


@blueprint.errorhandler(SpeechError)
@blueprint.errorhandler(BadRequest)
def again(error: Exception) -> Response:
    """Show the form once more."""
    return answer(error, page)
