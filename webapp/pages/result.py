"""Result: what was heard in one clip, at an address of its own."""

import io
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from webapp import pictures, prediction_log
from webapp.errors import wants_json
from webapp.prediction_log import Prediction
from webapp.speech.bundle import Card
from webapp.speech.decode import decode, playable_type, to_wav
from webapp.speech.quality import Remark
from webapp.speech.waveform import Waveform
from webapp.submission import desk

blueprint = Blueprint("result", __name__, url_prefix="/predictions")

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The picture brings its own colours, for light and for dark."""


@blueprint.get("/<id>")
def show() -> ResponseReturnValue:
    """The result, for people; the same as JSON for programs."""
    prediction = _prediction()
    if wants_json():
        return _document(prediction)
    return render_template(
        "result.html",
        prediction=prediction,
        card=_card(prediction),
        bars=prediction.ranking,
        remarks=[Remark(code) for code in prediction.remarks],
        has_audio=desk().has_audio(prediction),
    )


@blueprint.get("/<id>.json")
def download() -> Response:
    """The result as a file."""
    prediction = _prediction()
    response = _document(prediction)
    name = f"tonelog-{prediction.id}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/<id>/audio")
def audio() -> Response:
    """The audio as it came where browsers play it, as WAV where they do not."""
    prediction = _prediction()
    data = _audio(prediction)
    kind = playable_type(data)
    if kind is None:
        data, kind = to_wav(_waveform(prediction)), "audio/wav"
    return send_file(io.BytesIO(data), mimetype=kind, conditional=True)


@blueprint.get("/<id>/waveform.svg")
def waveform() -> Response:
    """How loud the clip is over time."""
    response = make_response(pictures.waveform_svg(_waveform(_prediction())))
    response.content_type = "image/svg+xml"
    response.headers["Content-Security-Policy"] = SVG_POLICY
    return response


@blueprint.get("/<id>/spectrogram.png")
def spectrogram() -> Response:
    """How strong each pitch is over time."""
    response = make_response(pictures.spectrogram_png(_waveform(_prediction())))
    response.content_type = "image/png"
    return response


@blueprint.post("/<id>/delete")
def delete() -> Response:
    """Delete the prediction and its audio."""
    desk().forget(_prediction().id)
    flash("The result and its recording were deleted.")
    return make_response(redirect(url_for("history.show"), 303))


@blueprint.url_value_preprocessor
def find(_: str | None, values: dict[str, Any] | None) -> None:
    """Every address here names a prediction; 404 where there is none of that id."""
    g.prediction = prediction_log.get((values or {}).pop("id")) or abort(404)


def _prediction() -> Prediction:
    found: Prediction = g.prediction
    return found


def _card(prediction: Prediction) -> Card | None:
    """The card of the model that spoke; None if that version is no longer here."""
    recognizer = desk().recognizers.get(prediction.model)
    same = recognizer is not None and recognizer.card.version == prediction.model_version
    return recognizer.card if recognizer is not None and same else None


def _audio(prediction: Prediction) -> bytes:
    return desk().audio(prediction) or abort(404)


def _waveform(prediction: Prediction) -> Waveform:
    return decode(_audio(prediction), prediction.seconds + 1)


def _document(prediction: Prediction) -> Response:
    document = {
        "id": prediction.id,
        "created_at": prediction.created_at.isoformat().replace("+00:00", "Z"),
        "source": prediction.source,
        "file": prediction.file_name,
        "seconds": prediction.seconds,
        "sha256": prediction.content_hash,
        "model": prediction.model,
        "model_version": prediction.model_version,
        "emotion": prediction.emotion,
        "confidence": prediction.confidence,
        "probabilities": prediction.probabilities,
        "remarks": prediction.remarks,
        "milliseconds": prediction.milliseconds,
    }
    text = current_app.json.dumps(document, indent=2, sort_keys=False)
    return Response(text + "\n", mimetype="application/json")
