"""The real thing: gunicorn as `make run` starts it, the released bundles, a client over HTTP."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import serving
from tests.sounds import encode, voice

ROOT = Path(__file__).parents[1]


@contextmanager
def server(instance):
    """Gunicorn with one worker; yields its address and what runs it. Ctrl-C ends it well."""
    with serving(instance, workers=1) as running:
        yield f"http://127.0.0.1:{running.port}", running
        assert running.stop(signal.SIGINT) == 0, running.said()


def wait_for(url):
    for _ in range(600):
        try:
            with urllib.request.urlopen(url) as response:
                return json.load(response)
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} never answered")


def client():
    jar = http.cookiejar.CookieJar()
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def multipart(token, data):
    """A form as a browser sends it: (content type, body)."""
    parts = (
        b'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
        b'--edge\r\nContent-Disposition: form-data; name="audio"; filename="voice.wav"\r\n\r\n'
        + data,
        b"--edge--\r\n",
    )
    return "multipart/form-data; boundary=edge", b"\r\n".join(parts)


def upload(address, data):
    browser = client()
    page = browser.open(f"{address}/upload").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    kind, body = multipart(token, data)
    request = urllib.request.Request(f"{address}/upload", body, {"Content-Type": kind})
    with browser.open(request) as response:
        return response.url, response.read().decode()


def rows(instance):
    with sqlite3.connect(instance / "tonelog.sqlite") as log:
        found = log.execute("select id, audio_name, probabilities from prediction").fetchall()
    log.close()
    return found


@pytest.fixture
def wav():
    return encode("wav-16", voice(2.0))


def test_a_voice_goes_in_and_an_emotion_comes_out(tmp_path, wav):
    with server(tmp_path / "instance") as (address, _):
        url, page = upload(address, wav)
        assert re.fullmatch(rf"{address}/predictions/[\w-]+", url)
        assert "<h1" in page
        with client().open(f"{url}/audio") as audio:
            assert audio.read() == wav
        with client().open(f"{address}/history") as history:
            assert url.rpartition("/")[2] in history.read().decode()


def test_a_killed_worker_loses_nothing_that_was_acknowledged(tmp_path, wav):
    instance = tmp_path / "instance"
    with server(instance) as (address, running):
        upload(address, wav)
        kind, body = multipart("x", wav)
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as half:
            head = f"POST /upload HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n"
            half.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5000])
            time.sleep(0.3)
            os.kill(running.workers()[0], signal.SIGKILL)
        (instance / "recordings" / "left-by-a-killed-worker").write_bytes(b"half")
        wait_for(f"{address}/healthz")  # another worker took its place
        upload(address, wav)
    with server(instance):
        kept = {path.name for path in (instance / "recordings").iterdir()}
        assert kept == {audio for _, audio, _ in rows(instance)}
        assert len(kept) == 2
        assert all(len(json.loads(shares)) == 8 for *_, shares in rows(instance))


def test_serving_never_loads_tensorflow(tmp_path, wav):
    program = """
import io, re, sys
from wsgi import app
client = app.test_client()
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/upload").text)[1]
data = {"csrf_token": token, "audio": (io.BytesIO(sys.stdin.buffer.read()), "voice.wav")}
location = client.post("/upload", data=data).location
for page in ("", "/audio", "/waveform.svg", "/spectrogram.png", ".json"):
    assert client.get(location + page).status_code == 200, page
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "TONELOG_INSTANCE": str(tmp_path)},
        input=wav,
        capture_output=True,
        check=True,
    )
    loaded = set(found.stdout.decode().split())
    assert "librosa" in loaded
    assert not loaded & {"tensorflow", "keras", "training", "matplotlib", "torch", "jax"}


def test_a_damaged_bundle_stops_the_start_in_a_sentence(tmp_path):
    (tmp_path / "bundles" / "cnn_lstm").mkdir(parents=True)
    result = subprocess.run(
        [sys.executable, "-m", "flask", "models"],
        cwd=ROOT,
        env={**os.environ, "TONELOG_BUNDLES": str(tmp_path / "bundles")},
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert "cnn_lstm/card.json cannot be read" in result.stderr
    assert "Traceback" not in result.stderr
