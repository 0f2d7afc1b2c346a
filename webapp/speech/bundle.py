"""A bundle on disk: the one thing that crosses from training to the application.

A folder with `model.keras`, `model.tflite`, `golden.npz`, pictures and `card.json`. The card says
how the model hears, what it was trained on and how good it is; the golden clips say what it must
answer.
"""

import hashlib
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt

from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.features import Features, FeatureSettings

CARD, KERAS, TFLITE, GOLDEN = "card.json", "model.keras", "model.tflite", "golden.npz"

PICTURES = ("confusion.svg", "curves.svg")
"""Made at release; the curves only where the recipe is trained by epochs."""

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the card's parts: immutable, and an unknown key is an error."""


class Figures(_Record, frozen=True, kw_only=True):
    """How good a recipe is under one protocol, over one or more seeds."""

    protocol: str
    """Name of the protocol, e.g. `speaker_5fold`."""
    description: str
    """The protocol in a sentence."""
    command: str
    """The command that gives these figures again."""
    corpora: tuple[str, ...]
    clips: int
    """Clips of the corpora; `confusion` says how many were tested, each once a seed."""
    speakers: int
    seeds: tuple[int, ...]
    accuracy: Share
    uar: Share
    """Unweighted average recall: the mean of the recalls of the emotions."""
    macro_f1: Share
    uars: tuple[Share, ...]
    """The UAR of each seed."""
    calibration_error: Share
    """Expected calibration error: how far confidence is from accuracy, in 15 bins of confidence."""
    confusion: tuple[tuple[int, ...], ...]
    """Clips by true emotion (rows) and heard emotion (columns), both in the order of the labels."""

    def __post_init__(self) -> None:
        if {len(row) for row in self.confusion} != {len(self.confusion)}:
            raise ValueError("`confusion` has not as many columns as rows")
        if not self.seeds or len(self.seeds) != len(self.uars):
            raise ValueError("`uars` does not give one UAR a seed")

    @property
    def tested(self) -> int:
        """Clips heard, over all seeds."""
        return sum(map(sum, self.confusion))

    @property
    def majority(self) -> float:
        """Accuracy of always answering the commonest true emotion."""
        return _share(max(map(sum, self.confusion)), self.tested)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation of the seeds' UAR; None for one seed."""
        return statistics.stdev(self.uars) if len(self.uars) > 1 else None

    def recall(self, row: int) -> float:
        """Share of the clips of one true emotion that were heard as it; 0 where there are none."""
        return _share(self.confusion[row][row], sum(self.confusion[row]))

    def precision(self, row: int) -> float:
        """Share of the clips heard as one emotion that truly were it; 0 where there are none."""
        return _share(self.confusion[row][row], sum(counts[row] for counts in self.confusion))

    def f1(self, row: int) -> float:
        """Harmonic mean of precision and recall; 0 where both are."""
        precision, recall = self.precision(row), self.recall(row)
        return _share(2 * precision * recall, precision + recall)


class Curves(_Record, frozen=True, kw_only=True):
    """How training went: one value an epoch, on training and on validation clips."""

    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    accuracy: tuple[Share, ...]
    validation_accuracy: tuple[Share, ...]
    chosen: int
    """The epoch whose weights were kept, counted from 1."""

    def __post_init__(self) -> None:
        curves = (self.loss, self.validation_loss, self.accuracy, self.validation_accuracy)
        if {len(curve) for curve in curves} != {len(self.loss)}:
            raise ValueError("the curves are not of the same length")
        if not 1 <= self.chosen <= len(self.loss):
            raise ValueError("`chosen` is not one of the epochs")


class Origin(_Record, frozen=True, kw_only=True):
    """What the weights were trained on and with."""

    corpora: tuple[str, ...]
    clips: int
    speakers: tuple[str, ...]
    validation_speakers: tuple[str, ...]
    seed: int
    data_checksum: str
    packages: Mapping[str, str]


class Card(_Record, frozen=True, kw_only=True):
    """What a bundle says of itself."""

    name: str
    title: str
    """What people call it."""
    summary: str
    """One sentence: what kind of model it is."""
    version: str
    labels: tuple[Emotion, ...]
    features: FeatureSettings
    recipe: Mapping[str, object]
    origin: Origin
    figures: Figures
    """On people it has never heard."""
    random: Figures | None
    """Under `random_split`, where it has heard the same people before; None if not measured."""
    curves: Curves | None
    """Of the run that gave the weights; None where nothing is trained by epochs."""
    milliseconds: float
    """For a clip of 4 seconds, features and network, on the machine that made the release."""
    seconds_an_epoch: float | None
    """Median while the figures were measured; None where unknown."""
    licence: str
    credit: str
    checksums: Mapping[str, str]
    """SHA-256 of each other file of the bundle."""

    @property
    def leak(self) -> float | None:
        """UAR that is lost as soon as the speakers are new: how much too good a random split is."""
        return None if self.random is None else self.random.uar - self.figures.uar

    @property
    def files(self) -> tuple[str, ...]:
        """Every other file of the bundle."""
        confusion, curves = PICTURES
        always = (KERAS, TFLITE, GOLDEN, confusion)
        return always if self.curves is None else (*always, curves)


@dataclass(frozen=True, eq=False)
class Golden:
    """Synthetic clips and what the model makes of them.

    `samples`: int16 (clips, n) at `rate` Hz; `inputs`: float32 network inputs of the first clip;
    `probabilities`: float32 (clips, labels); `labels`: their names in order.
    """

    samples: npt.NDArray[np.int16]
    rate: int
    inputs: Features
    probabilities: Features
    labels: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Write the clips as a NumPy archive without pickles."""
        np.savez_compressed(
            path,
            samples=self.samples,
            rate=np.int64(self.rate),
            inputs=self.inputs,
            probabilities=self.probabilities,
            labels=np.array(self.labels),
        )

    @classmethod
    def load(cls, path: Path) -> "Golden":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                samples=stored["samples"],
                rate=int(stored["rate"]),
                inputs=stored["inputs"],
                probabilities=stored["probabilities"],
                labels=tuple(str(label) for label in stored["labels"]),
            )


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_card(folder: Path) -> Card:
    """The card of a bundle, its files checked against it.

    Raises `DamagedBundle`, naming the file, where one is missing, unreadable or altered.
    """
    path = folder / CARD
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
    except OSError as error:
        raise DamagedBundle(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise DamagedBundle(f"{path} is not a valid card: {error}.") from error
    if set(card.checksums) != set(card.files):
        names = ", ".join(card.files)
        raise DamagedBundle(f"{path} must give the checksums of exactly these files: {names}.")
    for name, checksum in card.checksums.items():
        file = folder / name
        if not file.is_file():
            raise DamagedBundle(f"{file} is missing. Restore the bundle or release it again.")
        if sha256(file) != checksum:
            raise DamagedBundle(
                f"{file} is not the file that {CARD} describes. "
                "Restore the bundle or release it again."
            )
    return card


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def write_card(folder: Path, card: Card) -> None:
    """Write the card, indented for people."""
    encoded = msgspec.json.format(msgspec.json.encode(card), indent=2)
    (folder / CARD).write_bytes(encoded + b"\n")
