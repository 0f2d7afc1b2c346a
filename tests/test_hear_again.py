from dataclasses import replace

import msgspec
import pytest

from tests.fakes import FakeRecognizer, Visitor, card
from webapp import prediction_log


@pytest.fixture
def address(visitor, wav):
    return visitor.sent(wav, "hello.wav")


def again(visitor, address, model, **more):
    data = {"csrf_token": visitor.token(address), "model": model}
    return visitor.client.post(f"{address}/again", data=data, **more)


def test_the_page_offers_the_models_that_did_not_speak(client, address):
    page = client.get(address).text
    assert f'action="{address}/again"' in page
    assert '<option value="ann">Dense layers, right on 62%</option>' in page
    assert 'value="cnn_lstm"' not in page


def test_another_model_hears_the_same_recording(visitor, client, app, address, recognizers, wav):
    response = again(visitor, address, "ann")
    assert response.status_code == 303
    assert response.location != address
    assert recognizers["ann"].asked == 1
    page = client.get(response.location).text
    assert "Dense layers" in page
    assert "hello.wav" in page
    assert client.get(f"{response.location}/audio").data == wav
    assert client.get(address).status_code == 200
    with app.app_context():
        old, new = (
            prediction_log.get(place.rpartition("/")[2]) for place in (address, response.location)
        )
    assert (new.source, new.file_name, new.content_hash) == (
        old.source,
        old.file_name,
        old.content_hash,
    )


def test_programs_get_json(visitor, address):
    response = again(visitor, address, "ann", headers={"Accept": "application/json"})
    assert response.status_code == 201
    assert response.json["location"] == f"/predictions/{response.json['id']}"


def test_it_needs_a_token_and_a_post(client, address):
    assert client.post(f"{address}/again", data={"model": "ann"}).status_code == 400
    assert client.get(f"{address}/again").status_code == 405


@pytest.mark.parametrize("model", ["nobody", "", "../ann"])
def test_an_unknown_model_is_told_on_the_page(visitor, app, address, model):
    response = again(visitor, address, model)
    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert "ann, cnn_lstm" in response.text
    assert "Happy" in response.text
    assert response.headers["Cache-Control"] == "no-store"
    with app.app_context():
        assert prediction_log.count() == 1


def test_a_model_that_needs_something_says_so(visitor, client, address, recognizers):
    sentence = "ann needs a package. Install it."
    recognizers["ann"].missing = sentence
    page = client.get(address).text
    assert '<option disabled value="ann">' in page
    assert sentence in page
    response = again(visitor, address, "ann")
    assert response.status_code == 503
    assert f'role="alert">{sentence}' in response.text


def test_audio_that_is_gone_is_told_instead_of_offered(visitor, client, address, settings):
    for path in (settings.instance / "recordings").iterdir():
        path.unlink()
    page = client.get(address).text
    assert f'action="{address}/again"' not in page
    assert "Another model cannot hear it" in page
    data = {"csrf_token": visitor.token(), "model": "ann"}
    response = client.post(f"{address}/again", data=data)
    assert response.status_code == 409
    assert "Send it once more" in response.text


def test_audio_that_was_not_kept(make_app, settings, wav):
    visitor = Visitor(make_app(replace(settings, keep_audio=False)).test_client())
    assert "Another model cannot hear it" in visitor.client.get(visitor.sent(wav)).text


def test_a_single_model_offers_nothing(make_app, settings, wav):
    visitor = Visitor(make_app(settings, {"cnn_lstm": FakeRecognizer(card())}).test_client())
    assert "Hear it again" not in visitor.client.get(visitor.sent(wav)).text


def test_a_newer_version_of_the_model_may_hear_it_again(make_app, settings, address):
    newer = msgspec.structs.replace(card(), version="2.0.0")
    later = make_app(settings, {"cnn_lstm": FakeRecognizer(newer)}).test_client()
    assert '<option value="cnn_lstm">' in later.get(address).text
    assert again(Visitor(later), address, "cnn_lstm").status_code == 303


def test_it_names_the_model_by_title_and_leads_to_it(make_app, settings, client, address):
    assert '<a href="/models#cnn_lstm">Convolutions and LSTM</a>' in client.get(address).text
    left = {"ann": FakeRecognizer(card("ann"))}
    later = make_app(replace(settings, default_model="ann"), left).test_client()
    page = later.get(address).text
    assert "/models#cnn_lstm" not in page
    assert "cnn_lstm, version 1.0.0" in page
    assert "no longer installed" in page
