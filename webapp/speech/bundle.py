"""A bundle on disk: the one thing that crosses from training to the application.

A folder with `model.keras`, `model.tflite`, `golden.npz`, `familiar.npz`, pictures and `card.json`.
The card says how the model hears, what it was trained on and how good it is; the golden clips say
what it must answer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from webapp.speech.calibration import Calibration
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.features import Features, FeatureSettings
from webapp.speech.figures import (
    Curves,
    Elsewhere,
    Figures,
    Record,
    Robustness,
    Share,
    readable,
)

CARD, KERAS, TFLITE, GOLDEN = "card.json", "model.keras", "model.tflite", "golden.npz"
FAMILIAR = "familiar.npz"

PICTURES = ("confusion.svg", "reliability.svg", "curves.svg")
"""Made at release; the curves only where the recipe is trained by epochs."""


class Origin(Record, frozen=True, kw_only=True):
    """What the weights were trained on and with."""

    corpora: tuple[str, ...]
    clips: int
    speakers: tuple[str, ...]
    validation_speakers: tuple[str, ...]
    seed: int
    data_checksum: str
    packages: Mapping[str, str]


class Before(Record, frozen=True, kw_only=True):
    """The bundle that was fine-tuned, and how it hears the very clips of the figures."""

    name: str
    title: str
    version: str
    speakers: tuple[str, ...]
    """Everybody whom it had been trained on."""
    uar: Share
    accuracy: Share


class Card(Record, frozen=True, kw_only=True):
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
    calibration: Calibration
    eight_bits: bool = False
    """Whether large weights are served as int8; the figures are of weights in full."""
    figures: Figures
    """On people it has never heard: the same recipe, other weights."""
    random: Figures | None
    """Under `random_split`, where it has heard the same people before; None if not measured."""
    robustness: Robustness | None = None
    """What damage to the recordings costs, by the same recipe; None if not measured."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """These weights on other corpora."""
    before: Before | None = None
    """What these weights were fine-tuned from; None where they were trained from nothing."""
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
    def heard(self) -> frozenset[str]:
        """Everybody whom these weights have learnt from."""
        before = self.before.speakers if self.before else ()
        origin = self.origin
        return frozenset((*origin.speakers, *origin.validation_speakers, *before))

    @property
    def leak(self) -> float | None:
        """UAR that is lost as soon as the speakers are new: how much too good a random split is."""
        return None if self.random is None else self.random.uar - self.figures.uar

    @property
    def files(self) -> tuple[str, ...]:
        """Every other file of the bundle."""
        *drawn, curves = PICTURES
        always = (KERAS, TFLITE, GOLDEN, FAMILIAR, *drawn)
        return always if self.curves is None else (*always, curves)


@dataclass(frozen=True, eq=False)
class Golden:
    """Synthetic clips and what the model makes of them.

    `samples`: int16 (clips, n) at `rate` Hz; `inputs`: float32 network inputs of the first clip;
    `probabilities`: float32 (clips, labels), calibrated; `labels`: their names in order.
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


def write_card(folder: Path, card: Card) -> None:
    """Write the card, indented for people."""
    (folder / CARD).write_bytes(readable(card) + b"\n")
