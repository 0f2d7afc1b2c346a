"""Health: whether this copy can do its work, for machines."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from webapp import prediction_log
from webapp.submission import desk

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show() -> ResponseReturnValue:
    """200 where the log answers and models are loaded, 503 where not."""
    models = list(desk().recognizers)
    try:
        prediction_log.check()
    except SQLAlchemyError:
        current_app.logger.exception("The log does not answer.")
        return jsonify(status="log unavailable", models=models), 503
    return jsonify(status="ok", models=models)
