"""Files as they come in: small ones in memory, larger ones on the disk, without a name there."""

from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Request, current_app, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from webapp.unkept import NotWritten

IN_MEMORY = 8 * 2**20
"""Bytes of a file that stay in memory; of what is longer, all goes to the disk."""

AT_LEAST = 2**12
"""Bytes of each of many files that stay in memory."""

HEARD_OUT, HEARD_OUT_BYTES = 8, 2**28
"""A body that is too large is taken in, and thrown away, up to so many times the limit, and so many
bytes: who sends more sees a broken connection, and holds no thread for an hour."""


class Incoming(SpooledTemporaryFile[bytes]):
    """A file that somebody sends.

    Its place on the disk has no name, so it is gone as soon as nobody holds it, even after a crash.
    Raises `NotWritten` where the disk does not take it.
    """

    def __init__(self, folder: Path, in_memory: int = IN_MEMORY) -> None:
        super().__init__(max_size=in_memory, dir=str(folder))

    def __del__(self) -> None:
        self.close()  # a form that breaks off drops its files as they are

    def write(self, data: Any) -> int:
        """Take in more of it."""
        try:
            return super().write(data)
        except OSError as error:
            raise NotWritten.because(error) from error


class VoiceRequest(Request):
    """A request whose files do not fill the memory, however large they are, and however many.

    Each may take half of what the one before it may.
    """

    _in_memory = IN_MEMORY

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        most, self._in_memory = self._in_memory, max(self._in_memory // 2, AT_LEAST)
        return Incoming(incoming_folder(Path(current_app.instance_path)), most)


def incoming_folder(instance: Path) -> Path:
    """Where files are while they come in; of the disk on which recordings are kept."""
    return instance / "incoming"


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


def is_unread() -> bool:
    """Whether the body was so large that it was not even begun."""
    return (request.content_length or 0) > (request.max_content_length or 0)
