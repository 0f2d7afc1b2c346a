"""The boxes of MP4 files, as far as they must be seen before a parser may see them."""

import struct
from collections.abc import Sequence

from webapp.speech.parts import Part

MAX_BOXES = 200_000
"""Boxes that are looked at one by one; long streams have a box or two a second."""

_COUNTS = ((b"stsz", 12), (b"stz2", 12), (b"trun", 8))
"""Boxes that announce a number of samples, and where behind the box's name it stands."""


def without_media(data: Part) -> Sequence[tuple[int, int]]:
    """Where all top-level boxes but the media data begin and end.

    Everything where the boxes do not follow cleanly, or are too many.
    """
    kept, at = list[tuple[int, int]](), 0
    for _ in range(MAX_BOXES):
        if at + 8 > data.size:
            return kept
        header = data.between(at, at + 16)
        size, name = struct.unpack_from(">I4s", header)
        if size == 1 and len(header) == 16:
            (size,) = struct.unpack_from(">Q", header, 8)
        elif size == 0:
            size = data.size - at
        if size < 8:
            break
        if name != b"mdat":
            kept.append((at, at + size))
        at += size
    return [(0, data.size)]


def promises_too_much(data: Part) -> bool:
    """Whether a file announces more samples than it has bytes, or hides how many it announces.

    FFmpeg sets up an index of all of them before it reads the first: some hundred crafted bytes can
    claim gigabytes of memory.
    """
    promised = 0
    for start, end in without_media(data):
        for _ in data.places(b"cmov", start, end):  # a compressed header: the nineties' QuickTime
            return True
        for name, offset in _COUNTS:
            for at in data.places(name, start, end):
                count = data.between(at + offset, at + offset + 4)
                promised += int.from_bytes(count, "big")
    return promised > data.size
