"""Reading files that were made to do harm."""

import io
import struct
import time

import av
import pytest

from tests.sounds import recorded
from webapp.speech.containers import Container, Recording
from webapp.speech.decode import decode
from webapp.speech.errors import NotAudio, SpeechError
from webapp.speech.readers import readers

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
    *_, read = readers(Recording(container, data))
    try:
        return sum(len(samples) for samples, _ in read(Recording(container, data)))
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
