"""Training: features of a corpus from cold and from the cache, and seconds an epoch."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measuring import Times, amount
from tests.benchmarks.setting import Setting
from tests.benchmarks.table import Row
from tests.serving import ROOT
from tests.sounds import by_soundfile, voice
from webapp.speech.emotions import Emotion

ACTORS, QUICK_ACTORS = 24, 3
CACHED_STARTS = 3

PITCHES = (90, 115, 140, 170, 205, 250)
LENGTHS = (3.2, 3.6, 4.0)
"""Seconds of the clips; those of RAVDESS are 3.7 on average."""

RATE = 48_000


def training(setting: Setting) -> Iterator[Row]:
    """On RAVDESS where it was given, else on as many made voices, named alike."""
    given = setting.corpus
    corpus = given or made_corpus(
        setting.new_folder("corpus"), QUICK_ACTORS if setting.quick else ACTORS
    )
    cache = setting.new_folder("features")
    cold = _timed("features", setting, cache, corpus)
    warm = [_timed("features", setting, cache, corpus) for _ in range(CACHED_STARTS)]
    epochs = list(_timed("epochs", setting, cache, corpus).values())
    which = "RAVDESS" if given else "made voices"
    clips = f"{cold['clips']:.0f} clips of {which}"
    yield Row(
        f"features of {clips}, from cold",
        f"{cold['cores']:.1f} cores busy",
        f"{amount(cold['features'])} s, after {amount(cold['finding'])} s to find the clips",
        goal="both cores (above 1.6)",
        met=cold["cores"] > 1.6,
    )
    features = Times([1000 * one["features"] for one in warm])
    finding = Times([1000 * one["finding"] for one in warm])
    seconds = (features.median + finding.median) / 1000
    yield Row(
        f"a start with the features of {clips} cached",
        f"{amount(seconds)} s",
        f"features {features}; finding the clips {finding}",
        goal="under 2 s",
        met=seconds < 2,
    )
    told = ", ".join(map(amount, epochs[1:]))
    yield Row(
        f"an epoch of `{_recipe(setting)}` on {clips}", f"{amount(min(epochs[1:]))} s", f"{told} s"
    )


def made_corpus(folder: Path, actors: int) -> Path:
    """So many actors, each with the 60 clips of RAVDESS in name and number; no two are alike."""
    sounds = [voice(length, RATE, pitch) for pitch in PITCHES for length in LENGTHS]
    for actor in range(1, actors + 1):
        place = folder / f"Actor_{actor:02}"
        place.mkdir(parents=True)
        for number, name in enumerate(_names(actor)):
            sound = sounds[(7 * actor + number) % len(sounds)]
            data = by_soundfile(sound, form="WAV", subtype="PCM_16")
            different = (actor * 100 + number).to_bytes(2, "little")
            (place / f"{name}.wav").write_bytes(data[:-2] + different)
    return folder


def _names(actor: int) -> Iterator[str]:
    for emotion in range(1, len(Emotion) + 1):
        for intensity in (1,) if emotion == 1 else (1, 2):
            for rest in ("01-01", "01-02", "02-01", "02-02"):
                yield f"03-01-{emotion:02}-{intensity:02}-{rest}-{actor:02}"


def _recipe(setting: Setting) -> str:
    """The recipe of the model, where it is trained by epochs; else the usual one."""
    return setting.model if setting.model != "svm" else "cnn_lstm"


def _timed(act: str, setting: Setting, cache: Path, corpus: Path) -> dict[str, float]:
    """What a process of its own found."""
    words = ["tests.benchmarks.learner", act, _recipe(setting), str(cache), f"ravdess={corpus}"]
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
