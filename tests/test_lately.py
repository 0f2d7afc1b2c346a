"""What the last seconds of a sound hold, by a recognizer that hears the same in everything."""

import numpy as np
import pytest

from tests.fakes import FakeRecognizer
from tests.sounds import joined, silence, voice
from webapp.speech.emotions import Emotion
from webapp.speech.lately import CUTTING, DOUBT, ENOUGH, lately
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.voice_activity import VoiceActivity


@pytest.fixture(scope="module")
def activity():
    return VoiceActivity.load()


@pytest.fixture
def hear(activity):
    recognizer = FakeRecognizer()
    return lambda *parts: lately(joined(*parts), recognizer, activity, Stopwatch())


def test_silence_holds_nothing_and_is_settled_but_for_its_end(hear):
    found = hear(silence(4))
    assert found.stretch is None
    assert found.needed == DOUBT


def test_noise_is_silence(hear):
    hiss = silence(4)
    hiss.samples[:] = np.random.default_rng(0).normal(0, 0.01, len(hiss.samples))
    assert hear(hiss).stretch is None


def test_somebody_is_speaking(hear):
    found = hear(silence(1), voice(2))
    assert found.stretch.ended == 0
    assert found.stretch.goes_on
    assert found.stretch.began == pytest.approx(2, abs=2 * CUTTING.padding)
    assert found.stretch.heard.emotion == Emotion.HAPPY
    assert found.needed == 3, "it goes on, so all of it is needed"


def test_first_syllables_are_speech_without_an_emotion(hear):
    found = hear(silence(2), voice(ENOUGH / 2))
    assert found.stretch.ended == 0
    assert found.stretch.heard is None


def test_a_pause_in_a_sentence_does_not_end_it(hear):
    found = hear(silence(0.5), voice(1), silence(0.5), voice(1), silence(0.4))
    assert found.stretch.goes_on
    assert found.stretch.began > 2.5
    assert found.stretch.ended == pytest.approx(0.4, abs=0.15)


def test_what_is_over_is_settled(hear):
    found = hear(voice(1.5), silence(1.5))
    assert not found.stretch.goes_on
    assert found.stretch.ended == pytest.approx(1.5, abs=0.2)
    assert found.needed < found.stretch.ended
    assert found.stretch.heard is not None
    rest = round(found.needed * 16_000)
    assert hear(silence(rest / 16_000)).stretch is None


def test_only_the_last_of_two_stretches_is_heard(hear):
    found = hear(voice(1), silence(1), voice(1.5), silence(0.5))
    assert found.stretch.began == pytest.approx(2, abs=2 * CUTTING.padding)
