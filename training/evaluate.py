"""Measuring a recipe under a protocol. Beside `robustness` the only reader of test clips."""

import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from training.answers import ANSWERS, Answers
from training.calibrate import BATCH
from training.corpora import LOADERS
from training.dataset import Dataset
from training.ears import ears_in, trained
from training.fit import NETWORK
from training.history import seconds_an_epoch
from training.own_splits import UNKNOWN
from training.recipe import Recipe
from training.run import Measured, RunCard, RunError, read_run
from training.split import Split
from training.splits import DESCRIPTIONS, LEAKING
from training.tune import START, read_start
from training.utterance import Utterance
from webapp.speech.bundle import Before
from webapp.speech.features import FeatureSettings
from webapp.speech.figures import Figures


def evaluate(
    recipe: Recipe, dataset: Dataset, splits: Sequence[Split], seed: int, folder: Path
) -> Measured:
    """Measure a recipe on each split's test clips; splits finished earlier are read back.

    Writes `figures.json` into the run's folder once every split is answered.
    """
    parts = [_answers(recipe, dataset, split, seed, folder / split.name) for split in splits]
    network = _any_network(folder)
    run, tested = read_run(folder), [clip for split in splits for clip in split.test]
    measured = Measured(
        figures=figures(run, Answers.joined(parts), tested),
        splits={split.name: part.uar for split, part in zip(splits, parts, strict=True)},
        seconds_an_epoch=seconds_an_epoch([folder / split.name for split in splits]),
        parameters=network.count_params(),
        milliseconds=milliseconds_a_window(network, recipe.features),
        before=_before(folder, dataset, tested),
    )
    measured.save(folder)
    return measured


def _answers(recipe: Recipe, dataset: Dataset, split: Split, seed: int, folder: Path) -> Answers:
    finished = folder / ANSWERS
    if not finished.is_file():
        trained(recipe, dataset, split, seed, folder).answers(dataset, split.test).save(finished)
    return Answers.load(finished)


def _any_network(folder: Path) -> keras.Model:
    """The first split's; a later one's, where the first was answered on another machine."""
    networks = sorted(folder.glob(f"*/{NETWORK}"))
    if not networks:
        raise RunError(
            f"{folder} has answers and no network to tell its size by. Remove the answers "
            f"({ANSWERS}) of one of its splits and run the same `evaluate` again."
        )
    return keras.models.load_model(networks[0], compile=False)


def _before(folder: Path, dataset: Dataset, clips: Sequence[Utterance]) -> Before | None:
    """What the bundle that is fine-tuned makes of the same clips; None where there is none."""
    card = read_start(folder)
    if card is None:
        return None
    answered = ears_in(folder / START).answers(dataset, clips)
    return Before(
        name=card.name,
        title=card.title,
        version=card.version,
        speakers=tuple(sorted(card.heard)),
        uar=answered.uar,
        accuracy=answered.accuracy,
    )


def figures(run: RunCard, answered: Answers, tested: Sequence[Utterance]) -> Figures:
    """The figures of one run, from the answers of all its splits to the clips tested."""
    known = {clip.voice for clip in tested if clip.speaker != UNKNOWN}
    return Figures(
        protocol=run.protocol,
        description=DESCRIPTIONS[run.protocol],
        command=command(run),
        corpora=run.corpora,
        clips=len(tested) if run.recipe.start else run.clips,
        speakers=len(known) if run.recipe.start else run.speakers,
        strangers=run.protocol not in LEAKING,
        seeds=(run.seed,),
        accuracy=answered.accuracy,
        uar=answered.uar,
        macro_f1=answered.macro_f1,
        uars=(answered.uar,),
        calibration_error=answered.calibration_error,
        reliability=answered.reliability,
        surest=answered.surest,
        named=float(answered.named.mean()),
        named_right=answered.named_right,
        unlike=float(answered.unlike.mean()),
        confusion=answered.confusion,
    )


def command(run: RunCard) -> str:
    """What gives a run's figures again."""
    recipe = run.recipe
    start = f" --start {recipe.start.name}" if recipe.start else ""
    places = ((name, "DIR" if name in LOADERS else "FILE.csv") for name in run.corpora)
    corpora = "".join(f" --corpus {name}={place}" for name, place in places)
    return f"python -m training evaluate {recipe.name}{start} --protocol {run.protocol}{corpora}"


def milliseconds_a_window(network: keras.Model, settings: FeatureSettings) -> float:
    """How long Keras takes for one window when it is given many at once."""
    inputs = np.zeros((BATCH, *settings.input_shape), dtype=np.float32)
    network.predict_on_batch(inputs)  # the first call compiles
    start = time.perf_counter()
    network.predict_on_batch(inputs)
    return (time.perf_counter() - start) * 1000 / BATCH


def summary(measured: Measured) -> str:
    """A run's figures in two lines: over all clips, and the UAR of each split."""
    whole = measured.figures
    one = measured.before
    splits = " ".join(f"{uar:.3f}" for uar in measured.splits.values())
    earlier = f"\n  {one.title} itself on these clips: UAR {one.uar:.3f}" if one else ""
    return (
        f"seed {whole.seeds[0]}: UAR {whole.uar:.3f}, accuracy {whole.accuracy:.3f}, "
        f"macro F1 {whole.macro_f1:.3f}; UAR by split {splits}\n  calibration error "
        f"{whole.calibration_error:.3f}, accuracy on the 70% surest {whole.surest:.3f}; an emotion "
        f"named in {whole.named:.3f}, right in {whole.named_right:.3f} of these; "
        f"unlike training {whole.unlike:.3f}{earlier}"
    )
