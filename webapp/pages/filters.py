"""How values are written on the pages."""

from datetime import UTC, datetime

from flask import Flask

from webapp.config import BYTES_IN_A_MEGABYTE
from webapp.speech.emotions import Emotion


def percent(share: float) -> str:
    """0.614 becomes 61%."""
    return f"{share:.0%}"


def finely(share: float) -> str:
    """0.6138 becomes 61.4%."""
    return f"{share:.1%}"


def points(difference: float) -> str:
    """A difference of two shares: 0.1342 becomes +13.4 points."""
    return f"{100 * difference:+.1f} points"


def brief(milliseconds: float) -> str:
    """A short time: 12.3 becomes 12 ms, and 0.41 becomes 0.4 ms."""
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{milliseconds:.1f} ms"


def megabytes(size: int) -> str:
    """Bytes in the megabytes of the settings, such as 1.4 MB."""
    return f"{size / BYTES_IN_A_MEGABYTE:.1f} MB"


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
    for name in (percent, finely, points, brief, megabytes, duration, when, emoji):
        app.add_template_filter(name)
