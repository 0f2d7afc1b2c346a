"""What holds on every page: it fits a small screen, can be read aloud, and needs no mouse."""

import io
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests import fakes
from tests.fakes import fake_recognizers
from webapp.speech.emotions import Emotion
from webapp.submission import desk
from webapp.tables import Source

PAGES = (
    *("/", "/upload", "/record", "/live", "/batches", "/history", "/history/delete", "/kept"),
    *("/models", "/nowhere"),
    *("RESULT", "UNCLEAR", "TWINS", "/jobs", "JOB"),
)

TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const hidden = element.closest(".unseen, .skip, svg, thead");
  return box.width && box.right > innerWidth + 0.5 && !hidden;
}).map((element) => element.outerHTML.slice(0, 80))"""

CHOOSING = "What the models are and how to choose"

UNNAMED = """() => [
  ...document.querySelectorAll("a,button,input,select,audio,img,svg,summary,meter,progress")
].filter((element) => {
    if (element.type === "hidden") return false;
    if (element.matches("svg")) return element.getAttribute("aria-hidden") !== "true";
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const given = element.getAttribute("aria-label") || element.getAttribute("alt");
    return !(labels || given || element.textContent).trim();
  }).map((element) => element.outerHTML.slice(0, 80))"""

SMALL_TARGETS = """() => [...document.querySelectorAll(".button, .top a, .log a, select")]
  .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 44)
  .map((element) => element.outerHTML.slice(0, 80))"""

CONTRAST = """([front, back]) => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (color) => {
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const color = (selector, what) => getComputedStyle(document.querySelector(selector))[what];
  const [a, b] = [luminance(color(...front)), luminance(color(...back))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.fixture
def addresses(visitor, recognizers, wav, app):
    """Every page, the results with a name that does not break and every remark."""
    heard = {"RESULT": fakes.PROBABILITIES, "UNCLEAR": fakes.UNCLEAR, "TWINS": fakes.TWINS}
    results = {}
    for name, probabilities in heard.items():
        recognizers["cnn_lstm"].probabilities = probabilities
        recognizers["cnn_lstm"].unlike = name != "RESULT"
        results[name] = visitor.sent(wav, "x" * 196 + ".wav")
    with app.app_context():
        asked = {"source": Source.UPLOAD, "file_name": "x" * 196 + ".wav"}
        results["JOB"] = f"/jobs/{desk().put_off(io.BytesIO(wav), **asked).id}"
    return [results.get(page, page) for page in PAGES]


def test_fits_a_small_screen(browser, visit, addresses):
    page = visit(browser, viewport={"width": 360, "height": 740})
    for address in addresses:
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
            assert page.evaluate(TOO_WIDE) == [], address
            assert page.evaluate(SMALL_TARGETS) == [], address


def test_fits_a_small_screen_without_javascript(browser, visit):
    page = visit(browser, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    for address in ("/upload", "/record", "/live"):
        page.goto(address)
        for part in page.locator("form *:visible").all():
            box = part.bounding_box()
            assert box["x"] >= 0, address
            assert box["x"] + box["width"] <= 360, address


def test_can_be_read_aloud(browser, visit, addresses):
    page = visit(browser)
    titles = set()
    for address in addresses:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "en"
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("banner")).to_have_count(1)
        expect(page.get_by_role("contentinfo")).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.evaluate(UNNAMED) == [], address
        assert heading_levels_do_not_jump(page), address
        titles.add(page.title())
    assert len(titles) == len(addresses), "each page has a title of its own"


def heading_levels_do_not_jump(page):
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].filter((h) => h.checkVisibility())"
        ".map((h) => Number(h.tagName[1]))"
    )
    return levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))


def test_tables_have_captions_and_headers(browser, visit, addresses):
    page = visit(browser)
    for address in ("/history", addresses[PAGES.index("RESULT")]):
        page.goto(address)
        table = page.get_by_role("table")
        expect(table.locator("caption")).to_have_count(1)
        assert table.locator("th:not([scope])").count() == 0
    expect(table.get_by_role("row")).to_have_count(1 + len(Emotion))
    expect(table.get_by_role("row", name="Happy")).to_contain_text("61%")


