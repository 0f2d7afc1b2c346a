"""Recordings come in: a prediction at once, or a job."""

from http import HTTPStatus

from flask import Response, url_for

from webapp.api import asked, reading, shapes
from webapp.api.faults import NotUnderstood, WrongType
from webapp.api.jobs import job_document
from webapp.api.operation import SOUND, Answer, operation
from webapp.api.predictions import prediction_document
from webapp.api.replies import HEARING, PLACE, reply
from webapp.errors import NoFile
from webapp.request_log import stopwatch
from webapp.submission import desk
from webapp.tables import Prediction, Source

SOON = {**PLACE, "Retry-After": "In how many seconds to ask there."}


@operation(
    "POST",
    "/recognitions",
    query=asked.Hearing,
    body={reading.FORM: asked.Recording, SOUND: SOUND, reading.BYTES: SOUND},
    answers={
        201: Answer(
            "It was heard.",
            shapes.Prediction,
            headers=PLACE,
            links={
                "get_prediction": "id",
                "get_audio": "id",
                "change_prediction": "id",
                "correct": "id",
                "withdraw": "id",
                "delete_prediction": "id",
            },
        ),
        202: Answer(
            "It is longer than a minute: a job hears it.",
            shapes.Job,
            headers=SOON,
            links={"get_job": "id", "cancel_job": "id", "delete_job": "id"},
        ),
    },
    problems=(*HEARING, NoFile, NotUnderstood, WrongType),
)
def recognise() -> Response:
    """Hear a recording.

    It comes in a form as the file `audio`, or by itself as the body. A short one is heard at once.
    A longer one becomes a job: ask at its address how far it is, until it names its prediction.
    """
    sent = reading.recording()
    with sent.stream:
        made = desk().take_in(
            sent.stream,
            source=Source.UPLOAD,
            file_name=sent.name,
            model=sent.model,
            stopwatch=stopwatch(),
        )
    if isinstance(made, Prediction):
        where = url_for("api.get_prediction", id=made.id)
        return reply(prediction_document(made), HTTPStatus.CREATED, location=where)
    where = url_for("api.get_job", id=made.id)
    return reply(job_document(made), HTTPStatus.ACCEPTED, location=where, again=1)
