"""What browsers are given to play of a recording, and how much of it at a time."""

import io
from dataclasses import replace

import numpy as np
import pytest

from tests.sounds import lengthy, recorded
from webapp.playable import COPY_RATE, playable
from webapp.speech.decode import decode
from webapp.speech.waveform import Waveform
from webapp.submission import desk
from webapp.tables import Prediction


@pytest.fixture
def of(at):
    """A prediction that is in no log, of a recording that is kept."""

    def make(data, seconds):
        with at.recordings.keeping(data) as name:
            return Prediction(id="one", audio_name=name, seconds=seconds)

    return make


@pytest.mark.parametrize(
    ("name", "kind"), [("wav-16", "audio/wav"), ("mp3", "audio/mpeg"), ("m4a-aac", "audio/mp4")]
)
def test_what_is_played_comes_as_it_is(at, of, name, kind):
    prediction = of(recorded(name), 1.5)
    path = at.recordings.path(prediction.audio_name)
    assert playable(at, prediction) == (path, kind)


def test_a_clip_of_another_kind_is_decoded_whole(at, of):
    data = recorded("aiff", 1.5, 44_100)
    sound, kind = playable(at, of(data, 1.5))
    assert kind == "audio/wav"
    heard = decode(sound.getvalue(), 10)
    assert heard.rate == 44_100
    np.testing.assert_allclose(heard.samples, decode(data, 10).samples, atol=1 / 32_000)


@pytest.fixture
def long_one(of):
    """A recording of a minute and more, of a kind that no browser plays."""
    return of(lengthy("aiff", 70.0), 70.0)


def test_a_long_recording_of_another_kind_is_copied_once(at, long_one, monkeypatch):
    path, kind = playable(at, long_one)
    assert kind == "audio/wav"
    heard = decode(path.read_bytes(), 100)
    assert (heard.rate, heard.seconds) == (COPY_RATE, 70)
    monkeypatch.setattr(type(at.decoders), "stream", None)
    assert playable(at, long_one) == (path, kind)


def test_a_copy_goes_with_its_recording(at, long_one):
    path, _ = playable(at, long_one)
    at.recordings.remove(long_one.audio_name)
    assert not list(path.parent.iterdir())
    assert playable(at, long_one) is None


def test_a_recording_that_is_removed_while_it_is_copied_leaves_no_copy(at, long_one):
    pieces = at.decoders.stream(at.recordings.path(long_one.audio_name), 100.0)

    def write(file):
        at.recordings.remove(long_one.audio_name)
        file.write(next(pieces)[0].samples)

    assert at.recordings.copy(long_one.audio_name, write) is None
    assert not list((at.settings.instance / "playable").iterdir())


def test_what_was_not_kept_is_not_there(at):
    assert playable(at, Prediction(id="one", audio_name=None, seconds=1.5)) is None
    assert playable(at, Prediction(id="one", audio_name="nothing", seconds=1.5)) is None


def test_players_get_the_part_that_they_ask_for(app, visitor, client, kept, settings, monkeypatch):
    """Without the recording's being read into memory, or anything else of it."""
    address = visitor.sent(lengthy("wav-16", 20.0))
    (name,) = kept()
    data = (settings.instance / "recordings" / name).read_bytes()
    monkeypatch.setattr("pathlib.Path.read_bytes", None)
    part = client.get(f"{address}/audio", headers={"Range": "bytes=400000-400099"})
    assert part.status_code == 206
    assert part.data == data[400_000:400_100]
    assert part.headers["Content-Range"] == f"bytes 400000-400099/{len(data)}"
    assert part.headers["Accept-Ranges"] == "bytes"


def test_a_copy_is_played_in_parts_too(app, visitor, client):
    app.extensions["tonelog"] = replace(
        desk_of := app.extensions["tonelog"], settings=replace(desk_of.settings, instant_seconds=2)
    )
    with app.app_context():
        made = desk().submit(lengthy("aiff", 6.0), source="upload", file_name="voice.aiff")
    part = client.get(f"/predictions/{made.id}/audio", headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.mimetype) == (206, "audio/wav")
    assert part.data.startswith(b"RIFF")
    assert part.headers["Content-Range"] == f"bytes 0-99/{44 + 2 * 6 * COPY_RATE}"
    whole = client.get(f"/predictions/{made.id}/audio").data
    assert isinstance(decode(whole, 10), Waveform)
    assert io.BytesIO(whole).read(4) == b"RIFF"
