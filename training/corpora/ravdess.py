"""RAVDESS, speech, audio only (Livingstone & Russo 2018, DOI 10.1371/journal.pone.0196391)."""

import re
from pathlib import Path

from training.utterance import CorpusError, Utterance
from webapp.speech.emotions import Emotion

NAME = re.compile(
    r"03-01-(?P<emotion>0[1-8])-(?P<intensity>0[12])-0[12]-0[12]-(?P<actor>0[1-9]|1\d|2[0-4])"
)
"""Audio only (03), speech (01); then emotion, intensity, statement, repetition and actor."""

SUFFIXES = {".wav", ".flac"}


def load(folder: Path) -> list[Utterance]:
    """The utterances below `folder`, sorted; a clip that lies there twice counts once.

    Raises `CorpusError` where there is no RAVDESS clip.
    """
    clips: dict[str, Path] = {}
    for path in sorted(folder.rglob("03-01-*")):
        if path.suffix.lower() in SUFFIXES and NAME.fullmatch(path.stem):
            clips.setdefault(path.stem, path)
    if not clips:
        raise CorpusError(
            f"No RAVDESS speech clip in {folder}. It should hold the folders Actor_01 to Actor_24 "
            "of the official download, with files such as "
            "Actor_01/03-01-01-01-01-01-01.wav (or .flac)."
        )
    return sorted(_utterance(name, path) for name, path in clips.items())


def _utterance(name: str, path: Path) -> Utterance:
    match = NAME.fullmatch(name)
    assert match is not None, name
    actor = match["actor"]
    return Utterance(
        corpus="ravdess",
        speaker=actor,
        name=name,
        path=path,
        emotion=list(Emotion)[int(match["emotion"]) - 1],
        sex="male" if int(actor) % 2 else "female",
    )
