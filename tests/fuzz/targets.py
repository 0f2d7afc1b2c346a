"""What is fuzzed: our own code that looks at strangers' bytes, before a decoder does and after."""

import io
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from webapp.contained.answers import Nonsense, answer
from webapp.speech import containers, mp4
from webapp.speech.containers import Container
from webapp.speech.errors import SpeechError

LONGEST = 2**16
"""Bytes of an answer: more would wait in the line for somebody who reads them."""

UNSAFE = 0x11
"""The tag of IMA ADPCM in WAV files, which libsndfile must never be shown."""


def files(data: bytes) -> None:
    """A file is taken for something or for nothing, and what may be unsafe is kept apart."""
    recording = containers.identify(io.BytesIO(data))
    played = containers.playable_type(data)
    assert played is None or played.startswith("audio/")
    if recording is None:
        assert played is None
        return
    assert 0 <= recording.data.size <= len(data)
    assert mp4.promises_too_much(recording.data) in (True, False)
    assert all(start < recording.data.size for start, _ in mp4.without_media(recording.data))
    if containers.libsndfile_reads(recording) and recording.container is Container.WAV:
        assert UNSAFE not in _tags(data)


def _tags(data: bytes) -> set[int]:
    """The codecs that any `fmt ` chunk could announce, wherever a parser might find one."""
    told = re.findall(rb"(?=fmt ....(..))", data, re.DOTALL)
    return {struct.unpack("<H", tag)[0] for tag in told}


def answers(data: bytes) -> None:
    """Whatever a decoder that was taken over says is a sound, a known failure, or nonsense."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[:LONGEST])
        theirs.shutdown(socket.SHUT_WR)
        with suppress(SpeechError, Nonsense, EOFError):
            heard = answer(ours, 1.0, time.monotonic() + 5)
            assert 0 < len(heard.samples) <= heard.rate
            assert np.isfinite(heard.samples).all()


def planted(data: bytes) -> None:
    """A fault behind four bytes, which chance would meet once in four thousand million files."""
    if len(data) > 3 and data[0] == 0x70:  # noqa: SIM102 (each is a branch that leads on)
        if data[1] == 0x6C:  # noqa: SIM102
            if data[2] == 0x61:  # noqa: SIM102
                if data[3] == 0x6E:
                    raise RuntimeError("the planted fault")


def greedy(data: bytes) -> None:
    """Up to 4 GiB, as four bytes ask for, like a parser that believes a length it is told."""
    if len(data) >= 4:
        bytearray(int.from_bytes(data[:4], "little"))


TARGETS: dict[str, Callable[[bytes], None]] = {"files": files, "answers": answers}
PLANTED: dict[str, Callable[[bytes], None]] = {"planted": planted, "greedy": greedy}
