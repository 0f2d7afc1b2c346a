"""What an answer leaves open, as remarks for people."""

from collections.abc import Iterator

from webapp.speech.quality import Remark
from webapp.speech.recognizer import Recognition
from webapp.speech.twins import together


def doubts(heard: Recognition, threshold: float) -> Iterator[Remark]:
    """What an answer leaves open; neutral and calm split it where they reach the threshold."""
    if together(heard.probabilities, threshold) is not None:
        yield Remark.NEUTRAL_OR_CALM
    if heard.unlike:
        yield Remark.UNLIKE_TRAINING
