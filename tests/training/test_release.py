"""A run made by hand, its network never trained, becomes a bundle with everything in its card."""

import sys

import keras
import pytest
from msgspec.structs import replace

from tests import fakes
from tests.sounds import voice
from tests.training.conftest import TINY
from tests.training.made_bundles import measured, trained
from training.calibrate import CALIBRATION
from training.golden import milliseconds
from training.release import as_measured, release, terms
from training.run import RunError
from training.tune import keep_start
from webapp.speech.bundle import (
    CARD,
    GOLDEN,
    KERAS,
    PICTURES,
    TFLITE,
    Golden,
    read_card,
    write_card,
)
from webapp.speech.calibration import Calibration, calibrated
from webapp.speech.errors import MissingExtra
from webapp.speech.prosody import available
from webapp.speech.recognizer import Recognizer, load_recognizers

needs_praat = pytest.mark.skipif(not available(), reason="Parselmouth is not installed")


@pytest.fixture
def recipe_path(tiny):
    return tiny("ann", "mean")


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Where the one bundle is made that most tests look at."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "tiny_ann.toml").write_text(TINY.format(network="ann", pooling="mean"))
    return folder


@pytest.fixture(scope="module")
def released(bench):
    recipe_path, runs = bench / "tiny_ann.toml", bench / "runs"
    evaluations = measured(runs, recipe_path)
    random = measured(runs, recipe_path, "random_split", (0.6,))
    release(trained(runs, recipe_path), evaluations, random, bench / "bundles" / "tiny")
    return bench / "bundles" / "tiny"


def test_the_card_holds_what_was_measured(released):
    card = read_card(released)
    assert card.figures.uars == (0.4, 0.5)
    assert card.figures.protocol == "speaker_5fold"
    assert card.figures.command.endswith("--seeds 2")
    assert card.random.protocol == "random_split"
    assert card.leak == pytest.approx(0.15)
    assert card.curves.chosen == 2
    assert card.seconds_an_epoch == 1.5
    assert 0 < card.milliseconds < 5000
    assert card.origin.speakers == ("ravdess/05", "ravdess/06")


def test_the_bundle_loads_and_holds_its_pictures(released):
    assert set(load_recognizers(released.parent)) == {"tiny"}
    assert {path.name for path in released.iterdir()} == {CARD, *read_card(released).files}
    for name in PICTURES:
        assert b"<svg" in (released / name).read_bytes()


def test_the_card_says_how_answers_are_read_and_the_golden_ones_are_read_so(released):
    card, golden = read_card(released), Golden.load(released / GOLDEN)
    assert card.calibration == Calibration(temperature=1.5, threshold=0.4, farthest=30.0)
    network = keras.models.load_model(released / KERAS)
    plain = network.predict(golden.inputs, verbose=0).mean(axis=0)
    assert golden.probabilities[0] == pytest.approx(calibrated(plain, 1.5), abs=1e-5)


def test_weights_of_eight_bits_take_less_room_and_answer_nearly_the_same(
    released, runs, recipe_path, tmp_path
):
    folder = tmp_path / "bundles" / "tiny"
    run, evaluations = trained(runs, recipe_path), measured(runs, recipe_path)
    card = release(run, evaluations, [], folder, eight_bits=True)
    assert card.eight_bits
    assert not read_card(released).eight_bits
    assert (folder / TFLITE).stat().st_size < (released / TFLITE).stat().st_size
    clip = voice(2.0)
    one, other = (Recognizer.load(path).recognize(clip) for path in (released, folder))
    assert one.probabilities != other.probabilities
    assert list(one.probabilities.values()) == pytest.approx(
        list(other.probabilities.values()), abs=0.05
    )
    keep_start(folder, run)
    assert release(run, evaluations, [], folder).eight_bits, "as the bundle that it began as"


def test_the_optimizer_is_left_behind(released):
    network = keras.models.load_model(released / KERAS)
    assert getattr(network, "optimizer", None) is None


