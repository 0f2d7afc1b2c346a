"""The API: every operation, and every failure as problem details."""

import io
from dataclasses import replace

import msgspec
import pytest

from tests.sounds import encode, voice
from tests.working import work
from webapp import prediction_log
from webapp.api import shapes
from webapp.api.routes import OPERATIONS
from webapp.errors import PROBLEM

API = "/api/v1"


@pytest.fixture
def settings(settings):
    """Longer than a second is long."""
    return replace(settings, instant_seconds=1)


@pytest.fixture(scope="module")
def short():
    return encode("wav-16", voice(0.7))


@pytest.fixture
def heard(client, short):
    """Hears a voice and tells what the API says."""

    def hear(**asked):
        response = client.post(
            f"{API}/recognitions", data=short, content_type="audio/wav", query_string=asked
        )
        assert response.status_code == 201, response.text
        return response.json

    return hear


def form(*files, **more):
    return {"audio": [(io.BytesIO(data), name) for name, data in files], **more}


def problem(response, status, code):
    assert (response.status_code, response.mimetype) == (status, PROBLEM), response.text
    told = msgspec.json.decode(response.data, type=shapes.Problem)
    assert (told.status, told.code) == (status, code)
    assert told.type == f"/api/#{code}"
    assert told.instance == response.request.path
    assert told.detail.endswith(".")
    return told


def test_a_form_is_heard(client, short):
    response = client.post(f"{API}/recognitions", data=form(("a voice.wav", short), model="ann"))
    assert response.status_code == 201
    told = msgspec.json.decode(response.data, type=shapes.Prediction)
    assert (told.file, told.model, told.emotion, told.named) == (
        "a voice.wav",
        "ann",
        "happy",
        True,
    )
    assert response.location == f"{API}/predictions/{told.id}"
    assert client.get(response.location).json == response.json


def test_so_is_a_body(client, short):
    for kind in ("audio/flac", "application/octet-stream"):
        response = client.post(f"{API}/recognitions?model=ann", data=short, content_type=kind)
        assert response.status_code == 201
        assert (response.json["file"], response.json["model"]) == ("unnamed", "ann")


def test_a_long_one_becomes_a_job(client, app, wav):
    sent = client.post(f"{API}/recognitions?file=long.wav", data=wav, content_type="audio/wav")
    assert sent.status_code == 202
    job = msgspec.json.decode(sent.data, type=shapes.Job)
    assert (job.state, job.file, job.prediction) == ("waiting", "long.wav", None)
    assert sent.location == job.status
    assert client.get(job.status).headers["Retry-After"] == sent.headers["Retry-After"] == "1"
    work(app)
    done = client.get(job.status)
    assert "Retry-After" not in done.headers
    assert (done.json["state"], done.json["share"]) == ("done", 1)
    assert client.get(done.json["prediction"]).json["emotion"] == "happy"
    problem(client.delete(job.status), 409, "already_heard")


def test_a_job_can_be_called_off_and_deleted(client, wav, kept):
    job = client.post(f"{API}/recognitions", data=wav, content_type="audio/wav").json
    assert client.post(f"{job['status']}/cancel").json["state"] == "cancelled"
    assert not kept()
    assert client.delete(job["status"]).status_code == 204
    problem(client.get(job["status"]), 404, "not_found")
    problem(client.delete(job["status"]), 404, "not_found")


def test_a_job_that_fails_says_why(client, app):
    job = client.post(f"{API}/batches", data=form(("a.wav", b"nothing"))).json["items"][0]
    work(app)
    told = msgspec.json.decode(client.get(f"{API}/jobs/{job['id']}").data, type=shapes.Job)
    assert (told.state, told.error.code) == ("failed", "not_audio")


