"""Corrections: what people say that recordings really were, beside what was heard in them."""

from typing import Any

from flask import Response

from webapp import correction_log, sayings
from webapp.api import asked, reading, shapes
from webapp.api.faults import NotUnderstood, WrongType
from webapp.api.operation import NOTHING, Answer, operation
from webapp.api.predictions import known, prediction_document
from webapp.api.replies import listed, nothing, reply
from webapp.paging import Mark
from webapp.submission import desk
from webapp.tables import Correction, Prediction, in_utc


@operation(
    "GET",
    "/corrections",
    query=asked.Part,
    answers={200: Answer("Some of them.", shapes.Corrections)},
    problems=(NotUnderstood,),
)
def list_corrections() -> Response:
    """List corrections, newest first.

    One whose emotion is the one that was heard says that it was right.
    """
    part = reading.query(asked.Part)
    found = correction_log.after(reading.mark(part), part.limit + 1)
    return listed(
        found,
        part.limit,
        lambda one: _correction(*one),
        lambda one: Mark(one[0].created_at, one[1].id),
    )


@operation(
    "PUT",
    "/predictions/<id>/correction",
    body={reading.JSON: asked.Really},
    answers={200: Answer("The prediction, corrected.", shapes.Prediction)},
    problems=(NotUnderstood, WrongType, sayings.NoSuchPrediction),
    statuses=(404,),
)
def correct(prediction_id: str) -> Response:
    """Say what it really was; it may be what was heard, which says that it was right."""
    prediction = known(prediction_id)
    sayings.correct(prediction.id, reading.body(asked.Really).emotion, desk().now())
    return reply(prediction_document(prediction))


@operation(
    "DELETE",
    "/predictions/<id>/correction",
    answers={204: NOTHING},
    problems=(sayings.NoSuchPrediction,),
    statuses=(404,),
)
def withdraw(prediction_id: str) -> Response:
    """Take a correction back, if there is one."""
    sayings.correct(known(prediction_id).id, None, desk().now())
    return nothing()


def _correction(correction: Correction, prediction: Prediction) -> dict[str, Any]:
    """A correction as `shapes.Correction`."""
    return {
        "prediction": prediction.id,
        "emotion": correction.emotion,
        "heard": prediction.emotion,
        "model": prediction.model,
        "model_version": prediction.model_version,
        "created_at": in_utc(correction.created_at),
    }
