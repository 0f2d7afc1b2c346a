"""A clip as the page of its result draws it."""

from webapp.pages.sounds import COLUMNS
from webapp.pictures import outline, outline_svg
from webapp.speech.waveform import Waveform


def waveform_svg(waveform: Waveform) -> str:
    """How loud it is over time."""
    return outline_svg(outline(waveform, COLUMNS), waveform.seconds)
