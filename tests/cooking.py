"""What the recipes need: a copy with a password, a token, two recordings and something to list."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sites import served
from tests.sounds import encode, voice
from tests.working import working
from webapp import prediction_log
from webapp.config import ROOT
from webapp.guard import tokens
from webapp.guard.listening import kept_password
from webapp.submission import desk
from webapp.tables import Source

USUAL = "http://127.0.0.1:8000"

SHORT, LONG = 0.7, 1.4
"""Seconds; the copy hears what is shorter than one second at once."""


@contextmanager
def cooked(app: Any, language: str, folder: Path) -> Iterator[str]:
    """Recipes with the address of a copy and a token put in; their clips lie in a folder."""
    kept_password(desk_of(app).settings.instance).path.write_text("scrypt:32768:8:3$salt$hash")
    with app.app_context():
        token = tokens.make("recipes", desk().now())
        for number in range(2):
            sound = encode("wav-16", voice(SHORT))
            desk().submit(sound, source=Source.SHELL, file_name=f"{number}.wav")
    for name, seconds in (("voice.wav", SHORT), ("long.wav", LONG)):
        (folder / name).write_bytes(encode("wav-16", voice(seconds)))
    text = (ROOT / "templates" / "recipes" / f"{language}.txt").read_text()
    assert USUAL in text
    for nothing in ("TOKEN=", f'"{USUAL}", "', 'TOKEN = "'):  # in the shell, Python, JavaScript
        for end in ("\n", '"'):
            text = text.replace(nothing + end, nothing + token + end)
    assert token in text
    with served(app) as site, working(app):
        yield text.replace(USUAL, site)


def left(app: Any) -> list[str]:
    """Names of what is logged, newest first."""
    with app.app_context():
        return [one.file_name for one in prediction_log.page(1, 20).items]


def desk_of(app: Any) -> Any:
    """The desk of an application."""
    return app.extensions["tonelog"]
