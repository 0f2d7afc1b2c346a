"""Looking closer at a result: what its model heard, and what every model hears."""

import io
import re
import threading
from dataclasses import replace
from html import unescape

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR, FakeRecognizer, Visitor, card
from tests.sounds import encode, voice
from tests.test_evidence import PLAIN, Detector, with_tone
from webapp import prediction_log
from webapp.closer import REMEMBERED, Closer, ModelGone, TooManyLooks
from webapp.speech.emotions import Emotion
from webapp.speech.voice_activity import VoiceActivity
from webapp.stretch import LONGEST_SECONDS, Stretch, Stretches, sound
from webapp.submission import desk
from webapp.unkept import NotKept


def text(html):
    """What is written on a page, each run of space as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


class Placed(FakeRecognizer, Detector):
    """Hears anger where a tone sounds; its answer to a clip is made up."""

    hear_window = Detector.hear_window

    def __init__(self):
        FakeRecognizer.__init__(self, card=msgspec.structs.replace(card(), features=PLAIN))
        self.stands_out, self.heard_windows = 25.0, 0


@pytest.fixture
def detector():
    return Placed()


@pytest.fixture
def recognizers(recognizers, detector):
    return {**recognizers, "cnn_lstm": detector}


@pytest.fixture
def address(visitor, monkeypatch):
    monkeypatch.setattr(VoiceActivity, "speaks", lambda *_: True)
    return visitor.sent(encode("wav-16", with_tone(2.5, 1.1, 1.4)))


def test_result_shows_the_way(client, address):
    page = client.get(address).text
    assert f'href="{address}/closer"' in page
    assert f'href="{address}/models"' in page
    assert "needle" not in text(page).partition("What it heard")[2]


def test_the_moment_is_named_in_words(client, address):
    page = text(client.get(f"{address}/closer?emotion=angry").text)
    found = re.search(r"Most for angry: ([\d.]+) to ([\d.]+) s, ([\d,]+) to ([\d,]+) Hz\.", page)
    start, end, low, high = (float(number.replace(",", "")) for number in found.groups())
    assert start < 1.25 < end
    assert low < 750 < high
    assert "With that moment toned down, angry would have" in page
    assert "By occlusion (Zeiler & Fergus 2014)" in page
    assert "nor whether the answer is right" in page


def test_likeliest_comes_first_and_the_rest_can_be_chosen(client, address):
    page = client.get(f"{address}/closer").text
    chooser = re.search(r'<nav class="chooser".*?</nav>', page, re.DOTALL)[0]
    assert re.findall(r"emotion=(\w+)", chooser)[0] == "angry"
    assert len(re.findall(r"emotion=(\w+)", chooser)) == len(Emotion)
    assert re.search(r'emotion=angry" aria-current="true"', chooser)
    sad = text(client.get(f"{address}/closer?emotion=sad").text)
    assert "Most against sad" in sad
    assert "No single moment speaks notably for sad." in sad
    assert "What it heard: sad · Tonelog" in sad


@pytest.mark.parametrize("emotion", ["hungry", "", "ANGRY"])
def test_unknown_emotion_is_nothing(client, address, emotion):
    assert client.get(f"{address}/closer?emotion={emotion}").status_code == 404


def test_map_is_drawn_for_and_against(client, address):
    angry = client.get(f"{address}/closer?emotion=angry").text
    assert 'class="place for-3"' in angry
    assert 'class="box box-for"' in angry
    assert "box-against" not in angry
    sad = client.get(f"{address}/closer?emotion=sad").text
    assert 'class="place against-3"' in sad
    assert 'class="box box-against"' in sad
    assert "nan" not in re.sub(r"<title>.*", "", angry, flags=re.DOTALL)


def test_spectrogram_is_of_the_stretch(client, address):
    response = client.get(f"{address}/closer.png?from=0.5&to=2.0")
    assert response.mimetype == "image/png"
    assert Image.open(io.BytesIO(response.data)).format == "PNG"
    assert response.data != client.get(f"{address}/closer.png").data
    assert response.headers["Cache-Control"] == "no-store"


def test_programs_get_all_of_it(client, address):
    found = client.get(f"{address}/closer", headers={"Accept": "application/json"}).json
    assert found["method"].startswith("occlusion")
    assert (found["from"], found["to"]) == (0.0, 2.5)
    angry = found["emotions"]["angry"]
    assert angry["most_for"]["from"] < 1.25 < angry["most_for"]["to"]
    assert angry["most_for"]["probability_without"] < angry["probability"]
    assert angry["most_against"] is None
    cells, bands = len(found["edges_seconds"]) - 1, len(found["edges_hz"]) - 1
    assert np.shape(angry["map"]) == (bands, cells)
    assert len(angry["moments"]) == cells


def test_times_of_a_stretch_are_those_of_the_recording(client, address):
    found = client.get(
        f"{address}/closer?from=0.75&to=2.25", headers={"Accept": "application/json"}
    ).json
    patch = found["emotions"]["angry"]["most_for"]
    assert patch["from"] < 1.25 < patch["to"]
    page = text(client.get(f"{address}/closer?from=0.75&to=2.25&emotion=angry").text)
    assert "What it heard: angry, 0.8 to 2.2 s" in page


def test_it_is_looked_at_once(client, address, detector):
    client.get(f"{address}/closer")
    heard = detector.heard_windows
    for part in ("closer?emotion=sad", "closer.png", "closer"):
        assert client.get(f"{address}/{part}").status_code == 200
    assert detector.heard_windows == heard


def test_nothing_is_left_of_what_was_deleted(visitor, client, address):
    client.get(f"{address}/closer")
    visitor.post(f"{address}/delete")
    for part in ("closer", "closer.png", "models"):
        assert client.get(f"{address}/{part}").status_code == 404


def test_recording_that_is_gone(client, address, settings):
    for path in (settings.instance / "recordings").iterdir():
        path.unlink()
    for part in ("closer", "closer.png", "models"):
        response = client.get(f"{address}/{part}", headers={"Accept": "application/json"})
        assert (response.status_code, response.json["error"]["code"]) == (409, "not_kept")
    page = text(client.get(address).text)
    assert "can’t be found out: the recording was not kept" in page
    assert f"{address}/closer" not in client.get(address).text


def test_model_that_is_gone(make_app, settings, address):
    other = FakeRecognizer(msgspec.structs.replace(card(), version="2.0.0"))
    client = make_app(settings, {"cnn_lstm": other}).test_client()
    response = client.get(f"{address}/closer", headers={"Accept": "application/json"})
    assert (response.status_code, response.json["error"]["code"]) == (409, "model_gone")
    page = client.get(address).text
    assert "no longer installed in that version" in text(page)
    assert f'href="{address}/closer"' not in page
    assert client.get(f"{address}/models").status_code == 200


def test_model_that_cannot_hear_any_more(client, address, detector):
    detector.missing = "Install Praat."
    response = client.get(f"{address}/closer")
    assert response.status_code == 503
    assert "Install Praat." in response.text


class TestModels:
    def test_all_side_by_side(self, client, address, recognizers):
        recognizers["ann"].probabilities = TWINS
        page = client.get(f"{address}/models").text
        words = text(page)
        assert "They disagree: 1 of 2 models hears neutral first and 1 happy." in words
        assert "Convolutions and LSTM this result 😄 Happy 61%" in words
        assert "Dense layers 😐😌 Neutral or calm 59%" in words
        assert page.count('<li class="tone-') == 2 * len(Emotion)
        assert "Nothing on this page is kept." in words

    def test_no_clear_emotion(self, client, address, recognizers):
        recognizers["ann"].probabilities = UNCLEAR
        words = text(client.get(f"{address}/models").text)
        assert "Dense layers No clear emotion likeliest happy, 34%" in words

    def test_agreement(self, client, address):
        words = text(client.get(f"{address}/models").text)
        assert "2 of 2 models hear happy first." in words
        assert "disagree:" not in words

    def test_nothing_is_logged(self, app, client, address, recognizers):
        asked = recognizers["ann"].asked
        client.get(f"{address}/models")
        client.get(f"{address}/models")
        assert recognizers["ann"].asked == asked + 1, "the second time it is remembered"
        with app.app_context():
            assert prediction_log.count() == 1

    def test_model_that_misses_something(self, client, address, recognizers):
        recognizers["ann"].missing = "Install Praat first."
        words = text(client.get(f"{address}/models").text)
        assert "1 of 1 models hears happy first." in words
        assert "Can’t hear yet" in words
        assert "Install Praat first." in words

    def test_unlike(self, client, address, recognizers):
        recognizers["ann"].unlike = True
        assert "unlike anything it learnt from" in text(client.get(f"{address}/models").text)

    def test_long_recordings_are_for_jobs(self, make_app, settings, recognizers, address):
        later = make_app(replace(settings, instant_seconds=2), recognizers).test_client()
        words = text(later.get(f"{address}/models").text)
        assert "too long to be heard by every model" in words
        assert "Hear it again with another model" in words
        asked = {"Accept": "application/json"}
        assert later.get(f"{address}/models", headers=asked).json == {"models": None}

    def test_programs(self, client, address):
        asked = {"Accept": "application/json"}
        found = client.get(f"{address}/models", headers=asked).json["models"]
        assert [one["model"] for one in found] == ["ann", "cnn_lstm"]
        assert found[0]["emotion"] == "happy"
        assert found[0]["probabilities"] == {str(e): p for e, p in PROBABILITIES.items()}


class TestStretches:
    parts = Stretches(100.0, [Stretch(2.0, 8.0), Stretch(10.0, 20.0), Stretch(50.0, 55.0)])
    short = Stretches(12.0, [Stretch(1.0, 5.0), Stretch(6.0, 11.0)])

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (3.0, 7.0, (3.0, 7.0)),
            (-5.0, 7.0, (0.0, 7.0)),
            (3.0, 90.0, (3.0, 33.0)),
            (90.0, 500.0, (90.0, 100.0)),
            (400.0, 500.0, (99.5, 100.0)),
            (7.0, 3.0, (7.0, 7.5)),
            (float("nan"), 3.0, (2.0, 8.0)),
            (0.0, float("inf"), (2.0, 8.0)),
            (3.0, None, (2.0, 8.0)),
        ],
    )
    def test_between_two_moments(self, start, end, expected):
        assert self.parts.asked_for(start, end, None) == expected

    @pytest.mark.parametrize(
        ("at", "place"), [(0.0, 0), (7.9, 0), (8.0, 1), (30.0, 2), (99.0, 2), (float("nan"), 2)]
    )
    def test_at_a_moment_or_soon_after(self, at, place):
        assert self.parts.asked_for(None, None, at) == self.parts.parts[place]

    def test_whole_of_a_short_one(self):
        assert self.short.asked_for(None, None, None) == (0.0, 12.0)
        assert self.short.asked_for(None, None, 5.5) == (6.0, 11.0)
        assert self.parts.whole is None

    def test_neighbours(self):
        first, second, third = self.parts.parts
        assert (self.parts.before(first), self.parts.after(first)) == (None, second)
        assert (self.parts.before(third), self.parts.after(third)) == (second, None)

    def test_sound_of_a_stretch_is_cut_out_of_the_recording(self, app, address):
        with app.app_context():
            prediction = prediction_log.get(address.rpartition("/")[2])
            whole = sound(desk(), prediction, Stretch(0.0, prediction.seconds))
            part = sound(desk(), prediction, Stretch(0.5, 1.25))
            first = round(0.5 * whole.rate)
            expected = whole.samples[first : first + len(part.samples)]
            assert part.seconds == pytest.approx(0.75, abs=1e-3)
            np.testing.assert_allclose(part.samples, expected, atol=1e-4)

    def test_long_recording_without_segments_is_cut_evenly(self, client, make_app, settings):
        long = encode("wav-16", voice(65.0, rate=8_000))
        client = make_app(replace(settings, instant_seconds=100)).test_client()
        address = Visitor(client).sent(long)
        found = client.get(f"{address}/closer", headers={"Accept": "application/json"}).json
        assert 0 < found["to"] - found["from"] <= LONGEST_SECONDS


def test_only_so_much_is_looked_at_at_once(app, address, detector, monkeypatch):
    going, let_go = threading.Event(), threading.Event()

    def slowly(*_):
        going.set()
        assert let_go.wait(60)
        raise NotKept

    monkeypatch.setattr("webapp.closer.WAITING", 0)
    monkeypatch.setattr("webapp.closer.sound", slowly)
    closer, refused = Closer(), []
    with app.app_context():
        found, at_desk = prediction_log.get(address.rpartition("/")[2]), desk()

    def look():
        try:
            closer.look(at_desk, found, Stretch(0.0, 1.0))
        except NotKept as error:
            refused.append(error)

    first = threading.Thread(target=look)
    first.start()
    assert going.wait(60)
    with pytest.raises(TooManyLooks):
        closer.look(at_desk, found, Stretch(0.0, 2.0))
    let_go.set()
    first.join()
    assert refused, "and what fails is not remembered"


def test_what_was_looked_at_longest_ago_is_forgotten(app, address, detector):
    closer = Closer()
    with app.app_context():
        found = prediction_log.get(address.rpartition("/")[2])
        stretches = [Stretch(0.0, 0.5 + n / 100) for n in range(REMEMBERED + 1)]
        looks = [closer.look(desk(), found, stretch) for stretch in stretches]
        assert closer.look(desk(), found, stretches[-1]) is looks[-1]
        assert closer.look(desk(), found, stretches[0]) is not looks[0]
        found.model_version = "0.0.1"
        with pytest.raises(ModelGone):
            closer.look(desk(), found, stretches[-1])
