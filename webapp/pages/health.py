"""Health: whether this copy is alive, and whether it can do its work. For machines."""

import shutil
import tempfile
from collections.abc import Callable, Mapping

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp import prediction_log
from webapp.submission import desk

blueprint = Blueprint("health", __name__)

UPLOADS = 2
"""The disk has room while so many of the largest recordings fit: one as it comes and one kept."""


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """200 while this process answers at all; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 where a voice could be heard and kept now; 503 with what stands in the way.

    Whether a worker runs is told, and no condition: without one, short recordings are heard and
    long ones are kept until one runs. Turning all of them away would be worse.
    """
    causes = {name: cause for name, check in _CHECKS.items() if (cause := check()) is not None}
    if causes:
        return jsonify(status="not ready", causes=causes), 503
    return jsonify(status="ready", worker="running" if _worker() else "not running")


def _worker() -> bool:
    try:
        return desk().queue.worker_runs()
    except OSError:  # the disk is looked at by itself
        return False


def _models() -> str | None:
    able = [one for one in desk().recognizers.values() if one.missing is None]
    return None if able else "No model can hear."


def _log() -> str | None:
    try:
        prediction_log.check()
    except SQLAlchemyError:
        current_app.logger.exception("The log does not answer.")
        return "The log cannot be written."
    return None


def _disk() -> str | None:
    folder = desk().settings.instance
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free = shutil.disk_usage(folder).free
    except OSError:
        current_app.logger.exception("The instance folder cannot be written.")
        return "The instance folder cannot be written."
    wanted = UPLOADS * desk().settings.limits.bytes
    return None if free >= wanted else "The disk is nearly full."


_CHECKS: Mapping[str, Callable[[], str | None]] = {"models": _models, "log": _log, "disk": _disk}
