"""Predictions: what was heard, and what people say of it."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, abort

from webapp import prediction_log, sayings, trace_log
from webapp.api import asked, reading, shapes
from webapp.api.faults import NotUnderstood, WrongType
from webapp.api.operation import NOTHING, SOUND, Answer, operation
from webapp.api.replies import listed, nothing, reply
from webapp.documents import document
from webapp.pages.files import sound
from webapp.selection import BadFilter, Selection
from webapp.submission import desk
from webapp.tables import Prediction

PARTIAL = {"Content-Range": "Which bytes of how many."}


@operation(
    "GET",
    "/predictions",
    query=asked.Wanted,
    answers={200: Answer("Some of them.", shapes.Predictions)},
    problems=(NotUnderstood, BadFilter),
)
def list_predictions() -> Response:
    """List predictions, newest first, by what fits all that is asked for."""
    wanted = reading.query(asked.Wanted)
    cursor = None if wanted.cursor is msgspec.UNSET else int(wanted.cursor)
    found = prediction_log.after(_selection(wanted), cursor, wanted.limit + 1)
    said = sayings.said_of(one.id for one in found)
    return listed(
        found, wanted.limit, lambda one: document(one, said[one.id]), lambda one: one.place
    )


@operation(
    "GET",
    "/predictions/<id>",
    answers={200: Answer("The prediction.", shapes.Prediction)},
    statuses=(404,),
)
def get_prediction(prediction_id: str) -> Response:
    """One prediction."""
    return reply(prediction_document(known(prediction_id)))


@operation(
    "PATCH",
    "/predictions/<id>",
    body={reading.JSON: asked.Saying},
    answers={200: Answer("As it is now.", shapes.Prediction)},
    problems=(
        *(NotUnderstood, WrongType, sayings.LongNote, sayings.BadTag),
        *(sayings.ManyTags, sayings.NoSuchPrediction),
    ),
    statuses=(404,),
)
def change_prediction(prediction_id: str) -> Response:
    """Write its note and set its tags.

    An empty note is none, and the tags are all that it has from then on.
    """
    prediction = known(prediction_id)
    wanted = msgspec.structs.asdict(reading.body(asked.Saying))
    given = {name: value for name, value in wanted.items() if value is not msgspec.UNSET}
    sayings.describe(prediction.id, **given)
    return reply(prediction_document(prediction))


@operation("DELETE", "/predictions/<id>", answers={204: NOTHING}, statuses=(404,))
def delete_prediction(prediction_id: str) -> Response:
    """Delete a prediction with its recording and all that was said of it."""
    if not desk().forget(prediction_id):
        abort(HTTPStatus.NOT_FOUND)
    return nothing()


@operation(
    "GET",
    "/predictions/<id>/audio",
    answers={
        200: Answer("The recording.", kind=SOUND),
        206: Answer("The part that `Range` asked for.", kind=SOUND, headers=PARTIAL),
    },
    statuses=(404,),
)
def get_audio(prediction_id: str) -> Response:
    """Its recording: as it came where browsers play it, as WAV where they do not.

    404 where it was not kept.
    """
    return sound(known(prediction_id))


def prediction_document(prediction: Prediction) -> dict[str, Any]:
    """A prediction as `shapes.Prediction`, with what was heard over time."""
    made = document(prediction, sayings.said(prediction.id))
    segments = trace_log.segments(prediction.id)
    return made if segments is None else made | {"segments": segments}


def known(prediction_id: str) -> Prediction:
    """The prediction of that id; 404 where there is none."""
    return prediction_log.get(prediction_id) or abort(HTTPStatus.NOT_FOUND)


def _selection(wanted: asked.Wanted) -> Selection:
    given = msgspec.to_builtins(wanted)
    return Selection.read(
        {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in given.items()
            if name not in ("cursor", "limit")
        }
    )
