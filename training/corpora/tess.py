"""TESS, Toronto emotional speech set (Pichora-Fuller & Dupuis 2020, DOI 10.5683/SP2/E8H2MF).

Names: speaker, word, emotion. Two women; 200 words, each in seven emotions.
"""

import re
from pathlib import Path

from training.corpora.loader import Loader, Naming, Official
from training.utterance import Sex
from webapp.speech.emotions import Emotion

EMOTIONS = {
    "angry": Emotion.ANGRY,
    "disgust": Emotion.DISGUST,
    "fear": Emotion.FEARFUL,
    "happy": Emotion.HAPPY,
    "neutral": Emotion.NEUTRAL,
    "ps": Emotion.SURPRISED,  # pleasant surprise
    "sad": Emotion.SAD,
}
SPEAKERS = {"OAF": "OAF", "OA": "OAF", "YAF": "YAF"}
"""As written; the authors misspelt one name, OA_bite_neutral."""

SEXES: dict[str, Sex] = {"OAF": "female", "YAF": "female"}
NAME = re.compile(rf"({'|'.join(SPEAKERS)})_([a-z]+)_({'|'.join(EMOTIONS)})")

WORDS = """
back bar base bath bean beg bite boat bone book bought burn cab calm came cause chain chair
chalk chat check cheek chief choice cool dab date dead death deep dime dip ditch dodge dog doll
door fail fall far fat fit five food gap gas gaze germ get gin goal good goose gun half hall
hash hate have haze hire hit hole home hurl hush jail jar join judge jug juice keen keep keg
kick kill king kite knock late laud lean learn lease lid life limb live loaf long lore lose lot
love luck make match merge mess met mill mob mode mood moon mop mouse nag name near neat nice
note numb pad page pain pass pearl peg perch phone pick pike pole pool puff rag raid rain raise
rat reach read red ring ripe road room rose rot rough rush said sail search seize sell shack
shall shawl sheep shirt should shout size soap soup sour south sub such sure take talk tape team
tell thin third thought thumb time tip tire ton tool tough turn vine voice void vote wag walk
wash week wheat when which whip white wife wire witch yearn yes young youth
"""


def read(path: Path) -> Naming | None:
    """`OAF_bite_neutral`: speaker, word, emotion; the misspelt name is put right."""
    match = NAME.fullmatch(path.stem)
    return match and naming(SPEAKERS[match[1]], match[2], match[3])


def naming(speaker: str, word: str, emotion: str) -> Naming:
    """The clip of a word."""
    return Naming(f"{speaker}_{word}_{emotion}", speaker, EMOTIONS[emotion])


TESS = Loader(
    name="tess",
    layout=(
        "It should hold files such as OAF_back_angry.wav (or .flac), in folders such as OAF_angry "
        "or all in one."
    ),
    read=read,
    sexes=lambda _: SEXES,
    official=Official.listing(
        naming(s, w, e) for s in SEXES for w in WORDS.split() for e in EMOTIONS
    ),
)
