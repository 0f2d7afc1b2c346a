"""The clean process that decoders are forked from, and what they do: hear one upload, and end.

Run as a program, `python -m webapp.contained.template LINE DECODER MEGABYTES CPU_SECONDS`, by a
worker that it holds nothing of: no secret, no log, no Flask, no voice. It never sees an upload. It
lives as long as its worker: signals to the whole group, such as Ctrl-C, are for the worker alone.
"""

import gc
import importlib
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from webapp.contained.limits import DecoderLimits, contain_decoder, contain_template
from webapp.contained.messages import ANSWER, BEGUN, END, FAILURE, FORK, ORDER, REQUEST, SOUND
from webapp.speech.decode import decode, to_wav
from webapp.speech.errors import SpeechError
from webapp.speech.waveform import Waveform

Decoder = Callable[[bytes, float], Waveform]

ROUTINE = 20
"""Runs after which Python leaves its code as it is; together they take 30 ms."""


def main(line: str, decoder: str, megabytes: str, cpu_seconds: str) -> None:
    """Fork and end decoders as the worker at the other end of the line says, until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    module, _, function = decoder.partition(":")
    chosen: Decoder = getattr(importlib.import_module(module), function)
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
        header = coming.read(REQUEST.size)
        if len(header) < REQUEST.size:  # the worker had no use for it
            os._exit(0)
        size, max_seconds = REQUEST.unpack(header)
        data = coming.read(size)
        if len(data) < size:
            os._exit(0)
        line.sendall(BEGUN)
        for part in _answer(decoder, data, max_seconds):
            line.sendall(part)
        os._exit(0)


def _answer(decoder: Decoder, data: bytes, max_seconds: float) -> tuple[bytes, bytes | memoryview]:
    """What goes back: its header and its body."""
    try:
        sound = decoder(data, max_seconds)
    except SpeechError as error:
        told = f"{error.code}\n{error.sentence}".encode()
        return ANSWER.pack(FAILURE, 0, len(told)), told
    samples = np.ascontiguousarray(sound.samples, dtype=np.float32)
    return ANSWER.pack(SOUND, sound.rate, samples.nbytes), samples.data.cast("B")


def _warm_up() -> None:
    """Hear two sounds of our own, by either reader, until it is routine.

    What Python and the libraries load at their first use is then there in every decoder, which
    cannot open a file to load it from. And what Python rewrites of its code in the first runs is
    rewritten: where a decoder does that, it is in copies of its own of the template's memory.
    """
    quiet = to_wav(Waveform(np.zeros(9_600, dtype=np.float32), 96_000))
    sun = struct.pack(">4s5I", b".snd", 24, 19_200, 3, 96_000, 1) + bytes(19_200)
    for _ in range(ROUTINE):
        decode(quiet, 1.0)
        decode(sun, 1.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
