"""Seeds that were measured since a release, put on the card of its bundle; no weights change."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from training import pictures
from training.robustness import recipe_of
from training.run import MEASURED, Measured, RunError
from training.seeds import joined, seconds_an_epoch
from webapp.speech.bundle import PICTURES, Card, read_card, sha256, write_card
from webapp.speech.emotions import Emotion

CONFUSION, RELIABILITY, _ = PICTURES


def update(folder: Path, records: Path) -> Card:
    """Give a bundle the figures of all records of its recipe on its data, and pictures of them.

    Raises `RunError` where a seed of the card has no record: it would be lost.
    """
    card = read_card(folder)
    strangers = measured(card, records, card.figures.protocol)
    figures = joined(strangers) if strangers else None
    if figures is None or not set(card.figures.seeds) <= set(figures.seeds):
        raise RunError(
            f"{records} lacks some of the seeds that {card.name} was measured with. First run: "
            f"{card.figures.command}, then: python -m training report"
        )
    random = measured(card, records, "random_split") or measured(card, records, "random_5fold")
    (folder / CONFUSION).write_bytes(pictures.confusion_matrix(figures, list(Emotion)))
    (folder / RELIABILITY).write_bytes(pictures.reliability(figures))
    drawn = {name: sha256(folder / name) for name in (CONFUSION, RELIABILITY)}
    card = replace(
        card,
        figures=figures,
        random=joined(random) if random else card.random,
        seconds_an_epoch=seconds_an_epoch(strangers),
        checksums={**card.checksums, **drawn},
    )
    write_card(folder, card)
    return card


def measured(card: Card, records: Path, protocol: str) -> Sequence[Measured]:
    """What the recipe of a bundle came to under a protocol, on the same data, by seed."""
    recipe, data = recipe_of(card), card.origin.data_checksum[:8]
    names = f"{recipe.name}-{protocol}-seed*-{recipe.digest}-{data}"
    folders = [path.parent for path in sorted(records.glob(f"{names}/{MEASURED}"))]
    return [Measured.load(folder) for folder in folders]
