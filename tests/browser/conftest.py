"""A real browser before a real server, with a microphone that hears what a test gives it."""

import os
import re
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect, sync_playwright

from tests.browser.states import empty_copy, full_copy, guarded_copy
from tests.sites import served
from tests.sounds import encode, silence, voice
from webapp.config import Settings
from webapp.locks import locked
from webapp.tables import db

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

COPIES = {"full": full_copy, "empty": empty_copy, "guarded": guarded_copy}

EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of [45]|net::ERR)"
)
"""What Chromium itself says in the console of refused and of lost requests."""


def pytest_collection_modifyitems(items):
    """A browser on a busy machine is now and then late: twice is a fault, and once is reported."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))


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
    with served(app) as address:
        yield address


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


def forget(app):
    """Close the connections of an application."""
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def worlds(tmp_path_factory, decoders):
    """The copies and their addresses, for all tests that change nothing in them."""
    with ExitStack() as stack:
        made = {}
        for name, make in COPIES.items():
            folder = tmp_path_factory.mktemp(name)
            settings = Settings(
                instance=folder / "instance",
                bundles=folder / "bundles",
                secret_key="a key for tests, known to everybody",
                page_size=3,
                request_log="off",
            )
            world = make(settings, decoders)
            stack.enter_context(locked(settings.instance / "worker.lock"))
            stack.callback(forget, world.app)
            made[name] = (world, stack.enter_context(served(world.app)))
        yield made


@pytest.fixture
def show(browser, worlds):
    """Brings a page into a state."""
    contexts = []

    def shown(state, **options):
        world, site = worlds[state.copy]
        context = browser.new_context(
            base_url=site,
            permissions=["microphone"],
            reduced_motion="reduce",
            viewport={"width": 1280, "height": 800},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if state.script:
            context.add_init_script(state.script)
        page = context.new_page()
        answer = page.goto(world.address(state))
        assert answer.status == state.status
        if state.act:
            state.act(page)
        return page

    yield shown
    for context in contexts:
        context.close()
