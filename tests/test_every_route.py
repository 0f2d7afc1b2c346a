"""Every route there is, and any that may come: headers, cookies, methods, tokens, the password.

A route that is not in `SAMPLES` fails here: whoever adds one says how it is asked for and, if it
changes something, whether it is counted.
"""

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes import Visitor
from webapp import prediction_log
from webapp.config import ROOT
from webapp.guard.door import LOGIN, PUBLIC
from webapp.guard.headers import HEADERS, POLICY
from webapp.guard.listening import kept_password
from webapp.guard.rates import COSTLY

SAMPLES = {
    "static": "/static/style.css",
    "home.show": "/",
    "upload.form": "/upload",
    "upload.send": "/upload",
    "record.form": "/record",
    "record.send": "/record",
    "live.form": "/live",
    "live.send": "/live",
    "live.heard": "/live/heard",
    "batches.index": "/batches",
    "batches.create": "/batches",
    "batches.show": "/batches/ID",
    "batches.progress": "/batches/ID/progress",
    "batches.table": "/batches/ID.csv",
    "batches.document": "/batches/ID.json",
    "batches.receive": "/batches/ID/files/ID",
    "batches.again": "/batches/ID/files/ID/again",
    "batches.all_again": "/batches/ID/again",
    "batches.cancel": "/batches/ID/cancel",
    "batches.delete": "/batches/ID/delete",
    "jobs.overview": "/jobs",
    "jobs.show": "/jobs/ID",
    "jobs.cancel": "/jobs/ID/cancel",
    "jobs.again": "/jobs/ID/again",
    "jobs.delete": "/jobs/ID/delete",
    "history.show": "/history",
    "history.days": "/history/days",
    "history.export": "/history/export.csv",
    "history.delete": "/history/chosen/delete",
    "history.again": "/history/chosen/again",
    "kept.show": "/kept",
    "kept.confirm": "/history/delete",
    "kept.delete_all": "/history/delete",
    "models.show": "/models",
    "models.draw": "/models/ann/curves.svg",
    "result.show": "/predictions/ID",
    "result.download": "/predictions/ID.json",
    "result.audio": "/predictions/ID/audio",
    "result.waveform": "/predictions/ID/waveform.svg",
    "result.spectrogram": "/predictions/ID/spectrogram.png",
    "result.peaks": "/predictions/ID/peaks.json",
    "result.again": "/predictions/ID/again",
    "result.describe": "/predictions/ID/notes",
    "result.correct": "/predictions/ID/correction",
    "closer.show": "/predictions/ID/closer",
    "closer.spectrogram": "/predictions/ID/closer.png",
    "closer.models": "/predictions/ID/models",
    "result.delete": "/predictions/ID/delete",
    "login.form": "/login",
    "login.enter": "/login",
    "languages.choose": "/language",
    "login.leave": "/logout",
    "programs.show": "/api/",
    "api.openapi": "/api/v1/openapi.json",
    "api.recognise": "/api/v1/recognitions",
    "api.list_predictions": "/api/v1/predictions",
    "api.get_prediction": "/api/v1/predictions/ID",
    "api.change_prediction": "/api/v1/predictions/ID",
    "api.delete_prediction": "/api/v1/predictions/ID",
    "api.get_audio": "/api/v1/predictions/ID/audio",
    "api.correct": "/api/v1/predictions/ID/correction",
    "api.withdraw": "/api/v1/predictions/ID/correction",
    "api.list_corrections": "/api/v1/corrections",
    "api.get_job": "/api/v1/jobs/ID",
    "api.cancel_job": "/api/v1/jobs/ID/cancel",
    "api.delete_job": "/api/v1/jobs/ID",
    "api.list_batches": "/api/v1/batches",
    "api.create_batch": "/api/v1/batches",
    "api.get_batch": "/api/v1/batches/ID",
    "api.delete_batch": "/api/v1/batches/ID",
    "api.list_models": "/api/v1/models",
    "api.get_model": "/api/v1/models/ann",
    "health.alive": "/healthz",
    "health.ready": "/readyz",
}
"""An address of each endpoint; ID stands for a prediction that is there."""

CHEAP = frozenset(
    {
        *("live.heard", "batches.create", "batches.cancel", "batches.delete"),
        *("jobs.cancel", "jobs.delete", "history.export", "history.delete"),
        *(
            "kept.delete_all",
            "result.delete",
            "result.describe",
            "result.correct",
            "login.enter",
            "login.leave",
            "languages.choose",
        ),
        *("api.change_prediction", "api.delete_prediction", "api.correct", "api.withdraw"),
        *("api.cancel_job", "api.delete_job", "api.delete_batch"),
    }
)
"""Endpoints that change something and are not counted with the voices.

Guesses have a count of their own. Of those who speak live, so many are heard at once.
"""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

