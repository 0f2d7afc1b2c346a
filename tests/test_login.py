"""With a password set: nothing without it, no way around it, and sessions that end."""

import io
import re
import time
from dataclasses import replace

import pytest

from tests.fakes import Visitor
from webapp.guard.listening import kept_password
from webapp.guard.password import METHOD, Password

PASSWORD = "correct horse battery staple"
JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="session")
def hashed(tmp_path_factory):
    """Made once: that it takes long is the point of it."""
    path = tmp_path_factory.mktemp("password") / "password"
    Password(path).set(PASSWORD)
    return path.read_text()


@pytest.fixture
def guarded(make_app, settings, hashed):
    settings.instance.mkdir()
    kept_password(settings.instance).path.write_text(hashed)
    return make_app(settings)


@pytest.fixture
def outside(guarded):
    return Visitor(guarded.test_client())


@pytest.fixture
def inside(guarded):
    visitor = Visitor(guarded.test_client())
    assert log_in(visitor).status_code == 303
    return visitor


def log_in(visitor, password=PASSWORD, **more):
    form = {"csrf_token": visitor.token("/login"), "password": password}
    return visitor.client.post("/login", data=form, **more)


def session_cookie(client):
    return client.get_cookie("tonelog").value


def test_the_password_opens(outside):
    response = log_in(outside)
    assert response.status_code == 303
    assert response.location == "/"
    assert outside.client.get("/history").status_code == 200


@pytest.mark.parametrize(
    "guess", ["", " ", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "x" * 2_000, "\x00"]
)
def test_any_other_does_not(outside, guess):
    response = log_in(outside, guess)
    assert response.status_code == 403
    assert "not the password" in response.text
    assert 'role="alert"' in response.text
    assert outside.client.get("/history").status_code == 303


def test_programs_are_told_in_json(outside):
    told = log_in(outside, "another one", headers=JSON)
    assert told.status_code == 403
    assert told.json["error"]["code"] == "wrong_password"


def test_a_guess_needs_a_token(outside):
    assert outside.client.post("/login", data={"password": PASSWORD}).status_code == 400
    assert outside.client.get("/history").status_code == 303


def test_pages_send_to_the_login_and_back(outside):
    response = outside.client.get("/history?page=2", headers=PAGE)
    assert response.status_code == 303
    assert response.location == "/login"
    assert log_in(outside).location == "/history?page=2"


def test_only_pages_are_gone_back_to(outside):
    outside.client.get("/history", headers=PAGE)
    outside.client.get("/models/ann/curves.svg", headers={"Accept": "image/avif,*/*;q=0.8"})
    outside.client.get("/nowhere", headers=PAGE)
    assert log_in(outside).location == "/history"


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "///evil.example/", "/\\evil.example", "/%5Cevil.example"),
        *("/%2F%2Fevil.example", "https://evil.example/", "/history/../..//evil.example"),
        *("/login?next=https://evil.example", "/?next=//evil.example", "/history?" + "x" * 9_000),
    ],
)
def test_nobody_is_sent_elsewhere(outside, path):
    outside.client.get(path, headers=PAGE)
    location = log_in(outside).location
    assert re.match(r"/(?![/\\])", location)
    assert "evil.example" not in location.partition("?")[0]
    assert len(location) < 600


def test_programs_get_a_401_with_a_sentence(outside):
    response = outside.client.get("/history", headers=JSON)
    assert response.status_code == 401
    assert response.json["error"]["code"] == "login_needed"
    assert response.headers["WWW-Authenticate"]


def test_what_is_there_is_nobody_elses_business(inside, outside, wav):
    """Nobody outside can tell an address that leads somewhere from one that does not."""
    address = inside.sent(wav)
    for path in (address, f"{address}/audio", "/predictions/nobody", "/nowhere", "/models/no/x"):
        response = outside.client.get(path)
        assert (response.status_code, response.location) == (303, "/login")


def test_a_voice_is_taken_in_and_thrown_away(outside, wav, kept):
    """Cut off while it sends, a browser would not show the answer."""
    body = io.BytesIO(wav)
    response = outside.client.post("/upload", input_stream=body, content_length=len(wav))
    assert response.status_code == 303
    assert body.tell() == len(wav)
    assert not kept()


def test_the_login_page_needs_nothing_that_is_guarded(outside):
    text = outside.client.get("/login").text
    for address in re.findall(r'(?:href|src)="([^"]+)"', text):
        if address.startswith("/static"):
            with outside.client.get(address) as response:
                assert response.status_code == 200
    assert "History" not in text
    assert "Log out" not in text


def test_the_field_suits_password_managers(outside):
    (field,) = re.findall(r'<input type="password"[^>]*>', outside.client.get("/login").text)
    assert 'autocomplete="current-password"' in field
    assert "maxlength" not in field


def test_machines_may_ask_without_it(outside):
    assert outside.client.get("/healthz").status_code == 200
    assert outside.client.get("/readyz").status_code in (200, 503)