def test_what_has_no_epochs_and_no_random_split_takes_the_place_of_what_had(
    runs, recipe_path, tmp_path
):
    folder = tmp_path / "bundles" / "tiny"
    folder.mkdir(parents=True)
    (folder / "curves.svg").write_text("of an earlier release")
    evaluations = measured(runs, recipe_path, seconds_an_epoch=None)
    card = release(trained(runs, recipe_path, None), evaluations, [], folder)
    assert (card.curves, card.random, card.leak, card.seconds_an_epoch) == (None,) * 4
    assert not (folder / "curves.svg").exists()
    assert Recognizer.load(folder).card.figures == card.figures


def test_the_same_weights_keep_what_robustness_found(released):
    card = read_card(released)
    found = replace(card, robustness=fakes.robustness(), elsewhere=(fakes.elsewhere(),))
    write_card(released, found)
    assert as_measured(card, released) == found
    assert as_measured(replace(card, version="other"), released).robustness is None
    assert as_measured(card, released.with_name("nothing")) == card
    write_card(released, card)


@pytest.mark.parametrize("missing", ["split.json", CALIBRATION])
def test_an_unfinished_run_is_not_released(missing, runs, recipe_path, tmp_path):
    run = trained(runs, recipe_path)
    (run / "all_speakers" / missing).unlink()
    with pytest.raises(RunError, match="is not finished"):
        release(run, measured(runs, recipe_path), [], tmp_path / "b" / "tiny")


def test_an_unfinished_evaluation_is_named(runs, recipe_path, tmp_path):
    evaluations = measured(runs, recipe_path)
    (evaluations[1] / "figures.json").unlink()
    with pytest.raises(RunError, match=r"seed1.*has no figures"):
        release(trained(runs, recipe_path), evaluations, [], tmp_path / "b" / "tiny")


@pytest.fixture
def with_prosody(recipe_path):
    """The recipe with a channel more than MFCCs, and with prosody."""
    text = recipe_path.read_text().replace('network = "ann"', 'network = "hybrid"')
    text = text.replace('pooling = "mean"', 'pooling = "none"\nchannels = ["mel", "mfcc"]')
    text = text.replace("n_mels = 48", "n_mels = 40\nprosody = true")
    path = recipe_path.with_name("tiny_hybrid.toml")
    path.write_text(text)
    return path


@needs_praat
def test_a_network_of_one_flat_row_is_released(with_prosody, runs, tmp_path):
    folder = tmp_path / "b" / "tiny"
    card = release(trained(runs, with_prosody), measured(runs, with_prosody), [], folder)
    assert card.features.prosody
    assert Recognizer.load(folder).missing is None


def test_without_praat_it_says_what_to_install(with_prosody, runs, tmp_path, monkeypatch):
    run, evaluations = trained(runs, with_prosody), measured(runs, with_prosody)
    monkeypatch.setitem(sys.modules, "parselmouth", None)
    with pytest.raises(MissingExtra, match=r"requirements-prosody[.]txt"):
        release(run, evaluations, [], tmp_path / "b" / "tiny")
    assert list((tmp_path / "b").iterdir()) == []


def test_weights_go_under_the_terms_of_their_corpora():
    licence, credit = terms(("ravdess",))
    assert licence == "CC BY-NC-SA 4.0"
    assert "Livingstone" in credit
    licence, credit = terms(("ravdess", "tess"))
    assert licence == "the terms of ravdess, tess"
    assert "Trained on ravdess, tess" in credit


def test_the_time_is_that_of_the_whole_way(released, monkeypatch):
    recognizer = Recognizer.load(released)
    heard = []
    plain = recognizer.recognize
    monkeypatch.setattr(recognizer, "recognize", lambda clip: heard.append(clip) or plain(clip))
    assert milliseconds(recognizer) > 0
    assert {clip.seconds for clip in heard} == {4.0}
