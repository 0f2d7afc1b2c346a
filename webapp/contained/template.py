"""The clean process that decoders are forked from, and what they do: hear one upload, and end.

Run as a program, `python -m webapp.contained.template LINE DECODER MEGABYTES CPU_SECONDS`, by a
worker that it holds nothing of: no secret, no log, no Flask, no voice. It never sees an upload. It
lives as long as its worker: signals to the whole group, such as Ctrl-C, are for the worker alone.
"""

import gc
import importlib
import io
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO, Protocol

import numpy as np

from webapp.contained.limits import DecoderLimits, contain_decoder, contain_template
from webapp.contained.messages import (
    ANSWER,
    BEGUN,
    BLOCK,
    END,
    FAILURE,
    FORK,
    ORDER,
    OVER,
    PLACE,
    REQUEST,
    SOUND,
    WHOLE,
)
from webapp.contained.remote import RemoteFile
from webapp.speech.decode import decode, stream, to_wav
from webapp.speech.errors import SpeechError
from webapp.speech.waveform import Waveform


class Decoder(Protocol):
    """Who decodes: a module such as `webapp.speech.decode`."""

    def decode(self, data: bytes, max_seconds: float) -> Waveform:
        """The sound of a file at one go."""

    def stream(self, file: BinaryIO, max_seconds: float) -> Iterator[Waveform]:
        """The same in pieces."""


ROUTINE = 20
"""Runs after which Python leaves its code as it is; together they take 30 ms."""


def main(line: str, decoder: str, megabytes: str, cpu_seconds: str) -> None:
    """Fork and end decoders as the worker at the other end of the line says, until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    chosen: Decoder = importlib.import_module(decoder)
    limits = DecoderLimits(float(megabytes), float(cpu_seconds), seconds=0.0)  # the worker's watch
    _warm_up()
    contain_template(limits)
    gc.freeze()  # what is shared with the decoders stays shared
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=int(line)) as worker:
        _Template(worker, chosen, limits).serve()


@dataclass(frozen=True)
class _Template:
    worker: socket.socket
    decoder: Decoder
    limits: DecoderLimits
    children: dict[int, int] = field(default_factory=dict)
    """Process ids by the numbers that the worker gave."""

    def serve(self) -> None:
        """Do as the worker says; take all decoders along when it is gone."""
        while True:
            order, descriptors, _, _ = socket.recv_fds(self.worker, ORDER.size, 1)
            if not order:
                break
            kind, number = ORDER.unpack(order)
            if kind == FORK:
                self._fork(number, descriptors[0])
            elif kind == END and number in self.children:
                _end(self.children.pop(number))
        for child in self.children.values():
            _end(child)

    def _fork(self, number: int, descriptor: int) -> None:
        """Make a decoder. Where none can be made its line is shut, and the worker sees that."""
        template = os.getpid()
        with suppress(OSError):
            child = os.fork()
            if child == 0:
                try:
                    self.worker.close()
                    _live(descriptor, self.decoder, self.limits, template)
                finally:
                    os._exit(1)
            self.children[number] = child
        os.close(descriptor)


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)  # if it has ended by itself, its id is still its own
    os.waitpid(child, 0)


def _live(descriptor: int, decoder: Decoder, limits: DecoderLimits, template: int) -> None:
    """The life of a decoder: shut in, hear one upload, answer, end."""
    for standard in range(3):
        os.close(standard)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=descriptor)
    with line, line.makefile("rb") as coming:
        contain_decoder(limits, template)
        decode(_quiet(), 1.0)  # what it shares with the template is copied now, not while one waits
        header = coming.read(REQUEST.size)
        if len(header) < REQUEST.size:  # the worker had no use for it
            os._exit(0)
        kind, size, max_seconds = REQUEST.unpack(header)
        hear = _hear_whole if kind == WHOLE else _hear_in_pieces
        try:
            hear(line, coming, decoder, size, max_seconds)
        except SpeechError as error:
            told = f"{error.code}\n{error.sentence}".encode()
            line.sendall(ANSWER.pack(FAILURE, 0, len(told)) + told)
        os._exit(0)


def _hear_whole(
    line: socket.socket, coming: BinaryIO, decoder: Decoder, size: int, max_seconds: float
) -> None:
    """Take in a clip and give its sound; one that breaks off has no use for an answer."""
    data = coming.read(size)
    if len(data) < size:
        os._exit(0)
    line.sendall(BEGUN)
    _send(line, decoder.decode(data, max_seconds))


def _hear_in_pieces(
    line: socket.socket, coming: BinaryIO, decoder: Decoder, size: int, max_seconds: float
) -> None:
    """Fetch a file as it is needed, and give its sound with the place that was reached."""
    line.sendall(BEGUN)
    file = io.BufferedReader(RemoteFile(line, coming, size), BLOCK)
    for piece in decoder.stream(file, max_seconds):
        _send(line, piece, PLACE.pack(min(file.tell(), size)))
    line.sendall(ANSWER.pack(OVER, 0, 0))


def _send(line: socket.socket, sound: Waveform, before: bytes = b"") -> None:
    samples = np.ascontiguousarray(sound.samples, dtype=np.float32)
    line.sendall(ANSWER.pack(SOUND, sound.rate, samples.nbytes) + before)
    line.sendall(samples.data.cast("B"))


@cache
def _quiet() -> bytes:
    """A tenth of a second of nothing, as a WAV file."""
    return to_wav(Waveform(np.zeros(9_600, dtype=np.float32), 96_000))


def _warm_up() -> None:
    """Hear two sounds of our own, by either reader, until it is routine.

    What Python and the libraries load at their first use is then there in every decoder, which
    cannot open a file to load it from. And what Python rewrites of its code in the first runs is
    rewritten: where a decoder does that, it is in copies of its own of the template's memory.
    """
    sun = struct.pack(">4s5I", b".snd", 24, 19_200, 3, 96_000, 1) + bytes(19_200)
    for _ in range(ROUTINE):
        for sound in (_quiet(), sun):
            decode(sound, 1.0)
            list(stream(io.BytesIO(sound), 1.0))


if __name__ == "__main__":
    main(*sys.argv[1:])