def test_tables_of_models_have_captions_and_headers(browser, visit):
    page = visit(browser, "/models")
    tables = page.get_by_role("table")
    expect(tables).to_have_count(1 + 5 * len(fake_recognizers()))
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0
    expect(tables.first.get_by_role("row", name="Dense layers")).to_contain_text("62.5%")
    angry = tables.nth(1).locator("tbody tr").nth(4)
    expect(angry.get_by_role("rowheader")).to_have_text("angry")
    expect(angry.get_by_role("cell")).to_have_text(["1", "1", "1", "1", "6", "1", "1", "1"])


def test_models_stay_a_table_where_they_look_like_cards(browser, visit):
    page = visit(browser, "/models", viewport={"width": 360, "height": 740})
    table = page.get_by_role("table").first
    expect(table.get_by_role("row")).to_have_count(1 + len(fake_recognizers()) + 1)
    expect(table.get_by_role("columnheader")).to_have_count(8)
    expect(table.get_by_role("rowheader").first).to_contain_text("Dense layers")


def test_rows_stay_rows_where_they_look_like_cards(browser, visit, addresses):
    page = visit(browser, "/history", viewport={"width": 360, "height": 740})
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(1 + 3)
    expect(page.get_by_role("rowheader").last).to_contain_text("61%")


@pytest.mark.parametrize(
    ("address", "names"),
    [
        (
            "/",
            [
                "Skip to the content",
                "Tonelog",
                *("Upload", "Record", "Live", "History", "Models"),
                "Upload",
            ],
        ),
        ("/upload", ["audio", "Choose a whole folder", "model", CHOOSING, "Name the emotion"]),
        ("/record", ["Record", "model", CHOOSING]),
        ("/live", ["Listen", "model", CHOOSING]),
    ],
)
def test_keyboard_reaches_the_controls_in_order(browser, visit, address, names):
    page = visit(browser, address)
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.textContent.trim()"
            )
        )
    start = reached.index(names[0]) if address == "/" else reached.index(names[0], 5)
    assert reached[start : start + len(names)] == names


def test_focus_follows_the_recording(browser, visit):
    page = visit(browser, "/record")
    page.get_by_role("button", name="Record", exact=True).focus()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Send")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tones_have_enough_contrast(browser, visit, addresses, scheme):
    page = visit(browser, addresses[PAGES.index("RESULT")], color_scheme=scheme)
    for tone in (*Emotion, "twins", "none"):
        page.eval_on_selector(
            ".verdict", "(verdict, tone) => { verdict.className = 'verdict tone-' + tone }", tone
        )
        pair = [[".verdict h1", "color"], [".verdict", "backgroundColor"]]
        assert page.evaluate(CONTRAST, pair) >= 4.5, tone
    for emotion in Emotion:
        bar = [[f".chances .tone-{emotion} .bar-fill", "fill"], [".panel", "backgroundColor"]]
        assert page.evaluate(CONTRAST, bar) >= 3, emotion
    for soft in (".facts dt", ".bottom p"):
        assert page.evaluate(CONTRAST, [[soft, "color"], [".panel", "backgroundColor"]]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_of_models_have_enough_contrast(browser, visit, scheme):
    page = visit(browser, "/models", color_scheme=scheme)
    panel = [".panel", "backgroundColor"]
    tables = (".compare thead th", ".compare-baseline th", ".matrix td", ".rates thead th")
    for words in (*tables, ".rates caption", ".words dd", ".badge"):
        assert page.evaluate(CONTRAST, [[words, "color"], panel]) >= 4.5, words
    for emotion in Emotion:
        words = f".emotions .tone-{emotion} th"
        assert page.evaluate(CONTRAST, [[words, "color"], panel]) >= 4.5, emotion
    assert page.evaluate(CONTRAST, [[".bar-uar", "fill"], panel]) >= 3
    assert page.evaluate(CONTRAST, [[".bar-leak", "stroke"], panel]) >= 3
    assert page.evaluate(CONTRAST, [[".bar-chance", "fill"], [".bar-chance", "stroke"]]) >= 3
