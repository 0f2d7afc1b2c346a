"""The door as people meet it, and that the strict policy breaks nothing that they see."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import CONTRAST, SMALL_TARGETS, TOO_WIDE, UNNAMED
from webapp.guard.listening import kept_password

PASSWORD = "correct horse battery staple"


@pytest.fixture
def guarded(app, settings):
    kept_password(settings.instance).set(PASSWORD)


@pytest.mark.usefixtures("guarded")
def test_in_and_out_by_keyboard(browser, visit):
    page = visit(browser, "/history")
    expect(page).to_have_url(re.compile("/login$"))
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("a wrong one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the password")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_fits_a_small_screen_and_can_be_read(browser, visit, scheme):
    page = visit(browser, "/login", viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL_TARGETS) == []
    panel = [".panel", "backgroundColor"]
    for words in (".panel h1", ".panel label", ".panel .lead", "#password"):
        assert page.evaluate(CONTRAST, [[words, "color"], panel]) >= 4.5, words
    assert page.evaluate(CONTRAST, [["#password", "borderTopColor"], panel]) >= 3


@pytest.mark.usefixtures("guarded")
def test_a_session_that_has_ended_is_told_in_place(browser, visit, voice_file):
    page = visit(browser, "/upload")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Choose a file").set_input_files(voice_file)
    page.wait_for_load_state()  # without its script, the page would send the form away
    page.context.clear_cookies()
    page.get_by_role("button", name="Name the emotion").click()
    expect(page.get_by_role("alert")).to_contain_text("Log in, then send it again")
    expect(page.get_by_text("hello.wav")).to_be_visible()


def test_pictures_keep_their_colours_under_the_policy(browser, visit, visitor, wav):
    """The style of the waveform is let in by its hash; a wrong one shows in the console."""
    address = visitor.sent(wav)
    page = visit(browser, f"{address}/waveform.svg", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('path')).stroke") == (
        "rgb(185, 173, 188)"
    )
    page.goto(address)
    for picture in page.locator("main img").all():
        assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth > 0)")


def test_sound_plays_under_the_policy(browser, visit, visitor, wav):
    page = visit(browser, visitor.sent(wav))
    page.wait_for_function("document.querySelector('audio').readyState >= 1")
    assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(1.5, abs=0.1)
