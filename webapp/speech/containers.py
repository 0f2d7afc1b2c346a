"""What some bytes are, by their content alone: the name of a file is never asked.

The container is chosen here and never guessed by a library, so that nothing reaches a parser that
was not meant for it. Playlists and the like, which point to other files, are on no list.
"""

import io
import re
import struct
from collections.abc import Callable
from enum import StrEnum
from itertools import islice
from typing import BinaryIO, NamedTuple

from webapp.speech import mp4, mpeg
from webapp.speech.parts import Part


class Container(StrEnum):
    """A kind of file that is read, by the name of its FFmpeg demuxer."""

    WAV = "wav"
    W64 = "w64"
    AIFF = "aiff"
    FLAC = "flac"
    OGG = "ogg"
    MP3 = "mp3"
    AAC = "aac"
    MP4 = "mov"
    MATROSKA = "matroska"
    AMR = "amr"
    CAF = "caf"
    AU = "au"
    AVI = "avi"
    ASF = "asf"
    FLV = "flv"
    MPEG_TS = "mpegts"
    MPEG_PS = "mpeg"


class Recording(NamedTuple):
    """Bytes that begin as sound files do, without the tags before them."""

    container: Container
    data: Part


_SIGNATURES = (
    (rb"(RIFF|RIFX|RF64)....WAVE", Container.WAV),
    (rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", Container.W64),
    (rb"FORM....AIF[FC]", Container.AIFF),
    (rb"fLaC", Container.FLAC),
    (rb"OggS", Container.OGG),
    (rb"....(ftyp|moov|mdat|moof|styp|free|skip|wide|pnot)", Container.MP4),
    (rb"\x1a\x45\xdf\xa3", Container.MATROSKA),
    (rb"#!AMR", Container.AMR),
    (rb"caff", Container.CAF),
    (rb"\.snd", Container.AU),
    (rb"RIFF....AVI ", Container.AVI),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container.ASF),
    (rb"FLV\x01", Container.FLV),
    (rb"\x00\x00\x01\xba", Container.MPEG_PS),
    (rb"G.{187}G.{187}G|.{4}G.{191}G.{191}G", Container.MPEG_TS),
)
"""How each kind of file begins. Transport streams have packets of 188 bytes, camcorders' of 192."""

_HEAD = 2**17
"""Bytes that tell what a file is: more than `mpeg.find_frames` ever looks at."""

_TAGS = 8
"""ID3 tags that may precede the sound; real files have one, seldom two."""


def identify(file: BinaryIO) -> Recording | None:
    """The container of a file; None for everything that is no sound file known here."""
    bare = _without_tags(Part(file))
    head = bare.between(0, _HEAD)
    for signature, container in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return Recording(container, bare)
    found = mpeg.find_frames(head)
    if found is None:
        return None
    container = Container.AAC if found.layer == mpeg.ADTS else Container.MP3
    return Recording(container, bare.after(found.start))


def _without_tags(data: Part) -> Part:
    """The bytes after leading ID3v2 tags, which can precede any format."""
    start = 0
    for _ in range(_TAGS):
        header = data.between(start, start + 10)
        if len(header) < 10 or not header.startswith(b"ID3"):
            break
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(header[6:], (21, 14, 7, 0), strict=True)
        )
        start += 10 + size + (10 if header[5] & 0x10 else 0)
    return data.after(start)


class WavFormat(NamedTuple):
    """Codec and bits a sample of a WAV file."""

    tag: int
    bits: int


PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_EXTENSIBLE_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def wav_format(data: Part) -> WavFormat | None:
    """What the only `fmt ` chunk of a WAV file says; None where there is not exactly one.

    Occurrences of the name are counted and chunks are not walked: a parser that stumbles over the
    file in a way of its own still cannot come upon another `fmt ` chunk than this one.
    """
    at = _only(data, b"fmt ")
    if at is None or at + 24 > data.size:
        return None
    chunk = data.between(at, at + 48)
    tag, bits = struct.unpack_from("<H12xH", chunk, 8)
    if tag == EXTENSIBLE and chunk[34:] == _EXTENSIBLE_TAIL:
        (tag,) = struct.unpack_from("<H", chunk, 32)
    return WavFormat(tag, bits)


