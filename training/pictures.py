"""Figures as pictures: SVG on its own calm paper, the same bytes every time."""

import io
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

from webapp.speech.figures import ENOUGH, Curves, Figures

PAPER, INK, SOFT, LINE = "#fcf8f5", "#2a1f30", "#675c6d", "#e5dad8"
LEARNED, CHECKED = "#6f45b0", "#bb7800"
"""Training and validation; also speaker-independent and random. Told apart by line or shape too."""

SHADES = (PAPER, "#d9cdea", "#a98bd6", "#6f45b0", "#3d2370")
"""From none to all, of falling lightness."""


@dataclass(frozen=True)
class Pair:
    """UAR of one recipe where the speakers are known, and where they are new."""

    recipe: str
    random: float
    independent: float


def settings() -> AbstractContextManager[None]:
    """Within it, everything is drawn in the colours and letters of the house."""
    return matplotlib.rc_context(
        {
            "svg.hashsalt": "tonelog",  # else every picture has names of its own in it
            "svg.fonttype": "path",  # letters as outlines: the same wherever it is opened
            "font.family": "DejaVu Sans",  # comes with matplotlib
            "text.color": INK,
            "axes.edgecolor": LINE,
            "axes.labelcolor": SOFT,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "font.size": 10,
        }
    )


def confusion_matrix(figures: Figures, labels: Sequence[str]) -> bytes:
    """What each true emotion was heard as: shares of its clips in percent, recalls in bold."""
    with settings():
        size = 2.6 + 0.62 * len(labels)
        sheet, axes = _sheet(size + 0.4, size - 0.8)
        _cells(axes, figures)
        counts = [sum(row) // len(figures.seeds) for row in figures.confusion]
        names = [f"{name}  ({count:,})" for name, count in zip(labels, counts, strict=True)]
        axes.set_yticks(range(len(labels)), names, color=INK)
        axes.set_xticks(range(len(labels)), labels, color=INK, rotation=40, ha="left")
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        axes.spines[:].set_visible(False)
        axes.set_ylabel("true emotion (clips)")
        axes.set_xlabel("% of the clips of a row heard as each emotion; on the diagonal the recall")
        return _svg(sheet)


def _cells(axes: Axes, figures: Figures) -> None:
    shares = [[count / max(1, sum(row)) for count in row] for row in figures.confusion]
    axes.imshow(shares, cmap=shades(), vmin=0, vmax=1, aspect="equal")
    for row, values in enumerate(shares):
        for column, share in enumerate(values):
            text = f"{100 * share:.0f}" if sum(figures.confusion[row]) else "–"
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                color=letters(share),
                weight="bold" if row == column else "normal",
                size=12 if row == column else 9,
            )


def shades() -> Colormap:
    """The colour of a share."""
    return LinearSegmentedColormap.from_list("shades", SHADES)


def letters(share: float) -> str:
    """What can be read on its shade."""
    return PAPER if share > 0.6 else INK


def training_curves(curves: Curves) -> bytes:
    """Loss and accuracy by epoch, in training and in validation, and the epoch that was kept."""
    with settings():
        sheet, left, right = _two_panels()
        _lines(left, "loss", curves.loss, curves.validation_loss, curves.chosen)
        _lines(right, "accuracy", curves.accuracy, curves.validation_accuracy, curves.chosen)
        left.set_ylim(0, _ceiling(curves))
        right.set_ylim(0, 1)
        right.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        handles, names = left.get_legend_handles_labels()
        sheet.legend(handles, names, loc="outside upper center", ncols=3, frameon=False)
        return _svg(sheet)


def _lines(
    axes: Axes, title: str, training: Sequence[float], validation: Sequence[float], chosen: int
) -> None:
    epochs = range(1, len(training) + 1)
    axes.plot(epochs, training, color=LEARNED, linewidth=1.6, label="training")
    axes.plot(epochs, validation, color=CHECKED, linewidth=1.6, dashes=(3, 1.5), label="validation")
    axes.axvline(chosen, color=INK, linewidth=1, dashes=(1, 2), label=f"kept: epoch {chosen}")
    axes.plot(chosen, validation[chosen - 1], "o", color=INK, markersize=5)
    axes.set_title(title, loc="left", color=INK, size=11)
    axes.set_xlabel("epoch")
    axes.set_xlim(min(1, chosen) - 0.5, len(training) + 0.5)
    calm(axes)


def _ceiling(curves: Curves) -> float:
    """Room for both curves, but not for the few first epochs that a fresh network is far off in."""
    later = sorted(curves.validation_loss)[: max(1, round(0.95 * len(curves.validation_loss)))]
    return 1.08 * max(*curves.loss, *later, 0.01)


