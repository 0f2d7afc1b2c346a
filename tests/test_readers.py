"""Reading files that were made to do harm."""

import io
import itertools
import struct
import time

import av
import numpy as np
import pytest

from tests.sounds import recorded
from webapp.speech.containers import Container, Recording
from webapp.speech.decode import decode
from webapp.speech.errors import NotAudio, SpeechError
from webapp.speech.parts import Part
from webapp.speech.readers import BLOCK, _joined, readers

LIMIT = 300.0
PLAYLISTS = (
    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{0}\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile '{0}'\n",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
    '<?xml version="1.0"?><MPD><Period><BaseURL>file://{0}</BaseURL></Period></MPD>',
    "[playlist]\nFile1={0}\n",
    "file:{0}",
)


@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_no_file_opens_another(playlist, tmp_path):
    """Neither as it is, nor with a tag before it, nor forced through each demuxer."""
    target = tmp_path / "voice.wav"
    target.write_bytes(recorded("wav-16"))
    data = playlist.format(target).encode()
    for disguise in (data, b"ID3\x04\0\0\0\0\0\0" + data):
        with pytest.raises(NotAudio):
            decode(disguise, LIMIT)
    for container in Container:
        assert not heard_by_force(container, data)


def heard_by_force(container, data):
    """Samples that FFmpeg finds when it is told to take the data for a certain container."""
    recording = Recording(container, Part(io.BytesIO(data)))
    *_, read = readers(recording)
    try:
        return sum(len(samples) for samples, _ in read(recording))
    except (av.FFmpegError, SpeechError):
        return 0


@pytest.mark.parametrize(
    ("name", "box", "at"), [("m4a-aac", b"stsz", 8), ("mp4-fragmented", b"trun", 8)]
)
def test_promises_of_endless_samples_cost_no_memory(name, box, at):
    data = bytearray(recorded(name))
    at += data.index(box)
    data[at : at + 8] = struct.pack(">II", 1 if box == b"stsz" else 60_000_000, 60_000_000)
    started = time.process_time()
    with pytest.raises(NotAudio, match="damaged"):
        decode(bytes(data), LIMIT)
    assert time.process_time() - started < 0.5


def test_swarms_of_packets_cost_no_time():
    made = io.BytesIO()
    with av.open(made, "w", format="matroska") as container:
        stream = container.add_stream("pcm_u8", rate=48_000, layout="mono")
        for number in range(20_000):
            packet = av.Packet(b"\x80")
            packet.stream, packet.pts, packet.dts = stream, number, number
            container.mux(packet)
    with pytest.raises(NotAudio, match="damaged"):
        decode(made.getvalue(), LIMIT)


def test_a_codec_that_is_not_known_is_named_as_such():
    data = recorded("wav-ima-adpcm").replace(b"\x14\0\0\0\x11\0", b"\x14\0\0\0\x70\x02")
    with pytest.raises(NotAudio, match="cannot be read"):
        decode(data, LIMIT)


def small_blocks(*sizes, rate=48_000, channels=2, value=0.5):
    for size in sizes:
        yield np.full((size, channels), value, np.float32), rate


def test_small_blocks_are_joined_as_long_as_they_are_of_a_kind():
    kinds = [{}, {"rate": 44_100}, {"channels": 1}, {"channels": 6, "rate": 44_100}]
    blocks = itertools.chain(*(small_blocks(10, 20, 30, **kind) for kind in kinds))
    found = [(block.shape, rate) for block, rate in _joined(blocks)]
    assert found == [((60, 2), 48_000), ((60, 2), 44_100), ((60, 1), 48_000), ((60, 6), 44_100)]


def test_not_all_of_a_long_sound_is_joined():
    found = [len(block) for block, _ in _joined(small_blocks(*[1000] * 100))]
    assert sum(found) == 100_000
    assert max(found) < BLOCK + 1000


def test_what_came_before_a_break_comes_first():
    def breaking():
        yield from small_blocks(10, 20)
        raise av.InvalidDataError(1, "broken")

    joined = _joined(breaking())
    assert len(next(joined)[0]) == 30
    with pytest.raises(av.FFmpegError):
        next(joined)
