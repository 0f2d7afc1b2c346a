from tests.sounds import encode, voice
from webapp import prediction_log


def test_page_has_what_its_script_needs(client):
    page = client.get("/record").text
    assert 'action="/record"' in page
    assert 'data-max-seconds="7200"' in page
    assert 'name="csrf_token"' in page
    assert 'name="model"' in page


def test_a_recording_leads_to_its_result(visitor, app):
    response = visitor.send(
        encode("webm-live", voice(1.5)),
        "recording.webm",
        page="/record",
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 201
    with app.app_context():
        assert prediction_log.get(response.json["id"]).source == "recording"


def test_its_errors_are_sentences_for_the_script(visitor):
    response = visitor.send(
        b"", "recording.webm", page="/record", headers={"Accept": "application/json"}
    )
    assert response.status_code == 400
    assert response.json["error"]["code"] == "empty_file"
    assert response.json["error"]["sentence"].endswith(".")


def test_without_a_script_the_page_is_shown_again(visitor):
    response = visitor.send(b"no sound", "recording.webm", page="/record")
    assert response.status_code == 415
    assert "Record a voice" in response.text
    assert 'role="alert"' in response.text


def test_microphone_is_allowed_to_this_site_only(client):
    assert "microphone=(self)" in client.get("/record").headers["Permissions-Policy"].split(", ")
