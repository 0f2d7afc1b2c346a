"""CREMA-D, crowd-sourced emotional multimodal actors dataset (Cao et al. 2014).

DOI 10.1109/TAFFC.2014.2336244. Names: actor, sentence, emotion, level. The actors' sexes are in a
table that lies beside the clips in the official download, and is missing in some mirrors.
"""

import csv
from pathlib import Path

from training.corpora.loader import Loader, Official, by_name
from training.utterance import CorpusError, Sex
from webapp.speech.emotions import Emotion

EMOTIONS = {
    "ANG": Emotion.ANGRY,
    "DIS": Emotion.DISGUST,
    "FEA": Emotion.FEARFUL,
    "HAP": Emotion.HAPPY,
    "NEU": Emotion.NEUTRAL,
    "SAD": Emotion.SAD,
}
DEMOGRAPHICS = "VideoDemographics.csv"
ACTOR = r"10(?:0[1-9]|[1-8]\d|9[01])"
LEVEL = r"LO|MD|HI|XX?"
"""Low, medium, high, unspecified; the authors misspelt one name, 1040_ITH_SAD_X."""


def sexes(folder: Path) -> dict[str, Sex]:
    """From the table in the folder or beside it; nothing where there is none."""
    tables = [*sorted(folder.rglob(DEMOGRAPHICS)), folder.parent / DEMOGRAPHICS]
    table = next((path for path in tables if path.is_file()), None)
    if table is None:
        return {}
    known: dict[str, Sex] = {"Female": "female", "Male": "male"}
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"ActorID", "Sex"} <= set(rows.fieldnames or ()):
            raise CorpusError(
                f"{table} has no columns ActorID and Sex. Take the file of the official download."
            )
        return {row["ActorID"]: known[row["Sex"]] for row in rows if row["Sex"] in known}


CREMA_D = Loader(
    name="crema_d",
    layout=(
        "It should hold the folder AudioWAV of the official download, with files such as "
        "AudioWAV/1001_DFA_ANG_XX.wav (or .flac)."
    ),
    read=by_name(
        rf"(?P<speaker>{ACTOR})_[A-Z]{{3}}_(?P<emotion>{'|'.join(EMOTIONS)})_(?:{LEVEL})",
        EMOTIONS,
    ),
    sexes=sexes,
    official=Official(
        clips=7442,
        speakers=dict.fromkeys(map(str, range(1001, 1092))),
        emotions={e: 1087 if e is Emotion.NEUTRAL else 1271 for e in EMOTIONS.values()},
    ),
)
