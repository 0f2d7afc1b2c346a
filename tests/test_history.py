import re
from dataclasses import replace

import pytest

from tests.fakes import TWINS, UNCLEAR, FakeRecognizer, Visitor, card
from tests.test_prediction_log import NOON, prediction
from tests.working import work
from webapp import job_log, prediction_log, sayings
from webapp.speech.emotions import Emotion
from webapp.submission import desk


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


class TestFilters:
    @pytest.fixture
    def filled(self, app):
        with app.app_context():
            for number in range(5):
                made = {"emotion": "sad" if number else "happy", "model": "gone"}
                prediction_log.add(prediction(f"p{number}", file_name=f"v{number}.wav", **made))
            sayings.describe("p0", note="by the sea", tags=["speaker:Ana"])
            sayings.correct("p0", Emotion.HAPPY, NOON)
            sayings.correct("p1", Emotion.ANGRY, NOON)

    def test_what_matches_is_shown_and_told(self, filled, client):
        page = client.get("/history?emotion=sad&words=V").text
        assert names(page) == ["v4.wav", "v3.wav", "v2.wav"]
        assert "4 of 5 voices match." in page
        assert '<option value="sad" selected>' in page
        assert 'value="V"' in page

    def test_pages_and_days_keep_the_filters(self, filled, client):
        page = client.get("/history?emotion=sad&sort=oldest").text
        assert names(page) == ["v1.wav", "v2.wav", "v3.wav"]
        assert 'href="/history?page=2&amp;emotion=sad&amp;sort=oldest"' in page
        assert 'href="/history/days?emotion=sad"' in page
        assert names(client.get("/history?page=2&emotion=sad&sort=oldest").text) == ["v4.wav"]

    def test_each_filter_can_be_dropped(self, filled, client):
        page = client.get("/history?emotion=sad&tag=a&sort=name&batch=gone&model=gone").text
        assert 'href="/history?model=gone&amp;batch=gone&amp;tag=a&amp;sort=name"' in page
        assert "Emotion: 😢 sad" in page
        assert "Tag: a" in page
        assert '<option value="gone" selected>gone</option>' in page
        assert "Drop all filters" in page

    def test_every_filter_is_told_in_words(self, filled, client):
        asked = {
            **{"named": "no", "source": "live", "since": "2026-11-21", "corrected": "no"},
            **{"until": "2026-11-21T10:00:00Z", "at_least": "0.25", "at_most": "0.5", "id": "p0"},
        }
        page = client.get("/history", query_string=asked).text
        for words in (
            *("No single emotion was named", "Source: Live", "From Nov 21, 2026"),
            *("Until 2026-11-21 10:00 UTC", "Confidence at least 25%", "Confidence at most 50%"),
            *("Neither corrected nor confirmed", "Chosen one by one: 1"),
        ):
            assert words in page, words

    def test_nothing_matches(self, filled, client):
        page = client.get("/history?words=nobody").text
        assert "Nothing matches these filters." in page
        assert "0 of 5 voices match." in page
        assert 'href="/history"' in page

    def test_nonsense_is_told_and_the_rest_still_holds(self, filled, client):
        response = client.get("/history?emotion=joy&at_least=7&words=v1&sort=best")
        assert response.status_code == 400
        assert response.text.count('role="alert"') == 3
        assert names(response.text) == ["v1.wav"]
        told = client.get("/history?emotion=joy", headers={"Accept": "application/json"})
        assert told.json["error"]["code"] == "bad_filter"

    def test_rows_show_what_people_say(self, filled, client):
        page = client.get("/history?sort=oldest").text
        assert "✓ Confirmed" in page
        assert re.search(r'class="tone-angry log-really">Really:', page)
        assert '<span class="log-tag">speaker:Ana</span>' in page
        assert '<span class="log-note">by the sea</span>' in page


