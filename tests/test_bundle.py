"""Released bundles hold what they promise, and an altered one is refused."""

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests import fakes
from webapp.speech.bundle import CARD, GOLDEN, KERAS, PICTURES, TFLITE, Golden, read_card, sha256
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.features import network_inputs
from webapp.speech.figures import Curves, Figures
from webapp.speech.prosody import available
from webapp.speech.recognizer import Recognizer, load_recognizers
from webapp.speech.waveform import Waveform

BUNDLES = Path(__file__).parents[1] / "webapp" / "bundles"
RELEASED = ("ann", "cnn", "cnn_lstm", "cnn_lstm_2d", "hybrid", "lstm")
FILES = (TFLITE, GOLDEN, KERAS, *PICTURES)


@pytest.fixture(params=RELEASED)
def released(request):
    return BUNDLES / request.param


@pytest.fixture
def copy(tmp_path):
    """A copy of a released bundle, to be damaged."""
    return Path(shutil.copytree(BUNDLES / "ann", tmp_path / "bundles" / "ann"))


def edit_card(folder, change):
    card = json.loads((folder / CARD).read_text())
    change(card)
    (folder / CARD).write_text(json.dumps(card))


def test_every_released_bundle_gives_its_golden_outputs():
    assert set(load_recognizers(BUNDLES)) == set(RELEASED)


def test_a_released_card_is_complete(released):
    card = read_card(released)
    assert card.labels == tuple(Emotion)
    assert card.features.n_mfcc == 40
    assert card.origin.corpora == card.figures.corpora == ("ravdess",)
    assert card.origin.clips == 60 * len(card.origin.speakers)
    assert not set(card.origin.speakers) & set(card.origin.validation_speakers)
    assert {"tensorflow", "keras", "librosa", "numpy"} <= set(card.origin.packages)
    assert card.licence == "CC BY-NC-SA 4.0"
    assert 0 < card.milliseconds < 1000


def test_a_released_bundle_holds_its_files_and_no_others(released):
    assert {path.name for path in released.iterdir()} == {CARD, *read_card(released).files}


def test_released_pictures_are_svg(released):
    for name in set(PICTURES) & set(read_card(released).files):
        assert (released / name).read_bytes().startswith(b"<?xml")
        assert b"<svg" in (released / name).read_bytes()


def test_all_released_bundles_together_are_small():
    assert sum(path.stat().st_size for path in BUNDLES.rglob("*.*")) < 40e6


def test_the_figures_of_a_card_agree_with_its_confusion_matrix(released):
    figures = read_card(released).figures
    matrix = np.array(figures.confusion)
    assert matrix.shape == (8, 8)
    assert matrix.sum() == figures.clips * len(figures.seeds)
    assert figures.accuracy == pytest.approx(matrix.trace() / matrix.sum(), abs=1e-6)
    recalls = [figures.recall(row) for row in range(8)]
    assert figures.uar == pytest.approx(np.mean(recalls), abs=1e-6)
    assert figures.uar == pytest.approx(np.mean(figures.uars), abs=1e-6)
    assert figures.macro_f1 == pytest.approx(
        np.mean([figures.f1(row) for row in range(8)]), abs=0.02
    )


def test_golden_features_have_not_moved(released):
    card, golden = read_card(released), Golden.load(released / GOLDEN)
    if card.features.prosody and not available():
        pytest.skip("Parselmouth is not installed")
    clip = Waveform(golden.samples[0].astype(np.float32) / 32768, golden.rate)
    np.testing.assert_allclose(network_inputs(clip, card.features), golden.inputs, atol=0.05)


@pytest.mark.parametrize("name", [CARD, *FILES])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(DamagedBundle, match=name):
        Recognizer.load(copy)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [0, 1000])
def test_a_cut_file_is_named(copy, name, keep):
    (copy / name).write_bytes((copy / name).read_bytes()[:keep])
    with pytest.raises(DamagedBundle, match=name):
        Recognizer.load(copy)


def test_cut_weights_are_refused_even_with_a_fitting_checksum(copy):
    (copy / TFLITE).write_bytes((copy / TFLITE).read_bytes()[:1000])
    edit_card(copy, lambda card: card["checksums"].update({TFLITE: sha256(copy / TFLITE)}))
    with pytest.raises(DamagedBundle, match="cannot be loaded"):
        Recognizer.load(copy)


