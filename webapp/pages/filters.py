"""How values are written on the pages."""

from datetime import UTC, datetime

from flask import Flask

from webapp.speech.emotions import Emotion


def percent(share: float) -> str:
    """0.614 becomes 61%."""
    return f"{share:.0%}"


def duration(seconds: float) -> str:
    """3.42 becomes 3.4 s, and 125 becomes 2 min 5 s."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def when(moment: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def emoji(emotion: str) -> str:
    """The face of an emotion."""
    return Emotion(emotion).emoji


def register(app: Flask) -> None:
    """Offer the filters to the templates."""
    for name in (percent, duration, when, emoji):
        app.add_template_filter(name)
