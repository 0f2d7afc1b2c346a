"""How a training went, epoch by epoch, as Keras left it in history.csv."""

import csv
import math
from pathlib import Path

from training.run import RunError
from webapp.speech.bundle import Curves

HISTORY = "history.csv"

DIGITS = 5
"""More are noise, and would make the cards long."""


def read_curves(split: Path) -> Curves | None:
    """The curves of one split's training; None where nothing was trained by epochs.

    Raises `RunError` where the file is damaged. The kept epoch is the first with the lowest
    validation loss, as in `fit`.
    """
    path = split / HISTORY
    if not path.is_file():
        return None
    with path.open(newline="") as lines:
        epochs = list(csv.DictReader(lines))
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
        raise RunError(f"{path} is damaged: {error}. Remove its run and make it again.") from error


def _column(epochs: list[dict[str, str]], name: str) -> tuple[float, ...]:
    return tuple(round(float(epoch[name]), DIGITS) for epoch in epochs)
