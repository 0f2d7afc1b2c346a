"""The corpora that Tonelog can train on, one loader each."""

from collections.abc import Callable
from pathlib import Path

from training.corpora import ravdess
from training.utterance import CorpusError, Utterance

LOADERS: dict[str, Callable[[Path], list[Utterance]]] = {"ravdess": ravdess.load}


def load_corpora(folders: dict[str, Path]) -> list[Utterance]:
    """The utterances of several corpora by name and folder, sorted; raises `CorpusError`."""
    utterances: list[Utterance] = []
    for name, folder in folders.items():
        if name not in LOADERS:
            raise CorpusError(f"No corpus is called {name!r}; known: {', '.join(LOADERS)}.")
        if not folder.is_dir():
            raise CorpusError(
                f"{folder} is not a folder. Give the folder that {name} was unpacked in."
            )
        utterances += LOADERS[name](folder)
    return sorted(utterances)
