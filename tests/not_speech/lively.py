"""Sounds of machines, weather, animals and instruments: the threshold was chosen on them, too."""

from collections.abc import Mapping

import numpy as np
from scipy.signal import chirp, lfilter

from tests.not_speech.making import Maker, Sound, band, coloured, notes, strikes, tone


def _band_noise(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    low = random.uniform(100, 1_500)
    return band(random.standard_normal(len(time)), rate, low, low * random.uniform(1.3, 4))


def _rain(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    drops = random.standard_normal(len(time)) * (random.random(len(time)) < 300 / rate)
    return band(drops, rate, 800, 6_000) + 0.02 * random.standard_normal(len(time))


def _wind(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    gusts = np.interp(time, np.linspace(0, time[-1], 12), random.uniform(0.05, 1, 12))
    return coloured(random, time, -1.7) * gusts


def _am_tone(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    slow = 1 + np.sin(2 * np.pi * random.uniform(1, 12) * time)
    return tone(random, time, rate, random.uniform(90, 1_500), int(random.integers(1, 10))) * slow


def _fm_tone(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    swing = random.uniform(0.02, 0.3) * np.sin(2 * np.pi * random.uniform(2, 9) * time)
    return tone(
        random, time, rate, random.uniform(90, 800) * (1 + swing), int(random.integers(1, 8))
    )


def _birds(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    top = 0.4 * rate
    low, high = 0.4 * top, random.uniform(0.5, 1) * top
    return strikes(
        random,
        time,
        lambda here: chirp(here, low, 0.15, high) * np.exp(-(((here - 0.07) / 0.03) ** 2)),
    )


def _dialling(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    sound = np.zeros(len(time))
    for start in np.arange(0, time[-1], 0.25):
        here = (time >= start) & (time < start + 0.15)
        pair = random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477])
        sound[here] = sum(np.sin(2 * np.pi * pitch * time[here]) for pitch in pair)
    return sound


def _engine(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    speed = np.interp(time, np.linspace(0, time[-1], 5), random.uniform(25, 90, 5))
    shaken = speed * (1 + 0.03 * random.standard_normal(len(time)))
    return tone(random, time, rate, shaken, 20) + 0.2 * coloured(random, time, -1) * 10


def _bells(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    base, fade = random.uniform(200, 800), random.uniform(2, 6)
    parts = (1, 2.0, 2.4, 3.0, 4.5, 5.3)
    return strikes(
        random,
        time,
        lambda here: (
            np.exp(-fade * here)
            * sum((np.sin(2 * np.pi * base * p * here) / p for p in parts), np.zeros(len(here)))
        ),
    )


def _plucked(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    def string(here: Sound, pitch: float) -> Sound:
        period = max(2, round(rate / pitch))
        pluck = np.zeros(len(here))
        pluck[: min(period, len(here))] = random.uniform(-1, 1, period)[: len(here)]
        return lfilter([1], [1, *np.zeros(period - 1), -0.498, -0.498], pluck)

    return notes(random, time, string)


def _organ(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    sound = np.zeros(len(time))
    vibrato = 1 + 0.01 * np.sin(2 * np.pi * 6 * time)
    for start in np.arange(0, time[-1], random.uniform(0.5, 1.5)):
        root = random.uniform(100, 300)
        chord = [tone(random, time, rate, root * r * vibrato, 6) for r in (1, 1.25, 1.5)]
        sound = np.where(time >= start, sum(chord, np.zeros(len(time))), sound)
    return sound


def _morse(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    keyed = np.repeat(random.random(len(time) // (rate // 15) + 1) < 0.5, rate // 15)[: len(time)]
    return np.sin(2 * np.pi * random.uniform(400, 1_000) * time) * keyed


def _video_game(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    return notes(random, time, lambda here, pitch: np.sign(np.sin(2 * np.pi * pitch * here)))


def _knocks(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    low = random.uniform(100, 500)
    return strikes(
        random,
        time,
        lambda here: (
            band(random.standard_normal(len(here)), rate, low, 4 * low) * np.exp(-50 * here)
        ),
    )


def _crackle(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    pops = random.standard_normal(len(time)) * (random.random(len(time)) < 20 / rate)
    return pops + 0.01 * coloured(random, time, 0)


def _alarm(random: np.random.Generator, time: Sound, rate: int) -> Sound:
    high = np.sin(2 * np.pi * random.uniform(1, 6) * time) > 0
    pitch = random.uniform(500, 1_200) * np.where(high, 1.26, 1)
    return tone(random, time, rate, pitch, int(random.integers(1, 8)))


LIVELY: Mapping[str, Maker] = {
    "violet noise": lambda random, time, rate: coloured(random, time, 2),
    "band of noise": _band_noise,
    "rain": _rain,
    "wind": _wind,
    "AM tone": _am_tone,
    "FM tone": _fm_tone,
    "birds": _birds,
    "dialling": _dialling,
    "engine": _engine,
    "bells": _bells,
    "plucked strings": _plucked,
    "organ": _organ,
    "morse": _morse,
    "video game": _video_game,
    "knocks": _knocks,
    "crackle": _crackle,
    "alarm": _alarm,
}
