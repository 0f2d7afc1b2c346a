"""Plain sounds: the threshold of the detector was chosen on them."""

from collections.abc import Mapping

import numpy as np
from scipy.signal import chirp

from tests.not_speech.making import Maker, Sound, coloured, notes, strikes, tone


def _dither(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    return random.uniform(-1, 1, len(time)) + random.uniform(-1, 1, len(time))


def _offset(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    return 1 + 1e-3 * random.standard_normal(len(time))


def _tone(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    return tone(random, time, rate, random.uniform(50, 3_000), int(random.integers(1, 12)))


def _hum(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    mains = tone(random, time, rate, random.choice([50.0, 60.0]), 12)
    return mains + 0.05 * random.standard_normal(len(time))


def _chord(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    base, third = random.uniform(80, 500), random.choice([3, 4])
    pitches = [base * 2 ** (step / 12) for step in (0, third, 7)]
    return sum((tone(random, time, rate, p, 8) for p in pitches), np.zeros(len(time)))


def _melody(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    return notes(random, time, lambda here, pitch: tone(random, here, rate, pitch, 8))


def _clicks(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    sound = np.zeros(len(time))
    sound[:: int(rate / random.uniform(1, 40))] = 1
    return sound


def _sweep(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    low, high = random.uniform(50, 300), random.uniform(1_000, 0.45 * rate)
    ends = (low, high) if random.random() < 0.5 else (high, low)
    return chirp(time, ends[0], time[-1], ends[1], method=random.choice(["linear", "logarithmic"]))


def _siren(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    swing = np.sin(2 * np.pi * random.uniform(0.2, 4) * time)
    return tone(random, time, rate, random.uniform(400, 1_000) * (1 + 0.4 * swing), 5)


def _modulated_noise(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    slow = 1 + np.sin(2 * np.pi * random.uniform(0.5, 12) * time)
    return coloured(random, time, random.uniform(-1.5, 0)) * slow


def _drums(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    low, decay = random.uniform(50, 200), random.uniform(8, 40)
    return strikes(
        random,
        time,
        lambda here: (
            (np.sin(2 * np.pi * low * here) + 0.5 * random.standard_normal(len(here)))
            * np.exp(-decay * here)
        ),
    )


PLAIN: Mapping[str, Maker] = {
    "dither": _dither,
    "offset": _offset,
    "white noise": lambda random, time, rate: coloured(random, time, 0),
    "pink noise": lambda random, time, rate: coloured(random, time, -1),
    "brown noise": lambda random, time, rate: coloured(random, time, -2),
    "tone": _tone,
    "hum": _hum,
    "chord": _chord,
    "melody": _melody,
    "clicks": _clicks,
    "sweep": _sweep,
    "siren": _siren,
    "modulated noise": _modulated_noise,
    "drums": _drums,
}
