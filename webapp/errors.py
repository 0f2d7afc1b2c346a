"""Every failure becomes a page or JSON here, once: a status, a code and a way out in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from webapp.speech import errors as speech
from webapp.speech.errors import SpeechError
from webapp.submission import NotKept, desk, too_large

HEARD_OUT = 8
"""A body that is too large is taken in, and thrown away, up to so many times the limit."""


class NoFile(SpeechError):
    """A form was sent without a file."""

    code = "no_file"


@dataclass(frozen=True)
class Failure:
    """What the user gets to know."""

    status: int
    code: str
    sentence: str

    @property
    def title(self) -> str:
        """A few words to head a page with."""
        return _TITLES.get(self.status, HTTPStatus(self.status).phrase)


_STATUSES: Mapping[type[SpeechError], int] = {
    NoFile: 400,
    speech.EmptyFile: 400,
    speech.UnknownModel: 400,
    NotKept: 409,
    speech.TooLarge: 413,
    speech.TooLong: 413,
    speech.NotAudio: 415,
    speech.NoSound: 422,
    speech.TooShort: 422,
    speech.NoSpeech: 422,
    speech.MissingExtra: 503,
}

_TITLES: Mapping[int, str] = {
    400: "That did not work",
    404: "Nothing here",
    405: "Not this way",
    409: "No longer here",
    413: "Too much to hear",
    415: "Not a recording",
    422: "No voice to hear",
    500: "Something broke",
    503: "Not just now",
}

_SENTENCES: Mapping[int, str] = {
    400: "The request could not be understood. Go back, reload the page and try again.",
    404: "There is nothing at this address. It may have been deleted, or the link may be wrong.",
    405: "This address does not answer that kind of request. Start again from the home page.",
    500: "Something broke on our side and was noted down. Try again in a moment.",
    503: "The log cannot be reached just now, so nothing was saved. Try again in a moment.",
}

_CSRF = (
    "This form had expired, or it did not come from a page of Tonelog. "
    "Send it again from a fresh page; your browser must accept cookies."
)


def failure(error: Exception) -> Failure:
    """What to tell the user of an error."""
    match error:
        case SpeechError():
            return Failure(_STATUSES.get(type(error), 400), error.code, error.sentence)
        case RequestEntityTooLarge():
            return failure(too_large(desk().settings.limits))
        case CSRFError():
            return Failure(400, "csrf", _CSRF)
        case OperationalError():
            return Failure(503, "log_unavailable", _SENTENCES[503])
        case HTTPException(code=int(status)):
            code = HTTPStatus(status).name.lower()
            return Failure(status, code, _SENTENCES.get(status, error.description or code))
    raise error


def wants_json() -> bool:
    """Whether the client would rather have JSON than a page; a tie means a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def error_page(told: Failure) -> str:
    """A page of its own for a failure."""
    return render_template(
        "error.html", status=told.status, title=told.title, sentence=told.sentence
    )


def _hear_out() -> None:
    """Take in what is still coming of a body that is too large, within reason.

    A browser that is cut off while it sends shows a broken connection instead of the answer.
    """
    length, most = request.content_length or 0, request.max_content_length or 0
    if length <= most or "Expect" in request.headers:  # was read, or is sent only on demand
        return
    stream, left = get_input_stream(request.environ), min(length, HEARD_OUT * most)
    try:
        while left > 0 and (piece := stream.read(min(left, 2**16))):
            left -= len(piece)
    except (ClientDisconnected, OSError):
        return


def answer(error: Exception, page: Callable[[Failure], str] = error_page) -> Response:
    """The response to an error: JSON for programs, `page` for people."""
    told = failure(error)
    if isinstance(error, RequestEntityTooLarge):
        _hear_out()
    if isinstance(error, OperationalError):
        current_app.logger.error("The log cannot be reached.", exc_info=error)
    if wants_json():
        response = jsonify(error={"code": told.code, "sentence": told.sentence})
    else:
        response = make_response(page(told))
    if isinstance(error, HTTPException):  # such as Allow; the body is ours
        kept = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
        response.headers.extend(kept)
    response.status_code = told.status
    response.vary.add("Accept")
    return response


def register(app: Flask) -> None:
    """Answer every failure of the application from here."""
    for kind in (SpeechError, HTTPException, OperationalError):
        app.register_error_handler(kind, answer)
