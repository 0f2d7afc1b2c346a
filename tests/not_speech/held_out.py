"""Sounds that nothing was chosen on: how well the detector does on what it did not meet."""

from collections.abc import Mapping

import numpy as np
from scipy.signal import chirp, sawtooth, square

from tests.not_speech.making import Maker, Sound, band, coloured, notes, strikes, tone


def _theremin(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    """Pitch glides from note to note and trembles."""
    points = random.uniform(200, 900, 2 + int(2 * time[-1]))
    pitch = np.interp(time, np.linspace(0, time[-1], len(points)), points)
    return tone(random, time, rate, pitch * (1 + 0.01 * np.sin(2 * np.pi * 6 * time)), 4)


def _bass_line(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    """A buzzing bass whose brightness goes with each note."""
    return notes(
        random,
        time,
        lambda here, pitch: band(sawtooth(2 * np.pi * pitch / 2 * here), rate, 60, 900),
    )


def _band_playing(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    """A melody over a bass and a beat."""
    melody = notes(random, time, lambda here, pitch: tone(random, here, rate, 2 * pitch, 6))
    beat = strikes(
        random, time, lambda here: random.standard_normal(len(here)) * np.exp(-60 * here)
    )
    return melody + 0.7 * _bass_line(random, time, rate) + 0.5 * beat


def _helicopter(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    blades = np.maximum(np.sin(2 * np.pi * random.uniform(8, 20) * time), 0) ** 4
    return coloured(random, time, -1.2) * (0.1 + blades)


def _waves(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    swell = np.sin(2 * np.pi * random.uniform(0.1, 0.4) * time + random.uniform(0, 6)) ** 2
    return coloured(random, time, -0.7) * (0.05 + swell)


def _applause(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    claps = (random.random(len(time)) < 60 / rate) * random.uniform(0.2, 1, len(time))
    one = random.standard_normal(rate // 100) * np.exp(-np.linspace(0, 6, rate // 100))
    return band(np.convolve(claps, one)[: len(time)], rate, 500, 3_000)


def _crickets(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    chirping = (np.sin(2 * np.pi * random.uniform(2, 4) * time) > 0.3) * (
        np.sin(2 * np.pi * random.uniform(25, 60) * time) > 0
    )
    return np.sin(2 * np.pi * random.uniform(0.2, 0.4) * rate * time) * chirping


def _bubbles(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    low = random.uniform(200, 600)
    return strikes(random, time, lambda here: chirp(here, low, 0.1, 2 * low) * np.exp(-25 * here))


def _heartbeat(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    def beat(here: Sound) -> Sound:
        second = np.maximum(here - 0.2, 0)
        thud = np.sin(2 * np.pi * 55 * here) * np.exp(-20 * here)
        return thud + np.sin(2 * np.pi * 70 * second) * np.exp(-25 * second)

    return strikes(random, time, beat) + 0.002 * random.standard_normal(len(time))


def _telephone(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    """An old bell, or the signal that the line is busy."""
    if random.random() < 0.5:
        return np.sin(2 * np.pi * 425 * time) * ((time % 0.96) < 0.48)
    hammer = np.sin(2 * np.pi * 20 * time) > 0
    bell = np.sin(2 * np.pi * np.where(hammer, 1_300, 1_050) * time)
    return bell * ((time % 2) < 1)


def _fan(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    blades = tone(random, time, rate, random.uniform(40, 120), 6)
    return blades + random.uniform(2, 10) * coloured(random, time, -1)


def _typing(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    keys = (random.random(len(time)) < 7 / rate) * random.uniform(0.3, 1, len(time))
    one = random.standard_normal(rate // 40) * np.exp(-np.linspace(0, 8, rate // 40))
    return np.convolve(keys, one)[: len(time)] + 0.003 * random.standard_normal(len(time))


def _ring_modulated(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    carrier = np.sin(2 * np.pi * random.uniform(200, 1_500) * time)
    return carrier * tone(random, time, rate, random.uniform(30, 400), 4)


def _square_sweep(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    pitch = np.geomspace(random.uniform(60, 200), random.uniform(300, 1_500), len(time))
    return square(2 * np.pi * np.cumsum(pitch) / rate)


def _noise_bursts(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    on = np.sin(2 * np.pi * random.uniform(0.5, 6) * time) > random.uniform(-0.5, 0.5)
    return coloured(random, time, random.choice([0, -1])) * on


def _strings(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    """Bowed chords, each swelling and fading, every string with a vibrato of its own."""
    sound = np.zeros(len(time))
    for ratio in (1, 1.2, 1.5, 2):
        vibrato = 1 + 0.008 * np.sin(2 * np.pi * random.uniform(4.5, 6.5) * time)
        sound += tone(random, time, rate, random.uniform(140, 160) * ratio * vibrato, 12)
    return sound * (0.2 + np.abs(np.sin(np.pi * random.uniform(0.2, 0.7) * time)))


HELD_OUT: Mapping[str, Maker] = {
    "theremin": _theremin,
    "bass line": _bass_line,
    "band playing": _band_playing,
    "helicopter": _helicopter,
    "waves": _waves,
    "applause": _applause,
    "crickets": _crickets,
    "bubbles": _bubbles,
    "heartbeat": _heartbeat,
    "telephone": _telephone,
    "fan": _fan,
    "typing": _typing,
    "ring-modulated": _ring_modulated,
    "square sweep": _square_sweep,
    "noise bursts": _noise_bursts,
    "strings": _strings,
}
