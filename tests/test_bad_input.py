"""What comes in that must not: a sentence that says what to do, and nothing left behind."""

import io
import struct
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.fakes import Visitor
from tests.not_speech.making import made_sounds
from tests.not_speech.plain import PLAIN
from tests.sounds import encode, silence, silent_video, voice
from webapp import prediction_log
from webapp.speech.waveform import Waveform

JSON = {"Accept": "application/json"}


def bare_header():
    return encode("wav-16", silence(0))


def header_that_promises():
    return bare_header()[:40] + struct.pack("<I", 1_000_000)


def picture():
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "PNG")
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("voice.wav", encode("wav-16", voice(1)))
    return file.getvalue()


def hiss():
    noise = np.random.default_rng(0).standard_normal(32_000) * 1e-5
    return encode("wav-float", Waveform(noise.astype(np.float32), 16_000))


def tone():
    return encode("wav-16", Waveform(np.sin(np.arange(32_000) / 6).astype(np.float32) / 2, 16_000))


def music():
    return encode("wav-16", dict(made_sounds({"chord": PLAIN["chord"]}, 1, seed=0))["chord"])


BAD = {
    "empty": (b"", 400, "empty_file"),
    "text": (b"This is no sound at all.\n" * 50, 415, "not_audio"),
    "header": (bare_header(), 422, "no_sound"),
    "promise": (header_that_promises(), None, None),
    "picture": (picture(), 415, "not_audio"),
    "zip": (archive(), 415, "not_audio"),
    "silent video": (silent_video(), 422, "no_sound"),
    "silence": (encode("wav-16", silence(2)), 422, "no_speech"),
    "silent mp3": (encode("mp3", silence(2)), 422, "no_speech"),
    "hiss": (hiss(), 422, "no_speech"),
    "tone": (tone(), 422, "no_speech"),
    "music": (music(), 422, "no_speech"),
    "50 ms": (encode("wav-16", voice(0.05)), 422, "too_short"),
}


@pytest.fixture
def nothing_stays(app, kept):
    """Holds at the end of the test: no row, no audio, nobody asked."""
    yield
    with app.app_context():
        assert prediction_log.count() == 0
    assert not kept()


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("page", ["/upload", "/record"])
@pytest.mark.parametrize("name", BAD)
def test_not_a_voice(visitor, recognizers, name, page):
    data, status, code = BAD[name]
    shown = visitor.send(data, "voice.wav", page=page)
    told = visitor.send(data, "voice.wav", page=page, headers=JSON)
    assert shown.status_code == told.status_code == (status or told.status_code)
    assert 400 <= told.status_code < 500
    error = told.json["error"]
    assert error["code"] == (code or error["code"])
    assert error["sentence"].count(" ") >= 3
    assert error["sentence"].endswith(".")
    assert 'role="alert"' in shown.text
    assert f'action="{page}"' in shown.text
    assert recognizers["cnn_lstm"].asked == 0


@pytest.fixture
def limited(make_app, settings):
    """A visitor to a copy that hears no more than 1 MB and 3 seconds."""
    app = make_app(replace(settings, max_megabytes=1, max_seconds=3))
    return Visitor(app.test_client())


@pytest.mark.parametrize("megabytes", [1.01, 1.5, 8])
@pytest.mark.parametrize("page", ["/upload", "/record"])
def test_too_large(limited, kept, page, megabytes):
    data = bytes(int(megabytes * 2**20))
    told = limited.send(data, page=page, headers=JSON)
    assert told.status_code == 413
    assert told.json["error"]["code"] == "too_large"
    assert "1 MB" in told.json["error"]["sentence"]
    shown = limited.send(data, page=page)
    assert shown.status_code == 413
    assert "larger than 1 MB" in shown.text
    assert f'action="{page}"' in shown.text
    assert not kept()


