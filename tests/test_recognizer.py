import sys
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.fake_network import (
    FAMILIAR_TO_FAKES,
    POOLED,
    WITH_PROSODY,
    WITHOUT,
    FakeInterpreter,
)
from tests.fakes import card
from tests.sounds import voice
from webapp.speech import recognizer as module
from webapp.speech.bundle import FAMILIAR, GOLDEN, TFLITE, Golden, read_card, sha256, write_card
from webapp.speech.calibration import Calibration, Familiarity, calibrated
from webapp.speech.emotions import Emotion
from webapp.speech.errors import DamagedBundle, MissingExtra
from webapp.speech.features import network_inputs
from webapp.speech.prosody import MEASURES, available
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
    shares = {Emotion.HAPPY: 0.2, Emotion.SAD: 0.5, Emotion.CALM: 0.3}
    heard = Recognition(shares, named=True, unlike=False)
    assert (heard.emotion, heard.confidence) == (Emotion.SAD, 0.5)


@pytest.fixture
def made(monkeypatch):
    """Makes recognizers whose network is fake, with a calibration of their own."""
    monkeypatch.setattr(module, "Interpreter", FakeInterpreter)

    def make(temperature=1.0, threshold=0.5, farthest=9.0):
        calibration = Calibration(temperature=temperature, threshold=threshold, farthest=farthest)
        ours = msgspec.structs.replace(card(), calibration=calibration, features=POOLED)
        return Recognizer(ours, b"any", FAMILIAR_TO_FAKES)

    return make


def test_probabilities_are_calibrated(made):
    plain, softer = made(), made(temperature=3.0)
    shares = np.array(list(plain.recognize(voice()).probabilities.values()))
    expected = calibrated(shares.astype(np.float32), 3.0)
    heard = softer.recognize(voice())
    assert list(heard.probabilities.values()) == pytest.approx(expected.tolist(), abs=1e-5)
    assert heard.confidence < plain.recognize(voice()).confidence
    assert heard.emotion == plain.recognize(voice()).emotion


def test_an_emotion_is_named_from_the_threshold_on(made):
    confidence = made().recognize(voice()).confidence
    assert made(threshold=confidence - 1e-6).recognize(voice()).named
    assert not made(threshold=confidence + 1e-6).recognize(voice()).named


def test_a_clip_is_unlike_training_beyond_the_farthest(made):
    assert not made(farthest=5.01).recognize(voice()).unlike
    assert made(farthest=4.99).recognize(voice()).unlike


needs_praat = pytest.mark.skipif(not available(), reason="Parselmouth is not installed")


def inputs_of(clip):
    """Network inputs of a clip, with made-up prosody, one a speed, where none can be measured."""
    if available():
        return network_inputs(clip, WITH_PROSODY)
    planes = network_inputs(clip, WITHOUT)
    made_up = np.random.default_rng(0).normal(100, 50, (2, len(MEASURES)))
    rows = planes.reshape(len(planes), -1)
    return np.hstack([rows, np.repeat(made_up, len(rows) // 2, axis=0)]).astype(np.float32)


@pytest.fixture
def with_prosody(monkeypatch, tmp_path):
    """A bundle whose network takes prosody, too."""
    monkeypatch.setattr(module, "Interpreter", FakeInterpreter)
    made = msgspec.structs.replace(card("hybrid"), features=WITH_PROSODY)
    for name in made.files:
        (tmp_path / name).write_bytes(name.encode())
    clips = [(voice(1.2, pitch=pitch).samples * 32767).astype(np.int16) for pitch in (110, 220)]
    inputs = [inputs_of(Waveform(clip.astype(np.float32) / 32768, 16_000)) for clip in clips]
    FAMILIAR_TO_FAKES.save(tmp_path / FAMILIAR)
    hearer = Recognizer(made, (tmp_path / TFLITE).read_bytes(), FAMILIAR_TO_FAKES)
    answers = [hearer._hear(windows)[0] for windows in inputs]
    golden = Golden(np.stack(clips), 16_000, inputs[0], np.stack(answers), tuple(Emotion))
    golden.save(tmp_path / GOLDEN)
    sealed(tmp_path, made)
    return tmp_path


def sealed(folder, made):
    checksums = {name: sha256(folder / name) for name in made.files}
    write_card(folder, msgspec.structs.replace(made, checksums=checksums))


@pytest.fixture
def no_praat(monkeypatch):
    monkeypatch.setitem(sys.modules, "parselmouth", None)


@pytest.fixture(params=["praat", "no praat"])
def either_way(request):
    if request.param == "no praat":
        request.getfixturevalue("no_praat")
    elif not available():
        pytest.skip("Parselmouth is not installed")


def test_a_model_without_prosody_needs_no_praat(recognizer, no_praat):
    loaded = Recognizer.load(BUNDLES / recognizer.name)
    assert loaded.missing is None
    assert loaded.recognize(voice()) == recognizer.recognize(voice())


@needs_praat
def test_a_model_with_prosody_hears_with_praat(with_prosody):
    loaded = Recognizer.load(with_prosody)
    assert loaded.missing is None
    assert sum(loaded.recognize(voice()).probabilities.values()) == pytest.approx(1, abs=1e-4)


def test_a_model_with_prosody_loads_without_praat_and_says_what_is_missing(with_prosody, no_praat):
    loaded = Recognizer.load(with_prosody)
    assert "webapp/requirements-prosody.txt" in loaded.missing
    with pytest.raises(MissingExtra) as told:
        loaded.recognize(voice())
    assert told.value.sentence == loaded.missing


def test_other_weights_are_refused_either_way(with_prosody, either_way):
    made = read_card(with_prosody)
    (with_prosody / TFLITE).write_bytes(b"other weights")
    sealed(with_prosody, made)
    with pytest.raises(DamagedBundle, match="golden outputs"):
        Recognizer.load(with_prosody)


@pytest.mark.parametrize("change", [{"fmax": 6000.0}, {"speeds": (1.0,)}, {"hop_length": 200}])
def test_other_settings_are_refused_either_way(with_prosody, either_way, change):
    made = read_card(with_prosody)
    write_card(
        with_prosody,
        msgspec.structs.replace(made, features=msgspec.structs.replace(made.features, **change)),
    )
    with pytest.raises(DamagedBundle, match="golden outputs"):
        Recognizer.load(with_prosody)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_another_temperature_is_refused(with_prosody, temperature):
    made = read_card(with_prosody)
    other = msgspec.structs.replace(made.calibration, temperature=temperature)
    write_card(with_prosody, msgspec.structs.replace(made, calibration=other))
    with pytest.raises(DamagedBundle, match="golden outputs"):
        Recognizer.load(with_prosody)


def with_familiar(folder, write):
    made = read_card(folder)
    write(folder / FAMILIAR)
    sealed(folder, made)


def test_a_last_layer_of_another_size_is_refused(with_prosody):
    smaller = Familiarity(np.zeros((8, 2), np.float32), np.eye(2, dtype=np.float32))
    with_familiar(with_prosody, smaller.save)
    with pytest.raises(DamagedBundle, match=r"give 11 numbers, .* familiar.npz want 10"):
        Recognizer.load(with_prosody)


def test_a_file_of_familiar_clips_that_is_none_is_refused(with_prosody):
    with_familiar(with_prosody, lambda path: path.write_bytes(b"nothing"))
    with pytest.raises(DamagedBundle, match="cannot be loaded"):
        Recognizer.load(with_prosody)
