"""Where the operations of the API are, and their description."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from webapp.api import batches, corrections, jobs, models, predictions, recognitions
from webapp.api.operation import Operation, View
from webapp.api.replies import reply
from webapp.api.specification import specification
from webapp.submission import desk

OPERATIONS: Sequence[Operation] = (
    recognitions.recognise,
    *(predictions.list_predictions, predictions.get_prediction, predictions.change_prediction),
    *(predictions.delete_prediction, predictions.get_audio),
    *(corrections.correct, corrections.withdraw, corrections.list_corrections),
    *(jobs.get_job, jobs.cancel_job, jobs.delete_job),
    *(batches.list_batches, batches.create_batch, batches.get_batch, batches.delete_batch),
    *(models.list_models, models.get_model),
)


def openapi() -> Response:
    """What programs can do here, as OpenAPI 3.1."""
    return reply(described())


def described() -> Any:
    """The same as data."""
    able = [one.name for one in desk().recognizers.values() if one.missing is None]
    return specification(OPERATIONS, able, g.get("guarded", False))


def _blueprint() -> Blueprint:
    made = Blueprint("api", __name__, url_prefix="/api/v1")
    made.add_url_rule("/openapi.json", view_func=openapi)
    for one in OPERATIONS:
        made.add_url_rule(one.path, methods=[one.method], view_func=_view(one.view))
    return made


def _view(act: View) -> View:
    """A view that takes what stands in its address by place."""

    @wraps(act)
    def view(**named: str) -> ResponseReturnValue:
        return act(*named.values())

    return view


blueprint = _blueprint()
