import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

RESULT = re.compile(r"/predictions/[\w-]{22}$")

DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  document.querySelector("main").dispatchEvent(
    new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def send(page):
    page.get_by_role("button", name="Name the emotion").click()


def test_without_javascript(browser, visit, voice_file):
    page = visit(browser, "/upload", java_script_enabled=False)
    page.get_by_label("Choose a file").set_input_files(voice_file)
    send(page)
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Tonelog hears:\s+Happy"))


def test_with_javascript(browser, visit, voice_file):
    page = visit(browser, "/upload")
    page.get_by_label("Choose a file").set_input_files(voice_file)
    expect(page.locator("#chosen")).to_have_text("hello.wav (47 kB)")
    page.get_by_label("Model").select_option("ann")
    send(page)
    expect(page).to_have_url(RESULT)
    expect(page.get_by_text("Dense layers, version 1.0.0")).to_be_visible()


def test_progress_is_told_in_words(browser, visit, voice_file):
    page = visit(browser, "/upload")
    page.route("**/upload", lambda route: None)  # never answers
    page.get_by_label("Choose a file").set_input_files(voice_file)
    send(page)
    expect(page.get_by_role("status")).to_have_text(re.compile("Sending…|Listening…"))
    expect(page.get_by_role("button", name="Name the emotion")).to_be_disabled()


def test_a_refusal_is_told_in_place(browser, visit, tmp_path, voice_file):
    text = tmp_path / "text.wav"
    text.write_text("no sound at all")
    page = visit(browser, "/upload")
    page.get_by_label("Choose a file").set_input_files(text)
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#chosen")).to_contain_text("text.wav")
    page.get_by_label("Choose a file").set_input_files(voice_file)
    expect(page.get_by_role("alert")).to_have_count(0)
    send(page)
    expect(page).to_have_url(RESULT)


def test_nothing_chosen(browser, visit):
    page = visit(browser, "/upload")
    send(page)
    expect(page.get_by_role("alert")).to_have_text("Choose a file first.")


def test_a_dropped_file_is_chosen(browser, visit):
    page = visit(browser, "/upload")
    page.evaluate(DROP, ["dropped.wav", "x" * 2000])
    expect(page.locator("#chosen")).to_have_text("dropped.wav (2 kB)")


def test_a_lost_connection_keeps_the_choice(browser, visit, voice_file):
    page = visit(browser, "/upload")
    page.get_by_label("Choose a file").set_input_files(voice_file)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("connection was lost")
    page.context.set_offline(False)
    send(page)
    expect(page).to_have_url(RESULT)


class TestSmallLimit:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, max_megabytes=0.04)

    def test_a_file_over_it_is_not_sent(self, browser, visit, voice_file):
        page = visit(browser, "/upload")
        sent = []
        page.on("request", lambda request: sent.append(request.method))
        page.get_by_label("Choose a file").set_input_files(voice_file)
        expect(page.get_by_role("alert")).to_contain_text("has 47 kB, and 41 kB is the most")
        send(page)
        assert "POST" not in sent
