"""A worker's side of its template: starting it, having decoders forked, and ending them."""

import itertools
import os
import socket
import subprocess
import sys
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from webapp.config import ROOT
from webapp.contained.limits import DecoderLimits
from webapp.contained.messages import END, FORK, ORDER

PATIENCE = 5.0
"""Seconds that a template gets to take an order, or to end. It needs milliseconds."""

INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
"""All of the environment that reaches a template: what Python needs to find its libraries."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Decoding has no use for more, and a process with threads is not safely forked."""


@dataclass(frozen=True)
class Child:
    """A decoder, by the number that its template knows it by, and the line to it."""

    number: int
    line: socket.socket


class Template:
    """The process that decoders are forked from, as its worker sees it."""

    def __init__(self, decoder: str, limits: DecoderLimits) -> None:
        self._owner = os.getpid()
        self._numbers = itertools.count()
        self._waiting: deque[Child] = deque()
        self._line, theirs = socket.socketpair()
        self._line.settimeout(PATIENCE)
        with theirs:
            try:
                self._process = _started(theirs.fileno(), decoder, limits)
            except OSError:
                self._line.close()
                raise
        parts = (self._process, self._line, self._waiting, self._owner)
        self.close = weakref.finalize(self, _close, *parts)

    @property
    def runs(self) -> bool:
        """Whether it is still there, and this process's own."""
        return self._owner == os.getpid() and self._process.poll() is None

    def take(self, ready: int) -> Child:
        """A decoder nobody has used; so many others are being made ready."""
        try:
            self.fill(ready + 1)
        except OSError:
            if not self._waiting:
                raise
        return self._waiting.popleft()

    def fill(self, ready: int) -> None:
        """Have decoders made until so many are waiting, or on their way."""
        while len(self._waiting) < ready:
            self._waiting.append(self._fork())

    def end(self, child: Child) -> None:
        """End a decoder, whatever it is doing."""
        child.line.close()
        with suppress(OSError):  # a template that is gone has taken its decoders along
            self._line.sendall(ORDER.pack(END, child.number))

    def _fork(self) -> Child:
        number = next(self._numbers)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._line, [ORDER.pack(FORK, number)], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return Child(number, ours)


def _started(line: int, decoder: str, limits: DecoderLimits) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    arguments = (str(line), decoder, str(limits.megabytes), str(limits.cpu_seconds))
    return subprocess.Popen(  # noqa: S603 - nothing comes from outside
        [sys.executable, "-m", "webapp.contained.template", *arguments],
        cwd=ROOT,
        env=environment | ONE_THREAD,
        pass_fds=(line,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _close(
    process: subprocess.Popen[bytes], line: socket.socket, waiting: deque[Child], owner: int
) -> None:
    """Let go of a template; it ends when nobody holds the line to it any more."""
    for child in waiting:
        child.line.close()
    line.close()
    if owner == os.getpid():
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
