import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.speech.waveform import Blocks, Waveform


def tone(rate, seconds=1.0):
    time = np.arange(round(rate * seconds)) / rate
    return Waveform(np.sin(2 * np.pi * 440 * time).astype(np.float32), rate)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_length_and_sound(rate):
    there = tone(rate).resampled(16_000)
    assert (there.rate, there.samples.dtype) == (16_000, np.float32)
    assert there.seconds == pytest.approx(1, abs=0.001)
    inside = slice(500, 15_000)
    np.testing.assert_allclose(there.samples[inside], tone(16_000).samples[inside], atol=0.01)


def test_the_same_rate_costs_nothing():
    waveform = tone(16_000)
    assert waveform.resampled(16_000) is waveform


def test_playing_faster_shortens():
    assert tone(16_000).played_at(1.25).seconds == pytest.approx(0.8)


def test_peak_of_nothing_is_zero():
    assert Waveform(np.zeros(0, np.float32), 16_000).peak == 0
    assert tone(16_000).peak == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100])
@pytest.mark.parametrize("seconds", [0.001, 0.1, 1.0, 5.0])
def test_pieces_are_those_of_the_whole(rate, seconds):
    noise = np.random.default_rng(rate).uniform(-1, 1, rate * 2).astype(np.float32)
    clip = Waveform(noise, rate)
    pieces, ends = zip(*clip.resampled_pieces(16_000, seconds), strict=True)
    np.testing.assert_allclose(np.concatenate(pieces), clip.resampled(16_000).samples, atol=1e-6)
    assert ends == (False,) * (len(ends) - 1) + (True,)


@given(lengths=st.lists(st.integers(0, 40), max_size=20), size=st.integers(1, 50))
def test_blocks_are_all_as_long_and_nothing_is_lost(lengths, size):
    blocks, sound = Blocks(size), np.arange(sum(lengths), dtype=np.float32)
    found = [b for p in np.split(sound, np.cumsum(lengths)[:-1]) for b in blocks.take(p)]
    assert all(len(block) == size for block in found)
    rest = blocks.rest()
    assert len(rest) < size
    np.testing.assert_array_equal(np.concatenate([*found, rest]), sound)
    assert not len(blocks.rest())
