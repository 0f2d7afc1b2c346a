"""A worker's side of a decoder that hears a long file: handing out the file, piece by piece.

The decoder asks for a block of the file, or gives a piece of its sound. Neither is believed unseen:
it may have been taken over.
"""

import os
import socket
import time
from collections.abc import Iterator
from typing import BinaryIO

from webapp.contained.answers import RATES, Nonsense, ask, header, left, read, sound
from webapp.contained.messages import BLOCK, FETCH, OVER, PIECES, PLACE, REQUEST, SOUND
from webapp.speech.decode import PIECE_SECONDS
from webapp.speech.waveform import Waveform

MOST_FETCHES = 20
"""How often a decoder may fetch a file. To jump to and fro takes it several times; a hundred times
only wastes time."""

TAKING_SECONDS = 5.0
"""A decoder has nothing to do but to take the block that it asked for."""


class Stream:
    """A file that is being heard by a decoder.

    `patience`: seconds that may be waited for the decoder, all in all. What its sound is then used
    for takes its own time.
    """

    def __init__(
        self, line: socket.socket, file: BinaryIO, max_seconds: float, patience: float
    ) -> None:
        self._line = line
        self._file = file.fileno()
        self._size = os.fstat(self._file).st_size
        self._max_seconds = max_seconds
        self._patience = patience
        self._fetches = MOST_FETCHES * (self._size // BLOCK + 10)
        self._share = 0.0
        self._rate = 0
        self._length = 0
        self._ending = False

    def begin(self) -> None:
        """Give the decoder its task. Raises `NotBegun` if it does not take it."""
        request = REQUEST.pack(PIECES, self._size, self._max_seconds)
        ask(self._line, request, b"", time.monotonic() + self._patience)

    def pieces(self) -> Iterator[tuple[Waveform, float]]:
        """The sound, and how much of the file was read for it so far, 0 to 1.

        Raises what `answers.answer` raises.
        """
        while True:
            begun = time.monotonic()
            piece = self._next(begun + self._patience)
            self._patience -= time.monotonic() - begun
            if piece is None:
                return
            yield piece, self._share

    def _next(self, deadline: float) -> Waveform | None:
        """The next piece, after having given what the decoder wants for it; None at the end."""
        while True:
            kind, rate, size = header(self._line, deadline)
            if kind == FETCH:
                self._hand_out(size, deadline)
            elif kind == SOUND:
                self._expect(rate, size)
                self._follow(*PLACE.unpack(read(self._line, PLACE.size, deadline)))
                return sound(self._line, rate, size, deadline)
            elif kind == OVER and self._length:
                return None
            else:
                raise Nonsense(f"{kind!r} in a stream")

    def _hand_out(self, number: int, deadline: float) -> None:
        """Give the decoder a block of the file, and none that the file does not have."""
        start = number * BLOCK
        self._fetches -= 1
        if start >= self._size or self._fetches < 0:
            raise Nonsense(f"block {number} of {self._size} bytes")
        end = min(start + BLOCK, self._size)
        block = os.pread(self._file, end - start, start)
        if len(block) < end - start:
            raise OSError("The file became shorter while it was read.")
        self._line.settimeout(min(left(deadline), TAKING_SECONDS))
        self._line.sendall(block)

    def _follow(self, place: int) -> None:
        """Note how far the decoder is. Who reads a file once more does not go back in it."""
        if place > self._size:
            raise Nonsense(f"byte {place} of {self._size}")
        self._share = max(self._share, place / self._size)

    def _expect(self, rate: int, size: int) -> None:
        """All pieces are of one rate and one length but the last, which may be shorter."""
        longest = 4 * PIECE_SECONDS * rate
        self._length += size // 4
        if (
            self._ending
            or rate not in (RATES if self._rate == 0 else (self._rate,))
            or size % 4
            or not 0 < size <= longest
            or self._length > self._max_seconds * rate
        ):
            raise Nonsense(f"a piece of {size} bytes at {rate} Hz")
        self._rate = rate
        self._ending = size < longest
