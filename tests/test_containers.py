"""What bytes are: sound of which kind, who may read it, and whether browsers play it."""

import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.sounds import CONTAINERS, recorded
from webapp.speech.containers import identify, libsndfile_reads, playable_type
from webapp.speech.decode import decode
from webapp.speech.errors import NoSound, NotAudio, SpeechError

LIMIT = 300.0


def picture(kind):
    made = io.BytesIO()
    noise = np.random.default_rng(3).integers(0, 256, (120, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(made, kind)
    return made.getvalue()


def archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("voice.wav", recorded("wav-16"))
    return made.getvalue()


OTHERS = {
    "text": b"This is no sound, whatever its name says.\n" * 40,
    "page": b"<!doctype html><title>404</title><p>Not found</p>",
    "png": picture("PNG"),
    "jpeg": picture("JPEG"),
    "gif": picture("GIF"),
    "webp": picture("WEBP"),
    "tiff": picture("TIFF"),
    "zip": archive(),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "program": b"\x7fELF\x02\x01\x01" + bytes(200),
    "noise": np.random.default_rng(5).bytes(200_000),
    "zeros": bytes(10_000),
    "ones": b"\xff" * 10_000,
    "one byte": b"R",
    "half a name": b"RIFF",
    "midi": b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_sound_file(name):
    with pytest.raises(NotAudio, match="Choose a recording"):
        decode(OTHERS[name], LIMIT)


@pytest.mark.parametrize("name", [name for name in CONTAINERS if name != "aac-adts"])
def test_a_beginning_alone_is_no_sound(name):
    with pytest.raises((NotAudio, NoSound)):
        decode(recorded(name)[:12], LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        recorded("wav-ima-adpcm"),
        recorded("wav-ms-adpcm"),
        recorded("wav-16").replace(b"data", recorded("wav-ima-adpcm")[12:40] + b"data", 1),
        recorded("wav-extensible").replace(
            b"\x01\0\0\0\0\0\x10\0\x80", b"\x11\0\0\0\0\0\x10\0\x80"
        ),
        recorded("wav-16")
        .replace(b"RIFF", b"RIFX", 1)
        .replace(b" \x10\0\0\0\x01\0", b" \0\0\0\x10\0\x11"),
        recorded("aiff").replace(b"AIFF", b"AIFC").replace(b"\0\x12\0\x01", b"\0\x18\0\x01"),
        recorded("w64"),
        recorded("mp3"),
    ],
)
def test_libsndfile_sees_nothing_but_plain_sound(data, monkeypatch):
    monkeypatch.delattr(soundfile, "SoundFile")
    recording = identify(io.BytesIO(data))
    assert recording is not None
    assert not libsndfile_reads(recording)
    with suppress(SpeechError):
        decode(data, LIMIT)


@pytest.mark.parametrize("name", ["wav-16", "wav-float", "wav-extensible", "aiff", "flac"])
def test_libsndfile_sees_plain_sound(name):
    recording = identify(io.BytesIO(recorded(name)))
    assert recording is not None
    assert libsndfile_reads(recording)


PLAYED = {
    "audio/wav": ("wav-8", "wav-16", "wav-24", "wav-float", "wav-extensible"),
    "audio/flac": ("flac",),
    "audio/mpeg": ("mp3",),
    "audio/aac": ("aac-adts",),
    "audio/ogg": ("ogg-vorbis", "ogg-opus"),
    "audio/webm": ("webm-opus", "webm-live"),
    "audio/mp4": ("m4a-aac", "mp4-fragmented", "mp4-opus", "mp4-video"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_type_is_what_browsers_play(name):
    expected = [media_type for media_type, names in PLAYED.items() if name in names]
    assert [playable_type(recorded(name))] == (expected or [None])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_sound_does_not_play(name):
    assert playable_type(OTHERS[name]) is None


def test_a_tag_stops_flac_but_not_mp3():
    tag = b"ID3\x04\0\0\0\0\0\x02\0\0"
    assert playable_type(tag + recorded("flac")) is None
    assert playable_type(tag + recorded("mp3")) == "audio/mpeg"
