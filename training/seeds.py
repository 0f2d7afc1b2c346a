"""The seeds of one recipe, under one protocol on the same data, as one."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from training.history import read_curves
from training.run import MEASURED, Measured, RunCard, read_run
from webapp.speech.figures import Bin, Figures, share


def joined(measured: Sequence[Measured]) -> Figures:
    """The figures of all seeds: means, and the clips of their confusion matrices summed."""
    figures = sorted((one.figures for one in measured), key=lambda one: one.seeds)
    first, seeds = figures[0], tuple(seed for one in figures for seed in one.seeds)
    matrices = [one.confusion for one in figures]
    return msgspec.structs.replace(
        first,
        command=f"{re.sub(r' --seeds .*', '', first.command)} --seeds {max(seeds) + 1}",
        seeds=seeds,
        uars=tuple(uar for one in figures for uar in one.uars),
        accuracy=statistics.fmean(one.accuracy for one in figures),
        uar=statistics.fmean(one.uar for one in figures),
        macro_f1=statistics.fmean(one.macro_f1 for one in figures),
        calibration_error=statistics.fmean(one.calibration_error for one in figures),
        reliability=tuple(map(_one_bin, zip(*(one.reliability for one in figures), strict=True))),
        surest=statistics.fmean(one.surest for one in figures),
        named=statistics.fmean(one.named for one in figures),
        named_right=share(
            sum(one.named * one.named_right for one in figures), sum(one.named for one in figures)
        ),
        unlike=statistics.fmean(one.unlike for one in figures),
        confusion=tuple(
            tuple(sum(counts) for counts in zip(*rows, strict=True))
            for rows in zip(*matrices, strict=True)
        ),
    )


def _one_bin(bins: Sequence[Bin]) -> Bin:
    """The clips of several bins of the same confidence together."""
    clips = sum(one.clips for one in bins)
    return Bin(
        clips=clips,
        right=sum(one.right for one in bins),
        confidence=share(sum(one.clips * one.confidence for one in bins), clips),
    )


def seconds_an_epoch(measured: Sequence[Measured]) -> float | None:
    """Median over the seeds; None where no run has recorded it."""
    known = [one.seconds_an_epoch for one in measured if one.seconds_an_epoch is not None]
    return statistics.median(known) if known else None


@dataclass(frozen=True)
class Seeds:
    """Measured runs that differ in nothing but their seed."""

    run: RunCard
    """The card of the first of them."""
    folders: tuple[Path, ...]
    measured: tuple[Measured, ...]

    @property
    def figures(self) -> Figures:
        """Over all seeds."""
        return joined(self.measured)

    @property
    def splits(self) -> dict[str, float]:
        """UAR by split, the mean over the seeds."""
        names = self.measured[0].splits
        return {name: statistics.fmean(m.splits[name] for m in self.measured) for name in names}

    @property
    def best_epoch(self) -> float | None:
        """The highest validation accuracy of any epoch, the mean over splits and seeds.

        Where the validation clips are the test clips, this is what a paper prints that picks its
        epoch by them.
        """
        splits = [s for folder in self.folders for s in sorted(folder.iterdir()) if s.is_dir()]
        curves = [curve for split in splits if (curve := read_curves(split))]
        return statistics.fmean(max(c.validation_accuracy) for c in curves) if curves else None


@dataclass(frozen=True)
class Found:
    """What there are records of."""

    measured: tuple[Seeds, ...]
    unfinished: tuple[RunCard, ...]


def read_seeds(records: Path) -> Found:
    """Every run that there is a record of. Raises `RunError` where one cannot be read."""
    groups: dict[tuple[object, ...], list[tuple[RunCard, Path, Measured]]] = {}
    unfinished = []
    for folder in sorted(path for path in records.glob("*") if path.is_dir()):
        run = read_run(folder)
        if not (folder / MEASURED).is_file():
            unfinished.append(run)
            continue
        key = (run.recipe.name, run.protocol, run.corpora, run.data_checksum)
        groups.setdefault(key, []).append((run, folder, Measured.load(folder)))
    return Found(tuple(_seeds(group) for group in groups.values()), tuple(unfinished))


def _seeds(group: list[tuple[RunCard, Path, Measured]]) -> Seeds:
    cards, folders, measured = zip(*sorted(group, key=lambda one: one[0].seed), strict=True)
    return Seeds(cards[0], folders, measured)
