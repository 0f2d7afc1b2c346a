"""How values are written, in the language of their reader."""

from datetime import UTC, datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal, get_decimal_symbol
from flask_babel import gettext as _

from webapp.config import BYTES_IN_A_MEGABYTE
from webapp.language import locale
from webapp.speech.emotions import Emotion


def number(value: float, digits: int = 1) -> str:
    """So many digits behind the point: 3.42 becomes 3.4, or 3,4 in German."""
    return _pointed(f"{value:.{digits}f}")


def count(things: float) -> str:
    """A number of things: 12345 becomes 12,345."""
    return str(format_decimal(things, locale=locale()))


def percent(share: float) -> str:
    """0.614 becomes 61%."""
    return _hundredth(f"{100 * share:.0f}")


def finely(share: float) -> str:
    """0.6138 becomes 61.4%."""
    return _hundredth(number(100 * share))


def in_ten(share: float) -> str:
    """How often, as people count: 0.68 becomes “right about 7 times in 10”."""
    times = round(10 * share)
    match times:
        case 0:
            return _("hardly ever right")
        case 1:
            return _("right about once in 10 times")
        case 10:
            return _("nearly always right")
    return _("right about %(times)s times in 10", times=times)


def points(difference: float) -> str:
    """A difference of two shares: 0.1342 becomes +13.4 points."""
    return _("%(number)s points", number=_pointed(f"{100 * difference:+.1f}"))


def change(difference: float) -> str:
    """A difference of two shares in points, for a table: -0.098 becomes −9.8."""
    points = round(100 * difference, 1)
    return _pointed(f"{points:+.1f}".replace("-", "−") if points else "0.0")


def brief(milliseconds: float) -> str:
    """A short time: 12.3 becomes 12 ms, and 0.41 becomes 0.4 ms."""
    return f"{number(milliseconds, 0 if milliseconds >= 9.95 else 1)} ms"


def megabytes(size: int) -> str:
    """Bytes in the megabytes of the settings, such as 1.4 MB."""
    return f"{number(size / BYTES_IN_A_MEGABYTE)} MB"


def duration(seconds: float) -> str:
    """3.42 becomes 3.4 s, 125 becomes 2 min 5 s, and 7200 becomes 2 h."""
    if round(seconds, 1) < 60:
        return f"{number(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    parts = zip((*divmod(minutes, 60), rest), ("h", "min", "s"), strict=True)
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def clock(seconds: float) -> str:
    """A place in a recording: 65.28 becomes 1:05.3, and 3725 becomes 1:02:05.0."""
    tenths = round(10 * seconds)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return _pointed(f"{start}:{rest / 10:04.1f}")


def when(moment: datetime) -> str:
    """A moment to the minute, in UTC."""
    # Translators: a date and time as Babel writes them; see https://babel.pocoo.org
    shape = _("yyyy-MM-dd HH:mm 'UTC'")
    return format_datetime(moment.astimezone(UTC), shape, locale=locale())


def word(emotion: str) -> str:
    """The name of an emotion."""
    return _(Emotion(emotion).value)


def headed(words: str) -> str:
    """With a large letter in front; the others stay as they are."""
    return words[:1].upper() + words[1:]


def _pointed(figures: str) -> str:
    """A number as Python writes it, with the point of the language."""
    return figures.replace(".", get_decimal_symbol(locale()))


def _hundredth(figures: str) -> str:
    """With a percent sign, and before it what the language puts there."""
    return f"{figures}{locale().percent_formats[None].suffix[0]}"