def _only(data: Part, word: bytes) -> int | None:
    """Where a word stands that is there only once; None for any other."""
    first, *others = [*islice(data.places(word), 2), None]
    return None if len(others) == 2 else first


_PLAIN_AIFF = (b"NONE", b"twos", b"sowt", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64")


def _is_plain_aiff(data: Part) -> bool:
    """Whether the only `COMM` chunk of an AIFF file announces uncompressed samples."""
    at = _only(data, b"COMM")
    if at is None:
        return False
    chunk = data.between(at, at + 30)
    return chunk[4:8] == b"\0\0\0\x12" or chunk[26:] in _PLAIN_AIFF


def _is_plain_wav(data: Part) -> bool:
    found = wav_format(data)
    return found is not None and found.tag in (PCM, FLOAT)


def libsndfile_reads(recording: Recording) -> bool:
    """Whether libsndfile may and should be given these bytes: lossless sound without surprises.

    Its IMA-ADPCM reader corrupts memory on crafted files (CVE-2026-37555), so it never sees WAV or
    AIFF that may hold that codec. Of MP3 and Ogg that were damaged or strung together it silently
    reads the first part only, where FFmpeg goes on.
    """
    match recording.container:
        case Container.WAV:
            return _is_plain_wav(recording.data)
        case Container.AIFF:
            return _is_plain_aiff(recording.data)
        case container:
            return container is Container.FLAC


def _wav_plays(data: Part) -> bool:
    found = wav_format(data)
    return data.between(0, 4) == b"RIFF" and found in {(PCM, 8), (PCM, 16), (PCM, 24), (FLOAT, 32)}


def _ogg_plays(data: Part) -> bool:
    return any(name in data.between(0, 64) for name in (b"OpusHead", b"\x01vorbis", b"\x7fFLAC"))


def _mp4_plays(data: Part) -> bool:
    """Whether the sound is AAC, Opus or FLAC; QuickTime's own flavour is not played everywhere."""
    if data.between(8, 12) == b"qt  ":
        return False
    codecs, boxes = (b"mp4a", b"Opus", b"fLaC"), mp4.without_media(data)
    found = (data.places(name, *box) for box in boxes for name in codecs)
    return any(True for places in found for _ in places)


def _mpeg_plays(data: Part) -> bool:
    frame = mpeg.frame_at(data.between(0, 6), 0)
    return frame is not None and frame.layer == mpeg.LAYER_3


_PLAYED: dict[Container, tuple[str, Callable[[Part], bool]]] = {
    Container.WAV: ("audio/wav", _wav_plays),
    Container.FLAC: ("audio/flac", lambda _: True),
    Container.OGG: ("audio/ogg", _ogg_plays),
    Container.MP3: ("audio/mpeg", _mpeg_plays),
    Container.AAC: ("audio/aac", lambda _: True),
    Container.MP4: ("audio/mp4", _mp4_plays),
    Container.MATROSKA: ("audio/webm", lambda data: b"\x42\x82\x84webm" in data.between(0, 128)),
}


def playable_type(sound: bytes | BinaryIO) -> str | None:
    """The media type under which browsers play these bytes as they are; None where they do not."""
    file = io.BytesIO(sound) if isinstance(sound, bytes) else sound
    recording = identify(file)
    if recording is None or recording.container not in _PLAYED:
        return None
    tagged = recording.data.size < Part(file).size
    if tagged and recording.container not in (Container.MP3, Container.AAC):
        return None
    media_type, plays = _PLAYED[recording.container]
    return media_type if plays(recording.data) else None
