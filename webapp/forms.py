"""The forms of the pages."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from webapp.speech.recognizer import Recognizer
from webapp.speech.words import N_
from webapp.told import told
from webapp.written import percent

_CHOOSE = N_("Choose a file with a voice in it first.")


class EmptyForm(FlaskForm):
    """A form with nothing but its proof that it came from a page of ours."""


class ModelForm(FlaskForm):
    """The model that is to hear."""

    model = SelectField("Model", validate_choice=False)  # an unknown one fails at the desk
    missing: tuple[str, ...] = ()
    """Of each model that is offered but can't hear yet, a sentence on what it needs."""

    def offer(self, recognizers: Iterable[Recognizer]) -> None:
        """Offer these models to choose from, each with how often it is right."""
        offered = list(recognizers)
        self.model.choices = [_choice(recognizer) for recognizer in offered]
        self.missing = tuple(told(one.missing) for one in offered if one.missing is not None)


class VoiceForm(ModelForm):
    """A voice and the model that is to hear it."""

    audio = FileField("Audio", validators=[FileRequired(_CHOOSE)])


def _choice(recognizer: Recognizer) -> tuple[str, str, dict[str, bool]]:
    """Value, words and attributes of an option; one that can't hear yet can't be chosen."""
    card = recognizer.card
    if recognizer.missing is not None:
        return card.name, _("%(model)s, not installed", model=told(card.title)), {"disabled": True}
    return (
        card.name,
        _(
            "%(model)s, right on %(share)s",
            model=told(card.title),
            share=percent(card.figures.accuracy),
        ),
        {},
    )
