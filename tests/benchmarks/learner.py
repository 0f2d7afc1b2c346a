"""Training, as far as it is timed: `python -m tests.benchmarks.learner ACT RECIPE CACHE NAME=DIR`.

Prints JSON. The acts: `features` reads a corpus and its features, from the cache where they are
there; `epochs` trains for a few epochs.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from training.corpora import load_corpora
from training.dataset import Dataset
from training.fit import fit
from training.history import _epochs
from training.recipe import Recipe, load_recipe
from training.split import Split

EPOCHS = 4
"""The first is not counted: TensorFlow compiles in it."""


def features(recipe: Recipe, cache: Path, folders: Mapping[str, Path]) -> dict[str, float]:
    """Seconds to find the clips, and to have their features, and what the processor did then."""
    begun = time.perf_counter()
    utterances = load_corpora(folders, cache / "heard.json")
    found = time.perf_counter()
    Dataset(utterances, recipe.features, recipe.augmentation.speeds, cache)
    ready = time.perf_counter()
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    worked = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return {
        "clips": len(utterances),
        "finding": found - begun,
        "features": ready - found,
        "cores": worked / (ready - begun),
    }


def epochs(recipe: Recipe, cache: Path, folders: Mapping[str, Path]) -> dict[str, float]:
    """The seconds that each epoch took, on the clips of all but the last two speakers."""
    assert recipe.training is not None
    training = msgspec.structs.replace(recipe.training, epochs=EPOCHS)
    recipe = msgspec.structs.replace(recipe, training=training, refit=None)
    utterances = load_corpora(folders, cache / "heard.json")
    dataset = Dataset(utterances, recipe.features, recipe.augmentation.speeds, cache)
    speakers = sorted({one.speaker for one in utterances})
    held_out = set(speakers[-2:])
    split = Split(
        name="timed",
        training=tuple(one for one in utterances if one.speaker not in held_out),
        validation=tuple(one for one in utterances if one.speaker in held_out),
        test=(),
    )
    with tempfile.TemporaryDirectory() as folder:
        fit(recipe, dataset, split, seed=0, folder=Path(folder))
        lines = _epochs(Path(folder)) or []
    return {f"epoch {number}": float(line["seconds"]) for number, line in enumerate(lines, 1)}


ACTS: Mapping[str, Callable[..., dict[str, float]]] = {"features": features, "epochs": epochs}


def main() -> None:
    """Do what is asked, and print what was found as the last line."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    act, recipe, cache, corpus = sys.argv[1:]
    name, _, folder = corpus.partition("=")
    print(json.dumps(ACTS[act](load_recipe(recipe), Path(cache), {name: Path(folder)})))


if __name__ == "__main__":
    main()
