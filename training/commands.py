"""What the commands of `python -m training` do."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from training.corpora import LOADERS, load_corpora
from training.dataset import Dataset
from training.ears import trained
from training.evaluate import evaluate as measure
from training.evaluate import summary
from training.own_splits import everything
from training.own_splits import usual as usual_of
from training.recipe import Recipe, RecipeError, load_recipe
from training.release import release as release_run
from training.report import RECORDS
from training.report import report as write_report
from training.robustness import measure as measure_robustness
from training.robustness import summary as summary_of
from training.run import (
    Measured,
    RunCard,
    RunError,
    describe,
    evaluations,
    open_run,
    read_run,
)
from training.splits import OWN, RELEASED, splits_of
from training.survey import survey
from training.tune import keep_start
from training.update import update as update_card
from training.utterance import CorpusError, Utterance
from training.visualize import visualize as draw

USUAL = "speaker_5fold"
"""The protocol of what is trained from nothing."""

PRINTED = (
    *("uar", "accuracy", "macro_f1", "calibration_error"),
    *("surest", "named", "named_right", "unlike"),
)
"""The figures that `evaluate` ends with; `webapp.speech.figures` says what they are."""


def corpora_from(environment: Mapping[str, str]) -> dict[str, Path]:
    """Corpus folders named in the environment, as in CORPUS_RAVDESS."""
    names = {name: f"CORPUS_{name.upper()}" for name in LOADERS}
    return {name: Path(environment[key]) for name, key in names.items() if environment.get(key)}


def fit(options: Namespace) -> None:
    """Train a recipe on all speakers but two validation ones, or fine-tune a bundle on all."""
    recipe, utterances, dataset = _prepare(options)
    run = describe(recipe, RELEASED, options.seed, options.corpus, utterances, dataset.checksum)
    folder = _open(options, run)
    if recipe.start:
        split = everything(RELEASED, utterances)
    else:
        (split,) = splits_of(RELEASED, utterances, options.seed, recipe.members)
    trained(recipe, dataset, split, options.seed, folder / split.name)
    print(f"Finished: {run.name}\nRelease it with: python -m training release {run.name} NAME")


def evaluate(options: Namespace) -> None:
    """Measure a recipe under a protocol, once a seed."""
    recipe, utterances, dataset = _prepare(options)
    protocol = _protocol(recipe, options.protocol, utterances)
    results = []
    for seed in range(options.seeds) if options.seed is None else [options.seed]:
        run = describe(recipe, protocol, seed, options.corpus, utterances, dataset.checksum)
        folder = _open(options, run)
        splits = splits_of(protocol, utterances, seed, recipe.members)
        results.append(measure(recipe, dataset, splits, seed, folder))
        print(summary(results[-1]), flush=True)
    _print_mean(options.recipe, protocol, results)


def release(options: Namespace) -> None:
    """Make a bundle of a run, with the figures of the same recipe on held-out speakers."""
    runs = options.instance / "runs"
    folder = options.run if options.run.is_dir() else runs / options.run
    run = read_run(folder)
    usual = OWN if run.recipe.start else (USUAL,)
    protocols = (options.protocol,) if options.protocol else usual
    measured = next(filter(None, (evaluations(runs, run, one) for one in protocols)), [])
    if not measured:
        raise RunError(
            f"{run.recipe.name} was not measured on this data. First run: python -m training "
            f"evaluate {run.recipe.name} --protocol {protocols[0]}"
        )
    random = evaluations(runs, run, "random_split") or evaluations(runs, run, "random_5fold")
    bundle = options.bundles / options.name
    card = release_run(folder, measured, random, bundle, eight_bits=options.eight_bits)
    print(f"Released {card.name}, version {card.version}: UAR {card.figures.uar:.3f}")


def update(options: Namespace) -> None:
    """Put the figures of all seeds that there are records of on the card of a bundle."""
    card = update_card(options.bundles / options.bundle, options.out / RECORDS)
    seeds = len(card.figures.seeds)
    print(f"{card.name}, version {card.version}: UAR {card.figures.uar:.3f} over {seeds} seed(s)")


def robustness(options: Namespace) -> None:
    """Measure a bundle on damaged recordings and on corpora that it never heard."""
    folder, runs = options.bundles / options.bundle, options.instance / "runs"
    print(summary_of(measure_robustness(folder, runs, _chosen(options))))


def corpora(options: Namespace) -> None:
    """Say what was found of each corpus, beside what its authors publish."""
    print(survey(_chosen(options), options.out))


def report(options: Namespace) -> None:
    """Turn all runs into RESULTS.md and its pictures."""
    write_report(options.instance / "runs", options.out, bundles=options.bundles)


def visualize(options: Namespace) -> None:
    """Draw a clip, or every clip below a folder."""
    drawn = draw(options.source, options.out)
    print(f"Drew {len(drawn)} picture(s) into {options.out}")


def _chosen(options: Namespace) -> dict[str, Path]:
    if not options.corpus:
        raise CorpusError(
            "No corpus is given. Add --corpus ravdess=DIR, or set it in the environment."
        )
    folders: dict[str, Path] = options.corpus
    return folders


def _prepare(options: Namespace) -> tuple[Recipe, list[Utterance], Dataset]:
    recipe = load_recipe(options.recipe, bundles=options.bundles, start=options.start)
    cache = options.instance / "features"
    utterances = load_corpora(_chosen(options), cache / "heard.json")
    dataset = Dataset(utterances, recipe.features, recipe.augmentation.speeds, cache)
    return recipe, utterances, dataset


def _open(options: Namespace, run: RunCard) -> Path:
    """The folder of a run, with the bundle in it that the run starts from."""
    folder = open_run(options.instance / "runs", run)
    if run.recipe.start:
        keep_start(options.bundles / run.recipe.start.name, folder)
    return folder


def _protocol(recipe: Recipe, asked: str | None, utterances: Sequence[Utterance]) -> str:
    """The protocol asked for, else the usual one."""
    if asked and (asked in OWN) != bool(recipe.start):
        raise RecipeError(
            f"{recipe.name} is not measured by {asked}: {' and '.join(OWN)} are for recipes that "
            "fine-tune a bundle, and such recipes for no others."
        )
    return asked or (usual_of(utterances) if recipe.start else USUAL)


def _print_mean(recipe: str, protocol: str, results: Sequence[Measured]) -> None:
    print(f"{recipe}, {protocol}, mean over {len(results)} seed(s), and standard deviation:")
    for name in PRINTED:
        values = [getattr(result.figures, name) for result in results]
        spread = f"± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "(one seed: no spread)"
        print(f"  {name:17} {np.mean(values):.3f} {spread}")
