"""What the upload and the record page share: a form with a voice in, a prediction or a job out.

Several voices in one form become a batch.
"""

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from webapp import batches
from webapp.errors import Failure, NoFile, answer, wants_json
from webapp.forms import VoiceForm
from webapp.request_log import stopwatch
from webapp.speech.errors import SpeechError
from webapp.submission import desk
from webapp.tables import Batch, Job, Prediction, Source


def sending_page(name: str, source: Source) -> Blueprint:
    """A page at /name with a form that sends a voice; after a failure, shown with its error."""
    blueprint = Blueprint(name, __name__)

    def page(failure: Failure | None = None) -> str:
        form = g.pop("voice_form", None) or _empty_form()
        limits = desk().settings.limits
        error = failure and failure.sentence
        return render_template(
            f"{name}.html",
            form=form,
            limits=limits,
            error=error,
            keeps=desk().settings.keep_audio,
            keep_days=desk().settings.keep_days,
            most_files=desk().settings.batch_files,
        )

    @blueprint.get(f"/{name}")
    def form() -> str:
        return page()

    @blueprint.post(f"/{name}")
    def send() -> Response:
        return answer_with(_submit(source))

    def again(error: Exception) -> Response:
        return answer(error, page)

    for kind in (SpeechError, BadRequest, RequestEntityTooLarge):
        blueprint.register_error_handler(kind, again)
    return blueprint


def _empty_form() -> VoiceForm:
    """A form that leaves the body alone: one that is too large must not be read again.

    `?model=NAME` in the address chooses a model beforehand.
    """
    asked = request.args.get("model")
    model = asked if asked in desk().recognizers else desk().settings.default_model
    return _offered(VoiceForm(formdata=None, model=model))


def _offered(form: VoiceForm) -> VoiceForm:
    form.offer(desk().recognizers.values())
    return form


def _submit(source: Source) -> Prediction | Job | Batch:
    form = _offered(VoiceForm(model=desk().settings.default_model))
    g.voice_form = form  # with its choice of model, in case it has to be shown again
    if not form.validate():
        raise NoFile(form.audio.errors[0])
    sent = [file for file in request.files.getlist("audio") if file.filename]
    if len(sent) > 1:
        return batches.receive_all(desk(), sent, form.model.data)
    audio = form.audio.data
    return desk().take_in(
        audio.stream,
        source=source,
        file_name=audio.filename,
        model=form.model.data,
        stopwatch=stopwatch(),
    )


def answer_with(made: Prediction | Job | Batch) -> Response:
    """The way to a new result, or to how far it is: a redirect for people, JSON for programs."""
    page, status = _PAGES[type(made)]
    location = url_for(page, id=made.id)
    if wants_json():
        response = make_response(jsonify(id=made.id, location=location), status)
        response.location = location
        return response
    return make_response(redirect(location, 303))


_PAGES = {
    Prediction: ("result.show", 201),
    Job: ("jobs.show", 202),
    Batch: ("batches.show", 202),
}
"""Where people go who sent something, and the status that programs get."""
