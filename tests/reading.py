"""Somebody who reads a language, without all of the application."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from webapp.config import Settings
from webapp.language import register


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Whatever is told in here is told to a reader of that language."""
    app = Flask("tonelog")
    register(app, Settings())
    with app.test_request_context(headers={"Accept-Language": language}):
        yield
