"""In which language somebody reads: by his browser, by the settings, by his choice."""

import json
import re
from dataclasses import replace

import pytest

from tests.fakes import Visitor
from tests.sounds import encode, silence
from webapp import prediction_log
from webapp.unkept import DISK_FULL, NotWritten

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
JSON = {"Accept": "application/json"}


def language(page):
    return re.search(r'<html lang="(\w+)">', page.text)[1]


def choose(visitor, language, back="/models", **more):
    form = {"csrf_token": visitor.token(), "language": language, "back": back}
    return visitor.client.post("/language", data=form, **more)


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH", "de"),
        ("fr, de;q=0.5", "de"),
        ("fr", "en"),
        ("x;q=y", "en"),
    ],
)
def test_the_language_of_the_browser(client, accepted, spoken):
    page = client.get("/", headers={"Accept-Language": accepted})
    assert language(page) == spoken
    assert {"accept-language", "cookie"} <= {name.lower() for name in page.vary}


def test_the_setting_comes_before_the_browser(make_app, settings):
    client = make_app(replace(settings, language="de")).test_client()
    assert language(client.get("/", headers={"Accept-Language": "en"})) == "de"


def test_a_choice_comes_before_all_and_leads_back(make_app, settings):
    visitor = Visitor(make_app(replace(settings, language="en")).test_client())
    response = choose(visitor, "de", "/history?page=1")
    assert (response.status_code, response.location) == (303, "/history?page=1")
    page = visitor.client.get("/models")
    assert language(page) == "de"
    assert re.search(r'value="de" lang="de" aria-current="true">\s*Deutsch<', page.text)
    assert re.search(r'value="en" lang="en">\s*English<', page.text)
    assert 'name="back" value="/models"' in page.text


def test_a_language_that_is_not_spoken(visitor):
    assert choose(visitor, "tlh").status_code == 400
    assert visitor.client.post("/language", data={"language": "de"}).status_code == 400


@pytest.mark.parametrize(
    "back", ["https://example.org", "//example.org", "/\\example.org", "/\t/example.org", "", "\\"]
)
def test_the_way_back_leads_nowhere_else(visitor, back):
    location = choose(visitor, "de", back).location
    assert re.match(r"/(?![/\\])", location)
    assert "\t" not in location


def test_after_a_form_the_way_back_is_home(visitor):
    assert 'name="back" value="/"' in visitor.send(None).text


def test_failures_are_told_in_german(client, visitor):
    page = client.get("/nowhere", headers=GERMAN)
    assert "Hier ist nichts" in page.text
    assert "Unter dieser Adresse ist nichts." in page.text
    told = visitor.send(b"", headers=GERMAN)
    assert "Die Datei ist leer." in told.text
    told = visitor.send(encode("wav-16", silence(2.0)), headers={**GERMAN, **JSON})
    assert told.json["error"]["code"] == "no_speech"
    assert told.json["error"]["sentence"].startswith("In dieser Aufnahme ist keine Sprache")


def test_refusals_before_any_page_are_told_in_german(client):
    refused = client.get("/", headers={**GERMAN, "Host": "evil.example"})
    assert refused.status_code == 400
    assert "Unter diesem Namen antwortet Tonelog nicht." in refused.text


def test_programs_read_english(client):
    for address in ("/healthz", "/static/style.css"):
        assert "accept-language" not in {
            n.lower() for n in client.get(address, headers=GERMAN).vary
        }
    told = client.get("/api/v1/nowhere", headers={**GERMAN, **JSON})
    assert told.status_code == 404
    assert "nichts" not in told.text


def test_the_log_is_written_in_english(app, client, monkeypatch, caplog):
    def full(*_, **__):
        raise NotWritten(DISK_FULL)

    monkeypatch.setattr(prediction_log, "get", full)
    page = client.get("/predictions/x", headers=GERMAN)
    assert "Der Datenträger" in page.text
    assert DISK_FULL in caplog.text


def test_scripts_get_their_texts_in_german_only(client):
    block = r'<script type="application/json" id="translations">(.*?)</script>'
    texts = json.loads(re.search(block, client.get("/record", headers=GERMAN).text)[1])
    assert texts["Sending…"] == "Wird gesendet…"
    assert texts["calm"] == "ruhig"
    assert not re.search(block, client.get("/record").text)
    assert not re.search(block, client.get("/", headers=GERMAN).text)
