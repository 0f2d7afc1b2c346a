"""Looking closer in a browser: without scripts, by the keyboard, on a small screen."""

import re

import pytest
from playwright.sync_api import expect

from tests import traces
from tests.browser.test_every_page import (
    SMALL_TARGETS,
    TOO_WIDE,
    UNNAMED,
    heading_levels_do_not_jump,
)
from tests.sounds import encode, voice
from tests.test_closer_page import Placed
from tests.test_evidence import with_tone
from webapp.speech.voice_activity import VoiceActivity


@pytest.fixture
def recognizers(recognizers):
    return {**recognizers, "cnn_lstm": Placed()}


@pytest.fixture
def address(visitor, monkeypatch):
    monkeypatch.setattr(VoiceActivity, "speaks", lambda *_: True)
    return visitor.sent(encode("wav-16", with_tone(2.5, 1.1, 1.4)))


def test_from_the_result_to_the_moment_without_javascript(browser, visit, address):
    page = visit(browser, address, java_script_enabled=False)
    panel = page.get_by_role("region", name="What it heard")
    panel.get_by_role("link", name="Show what it heard").click()
    expect(page).to_have_url(re.compile("/closer$"))
    expect(page.get_by_text(re.compile(r"Most for angry: 1\.\d to 1\.\d s"))).to_be_visible()
    page.get_by_role("navigation", name="Emotion").get_by_role("link", name="Sad").click()
    expect(page.get_by_text(re.compile("Most against sad"))).to_be_visible()
    expect(page.get_by_role("link", name="Sad")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Back to the result").click()
    page.get_by_role("link", name="Hear every model").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("rowheader").last).to_contain_text("Convolutions and LSTM")


def test_overlay_lies_over_the_spectrogram(browser, visit, address):
    page = visit(browser, f"{address}/closer?emotion=angry")
    picture = page.locator(".scene img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 800
    under, over = picture.bounding_box(), page.locator(".overlay").bounding_box()
    assert under == over
    frame = page.locator(".box-for").bounding_box()
    middle = (frame["x"] + frame["width"] / 2 - under["x"]) / under["width"]
    assert abs(middle - 0.5) < 0.15, "the tone sounds in the middle of the clip"
    assert page.locator(".overlay .stroke").count() >= 1
    assert page.locator(".moments .place").count() >= 1


def test_keyboard_reaches_emotions_in_order(browser, visit, address):
    page = visit(browser, f"{address}/closer")
    page.get_by_role("link", name="Back to the result").focus()
    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().split(/\\s+/)[1]"))
    assert names[0] == "Angry"
    assert len(set(names)) == 8
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("emotion=" + names[6].lower()))


def test_pages_fit_a_small_screen_and_can_be_read_aloud(browser, visit, address):
    page = visit(browser, viewport={"width": 360, "height": 740})
    for part in ("closer", "closer?from=0.5&to=2", "models"):
        page.goto(f"{address}/{part}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, part
            assert page.evaluate(TOO_WIDE) == [], part
            assert page.evaluate(SMALL_TARGETS) == [], part
        assert page.evaluate(UNNAMED) == [], part
        assert heading_levels_do_not_jump(page), part
        expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_models_stay_a_table_where_they_look_like_cards(browser, visit, address):
    page = visit(browser, f"{address}/models", viewport={"width": 360, "height": 740})
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("columnheader")).to_have_count(4)


def test_the_segment_at_the_needle(app, browser, visit):
    """A script notes where the needle is when the link is followed."""
    sound = encode("wav-16", voice(6.0))
    address = traces.logged(app, traces.SIX_SECONDS, sound)
    page = visit(browser, address)
    expect(page.locator("#recording.alive")).to_have_count(1)
    page.evaluate("document.getElementById('audio').currentTime = 3")
    page.get_by_role("link", name="Show it for the segment at the needle").click()
    expect(page).to_have_url(re.compile(r"closer\?at=3"))
    expect(page.get_by_text("of this recording")).to_contain_text("2.5 to 4.0 s")
    page.get_by_role("link", name="Segment after").click()
    expect(page.get_by_text("of this recording")).to_contain_text("4.0 to 6.0 s")
    page.get_by_role("link", name="The whole recording").click()
    expect(page.get_by_text("in this recording")).to_be_visible()
