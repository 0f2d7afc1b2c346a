"""An utterance: one clip of a corpus with what is known of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from webapp.speech.emotions import Emotion

Sex = Literal["female", "male"]


class CorpusError(Exception):
    """A corpus that is not as its authors publish it; the message says what to do."""


@dataclass(frozen=True, order=True)
class Utterance:
    """One clip; sorts by corpus, speaker and name, so that a listing never depends on the disk."""

    corpus: str
    speaker: str
    name: str
    """The clip's name, unique in its corpus; mostly the file's, without folder and suffix."""
    path: Path
    emotion: Emotion
    sex: Sex | None
    """None where the corpus does not say."""
    told: bool = False
    """Whether a table tells emotion and speaker, where it can come to tell another."""

    @property
    def voice(self) -> str:
        """Corpus and speaker: speakers' own names repeat across corpora."""
        return f"{self.corpus}/{self.speaker}"

    @property
    def full_name(self) -> str:
        """Corpus, speaker and name."""
        return f"{self.voice}/{self.name}"


def data_checksum(utterances: Iterable[Utterance]) -> str:
    """SHA-256 over the clips' names and contents, in order: which data a figure was measured on.

    Names tell emotion and speaker; where a table does, they count, too.
    """
    digest = hashlib.sha256()
    for utterance in utterances:
        content = hashlib.sha256(utterance.path.read_bytes()).hexdigest()
        told = f" {utterance.emotion} {utterance.speaker}" if utterance.told else ""
        digest.update(f"{utterance.corpus}/{utterance.name} {content}{told}\n".encode())
    return digest.hexdigest()
