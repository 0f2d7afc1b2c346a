"""Home: what this is."""

from flask import Blueprint, render_template

from webapp.submission import desk

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> str:
    """The first page."""
    return render_template("home.html", default=desk().default.card)
