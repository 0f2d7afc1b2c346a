"""Somebody who speaks live, as the page sends it: over one connection, a piece after the other."""

import http.client
from types import TracebackType
from typing import Self

import numpy as np

from tests.serving import Answer, Visitor
from webapp.speech.waveform import Waveform


class Listener:
    """A page that is open; leaving the block closes it."""

    def __init__(self, port: int, query: str = "") -> None:
        visitor = Visitor(port)
        self._headers = {
            "X-CSRFToken": visitor.form_token("/live"),
            "Cookie": visitor.cookie,
            "Content-Type": "application/octet-stream",
            "Accept": "application/json",
        }
        self._path = f"/live/heard{query}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, samples: bytes) -> Answer:
        """What the last seconds sound like; raises `OSError` where the connection is lost."""
        self._connection.request("POST", self._path, samples, self._headers)
        response = self._connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()


def pcm(waveform: Waveform) -> bytes:
    """A waveform of 16 kHz as the page posts it."""
    return np.round(waveform.samples * 32_767).astype("<i2").tobytes()
