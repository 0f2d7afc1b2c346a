"""A file that stays with the worker, as its decoder sees it: fetched block by block."""

import io
import os
import socket
from collections import OrderedDict
from typing import TYPE_CHECKING, BinaryIO

from webapp.contained.messages import ANSWER, BLOCK, FETCH

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

KEPT = 16
"""Blocks that are kept: readers jump to and fro, between an index and the sound, or two streams."""


class RemoteFile(io.RawIOBase):
    """A file of a known size behind the line to the worker, read where its reader jumps to.

    Nobody is left to hear of a worker that is gone, so the process ends.
    """

    def __init__(self, line: socket.socket, coming: BinaryIO, size: int) -> None:
        self._line = line
        self._coming = coming
        self._size = size
        self._at = 0
        self._blocks = OrderedDict[int, bytes]()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer, as far as the block goes."""
        if self._at >= self._size:
            return 0
        wanted = memoryview(buffer).cast("B")
        number, offset = divmod(self._at, BLOCK)
        piece = self._block(number)[offset : offset + len(wanted)]
        wanted[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go somewhere else."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def _block(self, number: int) -> memoryview:
        if number not in self._blocks:
            self._blocks[number] = self._fetched(number)
            if len(self._blocks) > KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return memoryview(self._blocks[number])

    def _fetched(self, number: int) -> bytes:
        size = min(BLOCK, self._size - number * BLOCK)
        self._line.sendall(ANSWER.pack(FETCH, 0, number))
        block = self._coming.read(size)
        if len(block) < size:
            os._exit(0)
        return block
