"""Protocols: how clips are split for training, validation and test, speakers apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from training.utterance import CorpusError, Utterance

RAVDESS_FOLDS = (
    {"02", "05", "14", "15", "16"},
    {"03", "06", "07", "13", "18"},
    {"10", "11", "12", "19", "20"},
    {"08", "17", "21", "23", "24"},
    {"01", "04", "09", "22"},
)
"""Test actors of the published five folds (Luna-Jiménez et al. 2021, DOI 10.3390/s21227665)."""


@dataclass(frozen=True)
class Split:
    """Clips to train on, to choose the epoch by, to measure on. No speaker is in two of them."""

    name: str
    training: tuple[Utterance, ...]
    validation: tuple[Utterance, ...]
    test: tuple[Utterance, ...]

    def __post_init__(self) -> None:
        parts = [speakers(self.training), speakers(self.validation), speakers(self.test)]
        if sum(map(len, parts)) != len(set().union(*parts)):
            raise ValueError(f"{self.name}: a speaker is in two parts of the split")

    @property
    def listing(self) -> "Listing":
        """Which clips are where."""
        return Listing(
            training=tuple(u.full_name for u in self.training),
            validation=tuple(u.full_name for u in self.validation),
            test=tuple(u.full_name for u in self.test),
        )


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which clips were where, as corpus/speaker/name, for whoever checks a figure."""

    training: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2))

    @classmethod
    def load(cls, path: Path) -> "Listing":
        """Read what `save` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def voices(clips: Sequence[str]) -> tuple[str, ...]:
    """The speakers, as corpus/speaker, of listed clips, sorted."""
    return tuple(sorted({clip.rpartition("/")[0] for clip in clips}))


def speakers(utterances: Sequence[Utterance]) -> set[str]:
    """The speakers of some utterances, as corpus/speaker."""
    return {utterance.voice for utterance in utterances}


def speaker_5fold(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """The published five folds of RAVDESS by actor, whichever actors are present.

    Within each training part two actors, one woman and one man drawn by the seed, are the
    validation speakers. Raises `CorpusError` where too few speakers are there for that.
    """
    splits = []
    for number, actors in enumerate(RAVDESS_FOLDS, start=1):
        test = tuple(u for u in utterances if u.speaker in actors)
        rest = [u for u in utterances if u.speaker not in actors]
        if test:
            splits.append(_with_validation(f"fold-{number}", rest, test, seed=[seed, number]))
    return splits


def all_speakers(utterances: Sequence[Utterance], seed: int) -> list[Split]:
    """One split for a release: every speaker but two validation ones is trained on; no test."""
    return [_with_validation("all_speakers", list(utterances), (), seed=[seed])]


def _with_validation(
    name: str, rest: list[Utterance], test: tuple[Utterance, ...], seed: list[int]
) -> Split:
    generator = np.random.default_rng(seed)
    chosen = set()
    for sex in ("female", "male"):
        candidates = sorted(speakers([u for u in rest if u.sex == sex]))
        if not candidates:
            raise CorpusError(f"{name}: no {sex} speaker is left to choose the epoch by.")
        chosen.add(str(generator.choice(candidates)))
    if chosen == speakers(rest):
        raise CorpusError(f"{name}: beside the validation speakers, nobody is left to train on.")
    return Split(
        name=name,
        training=tuple(u for u in rest if u.voice not in chosen),
        validation=tuple(u for u in rest if u.voice in chosen),
        test=test,
    )


PROTOCOLS: dict[str, Callable[[Sequence[Utterance], int], list[Split]]] = {
    "speaker_5fold": speaker_5fold,
    "all_speakers": all_speakers,
}

DESCRIPTIONS = {
    "speaker_5fold": (
        "Five folds by actor (Luna-Jiménez et al. 2021): every clip is heard by a model that was "
        "trained without its speaker; in each training part two further actors choose the epoch."
    ),
    "all_speakers": "Trained on every speaker but two, who choose the epoch; nothing is measured.",
}
