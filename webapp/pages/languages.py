"""Language: what a person chose at the foot of a page, kept in the session."""

from flask import Blueprint, Response, abort, make_response, redirect, request, session, url_for

from webapp.language import CHOSEN, LANGUAGES

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
def choose() -> Response:
    """Speak that language from now on, and go back to where it was asked for."""
    wanted = request.form.get("language")
    if wanted not in LANGUAGES:
        abort(400)
    session[CHOSEN] = wanted
    return make_response(redirect(_way_back(request.form.get("back", "")), 303))


def _way_back(asked: str) -> str:
    """A path on this site, never a host, however it is spelt."""
    odd = any(not letter.isprintable() or letter.isspace() for letter in asked)
    return url_for("home.show") if odd else "/" + asked.lstrip("/\\")
