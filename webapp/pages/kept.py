"""What is kept: an account of it, and the way to delete all of it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from webapp import keeping
from webapp.forms import EmptyForm
from webapp.inventory import inventory
from webapp.submission import desk

blueprint = Blueprint("kept", __name__)


@blueprint.get("/kept")
def show() -> str:
    """What is kept, where, how much room it takes and how long it stays."""
    return render_template("kept.html", kept=inventory(desk()), settings=desk().settings)


@blueprint.get("/history/delete")
def confirm() -> str:
    """Say what will go, before everything goes."""
    return render_template("delete_all.html", kept=inventory(desk()), form=EmptyForm())


@blueprint.post("/history/delete")
def delete_all() -> Response:
    """Delete every voice, and all that was heard and said of it."""
    if keeping.forget_all(desk()):
        flash(_("Everything was deleted."))
    else:
        flash(
            _(
                "Everything was deleted. Traces may be left in files that others were just using; "
                "delete everything once more, or run “flask purge”, to have them written anew."
            )
        )
    return make_response(redirect(url_for("history.show"), 303))
