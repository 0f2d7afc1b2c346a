"""What browsers are told to do with our answers: on pages, on voices, over TLS and without."""

import re

import pytest

from tests.fakes import Visitor
from webapp.guard.headers import HEADERS, POLICY

TLS = {"base_url": "https://localhost"}


def directives(policy):
    return {name: rest for name, _, rest in (one.partition(" ") for one in policy.split("; "))}


@pytest.mark.parametrize("address", ["/", "/nowhere", "/static/style.css", "/healthz", "/upload"])
def test_every_answer_has_them(client, address):
    with client.get(address) as response:
        for name, value in HEADERS.items():
            assert response.headers[name] == value


def test_the_policy_lets_nothing_in_that_is_not_ours():
    found = directives(POLICY)
    assert "unsafe" not in POLICY
    assert "data:" not in POLICY
    assert "*" not in POLICY
    for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert found[name] == "'none'"
    assert found["script-src"] == found["style-src"] == "'self'"


def test_a_result_lets_in_the_styles_of_its_player_and_no_others(client, address):
    nonces = set()
    for _ in range(2):
        response = client.get(address)
        styles = directives(response.headers["Content-Security-Policy"])["style-src"]
        (nonce,) = re.fullmatch(r"'self' 'nonce-([\w-]{22})'", styles).groups()
        assert f'nonce="{nonce}"' in response.text
        nonces.add(nonce)
    assert len(nonces) == 2, "each answer has one of its own"


def test_only_the_microphone_is_ours():
    powers = dict(one.split("=") for one in HEADERS["Permissions-Policy"].split(", "))
    assert powers.pop("microphone") == "(self)"
    assert set(powers.values()) == {"()"}
    assert "camera" in powers


def test_pages_with_a_token_are_not_shared_by_caches(client):
    assert client.get("/upload").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/history").headers["Cache-Control"] == "no-store"


def test_the_cookie_without_tls(client):
    cookie = client.get("/upload").headers["Set-Cookie"]
    assert cookie.startswith("tonelog=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_the_cookie_over_tls(client):
    response = client.get("/upload", **TLS)
    name, _, attributes = response.headers["Set-Cookie"].partition("=")
    assert name == "__Host-tonelog"
    parts = set(attributes.split("; ")[1:])
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    year = re.fullmatch(r"max-age=(\d+)", response.headers["Strict-Transport-Security"])
    assert int(year[1]) >= 365 * 24 * 3600


def test_a_cookie_from_before_tls_opens_nothing_over_tls(client):
    token = Visitor(client).token()
    form = {"csrf_token": token}
    headers = {"Referer": "https://localhost/history/delete"}
    response = client.post("/history/delete", data=form, headers=headers, **TLS)
    assert response.status_code == 400


@pytest.fixture
def address(visitor, wav):
    return visitor.sent(wav, "hello.wav")


def test_audio_is_data_and_nothing_else(client, address):
    response = client.get(f"{address}/audio")
    assert response.mimetype == "audio/wav"
    assert re.fullmatch(
        r"attachment; filename=tonelog-[\w-]{22}\.wav", response.headers["Content-Disposition"]
    )
    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert "sandbox" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_audio_comes_in_parts(client, address, wav):
    response = client.get(f"{address}/audio", headers={"Range": "bytes=4-7"})
    assert response.status_code == 206
    assert response.data == wav[4:8]
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_pictures_load_and_run_nothing(client, address):
    for picture in ("waveform.svg", "spectrogram.png"):
        policy = client.get(f"{address}/{picture}").headers["Content-Security-Policy"]
        assert directives(policy)["default-src"] == "'none'"
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "sandbox" in policy
