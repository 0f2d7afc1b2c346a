"""Result: what was heard in one clip, at an address of its own."""

from collections.abc import Callable, Sequence

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import job_log, jobs, pictures, prediction_log, sayings, trace_log
from webapp.documents import document
from webapp.errors import Failure, answer, wants_json
from webapp.forms import ModelForm
from webapp.guard.headers import style_nonce
from webapp.pages import sounds
from webapp.pages.files import SVG, attached, picture, sound
from webapp.pages.sending import answer_with
from webapp.pages.timeline import Timeline, timeline
from webapp.request_log import stopwatch
from webapp.speech.bundle import Card
from webapp.speech.emotions import Emotion
from webapp.speech.envelope import FULL
from webapp.speech.errors import SpeechError
from webapp.speech.quality import Remark
from webapp.submission import desk
from webapp.tables import Prediction
from webapp.verdict import twins, verdict

blueprint = Blueprint("result", __name__, url_prefix="/predictions")

FIRST = (Remark.UNLIKE_TRAINING, Remark.NEUTRAL_OR_CALM)
"""Remarks about the answer, which stand before those about the sound."""


@blueprint.get("/<id>")
def show() -> ResponseReturnValue:
    """The result, for people; the same as JSON for programs."""
    return _document(_prediction()) if wants_json() else _page()


@blueprint.get("/<id>.json")
def download() -> Response:
    """The result as a file."""
    prediction = _prediction()
    return attached(_document(prediction), f"tonelog-{prediction.id}.json")


@blueprint.get("/<id>/audio")
def audio() -> Response:
    """The audio as it came where browsers play it, as WAV where they do not."""
    return sound(_prediction())


@blueprint.get("/<id>/waveform.svg")
def waveform() -> Response:
    """How loud the clip is over time."""
    prediction = _prediction()
    drawn = pictures.outline_svg(sounds.outline(prediction), prediction.seconds)
    return picture(drawn, SVG, styles=pictures.waveform_style())


@blueprint.get("/<id>/spectrogram.png")
def spectrogram() -> Response:
    """How strong each pitch is over time."""
    return picture(sounds.spectrogram(_prediction()), "image/png")


@blueprint.get("/<id>/peaks.json")
def peaks() -> Response:
    """How loud it is over time, as numbers: what the player draws, at whatever size."""
    lows, highs = sounds.levels(_prediction())
    return jsonify(seconds=_prediction().seconds, full=FULL, lows=lows, highs=highs)


@blueprint.post("/<id>/again")
def again() -> Response:
    """Let another model hear the kept audio, and go to what it heard."""
    try:
        heard = jobs.hear_again(desk(), _prediction(), ModelForm().model.data or "", stopwatch())
    except SpeechError as error:
        return answer(error, _page)
    return answer_with(heard)


@blueprint.post("/<id>/delete")
def delete() -> Response:
    """Delete the prediction and its audio."""
    desk().forget(_prediction().id)
    flash(_("The result and its recording were deleted."))
    return make_response(redirect(url_for("history.show"), 303))


@blueprint.post("/<id>/notes")
def describe() -> Response:
    """Write the note of the prediction and set its tags; what the form leaves out stays."""
    return _say(_describe, _("Your notes were saved."))


@blueprint.post("/<id>/correction")
def correct() -> Response:
    """Say what it really was, beside what was heard, and save what was written with it.

    No emotion takes back what was said.
    """
    really = request.form["emotion"] or None
    taken_back = _("What you said was taken back.")
    saved = _("What you said was saved beside what Tonelog heard.")

    def say(about: str) -> None:
        _describe(about)
        sayings.correct(about, really, desk().now())

    return _say(say, taken_back if really is None else saved)


