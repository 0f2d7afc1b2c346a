"""The pages in German, and the choice of a language."""

import re

from playwright.sync_api import expect

from tests.sounds import encode, voice

RESULT = re.compile(r"/predictions/[\w-]{22}$")


def test_recording_in_german(visit, browser):
    page = visit(browser, "/record", locale="de-DE")
    expect(page.locator("#status")).to_contain_text("Ihr Browser fragt dann nach dem Mikrofon.")
    page.locator("#record").click()
    expect(page.locator("#status")).to_have_text(re.compile("Die Aufnahme läuft"))
    expect(page.locator("#time")).to_have_text("0:01")  # half a second is too short
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text(re.compile("nehmen Sie noch einmal auf"))


def test_listening_in_german(visit, browser):
    page = visit(browser, "/live", locale="de-DE")
    page.locator("#listen").click()
    expect(page.locator("#words")).to_have_text("Fröhlich")
    expect(page.locator("#more")).to_have_text("61\N{NO-BREAK SPACE}% sicher")
    expect(page.locator("#rows th").first).to_contain_text("Fröhlich")
    expect(page.locator("#rows td").nth(2)).to_have_text(re.compile(r"^\d+,\d s$"))


def test_a_file_in_german(visit, browser):
    page = visit(browser, "/upload", locale="de-DE")
    page.locator("#upload [type=submit]").click()
    expect(page.locator("#problem")).to_have_text("Wählen Sie zuerst eine Datei.")
    sound = {"name": "a.wav", "mimeType": "audio/wav", "buffer": encode("wav-16", voice(1.5))}
    page.locator("#audio").set_input_files(sound)
    page.locator("#upload [type=submit]").click()
    page.wait_for_url(RESULT)
    expect(page.locator("h1")).to_contain_text("Fröhlich")
    expect(page.locator("#at")).to_have_text("0:00,0 von 0:01,5")


def test_a_language_is_chosen_by_keyboard(visit, browser):
    page = visit(browser, "/models", locale="de-DE")
    english = page.get_by_role("button", name="English")
    english.focus()
    english.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/models")
    page.goto("/record")
    expect(page.locator("#status")).to_contain_text("Press Record when you are ready.")
