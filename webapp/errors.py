"""Every failure becomes a page or JSON here, once: a status, a code and a way out in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from webapp import batches
from webapp.closer import ModelGone, TooManyLooks
from webapp.decoders import NoDecoder, NotDecoded
from webapp.guard import refusals
from webapp.jobs import NoSuchJob
from webapp.recordings import DISK_FULL, READ_ONLY, NotKept, NotWritten
from webapp.speech import errors as speech
from webapp.speech.errors import SpeechError
from webapp.submission import desk, too_large

HEARD_OUT, HEARD_OUT_BYTES = 8, 2**28
"""A body that is too large is taken in, and thrown away, up to so many times the limit, and so many
bytes: who sends more sees a broken connection, and holds no thread for an hour."""


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
    batches.NoFiles: 400,
    speech.EmptyFile: 400,
    speech.UnknownModel: 400,
    refusals.WrongHost: 400,
    refusals.LoginNeeded: 401,
    refusals.WrongPassword: 403,
    refusals.Stranger: 403,
    refusals.Foreign: 403,
    NoSuchJob: 409,
    NotKept: 409,
    ModelGone: 409,
    speech.TooLarge: 413,
    speech.TooLong: 413,
    batches.TooMany: 413,
    speech.NotAudio: 415,
    speech.NoSound: 422,
    speech.TooShort: 422,
    speech.NoSpeech: 422,
    refusals.TooOften: 429,
    refusals.CountsAway: 503,
    refusals.Crowded: 503,
    TooManyLooks: 503,
    NotDecoded: 422,
    speech.MissingExtra: 503,
    NoDecoder: 503,
    NotWritten: 503,
}

_TITLES: Mapping[int, str] = {
    400: "That did not work",
    401: "Log in first",
    403: "Not for you",
    404: "Nothing here",
    405: "Not this way",
    409: "No longer here",
    413: "Too much to hear",
    415: "Not a recording",
    422: "No voice to hear",
    429: "Too much at once",
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

_DAMAGED = (
    "The file of the log is damaged, so this cannot be done. "
    "The recordings are still there: put the file back from a copy, or have it repaired."
)

_LOG_CAUSES: Mapping[str, str] = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
}
"""What SQLite calls a failure, and what to tell; any other is that the log cannot be reached."""

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
        case DatabaseError() if _log_failed(error):
            return Failure(503, "log_unavailable", _log_sentence(error))
        case HTTPException(code=int(status)):
            code = HTTPStatus(status).name.lower()
            return Failure(status, code, _SENTENCES.get(status, error.description or code))
    raise error


def _log_failed(error: Exception) -> bool:
    """Whether the log itself fails; a mistake in what it was asked is ours, and breaks."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _log_sentence(error: DatabaseError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    causes = (told for start, told in _LOG_CAUSES.items() if name.startswith(start))
    return next(causes, _SENTENCES[503])


def wants_json() -> bool:
    """Whether the client would rather have JSON than a page; a tie means a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def error_page(told: Failure) -> str:
    """A page of its own for a failure."""
    return render_template(
        "error.html", status=told.status, title=told.title, sentence=told.sentence
    )


def hear_out() -> None:
    """Take in a body that nobody wants and nobody has begun to read, within reason.

    A browser that is cut off while it sends shows a broken connection instead of the answer.
    """
    length, most = request.content_length or 0, request.max_content_length or 0
    if "Expect" in request.headers:  # is sent only on demand
        return
    stream = get_input_stream(request.environ)
    left = min(length, HEARD_OUT * most, HEARD_OUT_BYTES)
    try:
        while left > 0 and (piece := stream.read(min(left, 2**16))):
            left -= len(piece)
    except (ClientDisconnected, OSError):
        return


def _is_unread() -> bool:
    """Whether the body was so large that it was not even begun."""
    return (request.content_length or 0) > (request.max_content_length or 0)


def answer(error: Exception, page: Callable[[Failure], str] = error_page) -> Response:
    """The response to an error: JSON for programs, `page` for people."""
    told = failure(error)
    if isinstance(error, RequestEntityTooLarge) and _is_unread():
        hear_out()
    if _log_failed(error) or isinstance(error, NotWritten):
        current_app.logger.error(told.sentence, exc_info=error)
    if wants_json():
        response = jsonify(error={"code": told.code, "sentence": told.sentence})
    else:
        response = make_response(page(told))
    if isinstance(error, HTTPException):  # such as Allow; the body is ours
        kept = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
        response.headers.extend(kept)
    if isinstance(error, refusals.TooOften | refusals.Crowded):
        response.headers["Retry-After"] = str(error.seconds)
    response.status_code = told.status
    response.vary.add("Accept")
    return response


def register(app: Flask) -> None:
    """Answer every failure of the application from here."""
    for kind in (SpeechError, HTTPException, DatabaseError):
        app.register_error_handler(kind, answer)
