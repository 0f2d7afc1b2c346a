"""Each kind of damage does what its name says, and nothing else."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.sounds import VOICE_RATE, voice
from tests.speech_settings import SETTINGS
from training.degradations import DAMAGES, Scene, Task, inputs, loudness, with_noise
from webapp.speech.features import network_inputs
from webapp.speech.waveform import Waveform

RATE = 48_000
BY_NAME = {damage.name: damage for damage in DAMAGES}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Three other voices as files, one of them short, one at another rate."""
    folder = tmp_path_factory.mktemp("others")
    made = [voice(2.0, RATE, 200.0), voice(0.3, RATE, 260.0), voice(1.0, VOICE_RATE, 100.0)]
    for number, other in enumerate(made):
        soundfile.write(folder / f"{number}.wav", other.samples, other.rate)
    return tuple(sorted(folder.iterdir()))


@pytest.fixture
def scene(others, generator):
    return Scene(voice(1.5, RATE), others, generator)


def done(name, scene):
    return BY_NAME[name].done(scene)


def spectrum(waveform):
    """Power by frequency (Hz)."""
    power = np.abs(np.fft.rfft(waveform.samples)) ** 2
    return np.fft.rfftfreq(len(waveform.samples), 1 / waveform.rate), power


@pytest.mark.parametrize("name", BY_NAME)
def test_damage_is_damage_and_leaves_a_sound_that_can_be_heard(name, scene):
    damaged = done(name, scene)
    assert damaged.samples.dtype == np.float32
    assert np.isfinite(damaged.samples).all()
    assert damaged.rate != RATE or not np.array_equal(damaged.samples, scene.waveform.samples)
    assert network_inputs(damaged, SETTINGS).shape[1:] == SETTINGS.input_shape


def test_another_level_is_the_same_sound(scene):
    assert done("louder_20db", scene).samples == pytest.approx(10 * scene.waveform.samples)
    assert done("quieter_20db", scene).samples == pytest.approx(scene.waveform.samples / 10)


def test_a_second_of_nothing_comes_first(scene):
    damaged = done("silence_1s", scene)
    assert not damaged.samples[:RATE].any()
    np.testing.assert_array_equal(damaged.samples[RATE:], scene.waveform.samples)


@pytest.mark.parametrize("rate", [44_100, 16_000])
def test_another_rate_keeps_the_length(rate, scene):
    damaged = done(f"rate_{rate}", scene)
    assert damaged.rate == rate
    assert damaged.seconds == pytest.approx(scene.waveform.seconds, abs=1e-3)


def test_a_telephone_has_neither_bass_nor_treble(generator):
    noise = Waveform(generator.standard_normal(RATE).astype(np.float32), RATE)
    heard = done("telephone", Scene(noise, (), generator))
    assert heard.rate == 8_000
    frequencies, power = spectrum(heard)
    inside = power[(frequencies > 400) & (frequencies < 3_200)].mean()
    assert power[frequencies < 150].mean() < inside / 100
    assert power[frequencies > 3_800].mean() < inside / 10


@pytest.mark.parametrize("name", ["opus_24k", "mp3_64k"])
@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_codecs_lose_details_only(name, rate, others, generator):
    plain = voice(1.5, rate)
    heard = done(name, Scene(plain, others, generator))
    assert heard.seconds == pytest.approx(plain.seconds, abs=0.15)
    assert loudness(heard.samples) == pytest.approx(loudness(plain.samples), rel=0.2)


@pytest.mark.parametrize("kind", ["white", "babble"])
@pytest.mark.parametrize("snr_db", [20, 10])
def test_noise_is_so_far_below_the_whole_clip(kind, snr_db, scene):
    noise = done(f"{kind}_{snr_db}db", scene).samples - scene.waveform.samples
    found = 20 * np.log10(loudness(scene.waveform.samples) / loudness(noise))
    assert found == pytest.approx(snr_db, abs=0.1)
    quarters = [loudness(part) for part in np.array_split(noise, 4)]
    assert min(quarters) > 0.1 * max(quarters)  # it is all through the clip


def test_white_noise_has_every_frequency_and_babble_those_of_voices(scene):
    plain = scene.waveform.samples
    for kind, highest in (("white", 1.0), ("babble", 0.01)):
        noise = Waveform(done(f"{kind}_10db", scene).samples - plain, RATE)
        frequencies, power = spectrum(noise)
        ratio = power[frequencies > 10_000].mean() / power[frequencies < 4_000].mean()
        assert ratio == pytest.approx(highest, rel=0.1) if kind == "white" else ratio < highest


def test_silence_gets_no_noise_and_none_is_no_error():
    nothing = Waveform(np.zeros(100, dtype=np.float32), RATE)
    assert not with_noise(nothing, np.ones(100, dtype=np.float32), 10.0).samples.any()
    assert not with_noise(nothing, nothing.samples, 10.0).samples.any()


def test_a_task_is_the_same_every_time_and_by_no_damage_the_clip_itself(others):
    for damage in (None, "white_10db", "babble_10db"):
        task = Task(others[0], others[1:], 5, SETTINGS, damage)
        np.testing.assert_array_equal(inputs(task), inputs(task))
    samples, rate = soundfile.read(others[0], dtype="float32")
    plain = inputs(Task(others[0], others[1:], 5, SETTINGS, None))
    np.testing.assert_array_equal(plain, network_inputs(Waveform(samples, rate), SETTINGS))


def test_processes_that_damage_load_no_tensorflow():
    command = "import training.degradations, sys; print({'keras', 'tensorflow'} & {*sys.modules})"
    found = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"
