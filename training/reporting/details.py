"""Every figure of every run, with the command that gives it again."""

import statistics

from training.reporting.comparison import Comparison, names
from training.reporting.gallery import FOLDER, curves_of, independent, name
from training.reporting.markdown import extent, percent, shown, spread, table
from training.seeds import Seeds, seconds_an_epoch
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Figures

ACROSS = "cross_corpus"


def section(found: Comparison) -> str:
    """Everything on the same clips."""
    parts = [
        f"## Details of {found.title}",
        f"Clips with the checksum `{found.checksum[:12]}`; in the commands, DIR is their folder.",
        measured(found),
        cost(found),
        across(found),
        "F1 by emotion, on speakers never heard:",
        by_emotion(found),
        *(folded(seeds) for seeds in independent(found)),
    ]
    return "\n\n".join(part.strip() for part in parts if part)


def measured(found: Comparison) -> str:
    """All figures by recipe and protocol, and the commands."""
    header = ["recipe", "protocol", "seeds", "accuracy", "UAR", "macro F1", "ECE", "majority"]
    rows = [
        [
            f"`{seeds.run.recipe.name}`",
            shown(protocol),
            ", ".join(str(seed) for seed in seeds.figures.seeds),
            spread(seeds, lambda figures: figures.accuracy),
            spread(seeds, lambda figures: figures.uar),
            spread(seeds, lambda figures: figures.macro_f1),
            spread(seeds, lambda figures: figures.calibration_error),
            percent(seeds.figures.majority),
            extent(list(seeds.splits.values())),
            f"`{seeds.figures.command}`",
        ]
        for recipe in found.recipes
        for protocol in found.protocols
        if (seeds := found.of(recipe, protocol))
    ]
    return table([*header, "UAR by split", "command"], rows)


def cost(found: Comparison) -> str:
    """How large and how slow each recipe is; the milliseconds are those of Keras, in batches."""
    header = ["recipe", "parameters", "seconds an epoch", "milliseconds a window"]
    return table(header, [_cost(found, recipe) for recipe in found.recipes])


def _cost(found: Comparison, recipe: str) -> list[str]:
    seeds = [s for s in found.seeds if s.run.recipe.name == recipe]
    runs = [run for s in seeds for run in s.measured]
    seconds = seconds_an_epoch(runs)
    told = "not recorded" if seconds is None else f"{seconds:.1f}"
    return [
        f"`{recipe}`",
        f"{runs[0].parameters:,}",
        told if seeds[0].run.recipe.training else "no epochs",
        f"{statistics.median(run.milliseconds for run in runs):.2f}",
    ]


def across(found: Comparison) -> str:
    """UAR by the corpus that was kept for the test; empty where that was not measured."""
    runs = [s for s in found.seeds if s.run.protocol == ACROSS]
    tested = list(dict.fromkeys(name for seeds in runs for name in seeds.splits))
    rows = [
        [
            f"`{seeds.run.recipe.name}`",
            *(percent(seeds.splits[t]) if t in seeds.splits else "–" for t in tested),
        ]
        for seeds in runs
    ]
    return table(["recipe", *(f"tested on {names([t])}" for t in tested)], rows) if rows else ""


def by_emotion(found: Comparison) -> str:
    """F1 of each emotion on speakers never heard, recipes below each other."""
    rows = [
        [
            f"`{seeds.run.recipe.name}`",
            f"`{seeds.run.protocol}`",
            *(_of(seeds.figures, row, seeds.figures.f1(row)) for row in range(len(Emotion))),
        ]
        for seeds in independent(found)
    ]
    return table(["recipe", "protocol", *Emotion], rows) if rows else ""


def emotions(seeds: Seeds) -> str:
    """Precision, recall and F1 of each emotion."""
    figures = seeds.figures
    rows = [
        [
            emotion,
            *(_of(figures, row, f(row)) for f in (figures.precision, figures.recall, figures.f1)),
            f"{sum(figures.confusion[row]) // len(figures.seeds):,}",
        ]
        for row, emotion in enumerate(Emotion)
    ]
    return table(["emotion", "precision", "recall", "F1", "clips"], rows)


def folded(seeds: Seeds) -> str:
    """The emotions of one recipe, its confusion matrix and its curves, folded away."""
    recipe, protocol = seeds.run.recipe.name, seeds.run.protocol
    parts = [
        f"<details><summary><code>{recipe}</code> under <code>{protocol}</code></summary>",
        emotions(seeds).strip(),
        f"![Confusion matrix of {recipe} under {protocol}; its diagonal is the column of recalls "
        f"above]({FOLDER}/{name('confusion', seeds)})",
    ]
    if curves_of(seeds):
        parts.append(
            f"![Training curves of {recipe} in its first split: loss and accuracy by epoch]"
            f"({FOLDER}/{name('curves', seeds)})"
        )
    return "\n\n".join([*parts, "</details>"])


def _of(figures: Figures, row: int, share: float) -> str:
    return percent(share) if sum(figures.confusion[row]) else "–"
