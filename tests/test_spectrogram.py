"""Spectrograms are librosa's, and of a long sound they are made a piece at a time."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sounds import voice
from webapp.speech import spectrogram
from webapp.speech.spectrogram import (
    FAINTEST,
    Fourier,
    Mel,
    chroma,
    decibels,
    hann,
    mel_bands,
    power,
    semitones,
)

FOURIERS = (Fourier(1024, 800, 320), Fourier(2048, 2048, 256), Fourier(512, 400, 160))


def whole(samples, fourier):
    return np.concatenate(list(power(samples, fourier)))


def by_librosa(samples, fourier):
    size, window, hop = fourier
    return np.abs(librosa.stft(samples, n_fft=size, win_length=window, hop_length=hop)).T ** 2


def noise(seed, size, loudest=1.0):
    made = np.random.default_rng(seed).uniform(-loudest, loudest, size)
    return made.astype(np.float32)


def log_mel_by_librosa(samples, fourier, mel):
    bands = librosa.feature.melspectrogram(
        y=samples,
        sr=mel.rate,
        n_fft=fourier.size,
        win_length=fourier.window,
        hop_length=fourier.hop,
        n_mels=mel.bands,
        fmin=mel.lowest,
        fmax=mel.highest,
    )
    return librosa.power_to_db(bands, top_db=None).T


@pytest.mark.filterwarnings("ignore:n_fft=")  # librosa, of sounds shorter than a frame
@settings(deadline=None)  # the first makes librosa compile
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 40_000),
    fourier=st.sampled_from(FOURIERS),
    loudest=st.sampled_from([1.0, 1e-3]),
)
def test_the_power_of_noise_is_that_of_librosa(seed, size, fourier, loudest):
    samples = noise(seed, size, loudest)
    expected = by_librosa(samples, fourier)
    found = whole(samples, fourier)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6 * expected.max())


@settings(deadline=None)  # the first makes librosa compile
@given(
    seed=st.integers(0, 2**32 - 1),
    fourier=st.sampled_from(FOURIERS),
    bands=st.sampled_from([40, 80, 128]),
)
def test_the_log_mel_spectrogram_of_noise_is_that_of_librosa(seed, fourier, bands):
    samples, mel = noise(seed, 20_000), Mel(16_000, fourier.size, bands, 50.0, 8_000.0)
    expected = log_mel_by_librosa(samples, fourier, mel)
    np.testing.assert_allclose(decibels(whole(samples, fourier), mel), expected, atol=1e-3)


@pytest.mark.parametrize("pitch", [95.0, 140.0, 265.0])
@pytest.mark.parametrize("fourier", FOURIERS)
def test_the_log_mel_spectrogram_of_a_voice_is_that_of_librosa(pitch, fourier):
    samples, mel = voice(2.0, 16_000, pitch).samples, Mel(16_000, fourier.size, 80, 50.0, 8_000.0)
    expected = log_mel_by_librosa(samples, fourier, mel)
    found = decibels(whole(samples, fourier), mel)
    heard = expected > expected.max() - 80.0  # below it no network hears, and floats are rough
    np.testing.assert_allclose(found[heard], expected[heard], atol=1e-3)


def test_silence_is_as_faint_as_can_be():
    mel = Mel(16_000, 1024, 80, 50.0, 8_000.0)
    found = decibels(whole(np.zeros(5_000, np.float32), FOURIERS[0]), mel)
    np.testing.assert_allclose(found, 10 * np.log10(FAINTEST), atol=1e-4)


@pytest.mark.parametrize("size", [1, 319, 320, 20_000])
def test_pieces_make_no_difference(monkeypatch, size):
    samples = noise(7, size)
    at_once = whole(samples, FOURIERS[0])
    monkeypatch.setattr(spectrogram, "AT_ONCE", 3 * 1024)
    pieces = list(power(samples, FOURIERS[0]))
    assert max(map(len, pieces)) <= 3
    np.testing.assert_allclose(np.concatenate(pieces), at_once, rtol=1e-5, atol=1e-9)


def test_frames_further_apart_than_they_are_long():
    fourier = Fourier(256, 256, 1_000)
    samples = noise(8, 10_500)
    np.testing.assert_allclose(whole(samples, fourier), by_librosa(samples, fourier), rtol=1e-3)


def test_what_is_shared_cannot_be_changed():
    for shared in (hann(800, 1024), mel_bands(Mel(16_000, 1024, 80, 50.0, 8_000.0))):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1.0


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
@pytest.mark.parametrize(("size", "bands"), [(512, 40), (1024, 80), (2048, 128)])
def test_the_bands_are_those_of_librosa(rate, size, bands):
    expected = librosa.filters.mel(sr=rate, n_fft=size, n_mels=bands, fmin=50.0, fmax=rate / 2).T
    found = mel_bands(Mel(rate, size, bands, 50.0, rate / 2))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
@pytest.mark.parametrize("size", [512, 1024, 2048])
def test_the_semitones_are_those_of_librosa(rate, size):
    expected = librosa.filters.chroma(sr=rate, n_fft=size, tuning=0.0).T
    np.testing.assert_allclose(semitones(rate, size), expected, atol=1e-6)


def chroma_by_librosa(frames, rate):
    return librosa.feature.chroma_stft(
        S=frames.T, sr=rate, n_fft=2 * (frames.shape[1] - 1), tuning=0.0
    ).T


@settings(deadline=None)  # the first makes librosa compile
@given(seed=st.integers(0, 2**32 - 1), fourier=st.sampled_from(FOURIERS))
def test_the_chroma_of_noise_is_that_of_librosa(seed, fourier):
    frames = whole(noise(seed, 20_000), fourier)
    found = chroma(frames, 16_000)
    np.testing.assert_allclose(found, chroma_by_librosa(frames, 16_000), atol=1e-5)


@pytest.mark.parametrize("pitch", [95.0, 140.0, 265.0])
def test_the_chroma_of_a_voice_and_of_silence_is_that_of_librosa(pitch):
    frames = whole(voice(2.0, 16_000, pitch).samples, FOURIERS[0])
    frames[:10] = 0.0
    found = chroma(frames, 16_000)
    assert not found[:10].any()
    np.testing.assert_allclose(found, chroma_by_librosa(frames, 16_000), atol=1e-5)
