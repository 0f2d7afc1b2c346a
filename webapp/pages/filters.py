"""What the templates write values and sentences with."""

from flask import Flask

from webapp import written
from webapp.speech.emotions import Emotion
from webapp.told import told
from webapp.verdict import likeliest, twins, verdict

WRITTEN = (
    *(written.percent, written.finely, written.in_ten, written.points, written.change),
    *(written.brief, written.megabytes, written.duration, written.clock, written.when),
    *(written.word, written.headed, written.count, written.number),
)


def emoji(emotion: str) -> str:
    """The face of an emotion."""
    return Emotion(emotion).emoji


def register(app: Flask) -> None:
    """Offer the filters to the templates."""
    for name in (*WRITTEN, emoji, told, verdict, likeliest, twins):
        app.add_template_filter(name)
