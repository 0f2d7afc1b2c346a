"""Gunicorn's threaded worker, with an end to its patience.

A thread of its own reads each request, byte for byte if need be, and waits for ever. So a handful
of clients that send a byte a second would hold all threads, and nobody else would be answered.
Here a connection breaks where a request comes in, or an answer goes out, too slowly.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

FIRST_SECONDS = 10.0
"""A request may take so long,"""

LEAST_RATE = 10_000
"""and another second for so many bytes of it: a poor telephone line is faster."""


class Hurried(socket.socket):
    """A connection on which a request has to come in, and an answer to go out, in time."""

    def __init__(self, accepted: socket.socket, seconds: float = FIRST_SECONDS) -> None:
        """Take over a connection that was accepted."""
        super().__init__(fileno=accepted.detach())
        self._seconds = seconds
        self.expect()

    def expect(self) -> None:
        """A request begins."""
        self._received = 0
        self._begun = time.monotonic()

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Raises `ConnectionResetError` once the request takes too long."""
        allowed = self._seconds + self._received / LEAST_RATE
        with self._within(self._begun + allowed - time.monotonic()):
            data = super().recv(size, flags)
        self._received += len(data)
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Raises `ConnectionResetError` where the other side takes too long to listen."""
        with self._within(self._seconds + len(data) / LEAST_RATE):
            super().sendall(data, flags)

    @contextmanager
    def _within(self, left: float) -> Iterator[None]:
        """An end to what happens in the block, unless gunicorn has set an earlier one."""
        patience = self.gettimeout()
        if patience is not None and patience <= left:
            yield
            return
        if left <= 0:
            raise _too_slow()
        self.settimeout(left)
        try:
            yield
        except TimeoutError:
            raise _too_slow() from None
        finally:
            self.settimeout(patience)


class HurriedWorker(ThreadWorker):  # type: ignore[misc]
    """A worker that leaves those who are too slow; not where it speaks TLS itself."""

    def handle(self, conn: TConn) -> object:
        """Read and answer a request; runs in a thread."""
        if not isinstance(conn.sock, Hurried) and not conn.cfg.is_ssl:
            conn.sock = Hurried(conn.sock)
        if isinstance(conn.sock, Hurried):
            conn.sock.expect()
        return super().handle(conn)


def _too_slow() -> ConnectionResetError:
    """What gunicorn takes for a client that has gone."""
    return ConnectionResetError(errno.ECONNRESET, "too slow")
