import re

from tests.fakes import TWINS, UNCLEAR, FakeRecognizer, Visitor, card
from webapp import prediction_log


def names(page):
    return re.findall(r'title="(\w+\.wav)"', page)


def test_empty(client):
    page = client.get("/history")
    assert page.status_code == 200
    assert "Nothing heard yet" in page.text


def test_newest_first_and_paged(visitor, client, wav):
    for number in range(7):
        visitor.sent(wav, f"v{number}.wav")
    first = client.get("/history").text
    assert names(first) == ["v6.wav", "v5.wav", "v4.wav"]
    assert "Page 1 of 3" in first
    assert "/history?page=2" in first
    assert names(client.get("/history?page=3").text) == ["v0.wav"]


def test_key_facts_and_acts(visitor, client, wav):
    address = visitor.sent(wav, "hello.wav")
    page = client.get("/history").text
    for fact in ("Happy", "61%", "hello.wav", "1.5 s", "UTC", f'href="{address}"'):
        assert fact in page, fact
    assert f'action="{address}/delete"' in page


def test_where_no_emotion_was_named(visitor, client, recognizers, wav):
    recognizers["cnn_lstm"].probabilities = UNCLEAR
    visitor.sent(wav)
    recognizers["cnn_lstm"].probabilities = TWINS
    visitor.sent(wav)
    page = client.get("/history").text
    assert "No clear emotion" in page
    assert re.search(r'class="log-share log-perhaps">.*likeliest: </span>happy 34%', page)
    assert "Neutral or calm" in page
    assert re.search(r'class="log-share">59%', page)
    assert "> Happy<" not in page


def test_any_page_number_is_answered(visitor, client, wav):
    visitor.sent(wav, "only.wav")
    for number in ("0", "-5", "2", "99999999999999999999999", "one", ""):
        page = client.get("/history", query_string={"page": number})
        assert page.status_code == 200
        assert names(page.text) == ["only.wav"]


def test_delete_all_asks_first(visitor, client, wav, kept):
    for _ in range(2):
        visitor.sent(wav)
    assert "2 results" in client.get("/history/delete").text
    assert len(kept()) == 2
    response = visitor.post("/history/delete", follow_redirects=True)
    assert response.request.path == "/history"
    assert "Everything was deleted." in response.text
    assert not kept()
    assert "Nothing heard yet" in response.text


def test_delete_all_needs_a_token(visitor, client, wav, app):
    visitor.sent(wav)
    assert client.post("/history/delete").status_code == 400
    stranger = app.test_client()
    forged = {"csrf_token": Visitor(client).token()}
    assert stranger.post("/history/delete", data=forged).status_code == 400
    with app.app_context():
        assert prediction_log.count() == 1


def test_its_form_carries_the_token(visitor, client, wav):
    visitor.sent(wav)
    token = visitor.token("/history/delete")
    assert client.post("/history/delete", data={"csrf_token": token}).status_code == 303


def test_it_shows_which_model_spoke(visitor, client, make_app, settings, wav):
    visitor.sent(wav, model="ann")
    visitor.sent(wav)
    page = client.get("/history").text
    assert 'role="cell">Dense layers</td>' in page
    assert 'role="cell">Convolutions and LSTM</td>' in page
    later = make_app(settings, {"cnn_lstm": FakeRecognizer(card())})
    assert 'role="cell">ann</td>' in later.test_client().get("/history").text
