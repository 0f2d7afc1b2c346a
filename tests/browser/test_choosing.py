"""Filters and the choice of several, as people use them: by keyboard, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.test_prediction_log import prediction
from webapp import prediction_log


@pytest.fixture(autouse=True)
def filled(app):
    with app.app_context():
        for number in range(4):
            emotion = "sad" if number % 2 else "happy"
            made = {"file_name": f"voice {number}.wav", "emotion": emotion}
            prediction_log.add(prediction(f"p{number}", **made))


def test_filters_are_set_and_dropped(browser, visit):
    page = visit(browser, "/history")
    page.get_by_text("More filters").click()
    page.get_by_label("Emotion").select_option("sad")
    page.get_by_label("Search in file names and notes").fill("VOICE")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/history\?words=VOICE&emotion=sad$"))
    expect(page.get_by_text("2 of 4 voices match.")).to_be_visible()
    page.get_by_role("link", name="Drop this filter: Search: VOICE").click()
    expect(page).to_have_url(re.compile(r"/history\?emotion=sad$"))
    page.get_by_role("link", name="Over days").click()
    expect(page.get_by_role("heading", name="Each bar is a day")).to_be_visible()


def test_some_are_ticked_and_taken_away(browser, visit):
    page = visit(browser, "/history")
    csv = page.get_by_role("button", name="CSV")
    expect(csv).to_be_disabled()
    page.get_by_label("Tick voice 3.wav").check()
    expect(page.locator("#ticked strong")).to_have_text("1")
    page.get_by_label("Tick all on this page").check()
    expect(page.locator("#ticked strong")).to_have_text("3")
    with page.expect_download() as download:
        csv.click()
    assert download.value.suggested_filename == "tonelog-history.csv"
    assert len(download.value.path().read_text().splitlines()) == 1 + 3


def test_all_that_match_are_deleted_without_javascript(browser, visit):
    page = visit(browser, "/history?emotion=sad", java_script_enabled=False)
    page.get_by_label("All 2 that match").check()
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 2 results?")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("status")).to_contain_text("2 results and their recordings")
    expect(page.get_by_text("2 voices heard so far.")).to_be_visible()