NONCE = re.compile(r" 'nonce-[\w-]{22}'")
"""By which a page may make styles of its own; it is another one in each answer."""

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)


def allowed(app):
    """The methods of each address, and the endpoints behind it."""
    found = {}
    for rule in app.url_map.iter_rules():
        methods, endpoints = found.setdefault(SAMPLES[rule.endpoint], (set(), set()))
        methods |= rule.methods
        endpoints.add(rule.endpoint)
    return found


def changing(app):
    """Endpoints that take a method which may change something."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - SAFE}


def of_forms(app):
    """Those of pages, whose forms carry a token; programs have none."""
    return {endpoint for endpoint in changing(app) if not endpoint.startswith("api.")}


@pytest.fixture
def prediction(visitor, wav):
    return visitor.sent(wav).rpartition("/")[2]


def test_every_route_is_sampled(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(SAMPLES)


def test_every_route_that_changes_something_is_counted_or_said_not_to_be(app):
    assert changing(app) == COSTLY | CHEAP


def test_every_route_has_a_set_of_methods_and_no_other(app, client, prediction):
    for sample, (methods, _) in allowed(app).items():
        for method in METHODS:
            address = sample.replace("ID", prediction)
            with client.open(address, method=method) as response:
                if method in methods:
                    assert response.status_code != 405, (method, sample)
                else:
                    assert response.status_code == 405, (method, sample)
                    assert set(response.headers["Allow"].split(", ")) == methods
                    assert response.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("base", ["http://localhost", "https://localhost"])
def test_every_answer_has_headers(client, prediction, base):
    for sample in SAMPLES.values():
        for method in ("GET", "POST"):
            address = sample.replace("ID", prediction)
            with client.open(address, method=method, base_url=base) as response:
                hold(response, sample, secure=base.startswith("https"))


def hold(response, sample, secure):
    for name, value in HEADERS.items():
        given = NONCE.sub("", response.headers[name])
        assert given == value or (name == "Content-Security-Policy" and "sandbox" in given), sample
    policy = response.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy, sample
    assert "unsafe" not in policy, sample
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Cache-Control"] in ("no-store", "private, no-cache", "no-cache"), (
        sample
    )
    assert ("Strict-Transport-Security" in response.headers) is secure
    assert "total;dur=" in response.headers["Server-Timing"]
    for cookie in response.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie and cookie.startswith("__Host-")) is secure
        assert "Domain=" not in cookie


def test_no_page_has_anything_inline(client, prediction):
    for sample in SAMPLES.values():
        with client.get(sample.replace("ID", prediction)) as response:
            if response.mimetype == "text/html":
                assert not INLINE.search(response.text), (sample, INLINE.search(response.text))


def state(settings):
    """All that is kept of voices: rows, and files by what is in them."""
    with closing(sqlite3.connect(settings.instance / "tonelog.sqlite")) as log:
        rows = list(log.iterdump())
    recordings = (settings.instance / "recordings").iterdir()
    return rows, {path.name: hashlib.sha256(path.read_bytes()).digest() for path in recordings}


def test_the_state_is_told_apart(app, settings, prediction):
    before = state(settings)
    assert prediction in str(before[0])
    with app.app_context():
        prediction_log.remove(prediction)
    assert state(settings)[0] != before[0]


def test_nothing_is_changed_by_asking(client, settings, prediction):
    before = state(settings)
    for sample in SAMPLES.values():
        for method in SAFE | {"TRACE"}:
            for query in ("", "?delete=1", "?_method=DELETE"):
                address = sample.replace("ID", prediction) + query
                with client.open(address, method=method):
                    pass
    assert state(settings) == before


@pytest.mark.parametrize("token", [None, "", "forged", "IjEi.aaaaaa.bbbbbbbbbbbb"])
def test_nothing_is_changed_without_a_token(app, client, settings, prediction, token):
    before = state(settings)
    client.get("/upload")
    for endpoint in of_forms(app):
        address = SAMPLES[endpoint].replace("ID", prediction)
        form = {} if token is None else {"csrf_token": token}
        headers = {} if token is None else {"X-CSRFToken": token}
        response = client.post(address, data=form, headers=headers)
        assert response.status_code == 400, endpoint
    assert state(settings) == before


def test_another_sessions_token_is_none(app, client, settings, prediction):
    foreign = Visitor(app.test_client()).token()
    client.get("/upload")
    before = state(settings)
    for endpoint in of_forms(app):
        address = SAMPLES[endpoint].replace("ID", prediction)
        assert client.post(address, data={"csrf_token": foreign}).status_code == 400, endpoint
    assert state(settings) == before


def test_no_page_of_others_changes_anything_by_the_api(app, client, settings, prediction):
    before = state(settings)
    for rule in app.url_map.iter_rules():
        address = SAMPLES[rule.endpoint].replace("ID", prediction)
        for method in rule.methods - SAFE if rule.endpoint.startswith("api.") else ():
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                refused = client.open(address, method=method, headers=headers)
                assert (refused.status_code, refused.json["code"]) == (403, "cross_site"), address
    assert state(settings) == before


def test_every_form_has_a_token():
    forms = 0
    for path in (ROOT / "templates").glob("*.html"):
        for form in re.findall(r"<form.*?</form>", path.read_text(), re.DOTALL):
            if 'method="get"' in form:  # which changes nothing
                continue
            assert 'method="post"' in form, path.name
            assert "csrf()" in form or "form.hidden_tag()" in form, path.name
            forms += 1
    assert forms >= 7


def test_every_script_sends_a_forms_token():
    """One way of sending: a whole form, token and all."""
    senders = r"\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource|\.submit\("
    found = {
        path.name for path in (ROOT / "static").glob("*.js") if re.search(senders, path.read_text())
    }
    assert found == {"send.js", "player.js"}
    assert "method" not in (ROOT / "static" / "player.js").read_text(), "it asks and never sends"
    for name in ("upload.js", "record.js", "live.js"):
        assert "new FormData(" in (ROOT / "static" / name).read_text()


def test_no_script_turns_text_into_html_or_code():
    danger = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\.cssText"
    for path in (ROOT / "static").glob("*.js"):
        assert not re.search(danger, path.read_text()), path.name


def test_nothing_comes_from_elsewhere():
    """Not even a picture or a font."""
    known = ("http://www.w3.org/2000/svg", "http://localhost")
    for folder, ending in (("static", "*"), ("templates", "*.html")):
        for path in filter(Path.is_file, (ROOT / folder).glob(ending)):
            for address in re.findall(r"https?://[\w./-]+|url\([^)]*\)", path.read_text()):
                assert address.startswith(known), (path.name, address)


@pytest.fixture
def guarded(app, settings, prediction):
    """The same copy, once somebody has set a password."""
    kept_password(settings.instance).path.write_text("scrypt:32768:8:3$salt$hash")
    return app


def test_nothing_is_open_without_the_password(guarded, settings, prediction):
    client, before = guarded.test_client(), state(settings)
    for rule in guarded.url_map.iter_rules():
        address = SAMPLES[rule.endpoint].replace("ID", prediction)
        for method in rule.methods - {"OPTIONS"}:
            with client.open(address, method=method) as response:
                status, to = response.status_code, response.headers.get("Location")
            if rule.endpoint not in PUBLIC | LOGIN:
                away = (401, None) if address.startswith("/api/v1") else (303, "/login")
                assert (status, to) == away, (method, rule.endpoint)
            told = client.open(address, method=method, headers={"Accept": "application/json"})
            with told:
                if rule.endpoint not in PUBLIC | LOGIN:
                    assert told.status_code == 401, (method, rule.endpoint)
    assert state(settings) == before


def test_only_these_are_open_without_the_password():
    machines, people = sorted(PUBLIC - {"static"}), sorted(LOGIN)
    assert machines == ["health.alive", "health.ready"]
    assert people == ["languages.choose", "login.enter", "login.form"]


def test_what_visitors_send_is_nowhere_under_the_static_folder(app, settings, prediction):
    assert Path(app.static_folder) == ROOT / "static"
    assert not settings.instance.is_relative_to(ROOT / "static")
    (name,) = (path.name for path in (settings.instance / "recordings").iterdir())
    assert re.fullmatch(r"[\w-]{22}", name)


def test_what_is_kept_is_nobody_elses_on_this_machine(settings, prediction):
    for path in (settings.instance, settings.instance / "recordings"):
        assert path.stat().st_mode & 0o077 == 0
    for name in ("tonelog.sqlite", "guard.sqlite", "queue.sqlite"):
        assert (settings.instance / name).stat().st_mode & 0o077 == 0
