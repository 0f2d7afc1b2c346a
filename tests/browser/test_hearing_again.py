import re

from playwright.sync_api import expect

RESULT = re.compile(r"/predictions/[\w-]{22}$")


def test_another_model_hears_it_without_javascript(browser, visit, visitor, wav):
    address = visitor.sent(wav, "hello.wav")
    page = visit(browser, address, java_script_enabled=False)
    panel = page.get_by_role("region", name="Hear it again with…")
    panel.get_by_label("Model").select_option(label="Dense layers, right on 62%")
    panel.get_by_role("button", name="Hear it again").click()
    expect(page).to_have_url(RESULT)
    assert not page.url.endswith(address)
    expect(page.get_by_text("Dense layers, version 1.0.0")).to_be_visible()
    page.get_by_role("link", name="Dense layers").click()
    expect(page).to_have_url(re.compile("/models#ann$"))
    expect(page.get_by_role("heading", level=2, name="Dense layers")).to_be_in_viewport()


def test_a_model_is_chosen_from_its_figures(browser, visit):
    page = visit(browser, "/models")
    page.get_by_role("link", name="Upload and hear with Dense layers").click()
    expect(page.get_by_label("Model")).to_have_value("ann")
