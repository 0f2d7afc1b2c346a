"""Decoding in a process apart, so that a file made to harm a decoder harms nothing else.

Decoders are C code that strangers feed. Each upload gets a process of its own, forked beforehand
from a clean template (`webapp.contained`), shut in, and ended afterwards. What comes back is not
believed but checked: a decoder may have been taken over.
"""

import logging
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.contained import answers
from webapp.contained.answers import Nonsense, NotBegun
from webapp.contained.forks import Template
from webapp.contained.limits import DecoderLimits
from webapp.contained.streams import Stream
from webapp.speech.errors import SpeechError
from webapp.speech.waveform import Waveform
from webapp.speech.words import N_

DECODER = "webapp.speech.decode"
"""Who decodes: a module with `decode` and `stream`."""

_NOT_DECODED = N_(
    "The sound in this file could not be read: reading it broke off, or took too much time or "
    "memory. Save it again as WAV or MP3, or cut out the part to be heard, and send that."
)
_NO_DECODER = N_(
    "The server is too busy to listen just now, so nothing was kept. Try again in a moment."
)


class NotDecoded(SpeechError):
    """The decoder crashed, hung, took too much, or gave what cannot be sound."""

    code = "not_decoded"


class NoDecoder(SpeechError):
    """There is no process to decode in."""

    code = "no_decoder"


class Decoders:
    """Decodes in processes that are each made for one upload. Any number of threads may use it.

    Nothing is started before it is needed, so it can be made before a worker is forked; a process
    that got it by a fork starts a template of its own.
    """

    def __init__(self, limits: DecoderLimits, ready: int = 2, decoder: str = DECODER) -> None:
        self._limits = limits
        self._ready = ready
        self._decoder = decoder
        self._lock = threading.Lock()
        self._template: Template | None = None

    def decode(self, data: bytes, max_seconds: float) -> Waveform:
        """`webapp.speech.decode.decode`, contained.

        Raises what that raises; `NotDecoded` where it crashes, hangs or goes beyond its limits;
        `NoDecoder` where no process can be had.
        """
        deadline = time.monotonic() + min(self._limits.clip_seconds, self._limits.seconds)
        for _ in range(self._ready + 2):  # all that waited may have died, and their template
            try:
                with self._child() as (template, line):
                    answers.hand_in(line, data, max_seconds, deadline)
                    with _blaming(template):
                        return answers.answer(line, max_seconds, deadline)
            except (NotBegun, OSError) as error:
                _note("There was no decoder for an upload: %r", error)
        raise NoDecoder(_NO_DECODER)

    def stream(
        self, path: Path, max_seconds: float
    ) -> Generator[tuple[Waveform, float], None, None]:
        """`webapp.speech.decode.stream` of a file, contained, with the share of it read so far.

        The file is handed out as the decoder asks for it, and nowhere held whole. Closing the
        iterator ends the decoder. Raises what `decode` raises, as soon as it is known; then what
        was given before is not to be used either.
        """
        given = False
        with path.open("rb") as file:
            for _ in range(self._ready + 2):
                try:
                    with self._child() as (template, line):
                        heard = Stream(line, file, max_seconds, self._limits.seconds)
                        heard.begin()
                        with _blaming(template):
                            for piece in heard.pieces():
                                given = True
                                yield piece
                            return
                except (NotBegun, OSError) as error:
                    _note("There was no decoder for a recording: %r", error)
                    if given:  # which cannot be taken back
                        break
        raise NoDecoder(_NO_DECODER)

    def warm_up(self) -> None:
        """Have decoders made before the first clip comes, without waiting for them."""
        try:
            with self._lock:
                self._running().fill(self._ready)
        except OSError as error:  # the first clip tries again
            _note("No decoder could be made: %r", error)

    def close(self) -> None:
        """End all processes. It happens by itself when the last use is gone or Python ends."""
        with self._lock:
            if self._template is not None:
                self._template.close()
                self._template = None

    @contextmanager
    def _child(self) -> Iterator[tuple[Template, socket.socket]]:
        """A decoder that has heard nothing yet: where it is from, and the line to it."""
        with self._lock:
            template = self._running()
            child = template.take(self._ready)
        try:
            yield template, child.line
        finally:
            with self._lock:
                template.end(child)

    def _running(self) -> Template:
        if self._template is not None and not self._template.runs:
            self._template.close()
            self._template = None
        if self._template is None:
            self._template = Template(self._decoder, self._limits)
        return self._template


@contextmanager
def _blaming(template: Template) -> Iterator[None]:
    """Makes `NotDecoded` of whatever a decoder does wrong with an upload."""
    try:
        yield
        return
    except TimeoutError:
        _note("A decoder took too long and was ended.")
    except (OSError, EOFError) as error:
        if not template.runs:  # which ends its decoders, and is not this upload's doing
            raise NotBegun from error
        _note("A decoder crashed, or went beyond its limits.")
    except Nonsense as error:
        _note("A decoder answered nonsense: %s", error)
    raise NotDecoded(_NOT_DECODED)


def _note(message: str, *details: object) -> None:
    logging.getLogger(__name__).warning(message, *details)
