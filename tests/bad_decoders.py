"""Decoders that were taken over, or go wrong. They run shut in, chosen by the upload's first word.

`decode` hears everything else as it should be heard. What an attempt led to comes back as the
sentence of a `NotAudio`.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from webapp.contained.messages import ANSWER, FAILURE, FETCH, PLACE, SOUND
from webapp.speech import decode as honest
from webapp.speech.errors import NotAudio
from webapp.speech.waveform import Waveform

FORBIDDEN = {"flask", "sqlalchemy", "librosa", "numba", "msgspec", "gunicorn", "webapp.config"}


def decode(data: bytes, max_seconds: float) -> Waveform:
    word, _, rest = data.partition(b" ")
    act = ACTS.get(word.decode("ascii", "replace"))
    return honest.decode(data, max_seconds) if act is None else act(rest.decode())


def stream(file: BinaryIO, max_seconds: float) -> Iterator[Waveform]:
    word, _, rest = file.read(100).partition(b" ")
    act = ACTS.get(word.decode("ascii", "replace"))
    file.seek(0)
    if word == b"half-way":
        yield Waveform(np.zeros(5 * 16_000, dtype=np.float32), 16_000)
        os._exit(0)
    yield from honest.stream(file, max_seconds) if act is None else [act(rest.decode())]


def _line() -> int:
    """The only descriptor that is open."""
    (found,) = _open()
    return found


def _open() -> list[int]:
    found = []
    for descriptor in range(200):
        try:
            os.lseek(descriptor, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
        found.append(descriptor)
    return found


def _says(text: str) -> Waveform:
    raise NotAudio(text)


def _segfault(_: str) -> Waveform:
    ctypes.string_at(1)
    return _says("read what is not there")


def _abort(_: str) -> Waveform:
    os.abort()


def _loop(_: str) -> Waveform:
    while True:
        pass


def _hang(_: str) -> Waveform:
    os.read(_line(), 1)
    return _says("the worker said something")


def _balloon(_: str) -> Waveform:
    return Waveform(np.ones(10 * 2**30 // 4, dtype=np.float32), 16_000)


def _quit(_: str) -> Waveform:
    os._exit(0)


def _sound(value: float) -> Callable[[str], Waveform]:
    samples = np.zeros(16_000, dtype=np.float32)
    samples[8_000] = value
    return lambda _: Waveform(samples, 16_000)


def _answers(*parts: bytes) -> Callable[[str], Waveform]:
    def act(_: str) -> Waveform:
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(_line(), rest) :]
        os._exit(0)

    return act


def _piece(seconds: int, place: int = 0, rate: int = 16_000) -> bytes:
    """A piece of a stream, as it goes over the line."""
    size = 4 * seconds * rate
    return ANSWER.pack(SOUND, rate, size) + PLACE.pack(place) + bytes(size)


def _tries(attempt: Callable[[str], object]) -> Callable[[str], Waveform]:
    def act(argument: str) -> Waveform:
        try:
            attempt(argument)
        except (OSError, ValueError) as error:
            return _says(f"refused: {type(error).__name__}")
        return _says("done")

    return act


def _connects(port: str) -> None:
    with socket.socket() as one:
        one.connect(("127.0.0.1", int(port)))


def _traces(pid: str) -> None:
    if ctypes.CDLL(None).ptrace(16, int(pid), 0, 0) < 0:  # PTRACE_ATTACH
        raise PermissionError


ACTS: dict[str, Callable[[str], Waveform]] = {
    "segfault": _segfault,
    "abort": _abort,
    "loop": _loop,
    "hang": _hang,
    "balloon": _balloon,
    "quit": _quit,
    "nan": _sound(np.nan),
    "inf": _sound(np.inf),
    "minus-inf": _sound(-np.inf),
    "deafening": _sound(1e30),
    "nothing": lambda _: Waveform(np.zeros(0, dtype=np.float32), 16_000),
    "too-fast": lambda _: Waveform(np.zeros(16_000, dtype=np.float32), 192_000),
    "too-slow": lambda _: Waveform(np.zeros(16_000, dtype=np.float32), 1),
    "too-long": lambda _: Waveform(np.zeros(31 * 16_000, dtype=np.float32), 16_000),
    "garbage": _answers(bytes(range(256)) * 100),
    "half-a-header": _answers(SOUND + b"\0"),
    "half-a-sound": _answers(ANSWER.pack(SOUND, 16_000, 64_000), bytes(1_000)),
    "odd-bytes": _answers(ANSWER.pack(SOUND, 16_000, 63), bytes(63)),
    "endless": _answers(ANSWER.pack(SOUND, 16_000, 2**60), bytes(1_000)),
    "talkative": _answers(ANSWER.pack(FAILURE, 0, 2**40), b"x" * 1_000),
    "unknown-failure": _answers(ANSWER.pack(FAILURE, 0, 14), b"not_kept\nWords"),
    "terminal-codes": _answers(ANSWER.pack(FAILURE, 0, 14), b"not_audio\n\x1b[1m"),
    "no-text": _answers(ANSWER.pack(FAILURE, 0, 4), b"\xff\xfe\xfd\xfc"),
    "beyond": _answers(ANSWER.pack(FETCH, 0, 1)),
    "insatiable": _answers(*[ANSWER.pack(FETCH, 0, 0)] * 1_000),
    "far-ahead": _answers(_piece(5, place=2**40)),
    "crumbs": _answers(_piece(1), _piece(1)),
    "two-rates": _answers(_piece(5), _piece(5, rate=8_000)),
    "writes": _tries(lambda path: Path(path).write_bytes(b"x")),
    "reads": _tries(lambda path: Path(path).read_bytes()),
    "removes": _tries(lambda path: Path(path).unlink()),
    "connects": _tries(_connects),
    "listens": _tries(lambda _: socket.socket()),
    "forks": _tries(lambda _: os.fork() or os._exit(0)),
    "starts": _tries(lambda program: subprocess.run([program], check=True)),
    "becomes": _tries(lambda program: os.execv(program, [program])),
    "kills": _tries(lambda pid: os.kill(int(pid), 0)),
    "traces": _tries(_traces),
    "modules": lambda _: _says(" ".join(sorted(FORBIDDEN & sys.modules.keys()))),
    "environment": lambda _: _says(" ".join(sorted(os.environ))),
    "descriptors": lambda _: _says(" ".join(map(str, _open()))),
}
