"""`flask recognize --server` and `flask models --server`: another Tonelog hears."""

from dataclasses import replace

import pytest
from werkzeug.wrappers import Response

from tests.sites import served
from tests.sounds import encode, silence, voice
from tests.working import work
from webapp.commands import afar
from webapp.commands.afar import Server, Unreachable, is_asked
from webapp.factory import create_bare_app
from webapp.guard import tokens
from webapp.guard.listening import kept_password
from webapp.submission import desk


@pytest.fixture
def settings(settings):
    return replace(settings, instant_seconds=2, request_log="off")


@pytest.fixture
def site(app):
    with served(app) as address:
        yield address


@pytest.fixture
def far():
    """A shell on a machine without models and without a log."""
    return create_bare_app().test_cli_runner()


@pytest.fixture
def clip(tmp_path, wav):
    path = tmp_path / "clip.wav"
    path.write_bytes(wav)
    return str(path)


def test_the_same_lines_as_here(far, app, site, clip, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    for more in ([], ["--json"], ["--model", "ann"]):
        asked = ["recognize", *more, clip, str(bad), str(tmp_path / "none.wav")]
        there = far.invoke(args=[*asked, "--server", f"{site}/"])
        here = app.test_cli_runner().invoke(args=asked)
        assert there.stdout == here.stdout
        assert there.exit_code == here.exit_code == 1


def test_long_ones_are_followed(app, site, tmp_path):
    long = tmp_path / "long.wav"
    long.write_bytes(encode("wav-16", voice(2.5)))
    waited = []

    def wait(seconds):
        waited.append(seconds)
        work(app)

    heard = Server(site, wait=wait).hear(long, None)
    assert (heard.emotion, heard.seconds) == ("happy", pytest.approx(2.5, abs=0.01))
    assert waited == [1]


def test_nobody_waits_for_ever_for_a_worker_that_is_not_there(site, tmp_path):
    long, waited = tmp_path / "long.wav", []
    long.write_bytes(encode("wav-16", voice(2.5)))
    with pytest.raises(afar.Ended, match="no worker runs there"):
        Server(site, wait=waited.append).hear(long, None)
    assert sum(waited) == afar.WORKERLESS


def test_what_fails_there_is_told_with_its_code(site, app, tmp_path):
    broken = tmp_path / "long.wav"
    broken.write_bytes(encode("wav-16", silence(2.5)))
    with pytest.raises(afar.SpeechError) as told:
        Server(site, wait=lambda _: work(app)).hear(broken, None)
    assert told.value.code == "no_speech"


def test_the_models_of_there(far, app, site):
    there = far.invoke(args=["models", "--server", site])
    assert there.stdout == app.test_cli_runner().invoke(args=["models"]).stdout


def test_a_token_lets_in(far, app, site, settings, clip, tmp_path):
    kept_password(settings.instance).path.write_text("scrypt:32768:8:3$salt$hash")
    file = tmp_path / "token"
    with app.app_context():
        file.write_text(tokens.make("shell", desk().now()) + "\n")
    asked = ["recognize", clip, "--server", site]
    refused = far.invoke(args=asked)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "token_needed" in refused.stderr
    assert far.invoke(args=[*asked, "--token-file", str(file)]).exit_code == 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--server", "localhost:8000"], "http://"),
        (["--token-file", __file__], "--server"),
        (["--server", "http://localhost", "--no-log"], "--no-log"),
        (["--server", "http://127.0.0.1:1"], "server_unreachable"),
    ],
)
def test_what_cannot_be_asked(far, clip, asked, told):
    refused = far.invoke(args=["recognize", clip, *asked])
    assert refused.exit_code in (1, 2)
    assert told in refused.stderr


def test_a_model_that_is_not_there(far, site, recognizers, clip):
    refused = far.invoke(args=["recognize", clip, "--server", site, "--model", "best"])
    assert refused.exit_code == 2
    recognizers["ann"].missing = "It needs a package."
    refused = far.invoke(args=["recognize", clip, "--server", site, "--model", "ann"])
    assert (refused.exit_code, "needs a package" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "answer",
    [
        Response("<h1>Hello</h1>"),
        Response("<h1>Gone</h1>", 502),
        Response('{"items": 1}', mimetype="application/json"),
        Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
)
def test_somebody_else_is_there(answer):
    with served(answer) as site, pytest.raises(Unreachable):
        Server(site, "a token").models()


def test_nothing_is_loaded_to_ask_a_server():
    assert is_asked(["flask", "recognize", "--server", "http://localhost"])
    assert is_asked(["flask", "models", "--server=http://localhost"])
    assert not is_asked(["flask", "recognize", "server"])
    assert "tonelog" not in create_bare_app().extensions