def reliability(figures: Figures) -> bytes:
    """How often answers are right beside how sure they are; below, how many are that sure."""
    with settings():
        sheet = Figure(figsize=(5.4, 5.4), facecolor=PAPER, layout="constrained")
        above, below = sheet.subplots(2, sharex=True, height_ratios=(4, 1))
        above.plot((0, 1), (0, 1), color=SOFT, dashes=(1, 2), label="right as often as sure")
        for sort, few in (("answers", False), (f"fewer than {ENOUGH}", True)):
            bins = [b for b in figures.reliability if b.clips and (b.clips < ENOUGH) is few]
            spots = [b.confidence for b in bins], [b.right / b.clips for b in bins]
            look = {"facecolor": PAPER if few else LEARNED, "edgecolor": LEARNED, "linewidth": 1.5}
            above.scatter(*spots, s=45, label=sort, zorder=3, clip_on=False, **look)
        _crowd(below, [one.clips / figures.tested for one in figures.reliability])
        for axes, says in ((above, "of these, right"), (below, "of all")):
            axes.set_ylabel(says)
            axes.set_facecolor(PAPER)
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            calm(axes)
        above.set_ylim(0, 1)
        below.set_xlabel("confidence")
        sheet.legend(loc="outside upper center", ncols=3, frameon=False)
        return _svg(sheet)


def _crowd(axes: Axes, shares: Sequence[float]) -> None:
    """The share of the clips in each bin of confidence, as bars."""
    width = 1 / len(shares)
    places = [(number + 0.5) * width for number in range(len(shares))]
    axes.bar(places, shares, width=0.85 * width, color=SHADES[2])
    axes.set_xlim(0, 1)
    axes.set_yticks((0, round(max(shares), 2)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")


def leak(pairs: Sequence[Pair], chance: float) -> bytes:
    """UAR by recipe, with the speakers known (ring) and new (dot); between them lies the leak."""
    with settings():
        sheet, axes = _sheet(7.4, 1.7 + 0.42 * len(pairs))
        for row, pair in enumerate(pairs):
            axes.plot((pair.independent, pair.random), (row, row), color=SOFT, linewidth=2)
            middle = (pair.independent + pair.random) / 2
            gap = f"{100 * (pair.random - pair.independent):+.1f}"
            axes.annotate(gap, (middle, row), (0, 7), textcoords="offset points", ha="center")
        rows = range(len(pairs))
        dots = [pair.independent for pair in pairs]
        axes.scatter(dots, rows, color=LEARNED, s=60, zorder=3, label="speakers never heard")
        rings = [pair.random for pair in pairs]
        ring = "random split: same speakers in training"
        axes.scatter(rings, rows, 60, PAPER, zorder=3, label=ring, edgecolors=CHECKED, linewidths=2)
        axes.axvline(chance, color=SOFT, linewidth=1, dashes=(1, 2), label="guessing")
        axes.set_yticks(rows, [pair.recipe for pair in pairs], color=INK)
        axes.set_ylim(len(pairs) - 0.4, -0.7)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.set_xlabel("unweighted average recall (UAR); between the marks, the leak in points")
        calm(axes, along="x")
        sheet.legend(loc="outside upper center", ncols=3, frameon=False)
        return _svg(sheet)


def class_balance(counts: Mapping[str, Mapping[str, int]]) -> bytes:
    """Clips by emotion, one panel a corpus, each bar with its number."""
    labels = list(dict.fromkeys(label for corpus in counts.values() for label in corpus))
    with settings():
        size = (1.4 + 2.4 * len(counts), 0.9 + 0.34 * len(labels))
        sheet = Figure(figsize=size, facecolor=PAPER, layout="constrained")
        panels = sheet.subplots(ncols=len(counts), sharey=True, squeeze=False)[0]
        for axes, (name, corpus) in zip(panels, counts.items(), strict=True):
            values = [corpus[label] for label in labels]
            bars = axes.barh(range(len(labels)), values, color=LEARNED, height=0.7)
            axes.bar_label(bars, [f"{value:,}" for value in values], padding=3, color=INK)
            axes.set_title(f"{name}: {sum(values):,} clips", loc="left", color=INK, size=11)
            axes.set_xlim(0, 1.25 * max(values))
            axes.set_xticks([])
            axes.set_facecolor(PAPER)
            axes.spines[["top", "right", "bottom"]].set_visible(False)
            axes.tick_params(length=0)
        panels[0].set_yticks(range(len(labels)), labels, color=INK)
        panels[0].invert_yaxis()
        return _svg(sheet)


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """A sheet of paper in inches with one panel."""
    sheet = Figure(figsize=(width, height), facecolor=PAPER, layout="constrained")
    axes = sheet.add_subplot()
    axes.set_facecolor(PAPER)
    return sheet, axes


def _two_panels() -> tuple[Figure, Axes, Axes]:
    sheet = Figure(figsize=(8, 3.4), facecolor=PAPER, layout="constrained")
    left, right = sheet.add_subplot(121), sheet.add_subplot(122)
    for axes in (left, right):
        axes.set_facecolor(PAPER)
    return sheet, left, right


def calm(axes: Axes, along: Literal["x", "y"] = "y") -> None:
    """A panel with no more lines than it needs, those of the grid across `along`."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=along, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _svg(sheet: Figure) -> bytes:
    """The sheet as SVG that names neither its date nor its maker."""
    file = io.BytesIO()
    FigureCanvasSVG(sheet)
    sheet.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
