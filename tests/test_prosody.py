import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sounds import joined, silence, voice
from webapp.speech.errors import MissingExtra, SpeechError
from webapp.speech.prosody import MEASURES, NEUTRAL, available, prosody
from webapp.speech.waveform import Waveform

needs_praat = pytest.mark.skipif(
    not available(), reason="Parselmouth (webapp/requirements-prosody.txt) is not installed"
)

RATE = 16_000
RESONANCES = ((600, 60, 1.0), (1400, 90, 0.6), (2600, 140, 0.3))
"""Frequency, bandwidth (Hz) and strength: between the vowels of "bird" and "bad"."""


def vowel(pitch=110.0, seconds=1.5, shake=0.0, rise=0.0):
    """Rings of a mouth at each pulse of a throat; periods shaken (share), rising (octaves)."""
    chance, time, start = np.random.default_rng(0), np.arange(800) / RATE, 0.01
    sound = np.zeros(round(seconds * RATE) + len(time))
    while start < seconds:
        first = int(np.ceil(start * RATE))
        since = time + first / RATE - start
        sound[first : first + len(time)] += sum(
            strength * np.exp(-np.pi * width * since) * np.sin(2 * np.pi * centre * since)
            for centre, width, strength in RESONANCES
        )
        period = 1 / (pitch * 2 ** (rise * start / seconds))
        start += period * (1 + shake * chance.standard_normal())
    sound = sound[: round(seconds * RATE)]
    return Waveform((0.5 * sound / np.abs(sound).max()).astype(np.float32), RATE)


def measured(waveform):
    return dict(zip(MEASURES, prosody(waveform).tolist(), strict=True))


def louder(waveform, factor):
    return Waveform(waveform.samples * np.float32(factor), waveform.rate)


@needs_praat
@pytest.mark.parametrize("pitch", [110.0, 220.0, 440.0])
def test_a_steady_voice_has_its_pitch(pitch):
    heard = measured(vowel(pitch))
    for name in ("pitch_mean", "pitch_low", "pitch_high"):
        assert heard[name] == pytest.approx(pitch, rel=0.02)
    assert heard["pitch_deviation"] < 0.2
    assert heard["pitch_slope"] == pytest.approx(0, abs=0.2)
    assert heard["voiced_share"] > 0.95
    assert heard["harmonicity"] > 15


@needs_praat
def test_a_rising_voice_rises():
    heard = measured(vowel(110.0, seconds=2.0, rise=1.0))
    assert heard["pitch_slope"] == pytest.approx(6, rel=0.1)  # an octave in two seconds
    assert heard["pitch_low"] < 125 < 190 < heard["pitch_high"]
    assert heard["pitch_deviation"] == pytest.approx(12 / np.sqrt(12), rel=0.1)


@needs_praat
def test_the_resonances_of_the_mouth_are_found():
    heard = measured(vowel())
    for number, (centre, *_) in enumerate(RESONANCES, start=1):
        assert heard[f"formant_{number}_mean"] == pytest.approx(centre, rel=0.08)
        assert heard[f"formant_{number}_deviation"] < 150


@needs_praat
def test_shaken_periods_are_jitter():
    jitters = [measured(vowel(shake=shake))["jitter"] for shake in (0.0, 0.01, 0.03)]
    assert jitters[0] < 0.003 < jitters[1] < jitters[2]


@needs_praat
def test_shaken_strengths_are_shimmer():
    steady = vowel()
    gain = 1 + 0.2 * np.sin(2 * np.pi * 40 * np.arange(len(steady.samples)) / RATE)
    shaken = Waveform((steady.samples * gain).astype(np.float32), RATE)
    assert measured(steady)["shimmer"] < 0.02 < 0.05 < measured(shaken)["shimmer"]


@needs_praat
def test_noise_lowers_harmonicity():
    clean = vowel()
    noise = np.random.default_rng(0).standard_normal(len(clean.samples)) * 0.03
    noisy = Waveform((clean.samples + noise).astype(np.float32), RATE)
    assert measured(noisy)["harmonicity"] < measured(clean)["harmonicity"] - 3


