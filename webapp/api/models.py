"""Models: who hears here, and how good each is."""

from flask import Response, abort

from webapp.api import shapes
from webapp.api.operation import Answer, operation
from webapp.api.replies import reply
from webapp.speech.recognizer import Recognizer
from webapp.submission import desk


@operation("GET", "/models", answers={200: Answer("All of them.", shapes.Models)})
def list_models() -> Response:
    """All models with their cards: figures, calibration, what they were trained on."""
    return reply(shapes.Models(items=[_model(one) for one in desk().recognizers.values()]))


@operation(
    "GET", "/models/<name>", answers={200: Answer("The model.", shapes.Model)}, statuses=(404,)
)
def get_model(name: str) -> Response:
    """One model with its card."""
    return reply(_model(desk().recognizers.get(name) or abort(404)))


def _model(recognizer: Recognizer) -> shapes.Model:
    return shapes.Model(
        name=recognizer.name,
        default=recognizer.name == desk().settings.default_model,
        missing=recognizer.missing,
        card=recognizer.card,
    )
