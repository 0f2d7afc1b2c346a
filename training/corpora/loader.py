"""What the loaders share: the conventions of a corpus, and what a folder holds of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from training.corpora.memory import Listen
from training.utterance import Sex, Utterance
from webapp.speech.decode import decode
from webapp.speech.emotions import Emotion
from webapp.speech.errors import NoSpeech, SpeechError
from webapp.speech.waveform import Waveform

SUFFIXES = {".wav", ".flac"}
OTHER_SOUND = {".aac", ".aif", ".aiff", ".m4a", ".mp3", ".ogg", ".opus", ".wma"}
"""Sound that no corpus is published in, but that somebody may have made of it."""

MAX_SECONDS = 60.0
"""A longer file is no clip."""


@dataclass(frozen=True, order=True)
class Naming:
    """What a file's name and folder say of a clip."""

    name: str
    speaker: str
    emotion: str
    """One of `Emotion`, or the corpus's word for what has no place among them."""

    @property
    def known(self) -> bool:
        """Whether the emotion is one of Tonelog's."""
        return self.emotion in set(Emotion)


Reader = Callable[[Path], Naming | None]
"""What a path says, None where it does not follow the corpus's naming."""


def by_name(pattern: str, emotions: Mapping[str, str]) -> Reader:
    """Reads names that say it all: `pattern` has the groups `speaker` and `emotion`."""
    compiled = re.compile(pattern)

    def read(path: Path) -> Naming | None:
        match = compiled.fullmatch(path.stem)
        return match and Naming(path.stem, match["speaker"], emotions[match["emotion"]])

    return read


@dataclass(frozen=True)
class Official:
    """What the authors' own download holds, as far as they say: None where they do not."""

    clips: int
    speakers: Mapping[str, int | None]
    emotions: Mapping[str, int | None]
    listed: frozenset[Naming] = frozenset()
    """Every clip; empty where there is no list of them."""

    @classmethod
    def listing(cls, clips: Iterable[Naming]) -> "Official":
        """The counts of a corpus of which every clip is known."""
        listed = frozenset(clips)
        return cls(
            clips=len(listed),
            speakers=Counter(sorted(clip.speaker for clip in listed)),
            emotions=Counter(sorted(clip.emotion for clip in listed)),
            listed=listed,
        )


@dataclass(frozen=True)
class Damaged:
    """A file that cannot be heard, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Found:
    """What a folder holds of a corpus."""

    utterances: tuple[Utterance, ...]
    """What can be trained on, sorted."""
    clips: tuple[Naming, ...]
    """Every clip that lies there, also damaged ones and those whose emotion is unknown here."""
    seconds: float
    """Of the utterances, together."""
    damaged: tuple[Damaged, ...] = ()
    misnamed: tuple[Path, ...] = ()
    """Sound files that do not follow the corpus's naming."""
    copies: int = 0
    """Second copies of clips, not counted."""
    elsewhere: int = 0
    """Clips of the corpus's other parts."""
    official: Official | None = None


@dataclass(frozen=True)
class Loader:
    """A corpus: its names, its emotions and its official counts."""

    name: str
    """As in --corpus NAME=DIR."""
    layout: str
    """Sentences that tell what the folder should hold."""
    read: Reader
    sexes: Callable[[Path], Mapping[str, Sex]]
    """The speakers' sexes, as far as the folder, or the corpus's description, tells."""
    official: Official
    part_of: str | None = None
    """The corpus that this is a part of: one who speaks and sings is one voice."""
    elsewhere: re.Pattern[str] | None = None
    """The names of all parts of the corpus."""

    def examine(self, folder: Path, listen: Listen) -> Found:
        """What `folder` holds of this corpus; a clip that lies there twice counts once."""
        clips: dict[Naming, list[Path]] = {}
        others: list[tuple[Path, Naming | None]] = []
        for path in sound_files(folder):
            clip = self.read(path)
            if clip is None or path.suffix.lower() not in SUFFIXES:
                others.append((path, clip))
            else:
                clips.setdefault(clip, []).append(path)
        known = {clip: paths for clip, paths in clips.items() if clip.known}
        whole, damaged, seconds = heard(known, listen)
        others = [(path, clip) for path, clip in others if clip not in clips]  # no MP3 beside a WAV
        misnamed = tuple(path for path, clip in others if clip or not self._is_elsewhere(path))
        return Found(
            utterances=utterances(self.part_of or self.name, whole, self.sexes(folder)),
            clips=tuple(sorted(clips)),
            seconds=seconds,
            damaged=damaged,
            misnamed=misnamed,
            copies=sum(len(paths) - 1 for paths in clips.values()),
            elsewhere=len(others) - len(misnamed),
            official=self.official,
        )

    def _is_elsewhere(self, path: Path) -> bool:
        return self.elsewhere is not None and self.elsewhere.fullmatch(path.stem) is not None


def sound_files(folder: Path) -> list[Path]:
    """The sound files below `folder`, sorted; what macOS leaves in archives is passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES | OTHER_SOUND
        and not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        and not path.is_dir()
    )


def heard(
    clips: Mapping[Naming, Sequence[Path]], listen: Listen
) -> tuple[dict[Naming, Path], tuple[Damaged, ...], float]:
    """Each clip's first copy that can be heard, the damaged files, and the seconds heard."""
    whole: dict[Naming, Path] = {}
    damaged = []
    seconds = 0.0
    for clip, copies in tqdm(clips.items(), desc="listening", unit="clip", disable=None):
        for path in copies:
            try:
                seconds += listen(path)
            except (SpeechError, OSError) as error:
                damaged.append(Damaged(path, str(error)))
            else:
                whole[clip] = path
                break
    return whole, tuple(damaged), seconds


def sound(path: Path) -> Waveform:
    """The sound of a clip; raises `SpeechError` where its file is damaged."""
    return decode(path.read_bytes(), MAX_SECONDS)


def seconds_of(path: Path) -> float:
    """How long a clip is; raises `SpeechError` where nothing can be heard in it."""
    waveform = sound(path)
    if not waveform.peak:  # as one clip of the official CREMA-D
        raise NoSpeech("The file holds nothing but silence.")
    return waveform.seconds


def utterances(
    corpus: str, clips: Mapping[Naming, Path], sexes: Mapping[str, Sex], told: bool = False
) -> tuple[Utterance, ...]:
    """The clips as utterances of `corpus`, sorted; `told`: by a table, not by their names."""
    made = [
        Utterance(
            corpus=corpus,
            speaker=clip.speaker,
            name=clip.name,
            path=path,
            emotion=Emotion(clip.emotion),
            sex=sexes.get(clip.speaker),
            told=told,
        )
        for clip, path in clips.items()
    ]
    return tuple(sorted(made))
