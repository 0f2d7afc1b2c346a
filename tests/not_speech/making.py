"""Tools to make sounds that nobody makes by speaking: seeded, of many kinds, lengths and levels."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from webapp.speech.waveform import Waveform

Sound = npt.NDArray[np.float64]
Maker = Callable[[np.random.Generator, Sound, int], Sound]
"""Makes a sound from randomness, the seconds at which its samples lie, and its rate."""

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)


def made_sounds(
    kinds: Mapping[str, Maker], count: int, seed: int
) -> Iterator[tuple[str, Waveform]]:
    """So many sounds, the kinds in turn: 1 to 8 s, peaks of -40 to 0 dB, every rate."""
    random = np.random.default_rng(seed)
    names = list(kinds)
    for number in range(count):
        name, rate = names[number % len(names)], int(random.choice(RATES))
        time = np.arange(round(random.uniform(1, 8) * rate)) / rate
        sound = kinds[name](random, time, rate)
        peak = 10 ** (random.uniform(-40, 0) / 20)
        loud = sound / max(np.abs(sound).max(), 1e-9) * peak
        yield name, Waveform(loud.astype(np.float32), rate)


def coloured(random: np.random.Generator, time: Sound, slope: float) -> Sound:
    """Noise whose power goes with that power of the frequency: 0 white, -1 pink, -2 brown."""
    spectrum = np.fft.rfft(random.standard_normal(len(time)))
    frequencies = np.maximum(np.fft.rfftfreq(len(time), time[1]), 20.0)
    return np.fft.irfft(spectrum * frequencies ** (slope / 2), len(time))


def tone(
    random: np.random.Generator, time: Sound, rate: int, pitch: float | Sound, overtones: int
) -> Sound:
    """A note with overtones that fall off as an instrument's do, none above half the rate."""
    pitch = np.broadcast_to(pitch, time.shape)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    numbers = [n for n in range(1, overtones + 1) if n * pitch.max() < 0.45 * rate]
    fall = random.uniform(0.5, 2)
    return sum((np.sin(n * phase) / n**fall for n in numbers), np.zeros(len(time)))


def notes(random: np.random.Generator, time: Sound, make: Callable[[Sound, float], Sound]) -> Sound:
    """A melody on a scale: one note after the other, each dying away."""
    sound = np.zeros(len(time))
    step = int(random.uniform(0.12, 0.7) / time[1])
    base = random.uniform(110, 440)
    for start in range(0, len(time), step):
        pitch = base * 2 ** (random.choice([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
        here = time[start : start + step] - time[start]
        sound[start : start + step] = make(here, pitch) * np.exp(-here * random.uniform(1, 8))
    return sound


def strikes(random: np.random.Generator, time: Sound, strike: Callable[[Sound], Sound]) -> Sound:
    """The same stroke again and again, in a loose rhythm."""
    sound = np.zeros(len(time))
    at, period = 0.0, random.uniform(0.15, 0.8)
    while at < time[-1]:
        start = int(at / time[1])
        here = time[start : start + int(0.5 / time[1])] - time[start]
        sound[start : start + len(here)] += strike(here) * random.uniform(0.4, 1)
        at += period * random.uniform(0.8, 1.2)
    return sound


def band(sound: Sound, rate: int, low: float, high: float) -> Sound:
    """What of a sound lies between two frequencies."""
    return sosfilt(
        butter(2, [low, min(high, 0.45 * rate)], "bandpass", fs=rate, output="sos"), sound
    )
