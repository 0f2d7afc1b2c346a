"""How the API answers, and what every hearing of a recording may run into."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from flask import Response

from webapp.decoders import NoDecoder, NotDecoded
from webapp.guard.refusals import CountsAway, TooOften
from webapp.speech import errors as speech
from webapp.unkept import NotWritten

Item = TypeVar("Item")

PLACE = {"Location": "The address of it."}

HEARING = (
    *(speech.EmptyFile, speech.UnknownModel, speech.TooLarge, speech.TooLong, speech.NotAudio),
    *(speech.NoSound, speech.TooShort, speech.NoSpeech, NotDecoded, TooOften, CountsAway),
    *(speech.MissingExtra, NoDecoder, NotWritten),
)
"""What can go wrong between bytes and an emotion."""


def reply(
    document: Mapping[str, Any] | msgspec.Struct,
    status: int = HTTPStatus.OK,
    *,
    location: str | None = None,
    again: int | None = None,
) -> Response:
    """A document as JSON; where it is, and in how many seconds to ask there, if that is given."""
    response = Response(msgspec.json.encode(document) + b"\n", status, mimetype="application/json")
    if location is not None:
        response.location = location
    if again is not None:
        response.headers["Retry-After"] = str(again)
    return response


def listed(
    found: Sequence[Item],
    limit: int,
    document: Callable[[Item], Mapping[str, Any]],
    mark: Callable[[Item], object],
) -> Response:
    """As many of what was found as were asked for; where others follow, a mark to go on from.

    `found` holds one more than that, if there is one more.
    """
    some = found[:limit]
    follow = str(mark(some[-1])) if len(found) > limit else None
    return reply({"items": [document(one) for one in some], "next": follow})


def nothing() -> Response:
    """It is done, and there is nothing to tell."""
    response = Response(status=HTTPStatus.NO_CONTENT)
    del response.headers["Content-Type"]
    return response
