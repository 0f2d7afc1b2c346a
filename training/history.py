"""How a training went, epoch by epoch, as Keras left it in history.csv."""

import csv
import math
import statistics
from collections.abc import Sequence
from pathlib import Path

from training.run import RunError
from webapp.speech.figures import Curves

HISTORY = "history.csv"

MEMBER = "member-"
"""Start of the names of the folders of networks that answer together, inside that of a split."""

DIGITS = 5
"""More are noise, and would make the cards long."""


def read_curves(split: Path) -> Curves | None:
    """The curves of one split's training; None where nothing was trained by epochs.

    Of several members, those of the first. Raises `RunError` where the file is damaged. The kept
    epoch is the first with the lowest validation loss, as in `fit`.
    """
    epochs = _epochs(trainings(split)[0])
    if epochs is None:
        return None
    try:
        losses = [float(epoch["val_loss"]) for epoch in epochs]
        return Curves(
            loss=_column(epochs, "loss"),
            validation_loss=_column(epochs, "val_loss"),
            accuracy=_column(epochs, "accuracy"),
            validation_accuracy=_column(epochs, "val_accuracy"),
            chosen=1 + losses.index(min(loss for loss in losses if math.isfinite(loss))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(
            f"{split / HISTORY} is damaged: {error}. Remove its run and make it again."
        ) from error


def seconds_an_epoch(splits: Sequence[Path]) -> float | None:
    """Median over the epochs of several splits; None where that was not recorded."""
    folders = [folder for split in splits for folder in trainings(split)]
    epochs = [epoch for folder in folders for epoch in _epochs(folder) or ()]
    seconds = [float(epoch["seconds"]) for epoch in epochs if "seconds" in epoch]
    return statistics.median(seconds) if seconds else None


def trainings(split: Path) -> list[Path]:
    """The folders that a split's networks were trained in: one a member, or the split's own."""
    return sorted(split.glob(f"{MEMBER}*")) or [split]


def _epochs(split: Path) -> list[dict[str, str]] | None:
    """One line an epoch, by column; None where there is no history."""
    path = split / HISTORY
    if not path.is_file():
        return None
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _column(epochs: list[dict[str, str]], name: str) -> tuple[float, ...]:
    return tuple(round(float(epoch[name]), DIGITS) for epoch in epochs)
