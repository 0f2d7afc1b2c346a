"""The outline and the spectrogram of a recording that comes in pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sounds import joined, silence, voice
from webapp.speech import envelope
from webapp.speech.envelope import Envelope
from webapp.speech.spectrogram import Fourier, decibels, power
from webapp.speech.waveform import Waveform


def looked_at(sound, cuts=()):
    found = Envelope()
    for piece in np.split(sound.samples, sorted(cuts)):
        found.take(Waveform(piece, sound.rate))
    return found


def peaks(sound, cuts=()):
    return np.frombuffer(looked_at(sound, cuts).peaks(), np.int8).reshape(-1, 2)


def tone(hertz, seconds, rate=16_000, peak=1.0):
    time = np.arange(round(seconds * rate)) / rate
    return Waveform(np.float32(peak) * np.sin(2 * np.pi * hertz * time).astype(np.float32), rate)


def test_the_outline_is_the_extremes_of_each_moment():
    found = peaks(joined(silence(1), tone(1500, 1, peak=0.5), tone(1500, 2)))
    assert len(found) == 4000
    assert not found[:1000].any()
    np.testing.assert_allclose(found[1010:1990], np.tile([-64, 64], (980, 1)), atol=3)
    np.testing.assert_allclose(found[2010:], np.tile([-127, 127], (1990, 1)), atol=10)


def test_the_loudest_fills_it_whatever_the_level():
    for gain in (1e-3, 1, 20):
        sound = Waveform(tone(200, 1).samples * np.float32(gain), 16_000)
        assert np.abs(peaks(sound).astype(int)).max() == 127


def test_nothing_and_silence_have_one_too():
    assert Envelope().peaks() == b""
    assert Envelope().spectrogram_levels().shape == (0, 100)
    assert not peaks(silence(1)).any()
    assert np.isfinite(looked_at(silence(1)).spectrogram_levels()).all()
    assert len(peaks(silence(0.0001))) == 1


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_the_spectrogram_is_that_of_a_clip(rate):
    sound = voice(2.0, rate)
    resampled = sound.resampled(envelope.RATE).samples
    fourier = Fourier(envelope.N_FFT, envelope.N_FFT, envelope.HOP)
    expected = np.concatenate([decibels(p, envelope.MEL) for p in power(resampled, fourier)])
    found = looked_at(sound).spectrogram_levels()
    assert found.shape == expected.shape
    audible = expected > expected.max() - 70
    np.testing.assert_allclose(found[audible], expected[audible], atol=0.2)


@pytest.mark.parametrize("seconds", [10, 130, 700])
def test_a_long_one_has_no_more_columns_and_they_span_all_of_it(seconds):
    """The last tenth is a tone."""
    sound = joined(silence(0.9 * seconds, 8_000), tone(1500, 0.1 * seconds, 8_000))
    found = looked_at(sound)
    outline = np.frombuffer(found.peaks(), np.int8).reshape(-1, 2)
    levels = found.spectrogram_levels()
    assert len(outline) <= 16_000
    assert len(levels) <= 4_000
    for loud in (outline[:, 1] > 60, levels.max(axis=1) > levels.max() - 20):
        assert np.argmax(loud) / len(loud) == pytest.approx(0.9, abs=0.01)
        assert loud[round(0.92 * len(loud)) :].all()


def test_columns_that_stand_for_longer_are_as_bright(monkeypatch):
    brief = looked_at(tone(1000, 3)).spectrogram_levels()
    monkeypatch.setattr(envelope, "SPECTROGRAM_COLUMNS", 16)
    long = looked_at(tone(1000, 3)).spectrogram_levels()
    assert 8 <= len(long) <= 16
    np.testing.assert_allclose(long[2:-2].max(axis=1), brief[5:-5].max(), atol=0.5)
    np.testing.assert_allclose(long[-1].max(), brief.max(), atol=3)


def test_asking_twice_gives_the_same():
    found = looked_at(voice(1.3))
    assert found.peaks() == found.peaks()
    levels = found.spectrogram_levels()
    np.testing.assert_array_equal(levels, found.spectrogram_levels())


def test_pieces_have_one_rate():
    found = looked_at(voice(1))
    with pytest.raises(ValueError, match="one rate"):
        found.take(voice(1, 8_000))


SOUND = joined(voice(2.2, 8_000), silence(0.7, 8_000), voice(3.1, 8_000))


@settings(deadline=None, max_examples=30)
@given(cuts=st.lists(st.integers(0, len(SOUND.samples)), max_size=12))
def test_pieces_may_be_cut_anywhere(cuts):
    one, other = looked_at(SOUND, cuts), looked_at(SOUND)
    assert one.peaks() == other.peaks()
    np.testing.assert_array_equal(one.spectrogram_levels(), other.spectrogram_levels())
