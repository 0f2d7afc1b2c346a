"""Runs written by hand, as `evaluate` leaves them, for what only reads them."""

from pathlib import Path

import msgspec

from training.recipe import load_recipe
from training.run import Measured, RunCard
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Bin, Figures

CURVES = """epoch,accuracy,loss,val_accuracy,val_loss
0,0.20,2.1,0.25,2.0
1,0.50,1.4,0.45,1.5
2,0.80,0.6,0.40,1.9
"""


def matrix(right: int, wrong: int, absent: tuple[str, ...] = ()) -> tuple[tuple[int, ...], ...]:
    """Every emotion but the absent ones, so often heard right, so often as the next one."""
    rows = []
    for row, emotion in enumerate(Emotion):
        counts = [0] * len(Emotion)
        if emotion not in absent:
            counts[row], counts[(row + 1) % len(Emotion)] = right, wrong
        rows.append(tuple(counts))
    return tuple(rows)


def bins(clips: int, right: int) -> tuple[Bin, ...]:
    """All clips in the middle one of 15 bins."""
    empty = Bin(clips=0, right=0, confidence=0.0)
    middle = Bin(clips=clips, right=right, confidence=0.5)
    return (*[empty] * 7, middle, *[empty] * 7)


def figures(
    protocol: str = "speaker_5fold",
    uar: float = 0.5,
    seed: int = 0,
    corpora: tuple[str, ...] = ("ravdess",),
    absent: tuple[str, ...] = (),
) -> Figures:
    """The figures of one seed of a recipe that hears every emotion alike."""
    confusion = matrix(round(200 * uar), 200 - round(200 * uar), absent)
    folders = "".join(f" --corpus {corpus}=DIR" for corpus in corpora)
    return Figures(
        protocol=protocol,
        description="What was done.",
        command=f"python -m training evaluate x --protocol {protocol}{folders} --seeds {seed + 1}",
        corpora=corpora,
        clips=sum(map(sum, confusion)),
        speakers=20,
        seeds=(seed,),
        accuracy=uar,
        uar=uar,
        macro_f1=uar - 0.01,
        uars=(uar,),
        calibration_error=0.08,
        reliability=bins(200, right=100),
        surest=uar + 0.1,
        named=0.75,
        named_right=uar + 0.05,
        unlike=0.04,
        confusion=confusion,
    )


def measured(
    protocol: str = "speaker_5fold",
    uar: float = 0.5,
    seed: int = 0,
    corpora: tuple[str, ...] = ("ravdess",),
    **others,
) -> Measured:
    """What `evaluate` writes of one seed."""
    plain = {
        "figures": figures(protocol, uar, seed, corpora, others.pop("absent", ())),
        "splits": {"fold-1": uar - 0.02, "fold-2": uar + 0.02},
        "seconds_an_epoch": 1.5,
        "parameters": 34_000,
        "milliseconds": 2.5,
    }
    return Measured(**(plain | others))


def write_run(
    runs: Path,
    recipe: Path,
    protocol: str = "speaker_5fold",
    uar: float | None = 0.5,
    seed: int = 0,
    corpora: tuple[str, ...] = ("ravdess",),
    checksum: str = "0123456789abcdef",
    **others,
) -> Path:
    """A run of a recipe; unfinished where `uar` is None. `others` go into figures.json."""
    card = RunCard(
        recipe=load_recipe(str(recipe)),
        protocol=protocol,
        seed=seed,
        corpora=corpora,
        clips=1200,
        speakers=20,
        data_checksum=checksum,
        packages={"keras": "3.15.1", "numpy": "2.4.6"},
    )
    folder = runs / card.name
    split = folder / "fold-1"
    split.mkdir(parents=True)
    (folder / "run.json").write_bytes(msgspec.json.encode(card))
    (split / "history.csv").write_text(CURVES)
    if uar is not None:
        one = measured(protocol, uar, seed, corpora, **others)
        (folder / "figures.json").write_bytes(msgspec.json.encode(one))
    return folder
