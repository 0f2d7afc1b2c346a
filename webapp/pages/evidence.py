"""Closer: what a model heard in a recording, and what every other model hears in it."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    request,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from webapp import prediction_log
from webapp.closer import Closer, Look
from webapp.errors import wants_json
from webapp.opinions import Opinion
from webapp.pages.files import picture
from webapp.pages.overlay import Overlay
from webapp.speech.evidence import METHOD, Finding
from webapp.stretch import Stretch, Stretches, stretches
from webapp.submission import desk
from webapp.tables import Prediction

blueprint = Blueprint("closer", __name__, url_prefix="/predictions")


@blueprint.record_once
def _furnish(state: BlueprintSetupState) -> None:
    state.app.extensions["tonelog_closer"] = Closer()


@blueprint.before_request
def find() -> None:
    """Every address here names a prediction; 404 where there is none of that id."""
    values = request.view_args or {}
    g.prediction = prediction_log.get(values.pop("id")) or abort(404)


@blueprint.get("/<id>/closer")
def show() -> ResponseReturnValue:
    """What moved the answer, for one emotion at a time; of all of them for programs."""
    parts = stretches(_prediction())
    stretch = _stretch(parts)
    look = _look(stretch)
    return _document(look, stretch) if wants_json() else _page(parts, stretch, look)


@blueprint.get("/<id>/closer.png")
def spectrogram() -> Response:
    """The spectrogram of the stretch that is looked at."""
    return picture(_look(_stretch(stretches(_prediction()))).spectrogram, "image/png")


@blueprint.get("/<id>/models")
def models() -> ResponseReturnValue:
    """What every model hears in a short recording, side by side. Nothing of it is logged."""
    prediction = _prediction()
    short = prediction.seconds <= desk().settings.instant_seconds
    found = _closer().ask_everybody(desk(), prediction) if short else None
    if wants_json():
        return jsonify(models=[_opinion(one) for one in found.each] if found else None)
    return render_template("opinions.html", prediction=prediction, opinions=found)


def _page(parts: Stretches, stretch: Stretch, look: Look) -> str:
    heard = sorted(look.evidence.heard, key=lambda one: -one.share)
    wanted = request.args.get("emotion", heard[0].emotion)
    chosen = next((one for one in heard if one.emotion == wanted), None) or abort(404)
    return render_template(
        "closer.html",
        prediction=_prediction(),
        card=look.card,
        parts=parts,
        stretch=stretch,
        whole=stretch == parts.whole,
        heard=heard,
        overlay=Overlay(chosen, look.evidence, stretch),
        method=METHOD,
    )


def _document(look: Look, stretch: Stretch) -> Response:
    """All of it; moments count from the start of the recording, as everywhere."""
    evidence = look.evidence
    found = {
        one.emotion: {
            "probability": one.share,
            "most_for": _finding(one.most_for, stretch),
            "most_against": _finding(one.most_against, stretch),
            "moments": one.moments.tolist(),
            "map": one.weights.tolist(),
        }
        for one in evidence.heard
    }
    return jsonify(
        {
            "method": METHOD,
            "model": _prediction().model,
            "model_version": _prediction().model_version,
            "from": stretch.start,
            "to": stretch.end,
            "edges_seconds": (evidence.times + stretch.start).tolist(),
            "edges_hz": evidence.pitches.tolist(),
            "emotions": found,
        }
    )


def _finding(finding: Finding | None, stretch: Stretch) -> dict[str, float] | None:
    if finding is None:
        return None
    patch = finding.patch
    return {
        "from": stretch.start + patch.start,
        "to": stretch.start + patch.end,
        "low_hz": patch.low,
        "high_hz": patch.high,
        "probability_without": finding.share,
    }


def _opinion(opinion: Opinion) -> dict[str, object]:
    heard, card = opinion.heard, opinion.card
    return {
        "model": card.name,
        "model_version": card.version,
        "missing": opinion.missing,
        "emotion": heard and heard.emotion,
        "confidence": heard and heard.confidence,
        "named": heard and heard.named,
        "probabilities": heard and heard.probabilities,
        "accuracy": card.figures.accuracy,
    }


def _prediction() -> Prediction:
    found: Prediction = g.prediction
    return found


def _closer() -> Closer:
    found: Closer = current_app.extensions["tonelog_closer"]
    return found


def _stretch(parts: Stretches) -> Stretch:
    """The one asked for: `?from=&to=` in seconds, or `?at=` a moment in it."""
    start, end, at = (request.args.get(name, type=float) for name in ("from", "to", "at"))
    return parts.asked_for(start, end, at)


def _look(stretch: Stretch) -> Look:
    return _closer().look(desk(), _prediction(), stretch)
