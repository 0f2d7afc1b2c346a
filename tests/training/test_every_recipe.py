"""Every recipe of the repository is built, trained for a step, released and heard."""

import re

import pytest
import soundfile

from tests.training.conftest import RATE
from tests.training.made_runs import write_run
from training.__main__ import main
from training.golden import synthetic_voice
from training.recipe import RECIPES, load_recipe
from training.run import read_run
from webapp.speech.prosody import available
from webapp.speech.recognizer import Recognizer
from webapp.speech.waveform import Waveform

NAMES = sorted(p.stem for p in RECIPES.glob("*.toml") if load_recipe(p.stem).start is None)
"""Those that start from nothing; test_own_model.py takes the others their way."""

MEASURED = ("ann", "svm")
"""One that descends and one that is fitted: `evaluate` is the same for all."""

ACTORS = (2, 3, 5, 6, 7, 14)


@pytest.fixture(scope="module")
def a_minute(tmp_path_factory):
    """A RAVDESS tree of six actors in two folds, with a clip of each emotion."""
    folder = tmp_path_factory.mktemp("a-minute")
    for actor in ACTORS:
        home = folder / f"Actor_{actor:02d}"
        home.mkdir()
        for emotion in range(1, 9):
            voice = synthetic_voice(90.0 + 6 * actor + 9 * emotion, RATE, seconds=1.6)
            soundfile.write(home / f"03-01-{emotion:02d}-01-01-01-{actor:02d}.wav", voice, RATE)
    return folder


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """Shared by the recipes, so that those with the same features compute them once."""
    return tmp_path_factory.mktemp("instance")


def hasty(name, path):
    """A recipe whose network is trained for a step and, where it is refitted, for one more.

    Several that answer together are test_committee.py's matter.
    """
    text = (RECIPES / f"{name}.toml").read_text()
    for part, smallest in (
        (r"epochs = \d+", "epochs = 1"),
        (r"members = \d+", "members = 1"),
        (r"speeds = \[0.*", "speeds = [1.0]"),
    ):
        text = re.sub(part, smallest, text)
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_goes_all_the_way(name, a_minute, instance, tmp_path, capfd):
    if name == "hybrid" and not available():
        pytest.skip("hybrid needs Praat: webapp/requirements-prosody.txt")
    recipe = hasty(name, tmp_path / f"{name}.toml")
    common = ["--corpus", f"ravdess={a_minute}", "--instance", str(instance)]
    assert main(["fit", str(recipe), *common]) == 0
    run = re.search(r"Finished: (\S+)", capfd.readouterr().out)[1]
    if name in MEASURED:
        assert main(["evaluate", str(recipe), *common]) == 0
    else:
        checksum = read_run(instance / "runs" / run).data_checksum
        write_run(instance / "runs", recipe, checksum=checksum)
    bundles = tmp_path / "bundles"
    assert main(["release", run, name, "--instance", str(instance), "--bundles", str(bundles)]) == 0
    recognizer = Recognizer.load(bundles / name)
    assert name not in MEASURED or recognizer.card.figures.tested == len(ACTORS) * 8
    clip, rate = soundfile.read(next(a_minute.rglob("*.wav")), dtype="float32")
    heard = recognizer.recognize(Waveform(clip, rate))
    assert sum(heard.probabilities.values()) == pytest.approx(1, abs=1e-4)
