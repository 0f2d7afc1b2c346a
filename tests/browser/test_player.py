"""The player of a result: needle, zoom, speed, keys, and the timeline that moves with it."""

import re

import pytest
from playwright.sync_api import expect

from tests import traces
from tests.browser.test_every_page import SMALL_TARGETS, TOO_WIDE, UNNAMED
from tests.fakes import PROBABILITIES
from tests.sounds import encode, voice

SHARES = {str(emotion): share for emotion, share in PROBABILITIES.items()}

NEEDLE = """() => parseFloat(
  document.querySelector("#scape > div").shadowRoot.querySelector(".cursor").style.left)"""
"""How far the needle is, in percent."""

WIDTHS = """() => {
  const inside = document.querySelector("#scape > div").shadowRoot.querySelector(".wrapper");
  const parts = [inside, ...document.querySelectorAll("#timeline, .spectrogram, #ticks")];
  return parts.map((part) => Math.round(part.getBoundingClientRect().width));
}"""
"""Of what is drawn over time."""


@pytest.fixture(scope="module")
def six_seconds():
    return encode("wav-16", voice(6.0))


@pytest.fixture
def address(app, six_seconds):
    return traces.logged(app, traces.SIX_SECONDS, six_seconds, shares=SHARES)


def alive(page):
    expect(page.locator("#recording.alive")).to_have_count(1)
    return page


@pytest.fixture
def player(browser, visit, address):
    return alive(visit(browser, address))


def at(page, seconds):
    """Wait for the player to be there."""
    page.wait_for_function(
        "(seconds) => Math.abs(document.getElementById('audio').currentTime - seconds) < 0.1",
        arg=seconds,
    )


def heard(page):
    return page.locator("#heard")


