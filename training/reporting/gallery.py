"""The pictures of the report: which there are, and what they are called."""

from collections.abc import Sequence
from pathlib import Path

from training import pictures
from training.history import read_curves
from training.reporting.comparison import Comparison
from training.reporting.overview import leak
from training.seeds import Seeds
from training.splits import STRICT
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Curves

FOLDER = "results"


def independent(found: Comparison) -> list[Seeds]:
    """What each recipe did on speakers never heard: this is shown emotion by emotion."""
    return [seeds for recipe in found.recipes if (seeds := found.first(recipe, STRICT))]


def curves_of(seeds: Seeds) -> Curves | None:
    """The curves of the first split that has any; None where nothing has epochs, or is known of."""
    splits = (path for folder in seeds.folders for path in sorted(folder.iterdir()))
    found = (read_curves(split) for split in splits if split.is_dir())
    return next(filter(None, found), None)


def name(kind: str, seeds: Seeds) -> str:
    """File name of a picture of some runs."""
    run = seeds.run
    return f"{kind}-{run.recipe.name}-{run.protocol}-{_data(run.corpora, run.data_checksum)}.svg"


def leak_name(found: Comparison) -> str:
    """File name of the picture of all leaks."""
    return f"leak-{_data(found.corpora, found.checksum)}.svg"


def draw(found: Sequence[Comparison], folder: Path) -> None:
    """Every picture of the report; those of an earlier one go."""
    folder.mkdir(exist_ok=True)
    for kind in ("leak", "confusion", "curves", "reliability"):
        for old in folder.glob(f"{kind}-*.svg"):
            old.unlink()
    _draw_reliability(found, folder)
    for one in found:
        _draw_leak(one, folder)
        for seeds in independent(one):
            confusion = pictures.confusion_matrix(seeds.figures, list(Emotion))
            (folder / name("confusion", seeds)).write_bytes(confusion)
            if curves := curves_of(seeds):
                drawn = pictures.training_curves(curves)
                (folder / name("curves", seeds)).write_bytes(drawn)


def _draw_leak(found: Comparison, folder: Path) -> None:
    leaks = [(recipe, both) for recipe in found.recipes if (both := leak(found, recipe))]
    pairs = [pictures.Pair(recipe, known, new) for recipe, (known, new) in leaks]
    if pairs:
        present = sum(1 for row in found.seeds[0].figures.confusion if any(row))
        (folder / leak_name(found)).write_bytes(pictures.leak(pairs, chance=1 / present))


def _draw_reliability(found: Sequence[Comparison], folder: Path) -> None:
    """That of the recipe that is best on speakers never heard: one shows how to read them all."""
    for seeds in [seeds for one in found[:1] for seeds in independent(one)[:1]]:
        drawn = pictures.reliability(seeds.figures)
        (folder / name("reliability", seeds)).write_bytes(drawn)


def _data(corpora: Sequence[str], checksum: str) -> str:
    return f"{'-'.join(corpora)}-{checksum[:8]}"
