import threading
from pathlib import Path

import numpy as np
import pytest

from tests.sounds import voice
from webapp.speech.emotions import Emotion
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.waveform import Waveform

BUNDLES = Path(__file__).parents[1] / "webapp" / "bundles"


@pytest.fixture(scope="module", params=["ann", "cnn_lstm"])
def recognizer(request):
    return Recognizer.load(BUNDLES / request.param)


def test_probabilities_come_in_the_order_of_the_labels_and_sum_to_one(recognizer):
    heard = recognizer.recognize(voice())
    assert list(heard.probabilities) == list(recognizer.card.labels)
    assert sum(heard.probabilities.values()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("seconds", [0.3, 1.0, 7.0, 40.0])
def test_any_length_is_heard(recognizer, seconds):
    heard = recognizer.recognize(voice(seconds=seconds))
    assert 0 < heard.confidence <= 1


def test_level_does_not_matter(recognizer):
    loud = voice()
    soft = Waveform(loud.samples * np.float32(0.05), loud.rate)
    one, other = recognizer.recognize(loud), recognizer.recognize(soft)
    for emotion in Emotion:
        assert one.probabilities[emotion] == pytest.approx(other.probabilities[emotion], abs=0.01)


def test_threads_do_not_disturb_each_other(recognizer):
    clips = [voice(pitch=pitch) for pitch in (100.0, 150.0, 200.0, 250.0)]
    expected = [recognizer.recognize(clip) for clip in clips]
    heard = [None] * 40

    def hear(number):
        heard[number] = recognizer.recognize(clips[number % 4])

    threads = [threading.Thread(target=hear, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == expected * 10


def test_the_likeliest_emotion_and_its_probability():
    heard = Recognition({Emotion.HAPPY: 0.2, Emotion.SAD: 0.5, Emotion.CALM: 0.3})
    assert (heard.emotion, heard.confidence) == (Emotion.SAD, 0.5)
