"""A run on disk: one recipe under one protocol with one seed, resumable split by split."""

import importlib.metadata
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from training.recipe import Recipe
from training.utterance import Utterance
from webapp.speech.bundle import Before
from webapp.speech.figures import Figures, Share, readable

PACKAGES = (
    *("keras", "tensorflow", "librosa", "numpy", "scikit-learn", "soxr"),
    "praat-parselmouth",  # where prosody is measured
)
CARD, MEASURED = "run.json", "figures.json"


class RunError(Exception):
    """A run that is not there or not finished; the message says which command makes it."""


class RunCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a run was made of."""

    recipe: Recipe
    protocol: str
    seed: int
    corpora: tuple[str, ...]
    clips: int
    speakers: int
    data_checksum: str
    packages: dict[str, str]

    @property
    def name(self) -> str:
        """Folder name; two runs share it only if they would give the same weights."""
        data = self.data_checksum[:8]
        return f"{self.recipe.name}-{self.protocol}-seed{self.seed}-{self.recipe.digest}-{data}"


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a run came to: one seed, every split answered."""

    figures: Figures
    splits: dict[str, Share]
    """UAR of each split."""
    seconds_an_epoch: float | None
    """Median over the epochs of all splits; None where it was not recorded."""
    parameters: int
    """Numbers in the network."""
    milliseconds: float
    """Keras alone, in batches of 256, for one window of a clip."""
    before: Before | None = None
    """Where a bundle was fine-tuned, what that was on the same clips."""

    def save(self, folder: Path) -> None:
        """Write into the folder of the run."""
        (folder / MEASURED).write_bytes(readable(self))

    @classmethod
    def load(cls, folder: Path) -> "Measured":
        """Read what `save` wrote; raises `RunError` where it is missing or damaged."""
        try:
            return msgspec.json.decode((folder / MEASURED).read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise RunError(
                f"{folder.name} has no figures: {error}. Run its `evaluate` again."
            ) from error


def describe(
    recipe: Recipe,
    protocol: str,
    seed: int,
    corpora: Iterable[str],
    utterances: Sequence[Utterance],
    checksum: str,
) -> RunCard:
    """The card of a run on this machine over the utterances of some corpora, and their checksum."""
    return RunCard(
        recipe=recipe,
        protocol=protocol,
        seed=seed,
        corpora=tuple(sorted(corpora)),
        clips=len(utterances),
        speakers=len({u.voice for u in utterances}),
        data_checksum=checksum,
        packages={name: importlib.metadata.version(name) for name in PACKAGES if _installed(name)},
    )


def _installed(package: str) -> bool:
    return any(True for _ in importlib.metadata.distributions(name=package))


def open_run(runs: Path, card: RunCard) -> Path:
    """The run's folder, made with its card where it is new."""
    folder = runs / card.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_bytes(readable(card))
    return folder


def evaluations(runs: Path, run: RunCard, protocol: str) -> list[Path]:
    """The folders of the runs under `protocol` of the same recipe on the same data, by seed."""
    wanted = msgspec.structs.replace(run, protocol=protocol)
    found = {path: read_run(path) for path in runs.iterdir() if path.is_dir()}
    same = [
        p for p, c in found.items() if msgspec.structs.replace(wanted, seed=c.seed).name == c.name
    ]
    return sorted(same, key=lambda path: found[path].seed)


def read_run(folder: Path) -> RunCard:
    """The card of a run; raises `RunError` where there is none."""
    try:
        return msgspec.json.decode((folder / CARD).read_bytes(), type=RunCard)
    except (OSError, msgspec.DecodeError) as error:
        raise RunError(f"{folder} holds no run: {error}. Make one with `fit`.") from error
