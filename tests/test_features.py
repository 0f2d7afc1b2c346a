import librosa
import msgspec
import numpy as np
import pytest
import scipy.fft

from tests.sounds import voice
from tests.speech_settings import SETTINGS
from webapp.speech import features
from webapp.speech.features import (
    FLOOR_DB,
    cepstra,
    each_input,
    heard_in,
    levelled,
    log_mel,
    network_inputs,
    spectrum,
    window_starts,
    windows,
)
from webapp.speech.prosody import MEASURES
from webapp.speech.voice import at_speed
from webapp.speech.waveform import Waveform


def glide(seconds=1.0, rate=16_000):
    """A tone gliding from 200 to 2,000 Hz, swelling and fading."""
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (200 * time + 900 * time**2 / seconds)
    return Waveform((0.5 * np.sin(phase) * np.hanning(len(time))).astype(np.float32), rate)


def test_golden():
    """Values of librosa 0.11 on an exact signal; another librosa must not pass unnoticed."""
    mfccs = network_inputs(glide(), SETTINGS)[0]
    np.testing.assert_allclose(mfccs[20, :6], GOLDEN_FRAME, atol=0.05)
    np.testing.assert_allclose(mfccs.mean(axis=0)[:4], GOLDEN_MEAN, atol=0.05)


GOLDEN_FRAME = [-656.84, 56.17, -5.93, -61.37, -74.58, -40.44]
GOLDEN_MEAN = [-689.09, 19.08, -10.65, -16.29]


@pytest.mark.parametrize(("gain", "front"), [(0.1, 0), (1.9, 0), (1.0, 16_000), (0.1, 8_000)])
def test_level_and_silence_in_front_change_nothing_to_speak_of(gain, front):
    plain = glide()
    changed = Waveform(np.pad(plain.samples * np.float32(gain), (front, 0)), plain.rate)
    one, other = network_inputs(plain, SETTINGS)[0], network_inputs(changed, SETTINGS)[0]
    assert np.abs(one.mean(axis=0) - other.mean(axis=0)).max() < 12


def test_level_alone_changes_nothing():
    plain = glide()
    softer = Waveform(plain.samples * np.float32(0.1), plain.rate)
    np.testing.assert_allclose(
        network_inputs(plain, SETTINGS), network_inputs(softer, SETTINGS), atol=0.01
    )


def test_another_rate_is_the_same_sound():
    there = glide(rate=48_000)
    one, other = log_mel(there, SETTINGS), log_mel(glide(), SETTINGS)
    frames = min(len(one), len(other))
    loud = other[:frames] > other.max() - 40
    assert np.abs(one[:frames] - other[:frames])[loud].mean() < 1.5


