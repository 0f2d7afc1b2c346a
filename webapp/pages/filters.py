"""How values are written on the pages."""

from datetime import UTC, datetime

from flask import Flask
from flask_babel import format_decimal, gettext

from webapp.config import BYTES_IN_A_MEGABYTE
from webapp.speech.emotions import Emotion
from webapp.verdict import likeliest, twins, verdict


def percent(share: float) -> str:
    """0.614 becomes 61%."""
    return f"{share:.0%}"


def finely(share: float) -> str:
    """0.6138 becomes 61.4%."""
    return f"{share:.1%}"


def in_ten(share: float) -> str:
    """How often, as people count: 0.68 becomes “right about 7 times in 10”."""
    times = round(10 * share)
    ends = {0: "hardly ever right", 1: "right about once in 10 times", 10: "nearly always right"}
    return ends.get(times, f"right about {times} times in 10")


def points(difference: float) -> str:
    """A difference of two shares: 0.1342 becomes +13.4 points."""
    return f"{100 * difference:+.1f} points"


def change(difference: float) -> str:
    """A difference of two shares in points, for a table: -0.098 becomes −9.8."""
    points = round(100 * difference, 1)
    return f"{points:+.1f}".replace("-", "−") if points else "0.0"


def brief(milliseconds: float) -> str:
    """A short time: 12.3 becomes 12 ms, and 0.41 becomes 0.4 ms."""
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{milliseconds:.1f} ms"


def megabytes(size: int) -> str:
    """Bytes in the megabytes of the settings, such as 1.4 MB."""
    return f"{size / BYTES_IN_A_MEGABYTE:.1f} MB"


def duration(seconds: float) -> str:
    """3.42 becomes 3.4 s, 125 becomes 2 min 5 s, and 7200 becomes 2 h."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    parts = zip((*divmod(minutes, 60), rest), ("h", "min", "s"), strict=True)
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def clock(seconds: float) -> str:
    """A place in a recording: 65.28 becomes 1:05.3, and 3725 becomes 1:02:05.0."""
    tenths = round(10 * seconds)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{rest / 10:04.1f}"


def when(moment: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def word(emotion: str) -> str:
    """The name of an emotion in the language of the page."""
    return str(gettext(Emotion(emotion).value))


def count(number: int) -> str:
    """A number of things: 12345 becomes 12,345."""
    return str(format_decimal(number))


def emoji(emotion: str) -> str:
    """The face of an emotion."""
    return Emotion(emotion).emoji


def register(app: Flask) -> None:
    """Offer the filters to the templates."""
    figures = (percent, finely, in_ten, points, change, brief, megabytes, duration, clock)
    for name in (*figures, when, emoji, word, count, verdict, likeliest, twins):
        app.add_template_filter(name)