@blueprint.before_request
def find() -> Response | None:
    """Every address here names a prediction; 404 where there is none of that id.

    One that is still to come is told of by its job. Looked for only after whoever asks was let in:
    what is there is nobody else's business.
    """
    wanted = (request.view_args or {}).pop("id")
    g.prediction = prediction_log.get(wanted)
    if g.prediction is not None:
        return None
    if request.endpoint != "result.show" or job_log.get(wanted) is None:
        abort(404)
    return make_response(redirect(url_for("jobs.show", id=wanted), 303))


def _prediction() -> Prediction:
    found: Prediction = g.prediction
    return found


def _describe(about: str) -> None:
    tags = request.form.get("tags")
    names = None if tags is None else tags.split(",")
    sayings.describe(about, note=request.form.get("note"), tags=names)


def _say(say: Callable[[str], None], done: str) -> Response:
    """Say something of the prediction and go back to its page, or show there what was wrong."""
    try:
        say(_prediction().id)
    except SpeechError as error:
        return answer(error, _page)
    flash(done)
    return make_response(redirect(url_for("result.show", id=_prediction().id), 303))


def _page(failure: Failure | None = None) -> str:
    """The page of the prediction, with what went wrong on it, if something did."""
    prediction = _prediction()
    spoke, namesake = desk().speaker(prediction), desk().recognizers.get(prediction.model)
    card = None if spoke is None else spoke.card
    heard, unlike = verdict(prediction), Remark.UNLIKE_TRAINING in prediction.remarks
    over_time = _timeline(prediction, card)
    mean = over_time is not None and over_time.is_mean(prediction.probabilities)
    # Those of single clips, and of actors: of a model that was fine-tuned, nothing is said.
    figures = None if card is None or card.before or mean else card.figures
    return render_template(
        "result.html",
        prediction=prediction,
        heard=heard,
        installed=namesake and namesake.card,
        card=card,
        right=None if unlike or figures is None else figures.right_at(prediction.confidence),
        precision=None if card is None or mean else _precision(card, heard.emotions),
        bars=prediction.ranking,
        unlike=unlike,
        remarks=_remarks(prediction),
        timeline=over_time,
        mean=mean,
        start=request.args.get("t", type=float),
        nonce=style_nonce(),
        has_audio=desk().has_audio(prediction),
        form=_others(prediction),
        said=sayings.said(prediction.id),
        known_tags=sayings.known_tags(),
        emotions=tuple(Emotion),
        error=failure and failure.sentence,
    )


def _timeline(prediction: Prediction, card: Card | None) -> Timeline | None:
    """What was heard from segment to segment; None for a clip of a few seconds."""
    segments = trace_log.segments(prediction.id)
    threshold = None if card is None else card.calibration.threshold
    return timeline(segments, prediction.seconds, threshold) if segments else None


def _remarks(prediction: Prediction) -> list[Remark]:
    """What matters most first; that of neutral and calm wherever they split the answer."""
    found = {Remark(code) for code in prediction.remarks}
    if twins(prediction) is not None:
        found.add(Remark.NEUTRAL_OR_CALM)
    return [remark for remark in dict.fromkeys((*FIRST, *Remark)) if remark in found]


def _precision(card: Card, emotions: Sequence[Emotion]) -> float | None:
    """Share of the clips heard as one of some emotions that are one of them; None without any."""
    places = [card.labels.index(emotion) for emotion in emotions]
    heard = [[row[place] for place in places] for row in card.figures.confusion]
    clips = sum(map(sum, heard))
    return sum(sum(heard[place]) for place in places) / clips if clips else None


def _others(prediction: Prediction) -> ModelForm:
    """A form that offers the models that did not speak."""
    form, spoke = ModelForm(formdata=None), desk().speaker(prediction)
    form.offer(one for one in desk().recognizers.values() if one is not spoke)
    return form


def _document(prediction: Prediction) -> Response:
    told = document(prediction, sayings.said(prediction.id))
    segments = trace_log.segments(prediction.id)
    if segments is not None:
        told["segments"] = segments
    text = current_app.json.dumps(told, indent=2, sort_keys=False)
    return Response(text + "\n", mimetype="application/json")