def test_swapped_labels_are_refused(copy):
    def swap(card):
        card["labels"][0], card["labels"][1] = card["labels"][1], card["labels"][0]

    edit_card(copy, swap)
    with pytest.raises(DamagedBundle, match="labels"):
        Recognizer.load(copy)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("fmax", 7000.0), ("n_mels", 64), ("hop_length", 480), ("sample_rate", 24000), ("n_mfcc", 20)],
)
def test_an_edited_feature_setting_is_refused(copy, setting, value):
    edit_card(copy, lambda card: card["features"].update({setting: value}))
    with pytest.raises(DamagedBundle, match=r"golden outputs|weights take"):
        Recognizer.load(copy)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda card: card.update(mood="good"), "unknown field `mood`"),
        (lambda card: card.pop("labels"), "missing required field `labels`"),
        (lambda card: card["figures"].update(accuracy=61.4), "accuracy"),
        (lambda card: card["checksums"].pop(KERAS), "checksums"),
        (lambda card: card["checksums"].update({"notes.txt": "0"}), "checksums of exactly"),
        (lambda card: card.update(curves=None), "reliability.svg[.]$"),
        (lambda card: card["curves"].update(chosen=101), "not one of the epochs"),
        (lambda card: card["curves"]["loss"].pop(), "same length"),
        (lambda card: card["figures"]["uars"].append(0.3), "one UAR a seed"),
        (lambda card: card["figures"]["confusion"].pop(), "as many columns as rows"),
        (lambda card: card.update(labels=["neutral", "bored"]), "bored"),
    ],
)
def test_a_wrong_card_is_explained(copy, change, complaint):
    edit_card(copy, change)
    with pytest.raises(DamagedBundle, match=complaint):
        read_card(copy)


def test_no_json_at_all_is_explained(copy):
    (copy / CARD).write_text("{")
    with pytest.raises(DamagedBundle, match="not a valid card"):
        read_card(copy)


def test_a_bundle_in_the_wrong_folder_is_refused(copy):
    copy.rename(copy.with_name("svm"))
    with pytest.raises(DamagedBundle, match="calls itself 'ann'"):
        load_recognizers(copy.parent)


def test_a_card_survives_writing_and_reading(copy):
    card = read_card(copy)
    assert msgspec.json.decode(msgspec.json.encode(card), type=type(card)) == card


def figures(**changes):
    """Of three emotions, of which the last never occurs and the second is never heard."""
    made = fakes.figures("speaker_5fold", 0.4)
    return msgspec.structs.replace(
        made, **({"confusion": ((4, 0, 1), (2, 0, 1), (0, 0, 0))} | changes)
    )


def test_recall_precision_and_f1_follow_their_definitions():
    heard = figures()
    assert [heard.recall(row) for row in range(3)] == [0.8, 0.0, 0.0]
    assert [heard.precision(row) for row in range(3)] == [pytest.approx(4 / 6), 0.0, 0.0]
    assert [heard.f1(row) for row in range(3)] == [pytest.approx(8 / 11), 0.0, 0.0]


def test_the_majority_is_the_commonest_true_emotion():
    assert figures().tested == 8
    assert figures().majority == 5 / 8
    assert figures(confusion=((0, 0), (0, 0))).majority == 0.0


def test_one_seed_has_no_spread():
    assert figures().spread is None
    assert figures(uars=(0.5, 0.6), seeds=(0, 1)).spread == pytest.approx(0.0707, abs=1e-4)


def test_the_leak_is_what_known_speakers_add():
    card = fakes.card()
    assert card.leak == pytest.approx(card.random.uar - card.figures.uar)
    assert msgspec.structs.replace(card, random=None).leak is None


@pytest.mark.parametrize("changes", [{"confusion": ((1, 2), (3,))}, {"seeds": ()}])
def test_figures_that_do_not_hold_together_are_refused(changes):
    values = {name: getattr(figures(), name) for name in Figures.__struct_fields__}
    with pytest.raises(ValueError, match=r"confusion|uars"):
        Figures(**values | changes)


def test_a_recipe_without_epochs_has_no_picture_of_curves():
    assert fakes.card().files[-len(PICTURES) :] == PICTURES
    assert PICTURES[-1] not in msgspec.structs.replace(fakes.card(), curves=None).files


@pytest.mark.parametrize("chosen", [0, 3])
def test_the_kept_epoch_is_one_of_the_epochs(chosen):
    two = (0.5, 0.6)
    with pytest.raises(ValueError, match="epochs"):
        Curves(loss=two, validation_loss=two, accuracy=two, validation_accuracy=two, chosen=chosen)