def test_others_get_in_with_it(outside):
    abroad = {"REMOTE_ADDR": "192.0.2.7", "SERVER_NAME": "0.0.0.0"}
    response = outside.client.get("/login", environ_overrides=abroad)
    assert response.status_code == 200


def test_logging_in_begins_a_new_session(outside):
    token, before = outside.token("/login"), session_cookie(outside.client)
    log_in(outside)
    assert session_cookie(outside.client) != before
    assert outside.client.post("/logout", data={"csrf_token": token}).status_code == 400


def test_logging_in_again_ends_the_session_before(guarded, inside):
    before = session_cookie(inside.client)
    form = {"csrf_token": inside.token("/upload"), "password": PASSWORD}
    assert inside.client.post("/login", data=form).status_code == 303
    assert not works(guarded, before)
    assert works(guarded, session_cookie(inside.client))


def works(app, cookie):
    """Whether somebody who has got hold of this cookie is in."""
    thief = app.test_client()
    thief.set_cookie("tonelog", cookie)
    return thief.get("/history").status_code == 200


def test_every_page_has_a_way_out(inside):
    for page in ("/", "/upload", "/record", "/history", "/models"):
        assert 'action="/logout"' in inside.client.get(page).text


def test_logging_out_ends_the_session_for_good(guarded, inside):
    cookie = session_cookie(inside.client)
    assert works(guarded, cookie)
    assert inside.post("/logout").location == "/login"
    assert inside.client.get("/history").status_code == 303
    assert not works(guarded, cookie), "a copy of the cookie is of no use"


def test_logging_out_needs_a_token(inside):
    assert inside.client.post("/logout").status_code == 400
    assert inside.client.get("/logout").status_code == 405
    assert inside.client.get("/history").status_code == 200


def test_changing_the_password_ends_all_sessions(guarded, inside):
    cookie = session_cookie(inside.client)
    done = guarded.test_cli_runner().invoke(
        args=["set-password", "--stdin"], input="another password, a long one\n"
    )
    assert done.exit_code == 0, done.output
    assert not works(guarded, cookie)
    assert log_in(inside).status_code == 403
    assert log_in(inside, "another password, a long one").status_code == 303


@pytest.mark.parametrize("short", [{"idle_minutes": 0.01}, {"session_hours": 0.0002}])
def test_sessions_end_by_themselves(make_app, settings, guarded, inside, short):
    """A copy of the same folder that is less patient finds the session over."""
    cookie, hasty = session_cookie(inside.client), make_app(replace(settings, **short))
    time.sleep(0.8)
    assert not works(hasty, cookie)
    assert not works(guarded, cookie), "it is over for all"


def test_wrong_guesses_are_slowed_across_pages_and_sessions(guarded, outside):
    for _ in range(5):
        assert log_in(outside, "a wrong one").status_code == 403
    refused = log_in(outside)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Too many passwords" in refused.text
    another = Visitor(guarded.test_client())
    assert log_in(another).status_code == 429, "cookies do not matter"
    told = log_in(another, headers=JSON)
    assert told.json["error"]["code"] == "too_often"
    elsewhere = {"REMOTE_ADDR": "127.0.0.9"}
    assert log_in(another, environ_overrides=elsewhere).status_code == 303


def test_who_knows_it_is_never_slowed(outside):
    for _ in range(8):
        assert log_in(outside).status_code == 303
        outside.post("/logout")


def test_without_a_password_there_is_no_login(client):
    assert client.get("/login").location == "/"
    assert "Log out" not in client.get("/").text


def test_the_hash_is_slow_salted_and_nobody_elses(tmp_path):
    first, second = Password(tmp_path / "a"), Password(tmp_path / "b")
    first.set(PASSWORD)
    second.set(PASSWORD)
    assert first.path.read_text().startswith(f"{METHOD}$")
    assert PASSWORD not in first.path.read_text()
    assert first.path.read_text() != second.path.read_text()
    assert first.path.stat().st_mode & 0o077 == 0
    assert first.matches(PASSWORD)


def test_any_characters_are_taken_as_they_come(tmp_path):
    password = Password(tmp_path / "password")
    password.set("  Ünïcode 日本語 🔑 and spaces  ")
    assert password.matches("  Ünïcode 日本語 🔑 and spaces  ")
    assert not password.matches("Ünïcode 日本語 🔑 and spaces")


def test_a_damaged_password_lets_nobody_in(tmp_path):
    (tmp_path / "password").touch()
    password = Password(tmp_path / "password")
    assert password.is_set
    assert not password.matches("")


def test_the_language_stays_through_login_and_logout(outside):
    form = {"csrf_token": outside.token("/login"), "language": "de", "back": "/login"}
    assert outside.client.post("/language", data=form).location == "/login"
    assert log_in(outside).status_code == 303
    assert '<html lang="de">' in outside.client.get("/").text
    outside.post("/logout")
    assert '<html lang="de">' in outside.client.get("/login").text
