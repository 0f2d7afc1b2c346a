"""Live: what the last seconds sound like, how much is taken, and that nothing stays."""

import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes import TWINS, UNCLEAR, Visitor
from tests.listening import Listener, pcm
from tests.memory import proportional
from tests.processes import wait_until
from tests.serving import serving
from tests.sounds import joined, silence, voice
from webapp import prediction_log
from webapp.pages.live import AT_ONCE, WAITING
from webapp.speech.emotions import Emotion
from webapp.speech.lately import DOUBT

JSON = {"Accept": "application/json"}
PLAIN = "application/octet-stream"


@pytest.fixture
def ask(visitor):
    return asking(visitor)


def asking(visitor):
    """Posts samples as the page does."""
    token = visitor.token("/live")

    def post(data, query="", kind=PLAIN, **headers):
        return visitor.client.post(
            f"/live/heard{query}",
            data=data,
            content_type=kind,
            headers={"X-CSRFToken": token, **JSON, **headers},
        )

    return post


# The address


def test_an_answer(ask):
    answer = ask(pcm(joined(silence(1), voice(2))))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    assert told["speech"] is True
    stretch = told["stretch"]
    assert stretch["emotion"] == "happy"
    assert stretch["emotions"] == ["happy"]
    assert stretch["share"] == stretch["confidence"] == pytest.approx(0.61)
    assert (stretch["named"], stretch["unlike"], stretch["ended"]) == (True, False, 0)
    assert list(stretch["probabilities"]) == [str(emotion) for emotion in Emotion]


def test_silence(ask, recognizers):
    assert ask(pcm(silence(4))).json == {"speech": False, "needed": DOUBT, "stretch": None}
    assert recognizers["cnn_lstm"].asked == 0


@pytest.mark.parametrize(
    ("probabilities", "emotions", "share"),
    [(UNCLEAR, [], 0), (TWINS, ["neutral", "calm"], 0.59)],
)
def test_what_is_not_named(ask, recognizers, probabilities, emotions, share):
    recognizers["cnn_lstm"].probabilities = probabilities
    stretch = ask(pcm(voice(2))).json["stretch"]
    assert stretch["emotions"] == emotions
    assert stretch["share"] == pytest.approx(share)


def test_a_model_is_chosen(ask, recognizers):
    assert ask(pcm(voice(2)), "?model=ann").status_code == 200
    assert recognizers["ann"].asked == 1
    assert ask(pcm(voice(2)), "?model=best").json["error"]["code"] == "unknown_model"


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"", PLAIN, 422, "too_short"),
        (bytes(2 * 4_799), PLAIN, 422, "too_short"),
        (bytes(32_001), PLAIN, 415, "not_audio"),
        (bytes(5 * 32_000 + 2), PLAIN, 413, "too_long"),
        (bytes(4_000_000), PLAIN, 413, "too_long"),
        (bytes(32_000), "audio/wav", 415, "not_audio"),
        (bytes(32_000), "", 415, "not_audio"),
    ],
)
def test_what_is_refused(ask, recognizers, data, kind, status, code):
    answer = ask(data, kind=kind)
    assert answer.status_code == status
    assert answer.json["error"]["code"] == code
    assert recognizers["cnn_lstm"].asked == 0


def test_the_least_and_the_most(ask):
    assert ask(bytes(2 * 4_800)).status_code == 200
    assert ask(bytes(5 * 32_000)).status_code == 200
    assert ask(bytes(32_000), kind="audio/L16; rate=16000").status_code == 200


def test_loud_noise_of_any_bytes_breaks_nothing(ask):
    data = np.random.default_rng(0).bytes(4 * 32_000)
    assert ask(data).status_code == 200


def test_a_token_is_needed(client):
    answer = client.post("/live/heard", data=pcm(voice(2)), content_type=PLAIN, headers=JSON)
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "csrf"


def test_listening_is_not_counted_with_the_voices(make_app, settings, wav):
    visitor = Visitor(make_app(replace(settings, upload_rate="1/day")).test_client())
    ask = asking(visitor)
    for _ in range(3):
        assert ask(pcm(silence(1))).status_code == 200
    assert visitor.send(wav, page="/live").status_code == 303
    assert visitor.send(wav, page="/live").status_code == 429
    assert ask(pcm(silence(1))).status_code == 200


# The page


def test_the_page_has_what_its_script_needs(client):
    page = client.get("/live").text
    assert 'action="/live"' in page
    assert 'data-heard="/live/heard"' in page
    assert 'name="csrf_token"' in page
    assert page.count("data-emotion=") == len(Emotion)
    for told in ("needs JavaScript", "nothing is kept", "somebody else", 'href="/upload"'):
        assert told in page


def test_what_is_kept_is_a_recording_like_others(visitor, app, wav):
    answer = visitor.send(wav, page="/live", headers=JSON)
    assert answer.status_code == 201
    with app.app_context():
        assert prediction_log.get(answer.json["id"]).source == "live"


# How many at once


def test_too_many_at_once_are_told_to_come_again(app, ask):
    turns = app.extensions["tonelog_live"]
    for _ in range(AT_ONCE + WAITING):
        turns._chairs.acquire()
    answer = ask(pcm(voice(2)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json["error"]["code"] == "crowded"
    turns._chairs.release()
    assert ask(pcm(voice(2))).status_code == 200


def test_a_turn_is_given_back_after_a_failure(app, ask, recognizers):
    recognizers["cnn_lstm"].missing = "Install it."
    for _ in range(AT_ONCE + WAITING + 1):
        assert ask(pcm(voice(2))).json["error"]["code"] == "missing_extra"


# Nothing stays


def state(server, instance):
    """Open files and sockets, threads, and files by name and size."""
    workers = server.workers()
    return (
        sum(len(list(Path(f"/proc/{worker}/fd").iterdir())) for worker in workers),
        sum(len(list(Path(f"/proc/{worker}/task").iterdir())) for worker in workers),
        {
            str(path.relative_to(instance)): path.stat().st_size
            for path in instance.rglob("*")
            if path.is_file()
        },
    )


def test_who_has_listened_and_gone_leaves_nothing(tmp_path, quick_bundles):
    """The server makes threads as it needs them; with what leaks there would be more each time."""
    instance = tmp_path / "instance"
    with serving(instance, workers=1, request_log="off", **quick_bundles) as server:
        sound = pcm(joined(silence(1), voice(2), silence(1)))
        (worker,) = server.workers()
        assert any(unchanged_by_listening(server, instance, sound) for _ in range(5))
        memory = proportional(worker)
        listen(server, sound, times=20)
        assert proportional(worker) < memory * 1.1
        assert server.workers() == [worker]


def unchanged_by_listening(server, instance, sound):
    """Whether all is as before once four have listened and are gone."""
    before = state(server, instance)
    listen(server, sound, times=10)
    with suppress(pytest.fail.Exception):
        wait_until(lambda: state(server, instance) == before, 10)
        return True
    return False


def listen(server, sound, times):
    """Four at once, each over one connection that is then closed."""

    def one():
        with Listener(server.port) as listener:
            for _ in range(times):
                assert listener.ask(sound).status == 200

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