def test_too_large_without_saying_how_large(limited):
    """As with Transfer-Encoding: chunked, where the length is known only at the end."""
    token = limited.token()
    head = (
        '--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        f'{token}\r\n--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    )
    response = limited.client.post(
        "/upload",
        input_stream=io.BytesIO(head.encode() + bytes(3 * 2**20)),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == 413
    assert "larger than 1 MB" in response.text


@pytest.mark.parametrize(
    ("megabytes", "headers", "taken"),
    [(4, {}, 4), (12, {}, 9), (4, {"Expect": "100-continue"}, 0)],
)
def test_who_sends_too_much_is_heard_out(limited, megabytes, headers, taken):
    """Cut off in the middle, a browser would not show the answer."""
    body = io.BytesIO(bytes(megabytes * 2**20))
    response = limited.client.post(
        "/upload",
        input_stream=body,
        content_length=megabytes * 2**20,
        content_type="multipart/form-data; boundary=x",
        headers=headers,
    )
    assert response.status_code == 413
    assert round(body.tell() / 2**20) == taken


def test_the_page_after_too_much_still_works(limited):
    shown = limited.send(bytes(2 * 2**20))
    assert 'name="csrf_token"' in shown.text
    assert limited.send(encode("wav-16", voice(1.5))).status_code == 303


@pytest.mark.parametrize("container", ["wav-16", "flac", "mp3", "webm-opus", "m4a-aac"])
def test_too_long(limited, kept, container):
    told = limited.send(encode(container, voice(4)), headers=JSON)
    assert told.status_code == 413
    assert told.json["error"]["code"] == "too_long"
    assert "3 s." in told.json["error"]["sentence"]
    assert not kept()


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("page", ["/upload", "/record"])
def test_no_file_chosen(visitor, client, page):
    for response in (
        visitor.send(None, page=page),
        visitor.send(b"", "", page=page),  # what a browser sends where nothing was chosen
        client.post(page, data={"csrf_token": visitor.token(page), "audio": "text"}),
    ):
        assert response.status_code == 400
        assert "Choose a file" in response.text
        assert f'action="{page}"' in response.text
    assert visitor.send(None, page=page, headers=JSON).json["error"]["code"] == "no_file"


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("page", ["/upload", "/record"])
@pytest.mark.parametrize("token", [None, "", "forged", "IjEi.aaaaaa.bbbbbbbbbbbb"])
def test_no_proof_that_the_form_is_ours(client, wav, page, token):
    client.get(page)
    form = {"audio": (io.BytesIO(wav), "voice.wav")}
    if token is not None:
        form["csrf_token"] = token
    response = client.post(page, data=form)
    assert response.status_code == 400
    assert f'action="{page}"' in response.text
    assert "Send it again" in response.text
    told = client.post(page, headers=JSON)
    assert told.status_code == 400
    assert told.json["error"]["code"] == "csrf"


@pytest.mark.usefixtures("nothing_stays")
def test_an_unknown_model(visitor, wav):
    response = visitor.send(wav, model="<best>")
    assert response.status_code == 400
    assert "<best>" not in response.text
    assert "Choose one of these: ann, cnn_lstm." in response.text


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream"])
def test_not_a_form_at_all(visitor, client, kind):
    headers = {"X-CSRFToken": visitor.token()}
    response = client.post("/upload", data=b"\x00{[", content_type=kind, headers=headers)
    assert response.status_code == 400
    assert 'action="/upload"' in response.text


@pytest.mark.usefixtures("nothing_stays")
def test_a_form_of_very_many_parts(visitor, client):
    form = {f"field{number}": "x" for number in range(2_000)}
    form |= {"csrf_token": visitor.token(), "audio": (io.BytesIO(b"x"), "x.wav")}
    assert client.post("/upload", data=form).status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        *("/nowhere", "/predictions", "/predictions/", "/predictions/nobody"),
        *(
            "/predictions/nobody.json",
            "/predictions/nobody/audio",
            "/predictions/..%2f..%2fwsgi.py",
        ),
        *("/predictions/nobody/waveform.svg", "/predictions/nobody/spectrogram.png"),
        *("/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/predictions/%00"),
    ],
)
def test_unknown_address(client, address):
    assert client.get(address).status_code == 404
    assert client.get(address, headers=JSON).json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.wav", "../../x.wav"),
        ("/etc/passwd", "/etc/passwd"),
        ("<script>alert(1)</script>.wav", "&lt;script&gt;alert(1)&lt;/script&gt;.wav"),
        ("'><img src=x onerror=alert(1)>.wav", "&#39;&gt;&lt;img src=x onerror=alert(1)&gt;.wav"),
        ("x" * 5_000 + ".wav", "x" * 255),
    ],
)
def test_file_names_are_shown_escaped_and_never_used(visitor, client, settings, wav, name, shown):
    address = visitor.sent(wav, name)
    for page in (address, "/history"):
        text = client.get(page).text
        assert shown in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    [file] = (settings.instance / "recordings").iterdir()
    assert len(file.name) == 22
    assert not (settings.instance.parent / "x.wav").exists()
    assert client.get(f"{address}.json").json["file"] == name[:255]