def test_the_needle_moves_while_it_plays(player):
    player.keyboard.press(" ")
    player.wait_for_function("() => document.getElementById('audio').currentTime > 0.3")
    first = player.evaluate(NEEDLE)
    player.wait_for_function(f"(first) => ({NEEDLE})() > first + 2", arg=first)
    player.keyboard.press(" ")
    assert player.evaluate("document.getElementById('audio').paused")


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_a_click_anywhere_moves_the_needle_there(player, share):
    player.locator("#scape").scroll_into_view_if_needed()
    box = player.locator("#scape").bounding_box()
    player.mouse.click(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
    at(player, 3.0)
    assert player.evaluate(NEEDLE) == pytest.approx(50, abs=1)
    expect(player.locator("#scape")).to_be_focused()
    expect(player.locator("#at")).to_have_text(re.compile(r"0:0[23]\.\d of 0:06.0"))


def test_the_segment_under_the_needle_is_named(player):
    expect(heard(player)).to_have_text("😄 Happy 61%")
    for press, seconds, words in (
        ("Shift+ArrowRight", 2.0, "No speech"),
        ("Shift+ArrowRight", 2.5, "No clear emotion (likeliest happy 34%)"),
        ("ArrowRight", 3.5, "No clear emotion"),
        ("Shift+ArrowLeft", 2.5, "No clear emotion"),
        ("Shift+ArrowLeft", 2.0, "No speech"),
        ("Shift+ArrowLeft", 0.0, "Happy"),
    ):
        player.keyboard.press(press)
        at(player, seconds)
        expect(heard(player)).to_contain_text(words)
        expect(player.locator("#segments [aria-current]")).to_have_count(1)
    player.get_by_role("button", name="Next segment").click()
    at(player, 2.0)
    player.get_by_role("button", name="Previous segment").click()
    at(player, 0.0)


def test_home_and_end_are_the_players_only_where_it_has_the_focus(player):
    player.keyboard.press("ArrowRight")
    at(player, 1.0)
    player.keyboard.press("End")
    at(player, 1.0)
    player.locator("#scape").focus()
    player.keyboard.press("End")
    at(player, 6.0)
    expect(heard(player)).to_contain_text("Neutral or calm 59%")
    player.keyboard.press("Home")
    at(player, 0.0)


def test_keys_are_not_taken_from_what_needs_them(player):
    player.locator("#speed").focus()
    player.keyboard.press("ArrowDown")
    expect(player.locator("#speed")).to_have_value("1.25")
    player.keyboard.press("ArrowRight")
    at(player, 0.0)
    player.get_by_text("Table of the 4 segments").focus()
    player.keyboard.press(" ")
    expect(player.locator("details.segments")).to_have_attribute("open", "")
    assert player.evaluate("document.getElementById('audio').paused")


def test_keys_of_the_whole_page_can_be_switched_off(player):
    player.get_by_text("Keys", exact=True).click()
    player.get_by_role("checkbox").uncheck()
    player.get_by_role("checkbox").blur()
    player.keyboard.press("ArrowRight")
    player.locator("#scape").focus()
    at(player, 0.0)
    player.keyboard.press("ArrowRight")
    at(player, 1.0)


def test_speed(player):
    rate = "document.getElementById('audio').playbackRate"
    pitch = "document.getElementById('audio').preservesPitch"
    for key, speed in ((">", 1.25), ("<", 1), ("<", 0.75), ("<", 0.5), ("<", 0.5)):
        player.keyboard.press(key)
        assert player.evaluate(rate) == speed
        expect(player.locator("#speed")).to_have_value(str(speed))
    player.locator("#speed").select_option("2")
    assert player.evaluate(rate) == 2
    assert player.evaluate(pitch)


def test_everything_zooms_together(player):
    whole = player.evaluate(WIDTHS)
    assert len(set(whole)) == 1
    player.keyboard.press("+")
    player.get_by_role("button", name="Zoom in").click()
    twice = player.evaluate(WIDTHS)
    assert twice == pytest.approx([4 * width for width in whole], abs=4)
    expect(player.locator("#names")).to_contain_text("no speech")
    expect(player.locator("#ticks")).to_contain_text("0:00.2")
    slider = player.get_by_role("slider", name="Zoom")
    assert float(slider.input_value()) == pytest.approx(100 * 2 / 3, abs=1)
    slider.fill("0")
    assert player.evaluate(WIDTHS) == whole
    player.keyboard.press("-")
    assert player.evaluate(WIDTHS) == whole


def test_a_time_in_the_table_moves_the_needle(player, address):
    player.get_by_text("Table of the 4 segments").click()
    player.get_by_role("link", name="0:04.0").click()
    at(player, 4.0)
    expect(heard(player)).to_contain_text("Neutral or calm")
    assert player.url.endswith(address)


def test_an_address_with_a_time_begins_there(browser, visit, address):
    page = alive(visit(browser, f"{address}?t=2.5"))
    at(page, 2.5)
    expect(heard(page)).to_contain_text("No clear emotion")


def test_a_short_clip_has_the_player_without_a_timeline(browser, visit, visitor, wav):
    page = alive(visit(browser, visitor.sent(wav)))
    page.locator("#scape").click()
    at(page, 0.75)
    page.keyboard.press("+")
    assert len(set(page.evaluate(WIDTHS))) == 1
    expect(page.get_by_role("button", name="Next segment")).to_have_count(0)
    expect(page.locator("#at")).to_contain_text("of 0:01.5")


def test_without_javascript_the_plain_player_and_pictures_stay(browser, visit, address):
    page = visit(browser, address, java_script_enabled=False)
    for name in ("Waveform", "Mel spectrogram", "Emotions over time"):
        expect(page.get_by_role("img", name=re.compile(name))).to_be_visible()
    expect(page.locator("audio")).to_be_visible()
    expect(page.locator("#names")).to_contain_text("happy")
    for part in ("#controls", "#keys"):
        expect(page.locator(part)).to_be_hidden()
    page.get_by_text("Table of the 4 segments").click()
    page.get_by_role("link", name="0:04.0").click()
    expect(page.locator("audio")).to_have_attribute("src", re.compile(r"#t=4.0$"))


def test_without_peaks_the_plain_player_and_pictures_stay(browser, visit, address):
    page = visit(browser)
    page.route("**/peaks.json", lambda route: route.abort())
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".waveform")).to_be_visible()
    expect(page.locator("#controls")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_long_one_fits_a_small_screen(app, browser, visit, six_seconds, scheme):
    address = traces.logged(app, traces.many(700, 3600.0), six_seconds)
    size = {"width": 360, "height": 740}
    page = alive(visit(browser, address, viewport=size, color_scheme=scheme))
    page.get_by_text("Table of the 700 segments").click()
    page.get_by_text("Keys", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(UNNAMED) == []
    page.keyboard.press("+")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
