"""Pages on paper: a result is a report of one page, light, without anything to press."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.states import RESULTS, STATES

PRESSED = "button, .button, nav, audio, select, textarea, .controls, form"

SEEN = """(what) => [...document.querySelectorAll(what)]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100))"""

REPORTS = [state for state in RESULTS if state.name.startswith("result")]


def pages(page, paper):
    """How many pages a page is on paper."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, prefer_css_page_size=False)))


def report(address):
    return next(state for state in REPORTS if state.address == address)


def printed(page):
    """The body of a page on paper, for somebody who reads in the dark."""
    page.emulate_media(media="print", color_scheme="dark")
    return page.locator("body")


@pytest.mark.parametrize("state", REPORTS, ids=lambda state: state.name)
def test_a_result_is_one_page(show, state):
    page = show(state)
    assert {paper: pages(page, paper) for paper in ("A4", "Letter")} == {"A4": 1, "Letter": 1}


def test_a_report_says_what_matters(show):
    told = printed(show(report("{fullest}"))).inner_text()
    for words in (
        *("Tonelog", "interview with somebody", "1 h", "Convolutions and LSTM", "version 1.0.0"),
        *("All 8 tones", "You said:", "surprised", "word word", "speaker:Somebody"),
        *("unlike anything", "Not known for a recording like this one"),
    ):
        assert words in told, words


def test_a_report_says_how_often_it_errs_and_draws_what_was_heard(show):
    page = show(report("{long}"))
    told = printed(page).inner_text()
    for words in (
        *("61%", "people it had never heard", "not how strong the feeling is"),
        *("truth detector", "do not decide"),
    ):
        assert words in told, words
    for drawn in (".chances .bar-fill", ".waveform", ".timeline-strip"):
        expect(page.locator(drawn).first).to_be_visible()


def test_paper_is_light_and_has_nothing_to_press(show):
    page = show(report("{fullest}"))
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--ink')"
    light = page.evaluate(ink)
    printed(page)
    assert page.evaluate(ink) == light
    assert page.evaluate(SEEN, PRESSED) == []


@pytest.mark.parametrize(
    "state",
    [state for state in STATES if state.name in ("home", "history", "models", "batches")],
    ids=lambda state: state.name,
)
def test_other_pages_print_too(show, state):
    page = show(state)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    assert page.evaluate(SEEN, PRESSED.replace(", form", "")) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    expect(page.get_by_role("heading", level=1)).to_be_visible()
