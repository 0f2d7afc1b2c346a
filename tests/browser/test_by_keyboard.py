"""The main job with the keyboard alone, from the start page to a deleted result."""

import re

from playwright.sync_api import expect

RESULT = re.compile(r"/predictions/[\w-]{22}")

MOST = 60
"""Presses of the Tab key until something counts as out of reach."""

SEEN = """() => {
  const one = document.activeElement;
  const drawn = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  const near = [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean);
  const parts = [null, "::before", "::after"];
  const ringed = one.matches("audio") // rings its own buttons, and keeps the focus meanwhile
    || near.some((element) => parts.some((part) => drawn(element, part)));
  const box = one.getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight;
  const onward = !window.lastFocus?.isConnected || window.lastFocus === one
    || Boolean(window.lastFocus.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.lastFocus = one;
  return { ringed, inView, onward, what: one.outerHTML.slice(0, 120) };
}"""
"""Whether what has the focus shows it, is in view, and comes after what had it before."""


def reach(page, wanted):
    """Press Tab until something has the focus; each step on the way is seen and goes onward."""
    page.evaluate("() => { window.lastFocus = null; }")
    for _ in range(MOST):
        page.keyboard.press("Tab")
        told = page.evaluate(SEEN)
        assert told["ringed"], told
        assert told["inView"], told
        assert told["onward"], told
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is out of reach")


def press(page, wanted, key="Enter"):
    """Go to something with Tab and press it."""
    reach(page, wanted)
    page.keyboard.press(key)


def test_from_the_start_page_to_a_deleted_result(browser, visit, voice_file):
    page = visit(browser, "/")
    press(page, page.get_by_role("link", name="Skip to the content"))
    expect(page.get_by_role("main")).to_be_focused()
    press(page, page.get_by_role("main").get_by_role("link", name="Upload"))
    expect(page).to_have_url(re.compile("/upload$"))
    page.wait_for_load_state()
    with page.expect_file_chooser() as chooser:
        press(page, page.locator("#audio"))
    chooser.value.set_files(voice_file)
    expect(page.locator("#chosen")).to_contain_text("hello.wav")
    press(page, page.get_by_role("button", name="Name the emotion"))
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Happy")
    page.wait_for_load_state()

    press(page, page.get_by_role("button", name="Surprised"))
    expect(page.get_by_text("You said:")).to_be_visible()
    page.wait_for_load_state()  # what has the focus shows it by styles

    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    press(page, page.get_by_role("link", name="History", exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    page.wait_for_load_state()
    reach(page, page.get_by_role("searchbox"))
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("words=hello"))
    expect(page.get_by_role("rowheader", name="Happy")).to_have_count(1)
    page.wait_for_load_state()

    trash = page.get_by_role("button", name="Delete hello.wav")
    press(page, trash)
    question = page.get_by_role("dialog", name="Delete this result?")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(trash).to_be_focused()
    page.keyboard.press("Enter")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(question.get_by_role("button", name="Delete for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("deleted")
