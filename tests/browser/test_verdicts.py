"""Results that name no emotion, or one with a doubt, as they are seen and heard."""

import re

import pytest
from playwright.sync_api import expect

from tests.fakes import TWINS, UNCLEAR


@pytest.fixture
def hearing(recognizers):
    """Sets what is heard in everything."""

    def hear(probabilities, unlike=False):
        recognizers["cnn_lstm"].probabilities = probabilities
        recognizers["cnn_lstm"].unlike = unlike

    return hear


def likeliest(page):
    return page.get_by_role("list", name="The likeliest emotions").get_by_role("listitem")


def test_no_clear_emotion_with_the_likeliest_under_it(browser, visit, visitor, hearing, wav):
    hearing(UNCLEAR)
    page = visit(browser, visitor.sent(wav))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"Tonelog hears:\s+No clear emotion")
    )
    expect(likeliest(page)).to_contain_text(["Happy 34%", "Surprised 25%"])
    expect(page.locator("[data-heard]")).to_have_count(0)
    expect(page.get_by_text("right about 3 times in 10")).to_be_visible()


def test_neutral_or_calm(browser, visit, visitor, hearing, wav):
    hearing(TWINS)
    page = visit(browser, visitor.sent(wav))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neutral or calm")
    expect(likeliest(page)).to_contain_text(["Neutral 31%", "Calm 28%", "Sad 21%"])
    expect(page.locator("[data-heard]")).to_have_count(2)
    expect(page.get_by_text("near twins in RAVDESS")).to_be_visible()


def test_from_the_microphone_to_no_clear_emotion(browser, visit, hearing):
    hearing(UNCLEAR, unlike=True)
    page = visit(browser, "/record")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1200)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("No clear emotion")
    expect(page.get_by_text("unlike anything the model was trained on")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_history_tells_them_apart(browser, visit, visitor, hearing, wav, width):
    for probabilities in (UNCLEAR, TWINS):
        hearing(probabilities)
        visitor.sent(wav)
    page = visit(browser, "/history", viewport={"width": width, "height": 900})
    rows = page.get_by_role("rowheader")
    expect(rows).to_contain_text(["Neutral or calm", "No clear emotion"])
    expect(rows.first).to_contain_text("59%")
    expect(rows.last).to_contain_text("likeliest: happy 34%")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    parts = rows.last.locator(":scope > :visible").all()
    places = [part.bounding_box() for part in parts]
    for one in places:
        for other in places:
            assert one is other or not overlap(one, other)


def overlap(one, other):
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    return (
        across
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + (one["height"])
    )


def test_a_model_page_tells_how_far_its_confidence_goes(browser, visit):
    page = visit(browser, "/models#ann", viewport={"width": 360, "height": 740})
    section = page.get_by_role("region", name="Dense layers", exact=True)
    rates = section.get_by_role("region", name="Sure, and right?").get_by_role("table")
    expect(rates.get_by_role("row", name="97%")).to_contain_text("100%")
    worse = section.get_by_role("region", name="When recordings are worse").get_by_role("table")
    expect(worse.get_by_role("row", name="Hiss")).to_contain_text("46.0%")
    others = section.get_by_role("region", name="On recordings of others").get_by_role("table")
    expect(others.get_by_role("row")).to_have_count(2)
    expect(others.get_by_role("columnheader", name="Chance")).to_be_visible()
    expect(others.get_by_role("row", name="EMODB")).to_contain_text("25.0%")
