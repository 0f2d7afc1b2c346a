"""A real browser before a real server, with a microphone that hears what a test gives it."""

import os
import re
import shutil
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect, sync_playwright
from werkzeug.serving import make_server

from tests.sounds import encode, silence, voice

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE = 20_000
"""Milliseconds until what has to happen counts as not happening; a machine may be busy."""

EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of [45]|net::ERR)"
)
"""What Chromium itself says in the console of refused and of lost requests."""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium; without it the tests are skipped, or fail where it is required."""
    named = os.environ.get("CHROMIUM")
    path = named or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is required and was not found. Install it, or name it in CHROMIUM.")
    if path is None:
        pytest.skip("Chromium is not installed")
    return path


@pytest.fixture(scope="session")
def playwright():
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright, chromium, tmp_path_factory):
    """Starts browsers whose microphone hears a waveform, again and again."""

    @contextmanager
    def start(heard):
        path = tmp_path_factory.mktemp("microphone") / "heard.wav"
        path.write_bytes(encode("wav-16", heard))
        arguments = [
            *QUIET,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={path}",
        ]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()

    return start


@pytest.fixture(scope="session")
def browser(launch):
    """A browser whose microphone hears a voice."""
    with launch(voice(3.0, rate=48_000)) as started:
        yield started


@pytest.fixture(scope="session")
def deaf_browser(launch):
    """A browser whose microphone hears nothing."""
    with launch(silence(3.0, rate=48_000)) as started:
        yield started


@pytest.fixture
def settings(settings):
    """The server's threads log to standard output, and not always while pytest catches it."""
    return replace(settings, request_log="off")


@pytest.fixture
def site(app):
    """The address of a server of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(site):
    """Opens pages in fresh contexts; after the test none may have complained in its console."""
    contexts, complaints = [], []

    def note(message):
        if message.type in ("error", "warning") and not EXPECTED.match(message.text):
            complaints.append(message.text)

    def opened(browser, address="/", *, microphone=True, script="", **options):
        context = browser.new_context(base_url=site, reduced_motion="reduce", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if microphone:
            context.grant_permissions(["microphone"])
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        for (
            page
        ) in context.pages:  # a server that is cut off in the middle of a file leaves it open
            with suppress(TimeoutError):
                page.wait_for_load_state(timeout=5_000)
        context.close()
    assert complaints == []


@pytest.fixture
def voice_file(tmp_path, wav):
    path = tmp_path / "hello.wav"
    path.write_bytes(wav)
    return path
