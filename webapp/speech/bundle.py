"""A bundle on disk: the one thing that crosses from training to the application.

A folder with `model.keras`, `model.tflite`, `golden.npz` and `card.json`. The card says how the
model hears, what it was trained on and how good it is; the golden clips say what it must answer.
"""

import hashlib
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

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the card's parts: immutable, and an unknown key is an error."""


class Figures(_Record, frozen=True, kw_only=True):
    """How good the recipe is on people it has never heard."""

    protocol: str
    """Name of the protocol, e.g. `speaker_5fold`."""
    description: str
    """The protocol in a sentence."""
    command: str
    """The command that gives these figures again."""
    corpora: tuple[str, ...]
    clips: int
    speakers: int
    seeds: tuple[int, ...]
    accuracy: Share
    uar: Share
    """Unweighted average recall: the mean of the recalls of the emotions."""
    macro_f1: Share
    confusion: tuple[tuple[int, ...], ...]
    """Clips by true emotion (rows) and heard emotion (columns), both in the order of the labels."""

    def recall(self, row: int) -> float:
        """Share of the clips of one true emotion that were heard as it."""
        return self.confusion[row][row] / sum(self.confusion[row])


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
    licence: str
    credit: str
    checksums: Mapping[str, str]
    """SHA-256 of each other file of the bundle."""


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
    if set(card.checksums) != {KERAS, TFLITE, GOLDEN}:
        raise DamagedBundle(f"{path} must give the checksums of {KERAS}, {TFLITE} and {GOLDEN}.")
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
    encoded = msgspec.json.format(msgspec.json.encode(card), indent=2)
    (folder / CARD).write_bytes(encoded + b"\n")
