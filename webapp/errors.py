"""Every failure becomes a page or JSON here, once: a status, a code and a way out in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from webapp import batches, sayings
from webapp.api import faults
from webapp.closer import ModelGone, TooManyLooks
from webapp.decoders import NoDecoder, NotDecoded
from webapp.guard import refusals
from webapp.incoming import hear_out, is_unread
from webapp.jobs import NoSuchJob
from webapp.language import PROGRAMS
from webapp.speech import errors as speech
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.submission import desk, too_large
from webapp.told import told as translated
from webapp.unkept import DISK_FULL, READ_ONLY, NotKept, NotWritten

PROBLEM = "application/problem+json"


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
        return translated(_TITLES.get(self.status, HTTPStatus(self.status).phrase))


_STATUSES: Mapping[type[SpeechError], int] = {
    NoFile: 400,
    batches.NoFiles: 400,
    speech.EmptyFile: 400,
    speech.UnknownModel: 400,
    refusals.WrongHost: 400,
    refusals.LoginNeeded: 401,
    refusals.TokenNeeded: 401,
    refusals.WrongToken: 401,
    refusals.WrongPassword: 403,
    refusals.Stranger: 403,
    refusals.Foreign: 403,
    sayings.LongNote: 400,
    sayings.BadTag: 400,
    sayings.ManyTags: 400,
    sayings.UnknownEmotion: 400,
    sayings.NoSuchPrediction: 404,
    NoSuchJob: 409,
    faults.Heard: 409,
    NotKept: 409,
    ModelGone: 409,
    speech.TooLarge: 413,
    speech.TooLong: 413,
    batches.TooMany: 413,
    speech.NotAudio: 415,
    faults.WrongType: 415,
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
    400: N_("That did not work"),
    401: N_("Log in first"),
    403: N_("Not for you"),
    404: N_("Nothing here"),
    405: N_("Not this way"),
    409: N_("No longer here"),
    413: N_("Too much to hear"),
    415: N_("Not a recording"),
    422: N_("No voice to hear"),
    429: N_("Too much at once"),
    500: N_("Something broke"),
    503: N_("Not just now"),
}

_SENTENCES: Mapping[int, str] = {
    400: N_("The request could not be understood. Go back, reload the page and try again."),
    404: N_(
        "There is nothing at this address. It may have been deleted, or the link may be wrong."
    ),
    405: N_("This address does not answer that kind of request. Start again from the home page."),
    500: N_("Something broke on our side and was noted down. Try again in a moment."),
    503: N_("The log cannot be reached just now, so nothing was saved. Try again in a moment."),
}

_DAMAGED = N_(
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

_CSRF = N_(
    "This form had expired, or it did not come from a page of Tonelog. "
    "Send it again from a fresh page; your browser must accept cookies."
)


def status(kind: type[SpeechError]) -> int:
    """The status of a kind of failure."""
    return _STATUSES.get(kind, 400)


def failure(error: Exception) -> Failure:
    """What to tell the user of an error, in the language of the page."""
    found = _in_english(error)
    return replace(found, sentence=translated(found.sentence))


def _in_english(error: Exception) -> Failure:
    match error:
        case SpeechError():
            return Failure(status(type(error)), error.code, error.sentence)
        case RequestEntityTooLarge():
            return _in_english(too_large(desk().settings.limits))
        case CSRFError():
            return Failure(400, "csrf", _CSRF)
        case DatabaseError() if _log_failed(error):
            return Failure(503, "log_unavailable", _log_sentence(error))
        case HTTPException(code=int(number)):
            code = HTTPStatus(number).name.lower()
            return Failure(number, code, _SENTENCES.get(number, error.description or code))
    raise error


def _log_failed(error: Exception) -> bool:
    """Whether the log itself fails; a mistake in what it was asked is ours, and breaks."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _log_sentence(error: DatabaseError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    causes = (told for start, told in _LOG_CAUSES.items() if name.startswith(start))
    return next(causes, _SENTENCES[503])


def for_programs() -> bool:
    """Whether an address of the API is asked for, be there one or not."""
    return f"{request.path}/".startswith(PROGRAMS)


def wants_json() -> bool:
    """Whether the client would rather have JSON than a page; a tie means a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def error_page(told: Failure) -> str:
    """A page of its own for a failure."""
    return render_template(
        "error.html", status=told.status, title=told.title, sentence=told.sentence
    )


def problem(told: Failure) -> Response:
    """A failure as problem details, after RFC 9457."""
    response = jsonify(
        type=f"/api/#{told.code}",
        title=told.title,
        status=told.status,
        detail=told.sentence,
        code=told.code,
        instance=request.path,
    )
    response.mimetype = PROBLEM
    return response


def answer(error: Exception, page: Callable[[Failure], str] = error_page) -> Response:
    """The response to an error: JSON for programs, `page` for people.

    Below /api/v1 it is problem details, whatever the client prefers.
    """
    told = failure(error)
    if isinstance(error, RequestEntityTooLarge) and is_unread():
        hear_out()
    if _log_failed(error) or isinstance(error, NotWritten):
        current_app.logger.error(_in_english(error).sentence, exc_info=error)
    if for_programs():
        response = problem(told)
    elif wants_json():
        response = jsonify(error={"code": told.code, "sentence": told.sentence})
    else:
        response = make_response(page(told))
    if isinstance(error, HTTPException):  # such as Allow; the body is ours
        kept = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
        response.headers.extend(kept)
    if isinstance(error, refusals.TooOften | refusals.Crowded):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, refusals.TokenNeeded | refusals.WrongToken):
        response.www_authenticate = _bearer(error)
    response.status_code = told.status
    response.vary.add("Accept")
    return response


def _bearer(error: SpeechError) -> WWWAuthenticate:
    """What RFC 6750 wants a client to be told whose token is missing or wrong."""
    wrong = {"error": "invalid_token"} if isinstance(error, refusals.WrongToken) else {}
    return WWWAuthenticate("Bearer", {"realm": "Tonelog", **wrong})


def register(app: Flask) -> None:
    """Answer every failure of the application from here."""
    for kind in (SpeechError, HTTPException, DatabaseError):
        app.register_error_handler(kind, answer)
