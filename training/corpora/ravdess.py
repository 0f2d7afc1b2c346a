"""RAVDESS, audio only, speech and song (Livingstone & Russo 2018).

DOI 10.1371/journal.pone.0196391. Names: modality (03 audio only), channel (01 speech, 02 song),
emotion, intensity, statement, repetition, actor.
"""

import re
from collections.abc import Iterator, Sequence

from training.corpora.loader import Loader, Naming, Official, by_name
from training.utterance import Sex
from webapp.speech.emotions import Emotion

EMOTIONS = {f"{number:02d}": str(emotion) for number, emotion in enumerate(Emotion, start=1)}
ACTORS = [f"{number:02d}" for number in range(1, 25)]
SINGERS = [actor for actor in ACTORS if actor != "18"]
SUNG = [code for code in EMOTIONS if code <= "06"]
SEXES: dict[str, Sex] = {actor: "male" if int(actor) % 2 else "female" for actor in ACTORS}

ANY_PART = re.compile(r"0[123]-0[12]-0[1-8]-0[12]-0[12]-0[12]-\d\d")
"""Audio and video, speech and song."""


def _listing(channel: str, emotions: Sequence[str], actors: Sequence[str]) -> Iterator[Naming]:
    """Two intensities (neutral: one), two statements, two repetitions."""
    for actor in actors:
        for code in emotions:
            for intensity in ("01",) if code == "01" else ("01", "02"):
                for rest in ("01-01", "01-02", "02-01", "02-02"):
                    name = f"03-{channel}-{code}-{intensity}-{rest}-{actor}"
                    yield Naming(name, actor, EMOTIONS[code])


SPEECH = Loader(
    name="ravdess",
    layout=(
        "It should hold the folders Actor_01 to Actor_24 of the official download, with files "
        "such as Actor_01/03-01-01-01-01-01-01.wav (or .flac)."
    ),
    read=by_name(
        r"03-01-(?P<emotion>0[1-8])-0[12]-0[12]-0[12]-(?P<speaker>0[1-9]|1\d|2[0-4])", EMOTIONS
    ),
    sexes=lambda _: SEXES,
    official=Official.listing(_listing("01", list(EMOTIONS), ACTORS)),
    elsewhere=ANY_PART,
)

SONG = Loader(
    name="ravdess_song",
    layout=(
        "It should hold the folders Actor_01 to Actor_24 of the official download of the songs, "
        "with files such as Actor_01/03-02-01-01-01-01-01.wav (or .flac)."
    ),
    read=by_name(
        r"03-02-(?P<emotion>0[1-6])-0[12]-0[12]-0[12]-(?P<speaker>0[1-9]|1\d|2[0-4])", EMOTIONS
    ),
    sexes=lambda _: SEXES,
    official=Official.listing(_listing("02", SUNG, SINGERS)),
    part_of="ravdess",
    elsewhere=ANY_PART,
)
