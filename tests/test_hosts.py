"""By which names, and from where, a copy may be called."""

import io
import re
from dataclasses import replace
from functools import partial

import pytest

JSON = {"Accept": "application/json"}
ABROAD = {"REMOTE_ADDR": "192.0.2.7"}


def asked(client, host, server="127.0.0.1", **environ):
    return client.get(
        "/", headers={"Host": host}, environ_overrides={"SERVER_NAME": server, **environ}
    )


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:9000", "[::1]:8000", "[::1]"],
)
def test_this_machine_has_these_names(client, host):
    assert asked(client, host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"),
        *("192.0.2.1", "[2001:db8::1]", "a b", "[", "x@localhost@y", "evil.example/localhost", ""),
        *("0.0.0.0", "localhost:port", "localhost,evil.example"),
    ],
)
def test_any_other_name_is_refused(client, host):
    response = asked(client, host)
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers
    assert "csrf" not in response.text
    told = client.get("/upload", headers={"Host": host, **JSON})
    assert told.status_code == 400


def test_the_refusal_says_what_to_do(client):
    assert "TONELOG_HOSTS" in asked(client, "evil.example").text
    told = client.get("/", headers={"Host": "evil.example", **JSON})
    assert told.json["error"]["code"] == "wrong_host"


def test_the_address_that_is_listened_on_is_a_name(client):
    assert asked(client, "192.0.2.1:8000", server="192.0.2.1").status_code == 200
    assert asked(client, "192.0.2.2:8000", server="192.0.2.1").status_code == 400


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_who_listens_everywhere_has_any_number_but_no_name(client, everywhere):
    for host in ("192.0.2.1:8000", "[2001:db8::1]:8000"):
        assert asked(client, host, server=everywhere).status_code == 200
    assert asked(client, "evil.example", server=everywhere).status_code == 400


def test_on_a_socket_file_a_request_does_not_name_the_server(client):
    response = asked(client, "evil.example", server="evil.example", REMOTE_ADDR="")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("voices.example.org", 200), ("VOICES.example.org:443", 200), ("example.org", 400)),
        *(("a.example.net", 200), ("a.b.example.net", 200), ("example.net", 200)),
        *(("badexample.net", 400), ("voices.example.org.evil", 400)),
    ],
)
def test_names_of_ones_own(make_app, settings, host, status):
    hosts = ("voices.example.org", ".example.net")
    client = make_app(replace(settings, hosts=hosts)).test_client()
    assert asked(client, host).status_code == status


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"])
def test_without_a_password_nobody_else_gets_in(client, address):
    for path in ("/", "/healthz", "/static/style.css", "/login"):
        response = client.get(path, environ_overrides={"REMOTE_ADDR": address})
        assert response.status_code == 403
        assert "flask set-password" in response.text


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_gets_in(client, address):
    response = client.get("/", environ_overrides={"REMOTE_ADDR": address, "SERVER_NAME": "::1"})
    assert response.status_code == 200


FORWARDED = {
    "X-Forwarded-For": "198.51.100.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "voices.example.org",
}


def test_proxies_are_not_believed_unless_told(client):
    response = client.get("/upload", headers=FORWARDED)
    assert response.status_code == 200
    assert "Secure" not in response.headers["Set-Cookie"]


def test_a_proxy_that_is_known_is_believed(make_app, settings):
    app = make_app(replace(settings, proxies=1, hosts=("voices.example.org",)))
    response = app.test_client().get("/upload", headers=FORWARDED)
    assert response.status_code == 200
    assert response.headers["Set-Cookie"].startswith("__Host-tonelog=")


def test_nobody_gets_in_by_claiming_to_be_a_proxy(make_app, settings):
    client = make_app(replace(settings, proxies=1)).test_client()
    forged = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost"}
    assert client.get("/", headers=forged, environ_overrides=ABROAD).status_code == 403
    alien = {"X-Forwarded-Host": "evil.example"}
    assert client.get("/", headers=alien).status_code == 400


def test_so_many_proxies_and_no_more(make_app, settings):
    client = make_app(replace(settings, proxies=2)).test_client()
    one = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert "Secure" not in client.get("/upload", headers=one).headers["Set-Cookie"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_pages_of_others_send_is_not_even_read(client, site, wav):
    body = io.BytesIO(wav)
    headers = {"Sec-Fetch-Site": site, **JSON}
    response = client.post("/upload", input_stream=body, content_length=len(wav), headers=headers)
    assert response.status_code == 403
    assert response.json["error"]["code"] == "cross_site"
    assert body.tell() == 0


def test_links_from_pages_of_others_may_be_followed(client):
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_may_send(visitor, wav, site):
    assert visitor.send(wav, headers={"Sec-Fetch-Site": site}).status_code == 303


TLS = {"base_url": "https://localhost"}


def test_forms_work_over_tls_and_say_where_they_come_from(client):
    text = client.get("/upload", **TLS).text
    form = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]}
    post = partial(client.post, "/history/delete", data=form, **TLS)
    assert post().status_code == 400
    assert post(headers={"Referer": "https://evil.example/"}).status_code == 400
    assert post(headers={"Referer": "https://localhost/history/delete"}).status_code == 303
