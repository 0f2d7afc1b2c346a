"""What most tests need: an application in a folder of its own, with fake recognizers."""

import io
import shutil

import pytest

from tests.fakes import TidyClient, Visitor, fake_recognizers
from tests.sounds import encode, voice
from webapp.config import ROOT, Settings
from webapp.decoders import Decoders
from webapp.factory import create_app
from webapp.guard.store import Store
from webapp.locks import locked
from webapp.submission import desk
from webapp.tables import Source, db


def pytest_collection_modifyitems(items):
    """What trains networks comes first: of several processes none is left alone with it at the end.

    Nearly half of all the time is that of the recipes.
    """
    items.sort(
        key=lambda item: (
            item.path.name != "test_every_recipe.py",
            item.path.parent.name != "training",
        )
    )


@pytest.fixture
def settings(tmp_path):
    return Settings(
        instance=tmp_path / "instance",
        bundles=tmp_path / "bundles",
        secret_key="a key for tests, known to everybody",
        page_size=3,
    )


@pytest.fixture
def store(tmp_path):
    """Counts and sessions, outside of any application."""
    made = Store(tmp_path / "guard.sqlite")
    made.prepare()
    return made


@pytest.fixture
def recognizers():
    return fake_recognizers()


@pytest.fixture(scope="session")
def decoders():
    """One template for all tests: starting it takes longer than most of them."""
    made = Decoders(Settings().decoder_limits)
    yield made
    made.close()


@pytest.fixture
def make_app(decoders):
    """Makes applications and closes their connections after the test."""
    made = []

    def make(settings, recognizers=None):
        hearing = fake_recognizers() if recognizers is None else recognizers
        app = create_app(settings, hearing, decoders)
        app.test_client_class = TidyClient
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app, settings, recognizers):
    return make_app(settings, recognizers)


@pytest.fixture
def at(app):
    """The desk, in a context of its application."""
    with app.app_context():
        yield desk()


@pytest.fixture
def take_in(at):
    """Hands in a recording."""

    def taken(data, file_name="talk.wav", **more):
        stream = io.BytesIO(data)
        return at.take_in(stream, source=Source.UPLOAD, file_name=file_name, **more)

    return taken


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture(scope="session")
def wav():
    """A voice as a WAV file."""
    return encode("wav-16", voice(1.5))


@pytest.fixture
def kept(settings):
    """The names of the files of kept audio."""

    def names():
        return {path.name for path in (settings.instance / "recordings").iterdir()}

    return names


@pytest.fixture(scope="session")
def quick_bundles(tmp_path_factory):
    """Settings of a real server with one bundle only, that which is loaded fastest."""
    folder = tmp_path_factory.mktemp("bundles")
    shutil.copytree(ROOT / "webapp" / "bundles" / "ann", folder / "ann")
    return {"bundles": folder, "default_model": "ann"}


@pytest.fixture
def idle_worker(settings, app):
    """There is a worker, which does nothing by itself."""
    with locked(settings.instance / "worker.lock"):
        yield
