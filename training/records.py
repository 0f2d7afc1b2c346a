"""What stays of a run when its networks are gone: small enough to be kept beside the code."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.answers import ANSWERS
from training.history import HISTORY, MEMBER
from training.run import CARD, MEASURED, read_run
from training.splits import RELEASED

LIGHT = (CARD, MEASURED, f"*/{ANSWERS}", f"*/{HISTORY}", f"*/{MEMBER}1/{HISTORY}")
"""The card, the figures, and of each split the answers and the curves of one training."""


def keep(runs: Path, records: Path, digests: Mapping[str, str]) -> None:
    """Copy what is light of all runs of the recipes as they are, given by name and digest.

    A record stays when its run is gone, and goes when its recipe has changed. Raises `RunError`
    where a folder holds no run.
    """
    for record in _folders(records):
        if not _is_of(record, digests):
            shutil.rmtree(record)
    for run in _folders(runs):
        if _is_of(run, digests):
            _copy(run, records / run.name)


def _is_of(run: Path, digests: Mapping[str, str]) -> bool:
    card = read_run(run)
    return card.protocol != RELEASED and digests.get(card.recipe.name) == card.recipe.digest


def _copy(run: Path, record: Path) -> None:
    for file in (file for pattern in LIGHT for file in sorted(run.glob(pattern))):
        copy = record / file.relative_to(run)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _folders(parent: Path) -> Iterable[Path]:
    return sorted(path for path in parent.glob("*") if path.is_dir())
