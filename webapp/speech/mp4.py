"""The boxes of MP4 files, as far as they must be seen before a parser may see them."""

import struct

_COUNTS = ((b"stsz", 12), (b"stz2", 12), (b"trun", 8))
"""Boxes that announce a number of samples, and where behind the box's name it stands."""


def without_media(data: bytes) -> bytes:
    """All top-level boxes but the media data; everything where the boxes do not follow cleanly."""
    kept, at = [], 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            size = len(data) - at
        if size < 8:
            return data
        if name != b"mdat":
            kept.append(data[at : at + size])
        at += size
    return b"".join(kept)


def promises_too_much(data: bytes) -> bool:
    """Whether a file announces more samples than it has bytes, or hides how many it announces.

    FFmpeg sets up an index of all of them before it reads the first: some hundred crafted bytes can
    claim gigabytes of memory.
    """
    header = without_media(data)
    if b"cmov" in header:  # a compressed header, seen in QuickTime files of the nineties only
        return True
    promised = 0
    for name, offset in _COUNTS:
        at = header.find(name)
        while at >= 0:
            promised += int.from_bytes(header[at + offset : at + offset + 4], "big")
            at = header.find(name, at + 4)
    return promised > len(data)
