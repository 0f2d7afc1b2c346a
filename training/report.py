"""From runs to a page of Markdown and its pictures. Reads figures and curves only."""

from collections.abc import Sequence
from pathlib import Path

from training.recipe import RECIPES, Recipe, load_recipe
from training.records import keep
from training.reporting import details, gallery, overview, trust
from training.reporting.comparison import LEAKS, Comparison, comparisons, names
from training.reporting.markdown import shown, table
from training.reporting.reasons import Reason, read_reasons
from training.run import RunCard
from training.seeds import Seeds, read_seeds
from training.splits import DESCRIPTIONS, MEASURED
from webapp.speech.bundle import read_card

PAGE, NOTES, REASONS = "RESULTS.md", "notes.md", "reasons.toml"
RECORDS = Path(gallery.FOLDER) / "runs"

HERE = Path(__file__).parent

BEFORE = """# Results

<!-- Written by `python -m training report`. Edit notes.md and reasons.toml beside it instead. -->
"""

READING = """## How to read this

Figures are percentages of test clips. **UAR**, unweighted average recall, is the mean of the
emotions' recalls, the field's figure for emotion; **ECE** is the expected calibration error, how
far the confidence is from the accuracy; **majority** is the accuracy of always naming the
commonest emotion. `58.0±0.7 (3)` is the mean and the sample standard deviation over three
seeds; one seed has no deviation. The best figure on speakers never heard is bold. Where a protocol
**leaks**, the same speakers are in training and test, or the test clips chose the epoch: it shows
how good a figure can look, not how well strangers are heard. The **leak** is that difference.
"""

UNITS = """UAR in percent, mean and deviation over the seeds, and how many seeds there are.
"""

CLAIMS = """## Claims

What others report for such a network, ours under the protocol nearest to theirs, and ours on
speakers never heard. Accuracy and macro F1 in percent.
"""

GROWTH = """### How a figure grows

Accuracy of the same recipe on {corpora}: on speakers never heard; on clips drawn at random, so that
the speakers are known; on the same clips, but the epoch chosen by them; and the highest test
accuracy that Keras printed after any epoch, which is what a paper reports that stops where it looks
best.
"""


def report(
    runs: Path,
    folder: Path = HERE,
    inputs: Path = HERE,
    recipes: Path = RECIPES,
    bundles: Path | None = None,
) -> None:
    """Write RESULTS.md and its pictures into `folder`, from all runs of the recipes as they are.

    These are the ones in `runs`, and those that an earlier report has kept a record of there.
    `inputs` holds what is written by hand: notes.md, which comes first, and reasons.toml; the cards
    of `bundles` say what worse recordings cost. Raises `RunError` or `DamagedBundle` where one of
    these cannot be read.
    """
    files = sorted(recipes.glob("*.toml"))
    known = [one for file in files if (one := load_recipe(file.stem, recipes)).start is None]
    reasons = read_reasons(inputs / REASONS, [recipe.name for recipe in known], MEASURED)
    records, digests = folder / RECORDS, {recipe.name: recipe.digest for recipe in known}
    keep(runs, records, digests)
    seeds = read_seeds(records)
    found = comparisons(seeds.measured)
    notes = inputs / NOTES
    cards = (
        [read_card(one.parent) for one in sorted(bundles.glob("*/card.json"))] if bundles else []
    )
    parts = [
        BEFORE,
        notes.read_text() if notes.is_file() else "",
        READING,
        *(_overview(one, known, reasons) for one in found),
        trust.confidence(found),
        trust.damage(cards),
        trust.elsewhere(cards),
        _claims(found, known, reasons),
        _protocols(found),
        *(details.section(one) for one in found),
        _unfinished(seeds.unfinished),
        _made_with(seeds.measured),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text("\n".join(part.strip() + "\n" for part in parts if part.strip()))
    gallery.draw(found, folder / gallery.FOLDER)


def _overview(found: Comparison, recipes: Sequence[Recipe], reasons: Sequence[Reason]) -> str:
    text = f"## {found.title}\n\n{UNITS}\n{overview.overview(found, recipes, reasons)}"
    return "\n".join([text, _leak(found)])


def _leak(found: Comparison) -> str:
    used = {found.leak_pair(recipe) for recipe in found.recipes}
    pairs = [f"{shown(known)} minus {shown(new)}" for known, new in LEAKS if (known, new) in used]
    if not pairs:
        return ""
    return (
        f"The leak is {'; where that was not measured, '.join(pairs)}.\n\n"
        "![Leak by recipe: UAR with the speakers known and with them new; the figures are in the "
        f"table above]({gallery.FOLDER}/{gallery.leak_name(found)})\n"
    )


def _claims(
    found: Sequence[Comparison], recipes: Sequence[Recipe], reasons: Sequence[Reason]
) -> str:
    parts = [CLAIMS, overview.claims(found, recipes, reasons)]
    for one in found:
        if grown := overview.growth(one):
            parts += [GROWTH.format(corpora=names(one.corpora)), grown]
    return "\n".join(parts)


def _protocols(found: Sequence[Comparison]) -> str:
    named = {protocol for one in found for protocol in one.protocols}
    rows = [[shown(name), DESCRIPTIONS[name]] for name in MEASURED if name in named]
    return f"## Protocols\n\n{table(['protocol', 'description'], rows)}"


def _unfinished(runs: Sequence[RunCard]) -> str:
    if not runs:
        return ""
    lines = [
        f"- `{run.recipe.name}`, {shown(run.protocol)}, {names(run.corpora)}, seed {run.seed}"
        for run in runs
    ]
    return "\n".join(["## Unfinished", "", "Begun, and not in any table:", "", *lines])


def _made_with(measured: Sequence[Seeds]) -> str:
    versions = {f"{name} {v}" for seeds in measured for name, v in seeds.run.packages.items()}
    return f"## Made with\n\n{', '.join(sorted(versions)) or 'nothing yet'}"