@needs_praat
def test_voiced_segments_are_counted():
    syllable, pause = vowel(seconds=0.3), silence(0.2, RATE)
    heard = measured(joined(*[syllable, pause] * 4))
    assert heard["voiced_segments"] == pytest.approx(2)
    assert 0.5 < heard["voiced_share"] < 0.7
    assert heard["energy_range"] > 40


@needs_praat
@pytest.mark.parametrize("factor", [10, 0.1, 1e-4])
@pytest.mark.parametrize("waveform", [voice(), vowel(160.0, shake=0.01)], ids=["voice", "vowel"])
def test_level_does_not_matter(waveform, factor):
    np.testing.assert_allclose(
        prosody(louder(waveform, factor)), prosody(waveform), rtol=1e-3, atol=1e-3
    )


@needs_praat
def test_an_offset_does_not_matter():
    clean = vowel()
    moved = Waveform(clean.samples + np.float32(0.3), RATE)
    np.testing.assert_allclose(prosody(moved), prosody(clean), rtol=1e-2, atol=1e-2)


@needs_praat
def test_the_rate_hardly_matters():
    here, there = measured(voice(rate=16_000)), measured(voice(rate=44_100))
    for name in ("pitch_mean", "formant_1_mean", "formant_2_mean", "energy_mean", "harmonicity"):
        assert there[name] == pytest.approx(here[name], rel=0.03)


@needs_praat
@pytest.mark.parametrize(
    "waveform",
    [
        silence(),
        silence(0.0),
        louder(voice(seconds=0.01), 1),
        Waveform(np.full(16_000, 0.3, dtype=np.float32), RATE),
    ],
    ids=["silence", "nothing", "10 ms", "offset"],
)
def test_where_there_is_nothing_to_measure_the_numbers_are_neutral(waveform):
    assert measured(waveform) == pytest.approx(NEUTRAL)


@needs_praat
def test_a_click_at_the_very_end_of_an_offset_has_no_levels():
    samples = np.full(1_920, 0.25, dtype=np.float32)
    samples[-1] = 0.5
    assert measured(Waveform(samples, RATE)) == pytest.approx(NEUTRAL)


@needs_praat
def test_a_whisper_has_energy_but_no_pitch():
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    heard = measured(Waveform(noise, RATE))
    assert heard["energy_mean"] > -2
    assert heard["voiced_share"] == heard["voiced_segments"] == 0
    for name in ("pitch_mean", "formant_1_mean", "jitter", "shimmer", "harmonicity"):
        assert heard[name] == pytest.approx(NEUTRAL[name])


@needs_praat
def test_the_answer_is_one_row_that_never_changes():
    row = prosody(voice())
    assert row.dtype == np.float32
    assert row.shape == (len(MEASURES),)
    np.testing.assert_array_equal(row, prosody(voice()))


@needs_praat
def test_a_rate_at_which_praat_would_search_for_ever():
    square = np.sign(np.sin(2 * np.pi * 0.49 * np.arange(330))).astype(np.float32)
    assert np.isfinite(prosody(Waveform(square, 1_100))).all()


@needs_praat
@settings(max_examples=30, deadline=None)
@given(
    samples=arrays.arrays(
        np.float32,
        st.integers(0, 2_500),
        elements=st.floats(-(2.0**100), 2.0**100, width=32),
        fill=st.sampled_from([0.0, 1.0]),
    ),
    rate=st.sampled_from([1_100, 8_000, 16_000, 17_280, 44_100]),
)
def test_any_short_waveform_gives_finite_numbers(samples, rate):
    assert np.isfinite(prosody(Waveform(samples, rate))).all()


def test_without_praat_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "parselmouth", None)
    assert not available()
    with pytest.raises(MissingExtra, match="Praat, which is not installed") as told:
        prosody(voice())
    assert isinstance(told.value, SpeechError)
    assert told.value.code == "missing_extra"


def test_importing_it_loads_no_praat():
    assert "parselmouth" not in vars(sys.modules["webapp.speech.prosody"])


def test_every_measure_has_a_name_of_its_own():
    assert tuple(NEUTRAL) == MEASURES
    assert np.isfinite(list(NEUTRAL.values())).all()