class TestSeveral:
    def chosen(self, visitor, act, **form):
        form = {"csrf_token": visitor.token(), "all": "", **form}
        return visitor.client.post(f"/history/chosen/{act}", data=form)

    def ids(self, app):
        with app.app_context():
            return [row.id for row in prediction_log.page(1, 100).items]

    @pytest.fixture
    def three(self, visitor, app, wav):
        for number in range(3):
            visitor.sent(wav, f"v{number}.wav")
        return self.ids(app)

    def test_deleting_asks_first(self, visitor, three, app, kept):
        asked = self.chosen(visitor, "delete", id=three[:2], words="v")
        assert "Delete 2 results?" in asked.text
        assert 'name="words" value="v"' in asked.text
        assert all(f'name="id" value="{one}"' in asked.text for one in three[:2])
        assert len(self.ids(app)) == 3
        done = self.chosen(visitor, "delete", id=three[:2], words="v", sure="yes")
        assert (done.status_code, done.location) == (303, "/history?words=v")
        assert self.ids(app) == three[2:]
        assert len(kept()) == 1
        page = visitor.client.get(done.location).text
        assert "2 results and their recordings were deleted." in page

    def test_all_that_match_are_deleted(self, visitor, three, app):
        asked = self.chosen(visitor, "delete", id=three[:1], all="yes", words="V1")
        assert "Delete 1 result?" in asked.text
        assert "Search: V1" in asked.text
        done = self.chosen(visitor, "delete", all="yes", words="V1", sure="yes")
        assert done.location == "/history"
        assert self.ids(app) == [three[0], three[2]]

    @pytest.mark.parametrize("act", ["delete", "again"])
    def test_nothing_ticked_is_told(self, visitor, three, act):
        refused = self.chosen(visitor, act, words="v2")
        assert refused.status_code == 400
        assert "Tick the results first" in refused.text
        assert names(refused.text) == ["v2.wav"]

    def test_wrong_filters_choose_nothing(self, visitor, three, app):
        refused = self.chosen(visitor, "delete", all="yes", emotion="joy", sure="yes")
        assert refused.status_code == 400
        assert len(self.ids(app)) == 3

    def test_what_is_gone_is_told(self, visitor, three):
        assert "Nothing to delete" in self.chosen(visitor, "delete", id="gone").text

    def test_they_are_heard_again_as_a_batch(self, visitor, three, app, kept, settings):
        made = self.chosen(visitor, "again", id=three[:2], **{"by-model": "ann"})
        assert made.status_code == 303
        assert made.location.startswith("/batches/")
        page = visitor.client.get(made.location).text
        assert "v2.wav and 1 more, heard again" in page
        files = {(settings.instance / "recordings" / name).stat().st_ino for name in kept()}
        assert (len(kept()), len(files)) == (5, 3)  # no sound is copied
        work(app)
        told = visitor.client.get(f"{made.location}.json").json["files"]
        assert [one["file"] for one in told] == ["v2.wav", "v1.wav"]
        assert {(one["state"], one["model"]) for one in told} == {("done", "ann")}
        assert {one["source"] for one in told} == {"upload"}
        for one in three[:2]:
            visitor.post(f"/predictions/{one}/delete")
        assert visitor.client.get(f"/predictions/{told[0]['id']}/audio").status_code == 200

    def test_more_than_can_be_sent_together_are_refused(self, visitor, three, make_app, settings):
        few = make_app(replace(settings, batch_files=2)).test_client()
        refused = self.chosen(Visitor(few), "again", all="yes")
        assert refused.status_code == 413
        assert "2 is the most that can be heard again together" in refused.text
        assert self.chosen(Visitor(few), "again", all="yes", words="v1").status_code == 303

    def test_without_recordings_nothing_is_heard_again(self, visitor, three, settings, kept):
        for name in kept():
            (settings.instance / "recordings" / name).unlink()
        refused = self.chosen(visitor, "again", all="yes")
        assert refused.status_code == 409
        assert "none can be heard again" in refused.text
        assert visitor.client.get("/batches").text.count('class="panel"') == 0

    def test_an_unknown_model_is_refused(self, visitor, three):
        refused = self.chosen(visitor, "again", all="yes", **{"by-model": "best"})
        assert refused.status_code == 400
        assert "no model of that name" in refused.text

    def test_what_is_deleted_meanwhile_is_not_heard(self, visitor, three, app, kept, monkeypatch):
        add = job_log.add_batch

        def deleting(batch, jobs):
            desk().forget(three[0])
            add(batch, jobs)

        monkeypatch.setattr(job_log, "add_batch", deleting)
        made = self.chosen(visitor, "again", id=three[:2])
        assert len(visitor.client.get(f"{made.location}.json").json["files"]) == 1
        assert len(kept()) == 3
