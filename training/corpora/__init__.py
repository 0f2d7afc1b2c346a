"""The corpora that Tonelog can train on, one loader each, and tables of one's own."""

import logging
from collections.abc import Mapping
from pathlib import Path

from training.corpora import crema_d, emodb, iesc, own, ravdess, savee, tess
from training.corpora.loader import Found, Loader, seconds_of, sound_files
from training.corpora.memory import Listen, Memory
from training.utterance import CorpusError, Utterance

LOADERS: dict[str, Loader] = {
    loader.name: loader
    for loader in (
        ravdess.SPEECH,
        ravdess.SONG,
        tess.TESS,
        emodb.EMODB,
        crema_d.CREMA_D,
        savee.SAVEE,
        iesc.IESC,
    )
}


def load_corpora(folders: Mapping[str, Path], memory: Path | None = None) -> list[Utterance]:
    """The utterances of several corpora by name and folder (or table of one's own), sorted.

    Damaged files are named on the log and skipped. What was heard is kept in the file `memory`, if
    one is given, so that only what is new or changed is heard the next time. Raises `CorpusError`.
    """
    if memory is None:
        return _load(folders, seconds_of)
    with Memory(memory, seconds_of) as listen:
        return _load(folders, listen)


def _load(folders: Mapping[str, Path], listen: Listen) -> list[Utterance]:
    log = logging.getLogger(__name__)
    utterances: list[Utterance] = []
    for name, folder in folders.items():
        found = examine(name, folder, listen)
        for damaged in found.damaged:
            log.warning("%s: %s is left out. %s", name, damaged.path, damaged.reason)
        if found.official and len(found.clips) < found.official.clips:
            here = f"{len(found.clips):,} of {found.official.clips:,}"
            log.warning("%s: %s clips are here; `python -m training corpora` says more", name, here)
        utterances += found.utterances
    return sorted(utterances)


def examine(name: str, folder: Path, listen: Listen = seconds_of) -> Found:
    """What a folder, or a table of one's own, holds; raises `CorpusError` where it is no use."""
    if folder.suffix.lower() == ".csv":
        found = _own(name, folder, listen)
    elif name not in LOADERS:
        raise CorpusError(
            f"No corpus is called {name!r}; known: {', '.join(LOADERS)}. "
            "One of your own is given as a table: NAME=FILE.csv."
        )
    elif not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder. Give the folder that {name} was unpacked in.")
    else:
        found = LOADERS[name].examine(folder, listen)
    if not found.clips:
        raise CorpusError(_no_clip(LOADERS[name], folder, found))
    if not found.utterances:
        raise CorpusError(_no_use(name, folder, found))
    return found


def _own(name: str, table: Path, listen: Listen) -> Found:
    if name in LOADERS or not name.replace("_", "").isalnum():
        raise CorpusError(
            f"{table} cannot be called {name!r}. Give it a name of letters, digits and "
            f"underscores other than {', '.join(LOADERS)}."
        )
    if not table.is_file():
        raise CorpusError(f"There is no table {table}. Give a CSV file: {name}=FILE.csv.")
    return own.examine(name, table, listen)


def _no_clip(loader: Loader, folder: Path, found: Found) -> str:
    """What is expected, what is there instead, and which corpus that looks like."""
    parts = [f"No {loader.name} clip in {folder}.", loader.layout]
    if found.misnamed:
        first = found.misnamed[0].relative_to(folder)
        parts.append(f"There are {len(found.misnamed):,} other sound files, such as {first}.")
    files = sound_files(folder)
    alike = [other.name for other in LOADERS.values() if any(map(other.read, files))]
    if loader.name in alike:
        parts.append("Only .wav and .flac are read: convert them.")
    elif alike:
        parts.append(f"They look like {' and '.join(alike)}.")
    return " ".join(parts)


def _no_use(name: str, folder: Path, found: Found) -> str:
    if found.damaged:
        first = found.damaged[0]
        return (
            f"None of the {len(found.clips):,} {name} clips in {folder} can be heard (the first, "
            f"{first.path.name}: {first.reason}) Download them again; a copy made with git "
            "needs `git lfs pull`."
        )
    return f"No {name} clip in {folder} has an emotion that Tonelog knows."
