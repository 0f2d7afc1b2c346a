"""Speech is followed through a sound that comes in pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sounds import joined, silence, voice
from webapp.speech.following import FRAME_SECONDS, Following
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform


@pytest.fixture(scope="module")
def activity():
    return VoiceActivity.load()


def followed(activity, sound, cuts=()):
    """How likely each frame is speech, and its power, where the sound comes in these pieces."""
    one = Following(activity, sound.rate)
    found = [one.take(piece) for piece in np.split(sound.samples, sorted(cuts))]
    found.append(one.finish())
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def louder(sound, decibels):
    return Waveform(sound.samples * np.float32(10 ** (decibels / 20)), sound.rate)


def noise(seconds, level=0.3):
    samples = np.random.default_rng(5).standard_normal(round(seconds * 16_000)) * level
    return Waveform(samples.astype(np.float32), 16_000)


def times(speech):
    return np.flatnonzero(speech >= 0.5) * FRAME_SECONDS


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_every_frame_is_told_once(activity, rate):
    for seconds in (0.01, 0.5, 3.21):
        speech, power = followed(activity, voice(seconds, rate))
        assert len(speech) == len(power) == np.ceil(round(seconds / FRAME_SECONDS, 9))


def test_no_sound_has_no_frames(activity):
    speech, power = followed(activity, silence(0.0))
    assert len(speech) == len(power) == 0


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_speech_is_where_somebody_speaks(activity, rate):
    sound = joined(silence(4, rate), voice(3, rate), silence(4, rate), voice(2, rate))
    speech, power = followed(activity, sound)
    found = times(speech)
    assert found.min() == pytest.approx(4, abs=0.3)
    assert found.max() == pytest.approx(13, abs=0.3)
    assert not ((found > 7.4) & (found < 10.8)).any()
    assert power[: round(3.9 / FRAME_SECONDS)].max() < 1e-4 < power[round(5.5 / FRAME_SECONDS)]


@pytest.mark.parametrize("decibels", [-60, -30, 10])
def test_level_does_not_matter(activity, decibels):
    sound = joined(silence(1), voice(2), silence(1))
    as_it_is, _ = followed(activity, sound)
    other, _ = followed(activity, louder(sound, decibels))
    np.testing.assert_allclose(times(other), times(as_it_is), atol=0.1)


def test_a_whisper_after_a_shout_is_heard(activity):
    sound = joined(voice(3), silence(2.5), louder(voice(3), -40))
    speech, _ = followed(activity, sound)
    assert (times(speech) > 6).sum() * FRAME_SECONDS > 2


def test_an_offset_is_no_sound(activity):
    sound = joined(silence(1), voice(2), silence(1))
    shifted = Waveform(sound.samples + np.float32(0.2), sound.rate)
    speech, _ = followed(activity, sound)
    with_offset, _ = followed(activity, shifted)
    np.testing.assert_allclose(times(with_offset), times(speech), atol=0.1)


class OneAnswer:
    """Says the same of every frame."""

    def __init__(self, likely):
        self.likely, self.heard = likely, 0

    def hear(self, frames):
        self.heard += len(frames)
        return np.full(len(frames), self.likely, np.float32)


class Detector:
    """Says the same of every frame at full speed, and something else of what is played slower."""

    def __init__(self, usual, slower):
        self.ears = [OneAnswer(usual), OneAnswer(slower)]
        self._next = iter(self.ears)

    def ear(self):
        return next(self._next)


@pytest.mark.parametrize(
    ("usual", "slower", "expected"), [(0.1, 0.8, 0.8), (0.1, 0.0, 0.1), (0.9, 0.95, 0.9)]
)
def test_what_is_loud_and_no_speech_at_full_speed_is_heard_slower(usual, slower, expected):
    detector = Detector(usual, slower)
    speech, _ = followed(detector, noise(10))
    np.testing.assert_allclose(speech, expected)
    frames = 10 / FRAME_SECONDS
    assert detector.ears[0].heard == pytest.approx(frames, abs=1)
    assert detector.ears[1].heard == pytest.approx(0 if usual > 0.5 else frames / 0.7, abs=2)


def test_silence_is_not_heard_twice():
    detector = Detector(0.1, 0.8)
    speech, _ = followed(detector, joined(silence(9), noise(3), silence(9)))
    assert detector.ears[1].heard < 4.5 / 0.7 / FRAME_SECONDS
    assert 3 <= (speech > 0.5).sum() * FRAME_SECONDS < 4.5
    assert speech[:200].max() == speech[-200:].max() == np.float32(0.1)


def test_what_was_told_is_forgotten():
    one = Following(Detector(0.1, 0.8), 16_000)
    for _ in range(30):
        one.take(noise(10).samples)
    tracks = (one._speech, one._power, one._slow_speech)
    assert max(len(track._numbers) for track in tracks) < 500


SOUND = joined(silence(0.7, 8_000), voice(5.0, 8_000), silence(1.6, 8_000))


@settings(deadline=None, max_examples=15)
@given(cuts=st.lists(st.integers(0, len(SOUND.samples)), max_size=12))
def test_pieces_may_be_cut_anywhere(activity, cuts):
    for one, other in zip(followed(activity, SOUND, cuts), followed(activity, SOUND), strict=True):
        np.testing.assert_array_equal(one, other)
