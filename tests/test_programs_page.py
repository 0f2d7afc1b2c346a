"""The readable page of the API."""

import re

from webapp.api.routes import OPERATIONS
from webapp.pages.programs import LANGUAGES, kind, recipe


def test_it_tells_of_every_operation_document_and_failure(client):
    text = client.get("/api/").text
    for one in OPERATIONS:
        assert f'<details class="operation" id="{one.name}">' in text
    assert 'id="Prediction"' in text
    assert 'id="Wanted"' not in text, "queries stand with their operation"
    for code in ("no_speech", "too_often", "method_not_allowed", "bad_filter", "wrong_token"):
        assert f'<div id="{code}">' in text
    assert "at most 200" in text


def test_every_link_in_it_leads_somewhere(client):
    text = client.get("/api/").text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links > {"Prediction", "no_speech"}
    assert links <= set(ids)


def test_a_problem_names_a_place_on_it(client):
    told = client.get("/api/v1/nowhere").json
    page, _, place = told["type"].partition("#")
    assert f'id="{place}"' in client.get(page).text


def test_the_recipes_are_on_it(client):
    text = client.get("/api/").text
    for name in LANGUAGES:
        lines = recipe(name).splitlines()
        assert len(lines) > 20
        assert next(line for line in lines if "Correct a prediction" in line) in text


def test_values_in_words():
    assert kind({"type": "integer", "minimum": 1, "maximum": 200}) == (
        "integer, at least 1, at most 200"
    )
    assert kind({"type": "string", "maxLength": 2000}) == "string, at most 2,000 characters"
    assert kind({"anyOf": [{"$ref": "#/x/Emotion"}, {"type": "null"}]}) == "Emotion or null"
    assert kind({"type": "array", "items": {"enum": ["a", "b"]}}) == "list of a | b"
    assert kind({"type": "object", "additionalProperties": {"type": "number"}}) == (
        "object of number"
    )
    assert kind({}) == "anything"
