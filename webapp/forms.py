"""The forms of the pages, and how what they send is received."""

import io
from collections.abc import Iterable
from typing import IO

from flask import Request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from webapp.speech.bundle import Card


class VoiceRequest(Request):
    """A request whose files stay in memory, which the size limit keeps small.

    So no voice gets to a disk before it is accepted, nor stays there where a form is cut off.
    """

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


class EmptyForm(FlaskForm):
    """A form with nothing but its proof that it came from a page of ours."""


class VoiceForm(FlaskForm):
    """A voice and the model that is to hear it."""

    audio = FileField("Audio", validators=[FileRequired("Choose a file with a voice in it first.")])
    model = SelectField("Model", validate_choice=False)  # an unknown one fails at the desk

    def offer(self, cards: Iterable[Card]) -> None:
        """Offer these models to choose from, each with how often it is right."""
        self.model.choices = [
            (card.name, f"{card.title}, right on {card.figures.accuracy:.0%}") for card in cards
        ]
