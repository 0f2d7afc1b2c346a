"""A made RAVDESS tree of synthetic voices: small, but with the official names and folders."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.__main__ import main
from training.corpora import load_corpora
from training.golden import synthetic_voice
from training.recipe import load_recipe

RATE = 16_000
TINY = """
title = "Tiny"
summary = "As small as a test needs."
network = "{network}"

[features]
sample_rate = 16000
n_fft = 512
win_length = 400
hop_length = 320
n_mels = 48
fmin = 50.0
fmax = 8000.0
n_mfcc = 40
trim_db = 30.0
window_frames = 48
window_hop_frames = 24
pooling = "{pooling}"
speeds = [1.0]

[augmentation]
speeds = [0.9, 1.0, 1.1]
stretch = 0.1
equalizer_db = 2.0
noise_db = [10.0, 30.0]
time_masks = 1
mel_masks = 1
mixup = 0.2

[training]
epochs = 2
batch_size = 16
learning_rate = 1e-3
schedule = "cosine"
weight_decay = 0.01
label_smoothing = 0.1
weight_averaging = 0.9
"""


def write_clip(folder: Path, actor: int, emotion: int, suffix: str = ".wav") -> Path:
    """One clip under its official name; pitch differs by actor, tempo by emotion."""
    path = folder / f"Actor_{actor:02d}" / f"03-01-{emotion:02d}-01-01-01-{actor:02d}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    voice = synthetic_voice(100.0 + 8 * actor, RATE, seconds=0.6 + 0.1 * emotion)
    soundfile.write(path, voice, RATE)
    return path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Six actors of two folds, eight emotions: 48 clips."""
    folder = tmp_path_factory.mktemp("ravdess")
    for actor in (2, 3, 5, 6, 7, 14):
        for emotion in range(1, 9):
            write_clip(folder, actor, emotion, ".flac" if actor == 3 else ".wav")
    return folder


@pytest.fixture(scope="session")
def utterances(corpus):
    return load_corpora({"ravdess": corpus})


def fit_and_evaluate(instance: Path, corpus: Path, seeds: int = 1) -> tuple[Path, list[str]]:
    """A tiny recipe through both training commands; its path, and the options they were given."""
    recipe = instance / "tiny.toml"
    recipe.write_text(TINY.format(network="ann", pooling="mean"))
    common = ["--corpus", f"ravdess={corpus}", "--instance", str(instance)]
    assert main(["fit", str(recipe), *common]) == 0
    assert main(["evaluate", str(recipe), *common, "--seeds", str(seeds)]) == 0
    return recipe, common


def run_of(instance: Path, protocol: str) -> Path:
    """The first run of an instance under a protocol."""
    return sorted(path for path in (instance / "runs").iterdir() if protocol in path.name)[0]


@pytest.fixture
def tiny(tmp_path):
    """Writes a tiny recipe for a network and returns its path."""

    def write(network: str = "cnn_lstm", pooling: str = "none") -> Path:
        path = tmp_path / f"tiny_{network}.toml"
        path.write_text(TINY.format(network=network, pooling=pooling))
        return path

    return write


@pytest.fixture
def recipe(tiny):
    return load_recipe(str(tiny()))


@pytest.fixture
def generator():
    return np.random.default_rng(7)