def test_what_cannot_be_heard(client):
    raw = {"content_type": "audio/wav"}
    for sent, status, code in (
        ({"data": b"", **raw}, 400, "empty_file"),
        ({"data": b"nothing", **raw}, 415, "not_audio"),
        ({"data": b"nothing", "content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"data": b"nothing"}, 415, "unsupported_media_type"),
        ({"data": {"model": "ann"}, "content_type": "multipart/form-data"}, 400, "no_file"),
        ({"data": {"audio": "text"}, "content_type": "multipart/form-data"}, 400, "no_file"),
        ({"data": form(("a", b""), ("b", b""))}, 400, "bad_request"),
        ({"data": form(("a", b""), name="x")}, 400, "bad_request"),
        ({"data": form(("a", b""), model="best")}, 400, "unknown_model"),
        ({"data": b"a", **raw, "query_string": "modle=ann"}, 400, "bad_request"),
    ):
        problem(client.post(f"{API}/recognitions", **sent), status, code)


def test_more_than_the_limit(make_app, settings, short):
    client = make_app(replace(settings, max_megabytes=0.01)).test_client()
    for sent in ({"data": short, "content_type": "audio/wav"}, {"data": form(("a.wav", short))}):
        problem(client.post(f"{API}/recognitions", **sent), 413, "too_large")


def test_lists_by_filters_and_a_cursor(client, heard):
    ids = [heard(file=f"{n}.wav", model=("ann", "cnn_lstm")[n % 2])["id"] for n in range(5)]
    found, cursor = [], None
    while cursor is not None or not found:
        asked = {"model": "ann", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"{API}/predictions", query_string=asked)
        told = msgspec.json.decode(page.data, type=shapes.Predictions)
        found += [one.id for one in told.items]
        cursor = told.next
    assert found == [ids[4], ids[2], ids[0]]
    for asked, number in (
        ("emotion=happy", 5),
        ("emotion=sad", 0),
        ("named=true&source=upload&at_least=0.6&at_most=0.7", 5),
        ("named=false", 0),
        ("since=2000-01-01&until=2001-01-01", 0),
        ("words=3.wav", 1),
        ("corrected=no", 5),
    ):
        assert len(client.get(f"{API}/predictions?{asked}").json["items"]) == number, asked


def test_what_cannot_be_asked(client):
    for asked in (
        *("emotion=sadness", "emotion=", "limit=0", "limit=201", "limit=x", "at_least=2"),
        *("cursor=x", "since=yesterday", "named=maybe", "colour=red", "limit=1&limit=2"),
        "words=a+b+c+d+e+f+g+h+i+j+k",
    ):
        problem(client.get(f"{API}/predictions?{asked}"), 400, "bad_request")


def test_what_people_say(client, heard):
    address = f"{API}/predictions/{heard()['id']}"
    told = client.patch(address, json={"note": "at the door", "tags": ["b", "speaker:Eva"]}).json
    assert (told["note"], told["tags"]) == ("at the door", ["b", "speaker:Eva"])
    assert client.patch(address, json={"note": ""}).json["tags"] == ["b", "speaker:Eva"]
    problem(client.patch(address, json={"note": 1}), 400, "bad_request")
    problem(client.patch(address, json={"emotion": "sad"}), 400, "bad_request")
    problem(client.patch(address, json={"tags": ["a,b"]}), 400, "bad_request")
    problem(client.patch(address, data="{}"), 415, "unsupported_media_type")
    problem(client.patch(address, data="{", content_type="application/json"), 400, "bad_request")
    huge = f'{{"note": "{"x" * 200_000}"}}'
    problem(client.patch(address, data=huge, content_type="application/json"), 413, "too_large")


def test_corrections_stand_beside_what_was_heard(client, heard):
    one, two = (heard()["id"] for _ in range(2))
    address = f"{API}/predictions/{one}/correction"
    assert client.put(address, json={"emotion": "sad"}).json["correction"] == "sad"
    told = client.put(f"{API}/predictions/{two}/correction", json={"emotion": "happy"}).json
    assert (told["correction"], told["emotion"]) == ("happy", "happy")
    problem(client.put(address, json={"emotion": "sadness"}), 400, "bad_request")
    first = client.get(f"{API}/corrections?limit=1")
    page = msgspec.json.decode(first.data, type=shapes.Corrections)
    assert [(each.prediction, each.emotion, each.heard) for each in page.items] == [
        (two, "happy", "happy")
    ]
    rest = client.get(f"{API}/corrections", query_string={"cursor": page.next}).json
    assert ([each["prediction"] for each in rest["items"]], rest["next"]) == ([one], None)
    assert client.delete(address).status_code == 204
    assert client.get(f"{API}/predictions/{one}").json["correction"] is None


def test_audio_comes_and_everything_goes(client, heard, short, kept):
    told = heard()
    address = f"{API}/predictions/{told['id']}"
    assert told["has_audio"]
    assert client.get(f"{address}/audio").data == short
    part = client.get(f"{address}/audio", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")
    assert client.delete(address).status_code == 204
    assert not kept()
    for gone in (address, f"{address}/audio"):
        problem(client.get(gone), 404, "not_found")
    problem(client.delete(address), 404, "not_found")
    problem(client.put(f"{address}/correction", json={"emotion": "sad"}), 404, "not_found")


def test_batches(client, app, short):
    sent = client.post(
        f"{API}/batches", data=form(("a.wav", short), ("b.wav", b"nothing"), model="ann")
    )
    assert sent.status_code == 202
    assert sent.json["open"] == 2
    work(app)
    told = msgspec.json.decode(client.get(sent.location).data, type=shapes.WholeBatch)
    assert (told.files, told.heard, told.open) == (2, 1, 0)
    assert [one.error and one.error.code for one in told.items] == [None, "not_audio"]
    assert client.get(told.items[0].prediction).json["batch"] == told.id
    client.post(f"{API}/batches", data=form(("c.wav", short)))
    first = msgspec.json.decode(client.get(f"{API}/batches?limit=1").data, type=shapes.Batches)
    rest = client.get(f"{API}/batches", query_string={"cursor": first.next}).json
    assert [one.name for one in first.items] == ["c.wav"]
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([told.id], None)
    assert client.delete(sent.location).status_code == 204
    problem(client.get(sent.location), 404, "not_found")
    problem(client.delete(sent.location), 404, "not_found")


def test_models(client, recognizers):
    recognizers["ann"].missing = "It needs a package."
    found = msgspec.json.decode(client.get(f"{API}/models").data, type=shapes.Models).items
    assert [(one.name, one.default, one.missing) for one in found] == [
        ("ann", False, "It needs a package."),
        ("cnn_lstm", True, None),
    ]
    one = msgspec.json.decode(client.get(f"{API}/models/ann").data, type=shapes.Model)
    assert one.card == recognizers["ann"].card
    problem(client.get(f"{API}/models/best"), 404, "not_found")


def test_elsewhere_and_otherwise(client):
    for address in (API, f"{API}/", f"{API}/nowhere"):
        problem(client.get(address), 404, "not_found")
    refused = client.put(f"{API}/predictions")
    problem(refused, 405, "method_not_allowed")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert client.get("/api/v10").mimetype == "text/html"


def test_what_breaks_tells_nobody_why(client, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(prediction_log, "after", broken)
    told = problem(client.get(f"{API}/predictions"), 500, "internal_server_error")
    assert "secret" not in told.detail
    assert "a secret detail" in caplog.text


def test_too_many_voices(make_app, settings, short):
    client = make_app(replace(settings, upload_rate="1/day")).test_client()
    sent = {"data": short, "content_type": "audio/wav"}
    assert client.post(f"{API}/recognitions", **sent).status_code == 201
    refused = client.post(f"{API}/recognitions", **sent)
    problem(refused, 429, "too_often")
    assert int(refused.headers["Retry-After"]) > 0


def test_the_description_names_each_operation_and_its_failures(client, recognizers):
    recognizers["ann"].missing = "It needs a package."
    told = client.get(f"{API}/openapi.json").json
    assert told["openapi"] == "3.1.0"
    found = {one["operationId"] for each in told["paths"].values() for one in each.values()}
    assert found == {one.name for one in OPERATIONS}
    sending = told["paths"]["/recognitions"]["post"]
    assert "`no_speech`" in sending["responses"]["422"]["description"]
    assert "401" not in sending["responses"]
    [model] = [one for one in sending["parameters"] if one["name"] == "model"]
    assert model["schema"]["enum"] == ["cnn_lstm"], "those that can hear"
    assert told["components"]["schemas"]["Prediction"]["additionalProperties"] is False
