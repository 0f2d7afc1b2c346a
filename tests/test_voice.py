import numpy as np
import pytest
from librosa.effects import trim

from tests.sounds import voice as made
from webapp.speech.voice import Trimming, at_speed, trimmed, voice
from webapp.speech.waveform import Waveform


@pytest.fixture
def generator():
    return np.random.default_rng(3)


@pytest.mark.parametrize("below", [20.0, 30.0, 60.0])
@pytest.mark.parametrize("hop", [160, 512])
def test_trimming_is_that_of_librosa(generator, below, hop):
    noise = generator.normal(0, 0.001, 48_000).astype(np.float32)
    noise[20_000:30_000] += made(10_000 / 16_000).samples
    for samples in (noise, made(1.0).samples, np.zeros(5000, np.float32)):
        expected, _ = trim(samples, top_db=below, frame_length=2048, hop_length=hop)
        np.testing.assert_array_equal(trimmed(samples, Trimming(below, hop)), expected)


def test_a_voice_has_its_peak_at_one_whatever_its_level():
    clip = made(1.0)
    quiet = Waveform(clip.samples * np.float32(0.01), clip.rate)
    heard = voice(quiet, 16_000, None)
    assert np.abs(heard.samples).max() == pytest.approx(1.0)
    np.testing.assert_allclose(heard.samples, voice(clip, 16_000, None).samples, atol=1e-5)


def test_silence_has_no_level_to_be_brought_to():
    heard = voice(Waveform(np.zeros(4000, np.float32), 16_000), 16_000, Trimming(30.0, 160))
    assert not heard.samples.any()


def test_a_faster_voice_is_shorter_at_the_same_rate():
    clip = made(1.0)
    fast = at_speed(clip, 1.25)
    assert fast.rate == clip.rate
    assert len(fast.samples) == pytest.approx(len(clip.samples) / 1.25, abs=2)
    np.testing.assert_array_equal(at_speed(clip, 1.0).samples, clip.samples)
