"""The golden clips of a bundle, which are nobody's voice, and the time that one takes."""

import statistics
import time

import keras
import numpy as np
import numpy.typing as npt

from training.calibrate import hear, with_embedding
from webapp.speech.bundle import Golden
from webapp.speech.calibration import calibrated
from webapp.speech.emotions import Emotion
from webapp.speech.features import Features, FeatureSettings, network_inputs
from webapp.speech.recognizer import Recognizer
from webapp.speech.waveform import Waveform

RATE = 16_000
"""Hz of the synthetic clips."""

CLIP_SECONDS, HEARINGS = 4.0, 20
"""The clip that the time is measured with, and how often it is heard."""


def milliseconds(recognizer: Recognizer) -> float:
    """What a clip takes, features and network: the median of several hearings, warmed up."""
    clip = sound(synthetic_voice(180.0, RATE, CLIP_SECONDS))
    recognizer.recognize(clip)
    times = []
    for _ in range(HEARINGS):
        begun = time.perf_counter()
        recognizer.recognize(clip)
        times.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(times), 1)


def golden_clips(network: keras.Model, settings: FeatureSettings, temperature: float) -> Golden:
    """Synthetic clips with what Keras makes of them. Nobody's voice: they are published."""
    clips = np.stack([synthetic_voice(pitch, RATE, seconds=2.5) for pitch in (110.0, 180.0, 260.0)])
    inputs = [network_inputs(sound(clip), settings) for clip in clips]
    heard = hear(with_embedding(network), inputs).probabilities
    return Golden(
        samples=clips,
        rate=RATE,
        inputs=inputs[0],
        probabilities=calibrated(heard, temperature),
        labels=tuple(Emotion),
    )


def sound(samples: npt.NDArray[np.int16]) -> Waveform:
    """16-bit samples as the recognizer hears them."""
    return Waveform(np.asarray(samples / 32768, dtype=np.float32), RATE)


def synthetic_voice(pitch: float, rate: int, seconds: float) -> npt.NDArray[np.int16]:
    """A vowel-like sound, int16: harmonics of a gliding pitch (Hz), four syllables a second."""
    time = np.arange(round(rate * seconds)) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time))) / rate
    harmonics = np.arange(1, int(4000 / (pitch * 1.2)))
    formants = sum(np.exp(-(((harmonics * pitch - f) / 250.0) ** 2)) for f in (600, 1400, 2600))
    voiced = ((formants + 0.02) / harmonics**0.5) @ np.sin(np.outer(harmonics, phase))
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * time)
    sound: Features = voiced * syllables
    return np.asarray(np.round(0.5 * 32767 * sound / np.abs(sound).max()), dtype=np.int16)
