"""A file, or what follows a place in it, fetched as it is needed and never whole."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SEARCHED = 2**20
"""Bytes that are searched at a time."""


class Part(io.RawIOBase):
    """The bytes of a file from `start` on, as a file of their own.

    It stays put where a damaged header sends a library to before its start.
    """

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self._file = file
        self._start = start
        self._at = 0
        self.size = max(file.seek(0, io.SEEK_END) - start, 0)

    def after(self, start: int) -> "Part":
        """What follows a place, with a position of its own."""
        return Part(self._file, self._start + start)

    def between(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, as far as there are some."""
        self._file.seek(self._start + start)
        return self._file.read(max(end - start, 0))

    def places(self, word: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
        """Wherever a word stands between two places."""
        end = self.size if end is None else min(end, self.size)
        for first in range(start, end, SEARCHED):
            block = self.between(first, min(first + SEARCHED + len(word) - 1, end))
            at = block.find(word)
            while at >= 0:
                yield first + at
                at = block.find(word, at + 1)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer, as far as there are bytes."""
        self._file.seek(self._start + self._at)
        count = self._file.readinto(buffer)  # type: ignore[attr-defined] # all have it
        self._at += count
        return int(count)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go somewhere else; the end is no border, as in any file."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if start + offset >= 0:
            self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at
