import io
import re

import pytest

from tests.fakes import Visitor, fake_recognizers
from tests.sounds import encode, voice
from webapp import prediction_log

NEEDS = "ann needs a package. Install it."


def test_form_works_without_javascript(client):
    page = client.get("/upload").text
    assert "<form" in page
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input[^>]*name="audio"[^>]*type="file"', page)
    assert re.search(r'<option selected value="cnn_lstm">', page)
    assert 'value="ann"' in page


def test_a_voice_leads_to_its_result(visitor, client, wav):
    response = visitor.send(wav, "hello.wav")
    assert response.status_code == 303
    assert re.fullmatch(r"/predictions/[\w-]{22}", response.location)
    page = client.get(response.location)
    assert page.status_code == 200
    assert "Happy" in page.text
    assert "hello.wav" in page.text


def test_row_says_what_was_heard(visitor, app, wav):
    id = visitor.sent(wav, "hello.wav").rpartition("/")[2]
    with app.app_context():
        row = prediction_log.get(id)
    assert (row.source, row.file_name, row.emotion, row.confidence) == (
        "upload",
        "hello.wav",
        "happy",
        0.61,
    )
    assert (row.model, row.model_version) == ("cnn_lstm", "1.0.0")
    assert row.seconds == pytest.approx(1.5, abs=0.01)
    assert row.milliseconds > 0
    assert list(row.probabilities)[:3] == ["neutral", "calm", "happy"]


def test_the_chosen_model_hears(visitor, recognizers, wav):
    visitor.sent(wav, model="ann")
    assert (recognizers["ann"].asked, recognizers["cnn_lstm"].asked) == (1, 0)


def test_without_a_choice_the_default_model_hears(visitor, recognizers, wav):
    visitor.sent(wav)
    assert (recognizers["ann"].asked, recognizers["cnn_lstm"].asked) == (0, 1)


def test_programs_get_json(visitor, wav):
    response = visitor.send(wav, headers={"Accept": "application/json"})
    assert response.status_code == 201
    assert response.json["location"] == f"/predictions/{response.json['id']}"
    assert response.location == response.json["location"]


@pytest.mark.parametrize("container", ["flac", "mp3", "ogg-opus", "webm-opus", "m4a-aac", "aiff"])
def test_content_decides_not_the_name(visitor, container):
    visitor.sent(encode(container, voice(1.5)), "misnamed.wav")


def test_after_an_error_the_choice_of_model_stays(visitor):
    response = visitor.send(b"no sound", model="ann")
    assert response.status_code == 415
    assert '<option selected value="ann">' in response.text


def test_token_survives_hours(visitor, client, app, wav):
    token = visitor.token()
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None
    form = {"csrf_token": token, "audio": (io.BytesIO(wav), "a.wav")}
    assert client.post("/upload", data=form).status_code == 303


def test_two_visitors_do_not_share_tokens(app, visitor, wav):
    other = Visitor(app.test_client())
    other.client.get("/upload")
    form = {"csrf_token": visitor.token(), "audio": (io.BytesIO(wav), "a.wav")}
    assert other.client.post("/upload", data=form).status_code == 400


class TestMissingExtra:
    @pytest.fixture
    def recognizers(self):
        made = fake_recognizers()
        made["ann"].missing = NEEDS
        return made

    def test_it_is_offered_but_cannot_be_chosen(self, client):
        for address in ("/upload", "/record"):
            page = client.get(address).text
            assert re.search(r'<option disabled value="ann">Dense layers, not installed</', page)
            assert NEEDS in page
            assert re.search(r'<option selected value="cnn_lstm">', page)

    def test_sent_anyway_it_is_told(self, visitor, app, wav, kept):
        response = visitor.send(wav, model="ann")
        assert response.status_code == 503
        assert f'role="alert">{NEEDS}' in response.text
        response = visitor.send(wav, model="ann", headers={"Accept": "application/json"})
        assert response.json["error"] == {"code": "missing_extra", "sentence": NEEDS}
        with app.app_context():
            assert prediction_log.count() == 0
        assert not kept()


@pytest.mark.parametrize(
    ("query", "chosen"), [("", "cnn_lstm"), ("?model=ann", "ann"), ("?model=nobody", "cnn_lstm")]
)
def test_the_address_can_choose_beforehand(client, query, chosen):
    for address in ("/upload", "/record"):
        assert f'<option selected value="{chosen}">' in client.get(address + query).text
