import msgspec
import numpy as np
import pytest

from training import dataset as dataset_module
from training.corpora.loader import sound
from training.dataset import Dataset
from webapp.speech import features as features_module
from webapp.speech.emotions import Emotion
from webapp.speech.features import network_inputs
from webapp.speech.prosody import MEASURES


@pytest.fixture
def few(utterances):
    return utterances[:5]


def test_training_hears_what_the_application_hears(few, recipe, tmp_path):
    features = msgspec.structs.replace(recipe.features, speeds=(0.95, 1.0, 1.05))
    dataset = Dataset(few, features, (1.0,), tmp_path)
    for utterance in few:
        np.testing.assert_allclose(
            dataset.inputs(utterance), network_inputs(sound(utterance.path), features), atol=1e-4
        )


def test_it_does_so_with_every_kind_of_input(few, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(
        features_module, "prosody", lambda heard: np.full(len(MEASURES), heard.seconds, np.float32)
    )
    hybrid = msgspec.structs.replace(
        recipe.features, n_mels=40, channels=("mel", "mfcc", "chroma"), prosody=True
    )
    pooled = msgspec.structs.replace(recipe.features, pooling="mean_std")
    for features in (hybrid, pooled):
        dataset = Dataset(few, features, (0.9, 1.0), tmp_path)
        for utterance in few:
            np.testing.assert_allclose(
                dataset.inputs(utterance),
                network_inputs(sound(utterance.path), features),
                atol=1e-4,
            )


def test_chroma_and_prosody_have_files_of_their_own(few, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(features_module, "prosody", lambda _: np.zeros(len(MEASURES), np.float32))
    channels = msgspec.structs.replace(
        recipe.features, n_mels=40, channels=("mel", "mfcc", "chroma")
    )
    Dataset(few, msgspec.structs.replace(recipe.features, n_mels=40), (1.0,), tmp_path)
    Dataset(few, channels, (1.0,), tmp_path)
    Dataset(few, msgspec.structs.replace(channels, prosody=True), (1.0,), tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_features_are_computed_once(few, recipe, tmp_path, monkeypatch):
    first = Dataset(few, recipe.features, (0.9, 1.0), tmp_path)
    monkeypatch.setattr(dataset_module, "sound", lambda _: pytest.fail("computed again"))
    second = Dataset(few, recipe.features, (0.9, 1.0), tmp_path)
    for utterance in few:
        np.testing.assert_array_equal(
            first.spectrum(utterance, 0.9), second.spectrum(utterance, 0.9)
        )


def test_many_clips_are_measured_by_several_processes(few, recipe, tmp_path, monkeypatch):
    speeds = (0.9, 1.0)
    here = Dataset(few, recipe.features, speeds, tmp_path / "here")
    monkeypatch.setattr(dataset_module, "FEW", 1)
    monkeypatch.setattr(dataset_module, "AT_ONCE", 2)
    spread = Dataset(few, recipe.features, speeds, tmp_path / "spread")
    for clip in few:
        for speed in speeds:
            np.testing.assert_array_equal(spread.spectrum(clip, speed), here.spectrum(clip, speed))


def test_each_clip_is_decoded_once(few, recipe, tmp_path, monkeypatch):
    decoded = []
    monkeypatch.setattr(dataset_module, "sound", lambda path: decoded.append(path) or sound(path))
    Dataset(few, recipe.features, (0.9, 1.0, 1.1), tmp_path)
    assert decoded == [clip.path for clip in few]


def test_other_settings_or_other_data_never_meet_in_the_cache(few, recipe, tmp_path):
    other = msgspec.structs.replace(recipe.features, fmax=7000.0)
    for features, clips in ((recipe.features, few), (other, few), (recipe.features, few[1:])):
        Dataset(clips, features, (1.0,), tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_window_settings_share_the_cache(few, recipe, tmp_path):
    Dataset(few, recipe.features, (1.0,), tmp_path)
    shorter = msgspec.structs.replace(recipe.features, window_frames=24, pooling="mean")
    Dataset(few, shorter, (1.0,), tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_labels_are_one_hot_in_the_order_of_the_emotions(few, recipe, tmp_path):
    labels = Dataset(few, recipe.features, (1.0,), tmp_path).one_hot(few)
    assert labels.shape == (5, 8)
    assert [list(Emotion)[row.argmax()] for row in labels] == [u.emotion for u in few]
