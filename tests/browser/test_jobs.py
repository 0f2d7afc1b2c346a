"""A long recording in the browser: sent, followed, left and found again, called off, heard."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.sounds import encode, silence, voice
from tests.working import work
from webapp import job_log
from webapp.submission import desk
from webapp.tables import State

JOB = re.compile(r"/jobs/[\w-]{22}$")
RESULT = re.compile(r"/predictions/[\w-]{22}$")


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=2.0)


@pytest.fixture
def beat(app):
    """Begins the job that waits, or tells how much of it is heard."""

    def told(job_id, share):
        with app.app_context():
            job_log.claim(job_id, desk().now())
            assert job_log.beat(job_id, share, desk().now())

    return told


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "talk.wav"
    path.write_bytes(encode("wav-16", voice(8.0)))
    return path


@pytest.fixture
def sent(browser, visit, talk):
    """The page of a job whose recording was just sent."""
    page = visit(browser, "/upload")
    page.get_by_label("Choose").set_input_files(talk)
    page.get_by_role("button", name="Name the emotion").click()
    expect(page).to_have_url(JOB)
    page.wait_for_load_state()  # its scripts are there, before a test takes the server away
    return page


def job_of(page):
    return page.url.rpartition("/")[2]


def test_the_bar_moves_survives_a_reload_and_leads_to_the_result(idle_worker, beat, sent, app):
    page, bar = sent, sent.get_by_role("progressbar", name="Heard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting")
    expect(page.get_by_text("It is next.")).to_be_visible()
    beat(job_of(page), 0.25)
    expect(page.get_by_role("heading", level=1)).to_have_text("Listening")
    expect(page.get_by_text("25% heard")).to_be_visible()
    beat(job_of(page), 0.5)
    expect(page.get_by_text("50% heard")).to_be_visible()
    assert bar.evaluate("bar => bar.value") == 0.5
    page.reload()
    assert bar.evaluate("bar => bar.value") == 0.5
    beat(job_of(page), 0.75)
    expect(page.get_by_text("75% heard")).to_be_visible()
    with app.app_context():
        job_log.put_back(job_of(page))
    work(app)
    expect(page).to_have_url(RESULT)
    page.go_back()
    expect(page).not_to_have_url(JOB)  # what is over is not in the way


def test_it_is_left_and_found_in_the_history(idle_worker, beat, sent):
    page, address = sent, sent.url
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="1 recording is not heard yet").click()
    page.get_by_role("link", name="talk.wav").click()
    expect(page).to_have_url(address)


def test_it_is_called_off_by_keyboard(idle_worker, beat, sent, app):
    page = sent
    beat(job_of(page), 0.25)
    expect(page.get_by_text("25% heard")).to_be_visible()
    button = page.get_by_role("button", name="Cancel")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled")
    expect(page.get_by_text("its recording was removed")).to_be_visible()
    with app.app_context():
        assert job_log.get(job_of(page)).state == State.CANCELLED


def test_a_failure_shows_by_itself_and_is_tried_again(idle_worker, browser, visit, tmp_path, app):
    path = tmp_path / "quiet.wav"
    path.write_bytes(encode("wav-16", silence(8.0)))
    page = visit(browser, "/upload")
    page.get_by_label("Choose").set_input_files(path)
    page.get_by_role("button", name="Name the emotion").click()
    expect(page).to_have_url(JOB)
    work(app)
    expect(page.get_by_role("alert")).to_contain_text("There is no speech to hear")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting")


def test_a_server_that_is_away_for_a_while_is_said_and_waited_for(idle_worker, beat, sent):
    page = sent
    page.context.set_offline(True)
    expect(page.get_by_text("The server does not answer just now")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("The server does not answer just now")).to_be_hidden()
    beat(job_of(page), 0.25)
    expect(page.get_by_text("25% heard")).to_be_visible()


def test_without_javascript_it_goes_on_by_itself(beat, browser, visit, visitor, app):
    address = visitor.sent(encode("wav-16", voice(8.0)), "talk.wav")
    page = visit(browser, address, java_script_enabled=False)
    expect(page.get_by_text("No worker is running")).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    work(app)
    expect(page).to_have_url(RESULT)
