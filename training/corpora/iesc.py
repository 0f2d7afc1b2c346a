"""IESC, Indian emotional speech corpora (Singh & Goel): 600 clips of eight speakers.

A folder for each speaker, in it one for each emotion; the files' own names repeat. This layout is
as others describe it and was not compared with a copy. How many clips each speaker and emotion has,
and which speakers are women, is not known here.
"""

import re
from pathlib import Path

from training.corpora.loader import Loader, Naming, Official
from webapp.speech.emotions import Emotion

EMOTIONS = {
    "anger": Emotion.ANGRY,
    "fear": Emotion.FEARFUL,
    "happy": Emotion.HAPPY,
    "neutral": Emotion.NEUTRAL,
    "sad": Emotion.SAD,
}
SPEAKER = re.compile(r"speaker[-_ ]?([1-8])", re.IGNORECASE)


def read(path: Path) -> Naming | None:
    """`Speaker-1/Anger/NAME`: speaker, emotion."""
    speaker = SPEAKER.fullmatch(path.parent.parent.name)
    emotion = path.parent.name.lower()
    if speaker is None or emotion not in EMOTIONS:
        return None
    return Naming(f"{speaker[1]}_{emotion}_{path.stem}", speaker[1], EMOTIONS[emotion])


IESC = Loader(
    name="iesc",
    layout=(
        "It should hold the folders Speaker-1 to Speaker-8, in each the folders Anger, Fear, "
        "Happy, Neutral and Sad with .wav (or .flac) files."
    ),
    read=read,
    sexes=lambda _: {},
    official=Official(
        clips=600,
        speakers=dict.fromkeys(map(str, range(1, 9))),
        emotions=dict.fromkeys(map(str, EMOTIONS.values())),
    ),
)
