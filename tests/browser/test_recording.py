import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

RESULT = re.compile(r"/predictions/[\w-]{22}$")

WATCH_TRACKS = """
window.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""

STOP_AT_ONCE = """
new MutationObserver(() => {
  const studio = document.getElementById("studio");
  if (studio?.dataset.state === "recording") document.getElementById("stop").click();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
"""

REFUSE = """
navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException("", "{name}"); }};
"""

IGNORE = """
navigator.mediaDevices.getUserMedia = (open => wish => new Promise((resolve) => {
  window.answer = () => resolve(open(wish));
}))(navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices));
"""


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def state(page, name):
    expect(page.locator("#studio")).to_have_attribute("data-state", name)


def record(page, seconds=1.2):
    press(page, "Record")
    state(page, "recording")
    page.wait_for_timeout(seconds * 1000)
    press(page, "Stop")
    state(page, "recorded")


def problem(page):
    return page.get_by_role("alert")


def test_from_the_microphone_to_the_result(browser, visit):
    page = visit(browser, "/record", script=WATCH_TRACKS)
    assert page.evaluate("tracks.length") == 0, "the microphone is asked for on a click only"
    record(page)
    expect(problem(page)).to_have_count(0)
    expect(page.locator("#time")).to_have_text(re.compile("0:0[1-9]"))
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    press(page, "Send")
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Happy")
    expect(page.get_by_text("microphone", exact=True)).to_be_visible()


def test_the_recording_can_be_heard_and_made_again(browser, visit):
    page = visit(browser, "/record")
    record(page, 0.8)
    page.wait_for_function("() => document.getElementById('listen').readyState > 0")
    first = page.locator("#listen").get_attribute("src")
    press(page, "Record again")
    state(page, "recording")
    page.wait_for_timeout(800)
    press(page, "Stop")
    state(page, "recorded")
    assert page.locator("#listen").get_attribute("src") != first


def test_the_level_moves(browser, visit):
    page = visit(browser, "/record")
    press(page, "Record")
    page.wait_for_function("() => document.getElementById('level').value > 0.5")
    page.wait_for_function(
        "() => document.querySelector('#wave rect:last-child').height.baseVal.value > 40"
    )


def test_leaving_the_page_lets_the_microphone_go(browser, visit):
    page = visit(browser, "/record", script=WATCH_TRACKS)
    press(page, "Record")
    state(page, "recording")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]


def test_permission_denied(browser, visit):
    page = visit(browser, "/record", microphone=False)
    press(page, "Record")
    expect(problem(page)).to_contain_text("The microphone was refused.")
    state(page, "idle")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("NotFoundError", "No microphone was found."),
        ("NotReadableError", "The microphone is busy"),
        ("TypeError", "could not be opened (TypeError)"),
    ],
)
def test_microphone_that_does_not_open(browser, visit, name, sentence):
    page = visit(browser, "/record", script=REFUSE.format(name=name))
    press(page, "Record")
    expect(problem(page)).to_contain_text(sentence)
    state(page, "idle")


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("delete window.MediaRecorder", "This browser can’t record sound."),
        (
            "Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined })",
            "This browser can’t record sound.",
        ),
        (
            "Object.defineProperty(window, 'isSecureContext', { value: false })",
            "secure pages only",
        ),
    ],
    ids=["no MediaRecorder", "no mediaDevices", "not a secure page"],
)
def test_browser_that_cannot_record(browser, visit, script, sentence):
    page = visit(browser, "/record", script=script)
    expect(problem(page)).to_contain_text(sentence)
    expect(page.locator("main").get_by_role("button")).to_have_count(0)


def test_without_javascript_upload_is_offered(browser, visit):
    page = visit(browser, "/record", java_script_enabled=False)
    expect(page.get_by_text("Recording needs JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="upload a recording")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)


def test_too_short(browser, visit):
    page = visit(browser, "/record", script=STOP_AT_ONCE)
    press(page, "Record")
    expect(problem(page)).to_contain_text("too short")
    state(page, "idle")


def test_silent_microphone(deaf_browser, visit):
    page = visit(deaf_browser, "/record")
    record(page, 0.8)
    expect(problem(page)).to_contain_text("heard only silence")
    press(page, "Send")
    state(page, "recorded")
    expect(problem(page)).not_to_contain_text("heard only silence")  # the server's own words now


def test_an_ignored_prompt_is_explained_and_can_still_be_answered(browser, visit):
    page = visit(browser, "/record", microphone=True, script=IGNORE)
    page.clock.install()
    press(page, "Record")
    page.clock.fast_forward(16_000)
    expect(page.get_by_role("status")).to_contain_text("answer its prompt")
    page.evaluate("answer()")
    state(page, "recording")


def test_an_answer_after_cancelling_lets_the_microphone_go(browser, visit):
    page = visit(browser, "/record", script=WATCH_TRACKS + IGNORE)
    press(page, "Record")
    press(page, "Cancel")
    state(page, "idle")
    page.evaluate("answer()")
    page.wait_for_function("() => tracks.length && tracks[0].readyState === 'ended'")
    state(page, "idle")


def test_a_lost_connection_keeps_the_recording(browser, visit):
    page = visit(browser, "/record")
    record(page, 0.8)
    page.context.set_offline(True)
    press(page, "Send")
    expect(problem(page)).to_contain_text("connection was lost")
    state(page, "recorded")
    page.context.set_offline(False)
    press(page, "Send")
    expect(page).to_have_url(RESULT)


def test_an_unreadable_answer_keeps_the_recording(browser, visit):
    page = visit(browser, "/record")
    record(page, 0.8)
    page.route("**/record", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    press(page, "Send")
    expect(problem(page)).to_contain_text("status 502")
    state(page, "recorded")


class TestShortLimit:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, max_seconds=2)

    def test_recording_stops_at_the_limit_and_is_taken(self, browser, visit):
        page = visit(browser, "/record")
        press(page, "Record")
        state(page, "recorded")
        expect(page.get_by_role("status")).to_contain_text("longest recording")
        press(page, "Send")
        expect(page).to_have_url(RESULT)
