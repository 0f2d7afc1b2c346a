import msgspec
import numpy as np
import pytest

from training import augment
from training.recipe import Augmentation
from webapp.speech.features import FLOOR_DB, levelled, network_input


@pytest.fixture
def clip(generator):
    """A levelled log mel spectrogram, (30, 48)."""
    return levelled(generator.uniform(-60, 0, (30, 48)).astype(np.float32))


def nobody():
    raise AssertionError("no other voice was asked for")


def test_without_augmentation_a_clip_is_heard_as_it_is_but_for_its_place(recipe, clip, generator):
    pooled = msgspec.structs.replace(recipe.features, pooling="mean")
    unchanged = msgspec.structs.replace(recipe, features=pooled, augmentation=Augmentation())
    heard = augment.augmented(clip, unchanged, nobody, generator)
    np.testing.assert_allclose(heard, network_input(clip, pooled), atol=1e-4)


def test_the_generator_decides_everything(recipe, clip):
    def heard(seed):
        return augment.augmented(clip, recipe, nobody, np.random.default_rng(seed))

    np.testing.assert_array_equal(heard(1), heard(1))
    assert not np.array_equal(heard(1), heard(2))
    assert heard(1).shape == recipe.features.input_shape


@pytest.mark.parametrize("seed", range(5))
def test_stretching_keeps_the_range_and_bounds_the_length(clip, seed):
    changed = augment.stretched(clip, 0.2, np.random.default_rng(seed))
    assert 30 / 1.2 - 1 <= len(changed) <= 30 * 1.2 + 1
    assert clip.min() <= changed.min() <= changed.max() <= clip.max()


def test_a_long_clip_is_cut_to_the_window(generator):
    clip = np.arange(100, dtype=np.float32)[:, np.newaxis]
    cut = augment.random_cut(clip, 20, generator)
    np.testing.assert_array_equal(np.diff(cut[:, 0]), 1)
    assert len(cut) == 20


def test_an_equalizer_is_the_same_in_every_frame_and_smooth(clip, generator):
    response = augment.equalized(clip, 3.0, generator) - clip
    np.testing.assert_allclose(response, np.broadcast_to(response[0], response.shape), atol=1e-4)
    assert 0 < np.abs(np.diff(response[0])).max() < 3


def test_noise_only_adds_power_and_follows_the_ratio(clip, generator):
    loud = augment.noisy(clip, 0.0, generator)
    soft = augment.noisy(clip, 40.0, generator)
    assert (loud >= clip - 1e-4).all()
    assert (loud - clip).mean() > (soft - clip).mean() > 0


def test_masks_leave_the_original_alone(clip, generator):
    before = clip.copy()
    changed = augment.masked(clip, 0, 3, 0.5, generator)
    np.testing.assert_array_equal(clip, before)
    assert (changed != clip).any(axis=1).sum() <= 45
    np.testing.assert_array_equal(augment.masked(clip, 1, 0, 0.5, generator), clip)


def test_placing_puts_silence_in_front(recipe, clip, generator):
    placed = augment.placed(clip, recipe.features, generator)
    front = len(placed) - len(clip)
    assert 0 <= front <= 18
    assert (placed[:front] == FLOOR_DB).all()


def test_mixup_keeps_labels_a_distribution_led_by_the_clip(generator):
    inputs = generator.normal(size=(16, 5, 3)).astype(np.float32)
    labels = np.eye(16, dtype=np.float32)
    mixed_inputs, mixed_labels = augment.mixed(inputs, labels, 0.4, generator)
    np.testing.assert_allclose(mixed_labels.sum(axis=1), 1, atol=1e-6)
    assert (np.diag(mixed_labels) >= 0.5 - 1e-6).all()
    assert mixed_inputs.shape == inputs.shape
    assert mixed_inputs.dtype == np.float32
    np.testing.assert_allclose(
        np.einsum("ij,jkl->ikl", mixed_labels, inputs), mixed_inputs, atol=1e-5
    )


def test_chroma_is_stretched_and_placed_with_its_frames_but_not_masked(recipe, clip, generator):
    settings = msgspec.structs.replace(
        recipe.features, n_mels=40, channels=("mel", "mfcc", "chroma")
    )
    chroma = np.tile(np.linspace(0.2, 1, 12, dtype=np.float32), (len(clip), 1))
    both = np.hstack([clip[:, :40], chroma])
    three = msgspec.structs.replace(recipe, features=settings)
    heard = augment.augmented(both, three, nobody, generator)
    assert heard.shape == (48, 40, 3)
    voiced = heard[:, 0, 2] > 0
    np.testing.assert_allclose(heard[voiced][:, -1, 2], 1.0, atol=1e-5)
    assert not heard[~voiced][..., 2].any()
