import msgspec
import numpy as np
import pytest

from training import conditions
from training.recipe import Conditions, Recipe, RecipeError, load_recipe
from webapp.speech.features import levelled

EVERYTHING = Conditions(room_share=0.99, noise_share=0.99, band_share=0.99)


@pytest.fixture
def mel(generator):
    """A levelled log mel spectrogram with a pause in its middle, (30, 48)."""
    clip = levelled(generator.uniform(-40, 0, (30, 48)).astype(np.float32))
    clip[12:18] = -80
    return clip


def nobody():
    raise AssertionError("no other voice was asked for")


def ratio_db(voice, both):
    """How far the mean power of a voice lies above what was added to it."""
    power = 10 ** (voice / 10)
    return 10 * np.log10(power.mean() / (10 ** (both.astype(float) / 10) - power).mean())


def test_without_conditions_nothing_changes(recipe, mel, generator):
    same = conditions.recorded(mel, Conditions(), recipe.features, nobody, generator)
    np.testing.assert_array_equal(same, mel)


def test_the_generator_decides_everything(recipe, mel):
    def heard(seed):
        generator = np.random.default_rng(seed)
        return conditions.recorded(mel, EVERYTHING, recipe.features, lambda: mel, generator)

    np.testing.assert_array_equal(heard(1), heard(1))
    assert heard(1).shape != heard(2).shape or not np.array_equal(heard(1), heard(2))
    assert all(np.isfinite(heard(seed)).all() for seed in range(20))


def test_a_room_fills_the_pauses_and_takes_nothing_away(mel, generator):
    wet = conditions.reverberant(mel, 0.016, generator)
    assert (wet >= mel - 1e-4).all()
    assert wet[13:17].mean() > mel[13:17].mean() + 20
    assert wet[13].mean() > wet[17].mean()


@pytest.mark.parametrize("snr_db", [5.0, 20.0])
@pytest.mark.parametrize("seed", range(8))
def test_noise_has_the_ratio_that_was_asked_for(mel, snr_db, seed):
    loud = conditions.noisy(mel, snr_db, lambda: mel[:20], np.random.default_rng(seed))
    assert ratio_db(mel, loud) == pytest.approx(snr_db, abs=0.1)


def test_noise_goes_on_around_the_voice_within_the_window(mel):
    lengths = {
        len(conditions.surrounded(mel, 48, np.random.default_rng(seed))) for seed in range(50)
    }
    assert min(lengths) >= 30
    assert max(lengths) <= 48
    assert len(lengths) > 8


def test_babble_is_made_of_others_equally_loud_over_and_over(mel, generator):
    quiet = np.full((7, 60), -60.0, np.float32)  # with chroma, which is not heard
    loud = np.full((90, 60), 0.0, np.float32)
    others = iter([quiet, loud] * 3)
    heard = conditions.babble(10 ** (mel / 10), lambda: next(others), generator)
    np.testing.assert_allclose(heard, np.full(mel.shape, conditions.VOICES), rtol=1e-4)


def test_band_limits_keep_the_middle(mel, generator):
    limited = conditions.band_limited(mel, generator)
    np.testing.assert_array_equal(limited[:, 6:31], mel[:, 6:31])
    lost = (mel - limited).max(axis=0)
    assert lost.max() >= 30
    assert set(np.round(lost[lost > 0], 3)) == {np.round(lost.max(), 3)}


def test_chroma_cannot_be_recorded_elsewhere():
    recipe = load_recipe("cnn_spectrogram")
    with pytest.raises(ValueError, match="chroma"):
        msgspec.structs.replace(recipe, conditions=EVERYTHING)
    assert issubclass(RecipeError, Exception)
    assert isinstance(recipe, Recipe)
