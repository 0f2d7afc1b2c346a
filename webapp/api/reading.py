"""What a request says, read strictly: what is not in the description is refused."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

import msgspec
from flask import current_app, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.api.asked import Hearing, Part
from webapp.api.faults import NotUnderstood, WrongType
from webapp.errors import NoFile
from webapp.incoming import Incoming, incoming_folder
from webapp.paging import Mark
from webapp.speech.errors import TooLarge

JSON, FORM, BYTES = "application/json", "multipart/form-data", "application/octet-stream"

JSON_BYTES = 100_000
"""Of a body that is read at one go."""

Shape = TypeVar("Shape", bound=msgspec.Struct)


class Sent(NamedTuple):
    """A recording, what it is called, and who is to hear it."""

    stream: BinaryIO
    name: str
    model: str | None


def query(shape: type[Shape]) -> Shape:
    """The query as a struct; raises `NotUnderstood`."""
    return _understood(_single(request.args), shape, "query")


def body(shape: type[Shape]) -> Shape:
    """A body of JSON as a struct; raises `NotUnderstood`, `WrongType` and `TooLarge`."""
    if request.mimetype != JSON:
        raise WrongType(JSON)
    request.max_content_length = JSON_BYTES
    try:
        return msgspec.json.decode(request.get_data(), type=shape)
    except RequestEntityTooLarge as error:
        raise TooLarge(f"A body of JSON has at most {JSON_BYTES:,} bytes here.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotUnderstood(f"The body cannot be read: {error}.") from error


def mark(part: Part) -> Mark | None:
    """Where a list by time goes on."""
    return None if part.cursor is msgspec.UNSET else Mark.read(part.cursor)


def recording() -> Sent:
    """A recording, in a form or by itself; raises `NotUnderstood`, `WrongType` and `NoFile`."""
    wanted = query(Hearing)
    model, name = (None if one is msgspec.UNSET else one for one in (wanted.model, wanted.file))
    if request.mimetype == FORM:
        files, chosen = form()
        if len(files) > 1:
            raise NotUnderstood("Send one recording here, and several to /api/v1/batches.")
        stream = cast(BinaryIO, files[0].stream)
        return Sent(stream, name or files[0].filename or "", chosen or model)
    if request.mimetype.startswith("audio/") or request.mimetype == BYTES:
        return Sent(_body(), name or "", model)
    raise WrongType(FORM, "audio/*", BYTES)


def form() -> tuple[Sequence[FileStorage], str | None]:
    """The recordings in a form, and who is to hear them; raises what `recording` raises."""
    if request.mimetype != FORM:
        raise WrongType(FORM)
    unknown = sorted({*request.files, *request.form} - {"audio", "model"})
    if unknown or "model" in request.files:
        raise NotUnderstood("A form has recordings as `audio` and a name as `model`, no other.")
    files = request.files.getlist("audio")
    if not files or "audio" in request.form:
        raise NoFile("Send a recording as a file called `audio`.")
    return files, _single(request.form).get("model")


def _body() -> BinaryIO:
    """The body as a file."""
    file = Incoming(incoming_folder(Path(current_app.instance_path)))
    shutil.copyfileobj(request.stream, file)
    return cast(BinaryIO, file)


def _single(values: MultiDict[str, str]) -> dict[str, str]:
    """Each value by its name; raises `NotUnderstood` where there are two of a name."""
    for name, given in values.lists():
        if len(given) > 1:
            raise NotUnderstood(f"`{name}` is given more than once.")
    return values.to_dict()


def _understood(values: dict[str, Any], shape: type[Shape], what: str) -> Shape:
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"The {what} cannot be read: {error}.") from error
