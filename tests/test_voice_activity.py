"""Speech is heard as speech, and nothing else is."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.not_speech.held_out import HELD_OUT
from tests.not_speech.lively import LIVELY
from tests.not_speech.making import made_sounds
from tests.not_speech.plain import PLAIN
from tests.sounds import joined, silence, voice
from training.corpora import load_corpora
from webapp.speech.decode import decode
from webapp.speech.voice_activity import WEIGHTS, VoiceActivity, _read
from webapp.speech.waveform import Waveform

PUBLISHED = "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1"
"""SHA-256 of silero_vad/data/silero_vad_16k.safetensors in silero-vad 6.2.3 on PyPI."""

BY_ONNX = (0.60432, 0.52758, 0.56041, 0.4396, 0.80759, 0.93335, 0.95448, 0.94915, 0.92783, 0.94909)
"""What ONNX Runtime made of the first frames of a voice, with the authors' graph and weights."""


@pytest.fixture(scope="module")
def detector():
    return VoiceActivity.load()


def noise(seconds, level=0.1):
    samples = np.random.default_rng(5).standard_normal(round(seconds * 16_000)) * level
    return Waveform(samples.astype(np.float32), 16_000)


def louder(waveform, decibels):
    return Waveform(waveform.samples * np.float32(10 ** (decibels / 20)), waveform.rate)


def test_the_weights_are_those_of_the_authors_and_so_is_the_licence():
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == PUBLISHED
    licence = (WEIGHTS.parent / "LICENSE").read_text()
    assert licence.startswith("MIT License\n\nCopyright (c) 2020-present Silero Team")


def test_numpy_runs_it_as_onnx_runtime_does(detector):
    found = np.concatenate(list(detector.probabilities(voice(2.0, pitch=200.0))))
    assert found.shape == (63,)
    assert found[:10] == pytest.approx(BY_ONNX, abs=1e-3)


def test_its_transform_is_that_of_fourier_in_the_window_of_its_first_row():
    """NumPy runs it by a fast transform, where the authors' graph multiplies with this table."""
    table = _read(WEIGHTS)["stft_conv.weight"][:, 0]
    waves = np.exp(-2j * np.pi * np.outer(np.arange(129), np.arange(256)) / 256)
    np.testing.assert_allclose(table, table[0] * np.vstack([waves.real, waves.imag]), atol=1e-6)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_blocks_make_no_difference(detector, monkeypatch, rate):
    clip = voice(3.0, rate)
    whole = np.concatenate(list(detector.probabilities(clip)))
    monkeypatch.setattr("webapp.speech.voice_activity.BLOCK", 7)
    pieces = np.concatenate(list(detector.probabilities(clip)))
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("pitch", [100.0, 140.0, 220.0])
def test_a_voice_is_speech(detector, rate, pitch):
    assert detector.speaks(voice(2.0, rate, pitch))


@pytest.mark.parametrize("decibels", [-60, -20, 20])
def test_level_does_not_matter(detector, decibels):
    assert detector.speaks(louder(voice(2.0), decibels))
    assert not detector.speaks(louder(noise(2.0), decibels))


@pytest.mark.parametrize("before", [silence(60.0), noise(60.0, 0.01)], ids=["silence", "noise"])
def test_a_voice_is_found_late(detector, before):
    assert detector.speaks(joined(before, voice(2.0)))


def test_nothing_is_looked_at_after_enough_was_heard(detector, monkeypatch):
    seen = []
    encode = VoiceActivity._encode

    def counted(self, frames):
        seen.append(len(frames))
        return encode(self, frames)

    monkeypatch.setattr(VoiceActivity, "_encode", counted)
    assert detector.speaks(voice(60.0))
    assert sum(seen) <= 3 * 16_000 / 512  # about three seconds of a minute


@pytest.mark.parametrize("seconds", [0.0001, 0.02, 0.3])
def test_snippets_are_no_failure(detector, seconds):
    assert not detector.speaks(noise(seconds))
    assert not detector.speaks(silence(seconds))


def test_threads_share_it(detector):
    clips = [voice(1.0, pitch=100.0 + 10 * n) for n in range(8)]

    def first(clip):
        return next(detector.probabilities(clip))

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(first, clips * 4))
    alone = [first(clip) for clip in clips] * 4
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(
    ("kinds", "seed"), [({**PLAIN, **LIVELY}, 301), (HELD_OUT, 302)], ids=["chosen on", "held out"]
)
def test_of_200_other_sounds_95_in_100_are_no_speech(detector, kinds, seed):
    heard = [name for name, sound in made_sounds(kinds, 200, seed) if detector.speaks(sound)]
    assert len(heard) <= 10, heard


@pytest.mark.corpus
@pytest.mark.parametrize("corpus", ["ravdess", "tess", "emodb"])
def test_of_real_clips_1_in_100_is_missed_at_most(detector, corpus):
    folder = os.environ.get(f"CORPUS_{corpus.upper()}")
    if not folder:
        pytest.skip(f"needs {corpus}: set CORPUS_{corpus.upper()}=DIR")
    clips = load_corpora({corpus: Path(folder)})[::7]
    missed = [c.path for c in clips if not detector.speaks(decode(c.path.read_bytes(), 60))]
    assert len(missed) <= len(clips) / 100, missed
