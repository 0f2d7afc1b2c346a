"""What goes wrong while somebody speaks live: lines, servers, microphones, browsers."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_live import COUNT_ASKING, listen, press, state, status, words
from tests.browser.test_recording import IGNORE, REFUSE, WATCH_TRACKS

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_lost_connection_is_said_and_mended(browser, visit):
    page = visit(browser, "/live")
    listen(page)
    words(page, "Happy")
    page.context.set_offline(True)
    status(page, "connection is lost")
    expect(page.locator("#eyebrow")).to_have_text("Not heard just now")
    state(page, "live")
    page.context.set_offline(False)
    status(page, "connection is back")
    words(page, "Happy")


@pytest.mark.parametrize("status_code", [429, 503])
def test_a_server_that_wants_time_gets_it(browser, visit, status_code):
    page = visit(browser, "/live")
    body = '{"error": {"code": "crowded", "sentence": "More than can be heard."}}'
    answer = {"status": status_code, "headers": {"Retry-After": "1"}, "body": body}
    page.route("**/live/heard*", lambda route: route.fulfill(**answer))
    listen(page)
    status(page, "More than can be heard.")
    state(page, "live")
    page.unroute("**/live/heard*")
    words(page, "Happy")


@pytest.mark.parametrize("status_code", [400, 401, 413])
def test_a_refusal_ends_it_in_words(browser, visit, status_code):
    page = visit(browser, "/live", script=WATCH_TRACKS)
    body = '{"error": {"code": "no", "sentence": "Log in, then send it again."}}'
    page.route("**/live/heard*", lambda route: route.fulfill(status=status_code, body=body))
    listen(page)
    expect(page.get_by_role("alert")).to_have_text("Log in, then send it again.")
    state(page, "stopped")
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]


def test_one_question_at_a_time_and_late_answers_are_dropped(browser, visit):
    page = visit(browser, "/live", script=COUNT_ASKING)
    page.route("**/live/heard*", lambda route: None)  # never answers
    listen(page)
    page.wait_for_function("() => asking === 1")
    page.wait_for_timeout(2500)
    assert page.evaluate("mostAsking") == 1
    press(page, "Stop")
    page.wait_for_function("() => asking === 0")
    state(page, "stopped")
    expect(page.locator("#rows tr")).to_have_count(0)


@pytest.mark.parametrize("way", ["hidden", "left"])
def test_leaving_lets_the_microphone_go(browser, visit, way):
    page = visit(browser, "/live", script=WATCH_TRACKS)
    listen(page)
    if way == "hidden":
        page.evaluate(HIDE, True)
    else:
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    state(page, "stopped")
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    if way == "hidden":
        page.evaluate(HIDE, False)
        status(page, "switched off when this page was hidden")
        page.wait_for_timeout(300)
        status(page, "switched off when this page was hidden")
    press(page, "Listen again")
    state(page, "live")
    words(page, "Happy")


def test_permission_denied(browser, visit):
    page = visit(browser, "/live", microphone=False)
    press(page, "Listen")
    expect(page.get_by_role("alert")).to_contain_text("The microphone was refused.")
    state(page, "idle")


def test_no_microphone(browser, visit):
    page = visit(browser, "/live", script=REFUSE.format(name="NotFoundError"))
    press(page, "Listen")
    expect(page.get_by_role("alert")).to_contain_text("No microphone was found.")


def test_an_answer_after_cancelling_lets_the_microphone_go(browser, visit):
    page = visit(browser, "/live", script=WATCH_TRACKS + IGNORE)
    press(page, "Listen")
    press(page, "Cancel")
    state(page, "idle")
    page.evaluate("answer()")
    page.wait_for_function("() => tracks.length && tracks[0].readyState === 'ended'")
    state(page, "idle")


def test_a_browser_that_cannot(browser, visit):
    page = visit(browser, "/live", script="delete window.AudioWorkletNode")
    expect(page.get_by_role("alert")).to_contain_text("This browser can’t record sound.")
    expect(page.locator("main").get_by_role("button")).to_have_count(0)


def test_without_javascript_the_other_ways_are_offered(browser, visit):
    page = visit(browser, "/live", java_script_enabled=False)
    expect(page.get_by_text("Live needs JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="upload a recording")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
