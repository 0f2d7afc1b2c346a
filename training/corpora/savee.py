"""SAVEE, Surrey audio-visual expressed emotion (Haq & Jackson 2009).

Four men; names: emotion (one or two letters) and number, in a folder of the speaker's, or with the
speaker before them.
"""

import re
from pathlib import Path

from training.corpora.loader import Loader, Naming, Official
from training.utterance import Sex
from webapp.speech.emotions import Emotion

EMOTIONS = {
    "a": Emotion.ANGRY,
    "d": Emotion.DISGUST,
    "f": Emotion.FEARFUL,
    "h": Emotion.HAPPY,
    "n": Emotion.NEUTRAL,
    "sa": Emotion.SAD,
    "su": Emotion.SURPRISED,
}
SEXES: dict[str, Sex] = dict.fromkeys(("DC", "JE", "JK", "KL"), "male")
PLACE = re.compile(rf"(?:.*/)?({'|'.join(SEXES)})[_/]({'|'.join(EMOTIONS)})(\d\d)")


def read(path: Path) -> Naming | None:
    """`DC/a01` or `DC_a01`: speaker, emotion, number."""
    match = PLACE.fullmatch(f"{path.parent.name}/{path.stem}")
    return match and naming(match[1], match[2], int(match[3]))


def naming(speaker: str, code: str, number: int) -> Naming:
    """The clip of a number."""
    return Naming(f"{speaker}_{code}{number:02d}", speaker, EMOTIONS[code])


SAVEE = Loader(
    name="savee",
    layout=(
        "It should hold the folders DC, JE, JK and KL of the official download, with files such "
        "as DC/a01.wav (or .flac), or all in one folder as DC_a01.wav."
    ),
    read=read,
    sexes=lambda _: SEXES,
    official=Official.listing(
        naming(speaker, code, number)
        for speaker in SEXES
        for code in EMOTIONS
        for number in range(1, 31 if code == "n" else 16)
    ),
)
