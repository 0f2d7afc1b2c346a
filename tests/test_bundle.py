"""Released bundles hold what they promise, and an altered one is refused."""

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from webapp.speech.bundle import CARD, GOLDEN, KERAS, TFLITE, Golden, read_card, sha256
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle
from webapp.speech.features import network_inputs
from webapp.speech.recognizer import Recognizer, load_recognizers
from webapp.speech.waveform import Waveform

BUNDLES = Path(__file__).parents[1] / "webapp" / "bundles"
RELEASED = ("ann", "cnn_lstm")


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


def test_the_figures_of_a_card_agree_with_its_confusion_matrix(released):
    figures = read_card(released).figures
    matrix = np.array(figures.confusion)
    assert matrix.shape == (8, 8)
    assert matrix.sum() == figures.clips * len(figures.seeds)
    assert figures.accuracy == pytest.approx(matrix.trace() / matrix.sum(), abs=1e-6)
    recalls = [figures.recall(row) for row in range(8)]
    assert figures.uar == pytest.approx(np.mean(recalls), abs=1e-6)


def test_golden_features_have_not_moved(released):
    card, golden = read_card(released), Golden.load(released / GOLDEN)
    clip = Waveform(golden.samples[0].astype(np.float32) / 32768, golden.rate)
    np.testing.assert_allclose(network_inputs(clip, card.features), golden.inputs, atol=0.05)


@pytest.mark.parametrize("name", [CARD, TFLITE, GOLDEN, KERAS])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(DamagedBundle, match=name):
        Recognizer.load(copy)


@pytest.mark.parametrize("name", [TFLITE, GOLDEN, KERAS])
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
