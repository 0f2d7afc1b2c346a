import io
import json
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest
from PIL import Image

from tests.fakes import FakeRecognizer, Visitor, card
from tests.sounds import encode, voice
from webapp import prediction_log
from webapp.speech.quality import Remark


@pytest.fixture
def address(visitor, wav):
    return visitor.sent(wav, "hello.wav")


def test_page_shows_the_key_facts(client, address):
    page = client.get(address).text
    for fact in ("Happy", "😄", "61%", "20%", "hello.wav", "1.5 s", "Convolutions and LSTM", "62%"):
        assert fact in page, fact
    assert page.count("bar-fill") == 8
    assert f"{address}/audio" in page
    assert f"{address}/waveform.svg" in page
    assert f"{address}/spectrogram.png" in page
    assert f"{address}.json" in page


def test_likeliest_emotion_comes_first(client, address):
    page = client.get(address).text
    places = [page.index(f"{share}%</td>") for share in (61, 20, 6, 5, 3)]
    assert places == sorted(places)


def test_remarks_are_plain_sentences(visitor, client):
    address = visitor.sent(encode("wav-16", voice(0.6)))
    assert client.get(f"{address}.json").json["remarks"] == ["very_short"]
    assert Remark.VERY_SHORT.sentence in client.get(address).text


def test_json_is_whole_and_a_download(client, address, wav):
    response = client.get(f"{address}.json")
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment")
    document = json.loads(response.text)
    assert list(document) == [
        *("id", "created_at", "file", "source", "seconds", "sha256", "model", "model_version"),
        *("emotion", "confidence", "named", "probabilities", "remarks", "milliseconds"),
        *("has_audio", "batch", "note", "tags", "correction"),
    ]
    assert document["created_at"].endswith("Z")
    moment = datetime.fromisoformat(document["created_at"])
    assert moment.utcoffset() == timedelta(0)
    assert list(document["probabilities"])[:3] == ["neutral", "calm", "happy"]
    assert len(document["sha256"]) == 64


def test_programs_get_json_at_the_address_itself(client, address):
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.json["emotion"] == "happy"


def test_audio_comes_back_as_it_came(client, address, wav):
    response = client.get(f"{address}/audio")
    assert response.data == wav
    assert response.mimetype == "audio/wav"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_player_can_seek(client, address, wav):
    response = client.get(f"{address}/audio", headers={"Range": "bytes=100-199"})
    assert response.status_code == 206
    assert response.data == wav[100:200]
    assert response.headers["Content-Range"] == f"bytes 100-199/{len(wav)}"
    assert client.get(f"{address}/audio", headers={"Range": "bytes=9999999-"}).status_code == 416


def test_what_browsers_cannot_play_comes_as_wav(visitor, client):
    address = visitor.sent(encode("aiff", voice(1.5)), "voice.aiff")
    response = client.get(f"{address}/audio")
    assert response.mimetype == "audio/wav"
    assert response.data.startswith(b"RIFF")


def test_pictures(client, address):
    waveform = client.get(f"{address}/waveform.svg")
    assert waveform.mimetype == "image/svg+xml"
    assert waveform.text.startswith("<svg")
    spectrogram = client.get(f"{address}/spectrogram.png")
    assert spectrogram.mimetype == "image/png"
    assert Image.open(io.BytesIO(spectrogram.data)).format == "PNG"


@pytest.mark.parametrize("part", ["", ".json", "/audio", "/waveform.svg", "/spectrogram.png"])
def test_nothing_of_it_stays_in_caches(client, address, part):
    assert client.get(address + part).headers["Cache-Control"] == "no-store"


def test_delete_takes_the_row_and_the_audio(visitor, client, address, kept):
    assert kept()
    response = visitor.post(f"{address}/delete", follow_redirects=True)
    assert response.request.path == "/history"
    assert "deleted" in response.text
    assert not kept()
    for part in ("", ".json", "/audio", "/waveform.svg", "/spectrogram.png"):
        assert client.get(address + part).status_code == 404
    assert visitor.post(f"{address}/delete").status_code == 404


def test_delete_needs_a_token(client, address):
    assert client.post(f"{address}/delete").status_code == 400
    assert client.get(f"{address}/delete").status_code == 405
    assert client.get(address).status_code == 200


def test_audio_can_be_off(make_app, settings, wav):
    app = make_app(replace(settings, keep_audio=False))
    client = app.test_client()
    address = Visitor(client).sent(wav)
    assert not list((settings.instance / "recordings").iterdir())
    assert "<audio" not in client.get(address).text
    for part in ("/audio", "/waveform.svg", "/spectrogram.png"):
        assert client.get(address + part).status_code == 404


def test_row_outlives_its_file(client, address, settings):
    for path in (settings.instance / "recordings").iterdir():
        path.unlink()
    assert "<audio" not in client.get(address).text
    assert client.get(f"{address}/audio").status_code == 404
    assert client.get(f"{address}.json").status_code == 200


@pytest.mark.parametrize("version", ["2.0.0", None])
def test_model_that_is_no_longer_there(make_app, settings, visitor, address, version):
    left = {"ann": FakeRecognizer(card("ann"))}
    if version is not None:
        left["cnn_lstm"] = FakeRecognizer(msgspec.structs.replace(card(), version=version))
    later = make_app(replace(settings, default_model="ann"), left)
    page = later.test_client().get(address)
    assert page.status_code == 200
    assert "no longer installed" in page.text


def test_a_lower_limit_later_does_not_hide_older_clips(make_app, settings, address):
    later = make_app(replace(settings, max_seconds=1))
    assert later.test_client().get(f"{address}/waveform.svg").status_code == 200


def test_ids_cannot_be_guessed(visitor, app, wav):
    ids = {visitor.sent(wav).rpartition("/")[2] for _ in range(5)}
    assert len(ids) == 5
    assert all(len(id) == 22 for id in ids)
    with app.app_context():
        assert prediction_log.count() == 5
