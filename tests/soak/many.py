"""300 files in one batch, ten of them broken, from a real browser to a real worker."""

import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.serving import serving
from tests.soak.parts import Amounts, Outcome
from tests.sounds import encode, voice

FILES, BROKEN = 300, 10

SENTENCE = "This is not a sound file that can be read."

PATIENCE = 900_000
"""Milliseconds until all of it counts as not coming to its end."""


def batch(instance: Path, amounts: Amounts, seed: int, settings: Mapping[str, object]) -> Outcome:
    """290 results and ten sentences on one page; a reload in the middle loses nothing."""
    paths = _files(instance.with_name("chosen"), seed)
    with serving(instance, jobs=True, **settings) as server, sync_playwright() as started:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.port}")
        begun = time.monotonic()
        sent = _send(page, paths, begun)
        all_done = f"{FILES - BROKEN} of {FILES} heard, {BROKEN} could not be heard."
        expect(page.locator("#told")).to_have_text(all_done, timeout=PATIENCE)
        took = time.monotonic() - begun
        failures = _wrong(page)
        browser.close()
    return Outcome(failures, f"{FILES} files sent in {sent:.0f} s, all done after {took:.0f} s")


def _files(folder: Path, seed: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{n:03}.wav" for n in range(FILES)]
    for n, path in enumerate(paths):
        sound = encode("wav-16", voice(1.5, pitch=100 + (seed + 7 * n) % 150))
        path.write_bytes(b"This is no sound." if n % (FILES // BROKEN) == 7 else sound)
    return paths


def _send(page: Page, paths: list[Path], begun: float) -> float:
    """Send all of it, with a reload in the middle; the seconds until all has arrived."""
    page.goto("/upload")
    page.get_by_label("Choose a file").set_input_files(paths)
    page.get_by_role("button", name="Name the emotion").click()
    page.wait_for_url("**/batches/*")
    told = page.locator("#told")
    expect(told).to_have_text(re.compile(r"\b1\d\d still to come"), timeout=PATIENCE)
    page.reload()
    expect(told).to_have_text(re.compile(r"\b1\d\d still to come"))
    expect(told).not_to_have_text(re.compile("still to come"), timeout=PATIENCE)
    return time.monotonic() - begun


def _wrong(page: Page) -> list[str]:
    """What the page shows that it should not, before and after another reload."""
    found = []
    for _ in range(2):
        results = page.locator("#files tr[data-state=done] a[href^='/predictions/']").count()
        sentences = page.locator("#files").get_by_text(SENTENCE).count()
        if (results, sentences) != (FILES - BROKEN, BROKEN):
            found.append(f"The page has {results} results and {sentences} sentences.")
        page.reload()
    return found
