import re

from playwright.sync_api import expect


def test_all_is_said_by_keyboard_and_without_javascript(browser, visit, visitor, wav):
    page = visit(browser, visitor.sent(wav), java_script_enabled=False)
    page.get_by_label("Tags").fill("speaker:Ana")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your notes were saved.")
    expect(page.locator(".said")).to_have_count(0)
    page.get_by_role("textbox", name="Note").fill("From the kitchen")
    page.get_by_role("button", name="Sad").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_text(re.compile(r"You said:\s+😢 sad"))
    expect(page.get_by_role("button", name="Sad", pressed=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("From the kitchen")
    expect(page.get_by_label("Tags")).to_have_value("speaker:Ana")
    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_role("status")).to_have_text("What you said was taken back.")
    expect(page.get_by_role("button", pressed=True)).to_have_count(0)
