"""The pages of jobs, and how a long recording gets there."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import Visitor
from tests.sounds import encode, silence, voice
from tests.working import work
from webapp import job_log, jobs, prediction_log
from webapp.locks import locked
from webapp.submission import desk
from webapp.tables import Job, Source, State

LONG = encode("wav-16", voice(8.0))
SILENT = encode("wav-16", silence(8.0))
JSON = {"Accept": "application/json"}


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=2.0)


@pytest.fixture
def address(visitor):
    return visitor.sent(LONG, "talk.wav")


def job_of(address):
    return address.rpartition("/")[2]


@pytest.mark.parametrize("page", ["/upload", "/record"])
def test_a_long_recording_leads_to_its_job(visitor, client, app, page):
    response = visitor.send(LONG, "talk.wav", page=page, model="ann")
    assert response.status_code == 303
    assert response.location.startswith("/jobs/")
    assert "talk.wav" in client.get(response.location).text
    with app.app_context():
        job = job_log.get(job_of(response.location))
    assert (job.model, job.source) == ("ann", "upload" if page == "/upload" else "recording")


def test_programs_get_json(visitor, client):
    response = visitor.send(LONG, "talk.wav", headers=JSON)
    assert response.status_code == 202
    location = f"/jobs/{response.json['id']}"
    assert response.json["location"] == response.location == location
    told = client.get(location, headers=JSON).json
    assert (told["state"], told["share"], told["file"]) == ("waiting", 0.0, "talk.wav")
    assert (told["size"], told["model"], told["error"]) == (len(LONG), "cnn_lstm", None)
    assert (told["location"], told["worker"]) == (location, False)


def test_it_says_that_no_worker_runs(client, address):
    assert "No worker is running on the server" in client.get(address).text


def test_it_says_how_many_come_first(visitor, client, idle_worker, address):
    second, third = (visitor.sent(LONG, "talk.wav") for _ in range(2))
    assert "It is next." in client.get(address).text
    assert "1 recording comes first." in client.get(second).text
    assert "2 recordings come first." in client.get(third).text


def test_it_says_how_much_is_heard(app, client, idle_worker, address):
    with app.app_context():
        now = desk().now()
        job_log.claim(job_of(address), now)
        job_log.beat(job_of(address), 0.42, now)
    page = client.get(address).text
    assert 'value="0.4200"' in page
    assert "42% heard, 0 s after it was sent." in page
    told = client.get(address, headers=JSON).json
    assert (told["state"], told["share"], told["worker"]) == ("running", 0.42, True)


def test_it_says_that_nobody_works_on_it_any_more(app, client, settings, address):
    with app.app_context():
        job_log.claim(job_of(address), desk().now() - timedelta(hours=1))
    assert "It was interrupted at 0% and begins anew" in client.get(address).text
    with locked(settings.instance / "worker.lock"):
        assert "nothing more for a while" in client.get(address).text


def test_without_javascript_it_looks_again_by_itself(client, address):
    page = client.get(address).text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert f'<noscript><a class="button" href="{address}">' in page


def test_once_done_it_leads_to_the_result(app, client, address):
    work(app)
    result = address.replace("jobs", "predictions")
    response = client.get(address)
    assert (response.status_code, response.location) == (303, result)
    told = client.get(address, headers=JSON).json
    assert (told["state"], told["location"]) == ("done", result)
    assert client.get(result).status_code == 200


def test_a_result_that_is_not_there_yet_leads_to_its_job(client, address):
    response = client.get(address.replace("jobs", "predictions"))
    assert (response.status_code, response.location) == (303, address)
    audio = client.get(address.replace("jobs", "predictions") + "/audio")
    assert audio.status_code == 404


def test_a_failure_is_told_and_can_be_tried_again(visitor, client, app):
    address = visitor.sent(SILENT, "quiet.wav")
    work(app)
    page = client.get(address).text
    assert 'role="alert">There is no speech to hear' in page
    assert "Try again" in page
    assert "refresh" not in page
    told = client.get(address, headers=JSON).json
    assert told["error"]["code"] == "no_speech"
    response = visitor.post(f"{address}/again")
    assert (response.status_code, response.location) == (303, address)
    assert client.get(address, headers=JSON).json["state"] == "waiting"


def test_an_interruption_is_told_and_can_be_run_again(visitor, client, app, address):
    with app.app_context():
        for _ in range(2):
            job_log.claim(job_of(address), desk().now())
            jobs.recover(desk())
    page = client.get(address).text
    assert "It was interrupted" in page
    assert "Run it again" in page
    visitor.post(f"{address}/again")
    work(app)
    assert client.get(address).status_code == 303


def test_what_cannot_be_tried_again_says_so(make_app, settings):
    app = make_app(replace(settings, keep_audio=False))
    visitor = Visitor(app.test_client())
    address = visitor.sent(SILENT)
    work(app)
    page = visitor.client.get(address).text
    assert "Try again" not in page
    assert "Upload a recording" in page
    response = visitor.post(f"{address}/again")
    assert response.status_code == 409
    assert "Send it once more" in response.text


def test_it_is_called_off(visitor, client, app, kept, address):
    response = visitor.post(f"{address}/cancel")
    assert (response.status_code, response.location) == (303, address)
    assert "It was cancelled" in client.get(address).text
    assert not kept()
    work(app)
    with app.app_context():
        assert prediction_log.count() == 0
    assert visitor.post(f"{address}/cancel", headers=JSON).json["state"] == "cancelled"


def test_it_is_deleted(visitor, client, app, kept):
    address = visitor.sent(SILENT, "quiet.wav")
    work(app)
    assert visitor.post(f"{address}/delete").location == "/history"
    assert client.get(address).status_code == 404
    assert not kept()


def test_what_is_done_is_not_deleted_from_here(visitor, client, app, address):
    work(app)
    visitor.post(f"{address}/delete")
    assert client.get(address.replace("jobs", "predictions")).status_code == 200


def test_unfinished_ones_are_listed_and_the_history_leads_there(visitor, client, app, address):
    assert '<a href="/jobs">1 recording is not heard yet</a>' in client.get("/history").text
    page = client.get("/jobs").text
    assert f'href="{address}">talk.wav</a>' in page
    assert "Delete all…" in client.get("/history").text
    work(app)
    assert "Nothing is waiting" in client.get("/jobs").text
    assert "not heard yet" not in client.get("/history").text


def test_deleting_everything_takes_jobs_along(visitor, client, app, kept, address):
    assert "1 recording that is not heard yet" in client.get("/history/delete").text
    assert visitor.post("/history/delete").status_code == 303
    assert client.get(address).status_code == 404
    assert not kept()
    assert work(app) == 0


def test_a_long_one_is_heard_again_as_a_job(visitor, client, app, address):
    work(app)
    result = address.replace("jobs", "predictions")
    data = {"csrf_token": visitor.token(result), "model": "ann"}
    response = client.post(f"{result}/again", data=data)
    assert response.status_code == 303
    assert response.location.startswith("/jobs/")
    work(app)
    assert client.get(response.location).status_code == 303


@pytest.mark.parametrize("act", ["cancel", "again", "delete"])
def test_acts_need_a_token_and_a_post(client, address, act):
    assert client.post(f"{address}/{act}").status_code == 400
    assert client.get(f"{address}/{act}").status_code == 405


def test_nobody_elses_addresses(client, visitor):
    assert client.get("/jobs/nobody").status_code == 404
    assert visitor.post("/jobs/nobody/cancel").status_code == 404


def test_it_stays_in_no_cache(client, address):
    for page in (address, "/jobs"):
        assert client.get(page).headers["Cache-Control"] == "no-store"


def test_what_people_called_it_is_text(visitor, client):
    address = visitor.sent(LONG, "<script>alert(1)</script>.wav")
    assert "<script>alert" not in client.get(address).text
    assert "<script>alert" not in client.get("/jobs").text


def test_one_of_a_batch_is_not_deleted_by_itself(app, client):
    with app.app_context():
        job = Job(
            id="x", batch_id="z", place=0, created_at=desk().now(), state=State.AWAITED,
            file_name="a.wav", size=9, source=Source.BATCH, model="ann",
        )  # fmt: skip
        job_log.add(job)
        assert "Its file has not come yet" in client.get("/jobs/x").text
        jobs.arrive(desk(), "x", io.BytesIO(SILENT))
        work(app)
    page = client.get("/jobs/x").text
    assert 'href="/batches/z"' in page
    assert "Try again" in page
    assert "/jobs/x/delete" not in page
