"""Raw MPEG sound, MP3 and ADTS AAC, which has no signature at its start: only frame after frame."""

from typing import NamedTuple

ADTS, LAYER_3, LAYER_2, LAYER_1 = range(4)
"""The layer bits of a frame header. AAC in ADTS frames leaves them 0, which MP3 never does."""

_MPEG_1 = 3
_RESERVED_VERSION = 1
_RATES = (44100, 48000, 32000)
"""Sampling rates of MPEG 1 (Hz); MPEG 2 has half of them and MPEG 2.5 a quarter."""

_KILOBITS = {
    (True, LAYER_1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, LAYER_2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, LAYER_3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, LAYER_1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, LAYER_2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, LAYER_3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by their index, from 1, for MPEG 1 and for its later half-rate versions."""

_CHAIN = 4
"""Frames that must follow each other, alike, before bytes are taken for MPEG sound."""

_SEARCHED = 1 << 16
"""Bytes in which the first frame must begin: recordings cut from a stream start within a frame."""


class Frame(NamedTuple):
    """What the header of a frame says: where its kind of sound starts, and how long it is."""

    start: int
    length: int
    kind: tuple[int, int, int]
    """Layer bits, version and rate index: the same in every frame of a recording."""

    @property
    def layer(self) -> int:
        """Its layer bits."""
        return self.kind[0]


def frame_at(data: bytes, start: int) -> Frame | None:
    """The frame that begins at `start`, if one does."""
    header = data[start : start + 6]
    if len(header) < 6 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    layer = header[1] >> 1 & 3
    if layer == ADTS:
        return _adts_frame(header, start)
    version, rate = header[1] >> 3 & 3, header[2] >> 2 & 3
    kilobits, padding = header[2] >> 4, header[2] >> 1 & 1
    if version == _RESERVED_VERSION or rate == 3 or kilobits in (0, 15):
        return None
    bits = _KILOBITS[version == _MPEG_1, layer][kilobits - 1] * 1000
    hertz = _RATES[rate] >> (0 if version == _MPEG_1 else 1 if version == 2 else 2)
    if layer == LAYER_1:
        length = (12 * bits // hertz + padding) * 4
    else:
        half = layer == LAYER_3 and version != _MPEG_1
        length = (72 if half else 144) * bits // hertz + padding
    return Frame(start, length, (layer, version, rate))


def _adts_frame(header: bytes, start: int) -> Frame | None:
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    rate = header[2] >> 2 & 15
    if header[1] & 0xF0 != 0xF0 or length < 7 or rate > 12:
        return None
    return Frame(start, length, (ADTS, header[1] >> 3 & 1, rate))


def find_frames(data: bytes) -> Frame | None:
    """The first frame of MPEG sound near the start of some bytes, past zeros and broken frames."""
    start = data.find(b"\xff", 0, _SEARCHED)
    while start >= 0:
        first = frame_at(data, start)
        if first is not None and _continues(data, first, to_end=not data[:start].strip(b"\0")):
            return first
        start = data.find(b"\xff", start + 1, _SEARCHED)
    return None


def _continues(data: bytes, first: Frame, to_end: bool) -> bool:
    """Whether enough frames alike follow, or as many as there are if these fill the bytes."""
    at = first.start + first.length
    for _ in range(_CHAIN - 1):
        if at >= len(data):
            return to_end
        following = frame_at(data, at)
        if following is None or following.kind != first.kind:
            return False
        at += following.length
    return True
