import re

from playwright.sync_api import expect


def rows(page):
    return page.get_by_role("table").get_by_role("row")


def test_rows_are_opened_and_paged(browser, visit, visitor, wav):
    for number in range(4):
        visitor.sent(wav, f"voice {number}.wav")
    page = visit(browser, "/history")
    expect(rows(page)).to_have_count(1 + 3)
    expect(rows(page).nth(1)).to_contain_text("voice 3.wav")
    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="open voice 0.wav").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Happy")


def test_a_row_is_deleted_after_asking(browser, visit, visitor, wav):
    visitor.sent(wav, "first.wav")
    visitor.sent(wav, "second.wav")
    page = visit(browser, "/history")
    page.get_by_role("button", name="Delete first.wav").click()
    question = page.get_by_role("dialog", name="Delete this result?")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Delete first.wav").click()
    question.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("status")).to_contain_text("deleted")
    expect(rows(page)).to_have_count(1 + 1)
    expect(page.get_by_text("second.wav").first).to_be_visible()


def test_all_are_deleted_without_javascript(browser, visit, visitor, wav):
    visitor.sent(wav)
    visitor.sent(wav)
    page = visit(browser, "/history", java_script_enabled=False)
    page.get_by_role("link", name="Delete all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete everything?")
    page.get_by_role("button", name="Delete everything").click()
    expect(page).to_have_url(re.compile("/history$"))
    expect(page.get_by_text("Nothing heard yet.")).to_be_visible()


def test_a_result_is_deleted_without_javascript(browser, visit, visitor, wav):
    page = visit(browser, visitor.sent(wav), java_script_enabled=False)
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(re.compile("/history$"))


def test_a_result_plays_and_downloads(browser, visit, visitor, wav):
    page = visit(browser, visitor.sent(wav, "hello.wav"))
    page.wait_for_function("() => Math.abs(document.querySelector('audio').duration - 1.5) < 0.1")
    page.wait_for_function("() => [...document.images].every((image) => image.naturalWidth > 0)")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()
    assert download.value.suggested_filename.endswith(".json")
