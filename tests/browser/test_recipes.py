"""The recipes in JavaScript run as they stand, on a page of Tonelog."""

import base64
from dataclasses import replace

import pytest

from tests.cooking import cooked, left

NODE = 'const { openAsBlob } = await import("node:fs");\n'
"""What gives Node.js its files; a page has other ways."""

FILES = """
const files = {};
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const openAsBlob = async (name) => new Blob([bytes(files[name])]);
"""


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=1)


def test_it_runs(app, browser, tmp_path):
    with cooked(app, "javascript", tmp_path) as script:
        assert NODE in script
        clips = {
            one.name: base64.b64encode(one.read_bytes()).decode() for one in tmp_path.glob("*.wav")
        }
        given = FILES.replace("{}", str(clips), 1)
        page = browser.new_page()
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.goto(script.partition('TONELOG = "')[2].partition('"')[0] + "/login")
        page.evaluate(f"async () => {{ {given} {script.replace(NODE, '')} }}")
        page.close()
    assert sum("happy" in one for one in told) >= 5
    assert left(app) == ["long.wav", "1.wav", "0.wav"]
