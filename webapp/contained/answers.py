"""A worker's side of a decoder: handing an upload in, and believing no answer unseen."""

import socket
import time

import numpy as np

from webapp.contained.messages import ANSWER, BEGUN, FAILURE, REQUEST, SOUND, WHOLE
from webapp.speech.decode import MAX_RATE, PLAUSIBLE_RATES
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, SpeechError, TooLong
from webapp.speech.readers import LOUDEST
from webapp.speech.waveform import Waveform

RATES = range(PLAUSIBLE_RATES.start, MAX_RATE + 1)
"""Rates (Hz) that decoding gives."""

LONGEST_FAILURE = 500
"""Bytes of the longest failure that is believed."""

KINDS = {kind.code: kind for kind in (EmptyFile, NotAudio, NoSound, TooLong)}
"""Failures that decoding gives, by code."""


class NotBegun(Exception):
    """The decoder ended before it had the whole upload, which therefore is not to blame."""


class Nonsense(Exception):
    """An answer that a decoder which does its work never gives."""


def hand_in(line: socket.socket, data: bytes, max_seconds: float, deadline: float) -> None:
    """Give an upload to a decoder. Raises `NotBegun` if it does not take it."""
    ask(line, REQUEST.pack(WHOLE, len(data), max_seconds), data, deadline)


def ask(line: socket.socket, request: bytes, data: bytes, deadline: float) -> None:
    """Give a decoder a request and what belongs to it. Raises `NotBegun` if it does not begin."""
    try:
        line.settimeout(left(deadline))
        line.sendall(request)
        if data:  # of an empty file a decoder has heard all by now, and may have ended
            line.sendall(data)
        if read(line, len(BEGUN), deadline) != BEGUN:
            raise NotBegun
    except (OSError, EOFError) as error:
        raise NotBegun from error


def answer(line: socket.socket, max_seconds: float, deadline: float) -> Waveform:
    """What the decoder heard.

    Raises the failures in `KINDS`; `Nonsense`; `TimeoutError` after the deadline; `EOFError` or
    `OSError` if the decoder ends before it has answered.
    """
    kind, rate, size = header(line, deadline)
    if kind != SOUND or rate not in RATES or size % 4 or not 0 < size <= 4 * max_seconds * rate:
        raise Nonsense(f"{kind!r}, {size} bytes at {rate} Hz")
    return sound(line, rate, size, deadline)


def header(line: socket.socket, deadline: float) -> tuple[bytes, int, int]:
    """What comes next, its rate and its size; raises what `answer` raises."""
    kind, rate, size = ANSWER.unpack(read(line, ANSWER.size, deadline))
    if kind == FAILURE and size <= LONGEST_FAILURE:
        raise _failure(read(line, size, deadline))
    return kind, rate, size


def sound(line: socket.socket, rate: int, size: int, deadline: float) -> Waveform:
    """Samples of which rate and size were announced, and are plausible."""
    samples = np.frombuffer(read(line, size, deadline), dtype=np.float32)
    if not max(samples.max(), -samples.min()) <= 2 * LOUDEST:  # true of NaN, too
        raise Nonsense("samples that are no sound")
    return Waveform(samples, rate)


def _failure(told: bytearray) -> SpeechError:
    code, _, sentence = told.decode(errors="replace").partition("\n")
    if code not in KINDS or not sentence.isprintable():
        raise Nonsense(f"a failure {code!r}")
    return KINDS[code](sentence)


def read(line: socket.socket, size: int, deadline: float) -> bytearray:
    """So many bytes. Raises `EOFError` if they end before, `TimeoutError` after the deadline."""
    buffer = bytearray(size)
    rest = memoryview(buffer)
    while rest:
        line.settimeout(left(deadline))
        count = line.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return buffer


def left(deadline: float) -> float:
    """Seconds until then; raises `TimeoutError` where there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
