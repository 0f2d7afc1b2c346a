"""From a finished run to a bundle that the application can load."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import keras
import msgspec
from msgspec.structs import replace

from training import pictures
from training.calibrate import CALIBRATION, read_calibration
from training.export import to_tflite
from training.fit import FINISHED, NETWORK
from training.golden import golden_clips, milliseconds
from training.history import read_curves
from training.own_splits import UNKNOWN
from training.run import Measured, RunCard, RunError, read_run
from training.seeds import joined, seconds_an_epoch
from training.split import Listing, voices
from training.splits import RELEASED
from training.tune import read_start
from webapp.speech.bundle import (
    FAMILIAR,
    GOLDEN,
    KERAS,
    PICTURES,
    TFLITE,
    Before,
    Card,
    Origin,
    read_card,
    sha256,
    write_card,
)
from webapp.speech.calibration import Calibration
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.figures import Curves, Figures
from webapp.speech.recognizer import Recognizer

RAVDESS_LICENCE = "CC BY-NC-SA 4.0"
RAVDESS_CREDIT = (
    "Trained on RAVDESS: Livingstone SR, Russo FA (2018), The Ryerson Audio-Visual Database of "
    "Emotional Speech and Song, PLoS ONE 13(5): e0196391, DOI 10.1371/journal.pone.0196391, "
    "CC BY-NC-SA 4.0. These weights are released under the same terms."
)


def release(
    run_folder: Path,
    evaluations: Sequence[Path],
    random: Sequence[Path],
    folder: Path,
    *,
    eight_bits: bool = False,
) -> Card:
    """Make a verified bundle of a run in `folder`, whose last part is its name.

    `evaluations` are the runs that measured the same recipe on new speakers, one a seed; `random`
    those under `random_split`, if any. Large weights are served in `eight_bits` where that is
    wanted, or was for the bundle that the run started from. The bundle takes the place of an
    earlier one only once LiteRT has given the answers that Keras gives. Raises `DamagedBundle`
    where it does not, `RunError` where a run is not finished, `MissingExtra` where the recipe wants
    prosody and Praat is not installed.
    """
    run, split_folder = read_run(run_folder), trained_in(run_folder)
    network = keras.models.load_model(split_folder / NETWORK, compile=False)
    start = read_start(run_folder)
    eight_bits |= start is not None and start.eight_bits
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as temporary:
        made = Path(temporary)
        network.save(made / KERAS)  # without the optimizer's state
        (made / TFLITE).write_bytes(to_tflite(network, eight_bits=eight_bits))
        evidence = Evidence.of(evaluations, random, split_folder, terms(run.corpora, start))
        temperature = evidence.calibration.temperature
        golden_clips(network, run.recipe.features, temperature).save(made / GOLDEN)
        shutil.copy(split_folder / FAMILIAR, made)
        draw(evidence, made)
        listing = Listing.load(split_folder / FINISHED)
        card = bundle_card(folder.name, run, listing, evidence, made)
        card = as_measured(replace(card, eight_bits=eight_bits), folder)
        write_card(made, card)
        card = replace(card, milliseconds=milliseconds(Recognizer.load(made)))
        write_card(made, card)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
        folder.chmod(0o755)  # a temporary folder is its maker's alone
    return card


def trained_in(run_folder: Path) -> Path:
    """Where a run keeps what is to be released; raises `RunError` where it is not finished."""
    folder = run_folder / RELEASED
    if not all((folder / name).is_file() for name in (FINISHED, CALIBRATION)):
        raise RunError(f"{run_folder} is not finished. Run the same `fit` again to go on with it.")
    return folder


@dataclass(frozen=True)
class Evidence:
    """What a card says of the recipe and its answers beside its weights."""

    calibration: Calibration
    figures: Figures
    random: Figures | None
    curves: Curves | None
    seconds_an_epoch: float | None
    before: Before | None
    terms: tuple[str, str]
    """Licence and credit."""

    @classmethod
    def of(
        cls,
        evaluations: Sequence[Path],
        random: Sequence[Path],
        split: Path,
        agreed: tuple[str, str],
    ) -> Self:
        """From the runs that measured, the folder of the weights, and their licence and credit."""
        measured = [Measured.load(folder) for folder in evaluations]
        calibration, _ = read_calibration(split)
        return cls(
            calibration=calibration,
            figures=joined(measured),
            random=joined([Measured.load(folder) for folder in random]) if random else None,
            curves=read_curves(split),
            seconds_an_epoch=seconds_an_epoch(measured),
            before=measured[0].before,
            terms=agreed,
        )


def draw(evidence: Evidence, folder: Path) -> None:
    """The bundle's pictures."""
    confusion, reliability, curves = PICTURES
    drawn = pictures.confusion_matrix(evidence.figures, list(Emotion))
    (folder / confusion).write_bytes(drawn)
    (folder / reliability).write_bytes(pictures.reliability(evidence.figures))
    if evidence.curves:
        (folder / curves).write_bytes(pictures.training_curves(evidence.curves))


def bundle_card(name: str, run: RunCard, split: Listing, evidence: Evidence, folder: Path) -> Card:
    """The card of the files in `folder`; the version is the start of the weights' checksum.

    Its milliseconds are still to be measured.
    """
    checksums = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    licence, credit = evidence.terms
    return Card(
        name=name,
        title=run.recipe.title,
        summary=run.recipe.summary,
        version=checksums[TFLITE][:12],
        labels=tuple(Emotion),
        features=run.recipe.features,
        recipe=msgspec.to_builtins(run.recipe),
        origin=Origin(
            corpora=run.corpora,
            clips=len(split.training),
            speakers=tuple(v for v in voices(split.training) if not v.endswith(f"/{UNKNOWN}")),
            validation_speakers=voices(split.validation),
            seed=run.seed,
            data_checksum=run.data_checksum,
            packages=run.packages,
        ),
        calibration=evidence.calibration,
        figures=evidence.figures,
        random=evidence.random,
        before=evidence.before,
        curves=evidence.curves,
        milliseconds=0.0,
        seconds_an_epoch=evidence.seconds_an_epoch,
        licence=licence,
        credit=credit,
        checksums=checksums,
    )


def as_measured(card: Card, earlier: Path) -> Card:
    """The card with what `robustness` found of an earlier release of the very same weights."""
    try:
        old = read_card(earlier)
    except DamagedBundle:  # none, or one of another time
        return card
    if old.version != card.version or old.calibration != card.calibration:
        return card
    return replace(card, robustness=old.robustness, elsewhere=old.elsewhere)


def terms(corpora: Sequence[str], start: Card | None = None) -> tuple[str, str]:
    """Licence and credit of weights that were trained on some corpora, from a bundle or nothing."""
    if start is not None:
        names = ", ".join(corpora)
        return start.licence, f"{start.credit} Fine-tuned on {names}: ask whoever speaks there."
    if tuple(corpora) == ("ravdess",):
        return RAVDESS_LICENCE, RAVDESS_CREDIT
    names = ", ".join(corpora)
    return f"the terms of {names}", f"Trained on {names}: see their terms before passing it on."