def test_cepstra_are_the_orthonormal_cosine_transform(rng):
    log_mels = rng.normal(size=(3, 7, 80)).astype(np.float32)
    expected = scipy.fft.dct(log_mels, axis=-1, norm="ortho")[..., :40]
    np.testing.assert_allclose(cepstra(log_mels, SETTINGS), expected, atol=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_cepstra_are_those_of_librosa(seed):
    log_mels = np.random.default_rng(seed).uniform(-80, 0, (50, 80)).astype(np.float32)
    expected = librosa.feature.mfcc(S=log_mels.T, n_mfcc=SETTINGS.n_mfcc).T
    np.testing.assert_allclose(cepstra(log_mels, SETTINGS), expected, atol=1e-3)


@pytest.mark.parametrize("settings", [{}, {"speeds": (0.9, 1.1)}, {"pooling": "mean_std"}])
def test_inputs_one_after_the_other_are_those_at_once(settings):
    changed = msgspec.structs.replace(SETTINGS, **settings)
    clip = voice(5.0)
    one_by_one = list(each_input(clip, changed))
    np.testing.assert_array_equal(np.stack(one_by_one), network_inputs(clip, changed))
    each = [
        windows(spectrum(at_speed(heard_in(clip, changed), s), changed), changed)
        for s in changed.speeds
    ]
    np.testing.assert_array_equal(np.concatenate(each), network_inputs(clip, changed))


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize(
    ("frames", "starts"),
    [(1, [0]), (96, [0]), (97, [0, 1]), (144, [0, 48]), (150, [0, 48, 54]), (192, [0, 48, 96])],
)
def test_windows_overlap_and_reach_the_end(frames, starts):
    assert window_starts(frames, SETTINGS) == starts


def test_a_short_clip_is_padded_with_silence(rng):
    clip = rng.uniform(-50, 0, (10, 80)).astype(np.float32)
    (window,) = windows(clip, SETTINGS)
    silence = cepstra(np.full((1, 80), FLOOR_DB, np.float32), SETTINGS)[0]
    np.testing.assert_allclose(window[10:], np.broadcast_to(silence, (86, 40)), atol=1e-3)


def test_pooling_averages_what_is_there(rng):
    clip = levelled(rng.uniform(-50, 0, (10, 80)).astype(np.float32))
    pooled = msgspec.structs.replace(SETTINGS, pooling="mean")
    np.testing.assert_allclose(
        windows(clip, pooled), cepstra(clip, pooled).mean(axis=0)[np.newaxis], atol=1e-4
    )
    assert pooled.input_shape == (40,)


def test_mean_and_deviation_are_those_over_time(rng):
    clip = levelled(rng.uniform(-50, 0, (10, 80)).astype(np.float32))
    pooled = msgspec.structs.replace(SETTINGS, pooling="mean_std")
    mfccs = cepstra(clip, pooled)
    expected = np.concatenate([mfccs.mean(axis=0), mfccs.std(axis=0)])
    np.testing.assert_allclose(windows(clip, pooled)[0], expected, atol=1e-4)
    assert pooled.input_shape == (80,)


CHANNELS = msgspec.structs.replace(SETTINGS, n_mels=40, channels=("mel", "mfcc", "chroma"))


def test_channels_lie_over_each_other():
    (window,) = network_inputs(glide(), CHANNELS)
    assert window.shape == CHANNELS.input_shape == (96, 40, 3)
    mel, mfcc, chroma = np.moveaxis(window, -1, 0)
    np.testing.assert_allclose(cepstra(mel, CHANNELS), mfcc, atol=1e-3)
    assert (mel.min(), mel.max()) == (FLOOR_DB, 0)
    assert (chroma.min(), chroma.max()) == (0, 1)
    assert not chroma[-20:].any()  # the silence behind


def test_chroma_names_the_note_whatever_the_octave():
    time = np.arange(16_000) / 16_000
    for pitch in (220.0, 440.0, 880.0):  # all of them A, the tenth semitone from C
        tone = Waveform(np.sin(2 * np.pi * pitch * time).astype(np.float32), 16_000)
        chroma = spectrum(tone, CHANNELS)[5:-5, 40:]
        assert chroma.shape[1] == 12
        assert set(chroma.argmax(axis=1)) == {9}


def test_prosody_ends_the_row(monkeypatch):
    measured = np.arange(len(MEASURES), dtype=np.float32)
    monkeypatch.setattr(features, "prosody", lambda _waveform: measured)
    hybrid = msgspec.structs.replace(CHANNELS, prosody=True)
    (row,) = network_inputs(glide(), hybrid)
    assert row.shape == hybrid.input_shape == (96 * 40 * 3 + len(MEASURES),)
    np.testing.assert_array_equal(row[: 96 * 40 * 3], network_inputs(glide(), CHANNELS)[0].ravel())
    np.testing.assert_array_equal(row[96 * 40 * 3 :], measured)


def test_a_long_pause_is_not_heard(rng):
    clip = rng.uniform(-20, 0, (96 * 4, 80)).astype(np.float32)
    clip[96 : 96 * 3] -= 50
    assert len(windows(clip, SETTINGS)) == len(window_starts(96 * 4, SETTINGS)) - 3


def test_speeds_are_heard_one_after_another():
    several = msgspec.structs.replace(SETTINGS, speeds=(0.9, 1.0, 1.1))
    assert len(network_inputs(glide(), several)) == 3
    np.testing.assert_array_equal(
        network_inputs(glide(), several)[1], network_inputs(glide(), SETTINGS)[0]
    )


def test_silence_gives_numbers_all_the_same():
    assert np.isfinite(
        network_inputs(Waveform(np.zeros(16_000, np.float32), 16_000), SETTINGS)
    ).all()


def test_what_lies_below_the_floor_is_not_heard(rng):
    clip = levelled(rng.uniform(-90, 0, (10, 80)).astype(np.float32))
    shallow = msgspec.structs.replace(SETTINGS, floor_db=-50.0)
    (window,) = windows(clip, shallow)
    (as_loud,) = windows(np.maximum(clip, -50), shallow)
    np.testing.assert_array_equal(window, as_loud)
    silence = cepstra(np.full((1, 80), -50.0, np.float32), shallow)[0]
    np.testing.assert_allclose(window[10:], np.broadcast_to(silence, (86, 40)), atol=1e-3)


def test_a_second_of_silence_in_front_changes_nothing_where_it_is_whole_hops(rng):
    settings = msgspec.structs.replace(SETTINGS, trim_hop=160, speeds=(0.96, 1.0))
    clip = glide()
    later = Waveform(np.concatenate([np.zeros(16_000, np.float32), clip.samples]), clip.rate)
    assert clip.rate == 16_000
    np.testing.assert_allclose(
        network_inputs(later, settings), network_inputs(clip, settings), atol=1e-3
    )
