"""Live, with a microphone that hears what a test gives it and a recognizer that hears the same."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_recording import WATCH_TRACKS
from tests.fakes import TWINS, UNCLEAR
from tests.sounds import joined, silence, voice
from webapp import prediction_log

RESULT = re.compile(r"/predictions/[\w-]{22}$")

WATCH_SAID = """
window.told = [];
new MutationObserver((changes) => changes.forEach((change) => {
  const place = change.target.closest?.("[role=status], [role=alert], [aria-live]");
  if (place?.id) told.push(`${place.id}: ${place.textContent}`);
})).observe(document, { subtree: true, childList: true });
"""

COUNT_ASKING = """
window.asking = 0;
window.mostAsking = 0;
window.asked = [];
const fetched = window.fetch;
window.fetch = async (address, options) => {
  asking += 1;
  mostAsking = Math.max(mostAsking, asking);
  asked.push({ address, bytes: options.body.byteLength });
  try {
    return await fetched(address, options);
  } finally {
    asking -= 1;
  }
};
"""


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def state(page, name):
    expect(page.locator("#live")).to_have_attribute("data-state", name)


def words(page, text):
    expect(page.locator("#words")).to_have_text(text)


def status(page, text):
    expect(page.locator("#status")).to_contain_text(text)


def listen(page):
    press(page, "Listen")
    state(page, "live")


@pytest.fixture(scope="module")
def pausing(launch):
    """A browser whose microphone hears a sentence and a long silence after it."""
    with launch(joined(silence(1, 48_000), voice(2, 48_000), silence(12, 48_000))) as started:
        yield started


def test_what_is_spoken_is_shown(browser, visit, app, kept):
    page = visit(browser, "/live", script=WATCH_TRACKS)
    assert page.evaluate("tracks.length") == 0, "the microphone is asked for on a click only"
    listen(page)
    words(page, "Happy")
    expect(page.locator("#now")).to_contain_text("61% sure")
    expect(page.locator("#face")).to_have_text("😄")
    expect(page.locator("#trace rect.tone-happy.heard").first).to_be_attached()
    row = page.get_by_role("table").get_by_role("row", name="Happy")
    expect(row).to_contain_text("61%")
    expect(page.get_by_role("list", name="Now, by emotion")).to_contain_text("calm 20%")
    press(page, "Stop")
    state(page, "stopped")
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    with app.app_context():
        assert prediction_log.count() == 0
    assert kept() == set()


def test_what_changes_is_shown(browser, visit, recognizers):
    page = visit(browser, "/live")
    listen(page)
    words(page, "Happy")
    recognizers["cnn_lstm"].probabilities = UNCLEAR
    words(page, "No clear emotion")
    expect(page.locator("#more")).to_have_text("Likeliest: happy 34%")
    recognizers["cnn_lstm"].probabilities = TWINS
    words(page, "Neutral or calm")
    expect(page.locator("#face")).to_have_text("😐😌")


def test_silence_is_shown_as_silence(deaf_browser, visit, recognizers):
    page = visit(deaf_browser, "/live")
    listen(page)
    words(page, "Silence")
    expect(page.locator("#trace rect.silence").first).to_be_attached()
    expect(page.locator("#trace rect:not(.silence)")).to_have_count(0)
    expect(page.get_by_text("No speech so far.")).to_be_visible()
    assert recognizers["cnn_lstm"].asked == 0


def test_a_sentence_and_then_silence(pausing, visit):
    page = visit(pausing, "/live")
    listen(page)
    expect(page.locator("#eyebrow")).to_have_text("Tonelog heard")
    words(page, "Happy")
    words(page, "Silence")
    expect(page.locator("#more")).to_contain_text("Last heard: happy 61%")
    expect(page.locator("#rows tr")).to_have_count(1)
    shown = page.locator("#rows tr td").last.text_content()
    assert float(shown.removesuffix(" s")) == pytest.approx(2.3, abs=0.6)


def test_what_is_settled_is_not_sent_again(pausing, visit):
    page = visit(pausing, "/live", script=COUNT_ASKING)
    listen(page)
    words(page, "Silence")
    expect(page.locator("#more")).to_contain_text("Last heard")
    page.wait_for_function("() => asked.at(-1).bytes < 3 * 32000")
    assert max(page.evaluate("asked.map((one) => one.bytes)")) <= 4 * 32_000


def test_screen_readers_hear_of_changes_only(browser, visit):
    page = visit(browser, "/live", script=WATCH_SAID + COUNT_ASKING)
    listen(page)
    words(page, "Happy")
    page.wait_for_function("() => asked.length > 5")
    told = page.evaluate("told")
    assert [one for one in told if one.startswith("said:")] == ["said: Happy"]
    assert len(told) <= 4, told


def test_kept_on_demand(browser, visit, app, kept):
    page = visit(browser, "/live")
    listen(page)
    words(page, "Happy")
    page.get_by_role("button", name="Keep the last").click()
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Happy")
    with app.app_context():
        (row,) = prediction_log.page(1, 10).items
    assert row.source == "live"
    assert row.seconds > 1
    assert len(kept()) == 1


def test_kept_after_stopping_in_spite_of_a_lost_connection(browser, visit):
    page = visit(browser, "/live")
    listen(page)
    words(page, "Happy")
    press(page, "Stop")
    page.context.set_offline(True)
    page.get_by_role("button", name="Keep the last").click()
    expect(page.get_by_role("alert")).to_contain_text("connection was lost")
    page.context.set_offline(False)
    page.get_by_role("button", name="Keep the last").click()
    expect(page).to_have_url(RESULT)


def test_the_model_can_be_changed_meanwhile(browser, visit):
    page = visit(browser, "/live", script=COUNT_ASKING)
    listen(page)
    words(page, "Happy")
    page.get_by_label("Model").select_option("ann")
    page.wait_for_function("() => asked.at(-1).address.endsWith('model=ann')")


def test_by_keyboard(browser, visit):
    page = visit(browser, "/live")
    page.get_by_role("button", name="Listen", exact=True).focus()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    words(page, "Happy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Listen again")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Keep the last")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_small_screen_while_it_listens(browser, visit, scheme):
    small = {"width": 360, "height": 740}
    page = visit(browser, "/live", viewport=small, color_scheme=scheme)
    listen(page)
    words(page, "Happy")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
