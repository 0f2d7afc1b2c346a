"""Every recipe of the repository is trained, measured, released and heard, on a made corpus."""

import re

import pytest
import soundfile

from tests.training.conftest import RATE
from training.__main__ import main
from training.recipe import RECIPES
from training.release import synthetic_voice
from webapp.speech.prosody import available
from webapp.speech.recognizer import Recognizer
from webapp.speech.waveform import Waveform

NAMES = sorted(path.stem for path in RECIPES.glob("*.toml"))
ACTORS = (2, 3, 5, 6, 7, 14)


@pytest.fixture(scope="module")
def five_minutes(tmp_path_factory):
    """A RAVDESS tree of six actors, eight emotions and three clips of two seconds each."""
    folder = tmp_path_factory.mktemp("five-minutes")
    for actor in ACTORS:
        home = folder / f"Actor_{actor:02d}"
        home.mkdir()
        for emotion in range(1, 9):
            for take, strength in enumerate(("01-01-01", "01-01-02", "01-02-01"), start=1):
                voice = synthetic_voice(90.0 + 6 * actor + 9 * emotion, RATE, 1.9 + 0.1 * take)
                name = f"03-01-{emotion:02d}-{strength}-{actor:02d}.wav"
                soundfile.write(home / name, voice, RATE)
    return folder


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """Shared by the recipes, so that those with the same features compute them once."""
    return tmp_path_factory.mktemp("instance")


def hasty(name, path):
    """A recipe whose networks are trained as briefly, and are as few, as it takes to go its way."""
    text = (RECIPES / f"{name}.toml").read_text()
    for part, smallest in (
        (r"epochs = \d+", "epochs = 1"),
        (r"members = \d+", "members = 2"),
        (r"speeds = \[0.84.*", "speeds = [0.9, 1.0]"),
    ):
        text = re.sub(part, smallest, text)
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_goes_all_the_way(name, five_minutes, instance, tmp_path, capfd):
    if name == "hybrid" and not available():
        pytest.skip("hybrid needs Praat: webapp/requirements-prosody.txt")
    recipe = hasty(name, tmp_path / f"{name}.toml")
    common = ["--corpus", f"ravdess={five_minutes}", "--instance", str(instance)]
    assert main(["fit", str(recipe), *common]) == 0
    run = re.search(r"Finished: (\S+)", capfd.readouterr().out)[1]
    assert main(["evaluate", str(recipe), *common]) == 0
    bundles = tmp_path / "bundles"
    assert main(["release", run, name, "--instance", str(instance), "--bundles", str(bundles)]) == 0
    recognizer = Recognizer.load(bundles / name)
    assert recognizer.card.figures.tested == len(ACTORS) * 8 * 3
    clip, rate = soundfile.read(next(five_minutes.rglob("*.wav")), dtype="float32")
    heard = recognizer.recognize(Waveform(clip, rate))
    assert sum(heard.probabilities.values()) == pytest.approx(1, abs=1e-4)
