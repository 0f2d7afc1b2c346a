"""The tables that are looked at first: recipes by protocol, and what others claim."""

from collections.abc import Mapping, Sequence

from training.recipe import Claim, Recipe
from training.reporting.comparison import (
    NOT_MEASURED,
    Comparison,
    names,
    nearest,
    why,
)
from training.reporting.markdown import Notes, percent, shown, spread, table
from training.reporting.reasons import Reason
from training.seeds import Seeds
from training.splits import LEAKING, STRICT

PEEKING = "random_split_peeking"

Empty = Mapping[tuple[str, str], str]
"""Why a recipe was not measured under a protocol."""


def overview(found: Comparison, recipes: Sequence[Recipe], reasons: Sequence[Reason]) -> str:
    """UAR of every recipe under every protocol, beside what is claimed elsewhere; then the leak.

    Recipes and protocols that were not run at all stand below the table where the reason is known.
    """
    listed = sorted(recipes, key=lambda recipe: -found.independent_uar(recipe.name))
    empty = found.empty([recipe.name for recipe in listed], reasons)
    missing = {r.name: _why(empty, [(r.name, p) for p in found.protocols]) for r in listed}
    rows = [recipe for recipe in listed if not missing[recipe.name]]
    absent = {p: _why(empty, [(r.name, p) for r in rows]) for p in found.protocols}
    columns = [protocol for protocol in found.protocols if not absent[protocol]]
    notes = Notes()
    body = [
        [
            f"`{recipe.name}`",
            _claimed(recipe, found.corpora),
            *(_cell(found, recipe.name, p, empty, notes) for p in columns),
            _leak(found, recipe.name),
        ]
        for recipe in rows
    ]
    header = ["recipe", "claimed elsewhere", *map(shown, columns), "leak"]
    left_out = _left_out({f"`{name}`": text for name, text in missing.items()})
    left_out += _left_out({shown(protocol): text for protocol, text in absent.items()})
    return "\n".join([table(header, body), *notes.lines, *left_out, ""])


def _why(empty: Empty, cells: Sequence[tuple[str, str]]) -> str:
    """The reasons why some cells are empty; nothing where one is not, or is so for no reason."""
    texts = dict.fromkeys(empty.get(cell, NOT_MEASURED) for cell in cells)
    return "" if NOT_MEASURED in texts else " ".join(texts)


def _left_out(reasons: Mapping[str, str]) -> list[str]:
    """A line for each reason: what was not run for it."""
    return [
        f"- Not run here: {', '.join(name for name, why in reasons.items() if why == text)}. {text}"
        for text in dict.fromkeys(filter(None, reasons.values()))
    ]


def _cell(found: Comparison, recipe: str, protocol: str, empty: Empty, notes: Notes) -> str:
    seeds = found.of(recipe, protocol)
    if seeds is None:
        text = empty[recipe, protocol]
        return text if text == NOT_MEASURED else notes.mark(text)
    text = f"{spread(seeds, lambda figures: figures.uar)} ({len(seeds.measured)})"
    rivals = [s.figures.uar for s in found.seeds if s.run.protocol == protocol]
    best = protocol not in LEAKING and seeds.figures.uar == max(rivals)
    return f"**{text}**" if best else text


def _claimed(recipe: Recipe, corpora: Sequence[str]) -> str:
    claims = [c for c in recipe.claims if sorted(c.corpora) == sorted(corpora)]
    return "; ".join(f"{c.figure} ({c.as_published})" for c in claims) or "nothing"


def leak(found: Comparison, recipe: str) -> tuple[float, float] | None:
    """UAR with the speakers known and with them new, where both were measured."""
    known, new = (found.of(recipe, protocol) for protocol in found.leak_pair(recipe) or ("", ""))
    return (known.figures.uar, new.figures.uar) if known and new else None


def _leak(found: Comparison, recipe: str) -> str:
    both = leak(found, recipe)
    return f"{100 * (both[0] - both[1]):+.1f}" if both else NOT_MEASURED


def claims(
    found: Sequence[Comparison], recipes: Sequence[Recipe], reasons: Sequence[Reason]
) -> str:
    """Each claim, ours under the protocol nearest to it, and ours on speakers never heard."""
    header = ["recipe", "claimed", "as published", "ours, nearest to it", "accuracy", "macro F1"]
    header += ["speakers never heard", "accuracy", "macro F1"]
    rows = [
        [
            f"`{recipe.name}`",
            claim.figure,
            claim.as_published,
            *_ours(found, recipe.name, claim, reasons),
        ]
        for recipe in recipes
        for claim in recipe.claims
    ]
    return table(header, rows)


def _ours(
    found: Sequence[Comparison], recipe: str, claim: Claim, reasons: Sequence[Reason]
) -> list[str]:
    tested = nearest(found, recipe, claim)
    if tested is None:
        text = why(reasons, recipe, claim.protocol, claim.corpora)
        return [f"{shown(claim.protocol)}, {names(claim.corpora)}: {text}", *["–"] * 5]
    where = f"{shown(claim.protocol)}, {names(tested.corpora)}"
    new = tested.first(recipe, STRICT)
    return [
        where,
        *_accuracy_and_f1(tested.of(recipe, claim.protocol)),
        f"`{new.run.protocol}`" if new else NOT_MEASURED,
        *_accuracy_and_f1(new),
    ]


def _accuracy_and_f1(seeds: Seeds | None) -> list[str]:
    if seeds is None:
        return ["–", "–"]
    return [spread(seeds, lambda f: f.accuracy), spread(seeds, lambda f: f.macro_f1)]


def growth(found: Comparison) -> str:
    """The accuracy of one recipe, as each step of carelessness makes it grow; empty if unknown."""
    header = ["recipe", "new speakers", shown("random_split"), shown(PEEKING)]
    rows = [
        [
            f"`{recipe}`",
            *(_accuracy_and_f1(seeds)[0] for seeds in _steps(found, recipe)),
            _best_epoch(peeking),
        ]
        for recipe in found.recipes
        if (peeking := found.of(recipe, PEEKING))
    ]
    return table([*header, "highest test accuracy of any epoch"], rows) if rows else ""


def _best_epoch(peeking: Seeds) -> str:
    if peeking.run.recipe.training is None:
        return "no epochs"
    best = peeking.best_epoch
    return "not recorded" if best is None else percent(best)


def _steps(found: Comparison, recipe: str) -> list[Seeds | None]:
    known = [found.of(recipe, protocol) for protocol in ("random_split", PEEKING)]
    return [found.first(recipe, STRICT), *known]
