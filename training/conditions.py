"""Other rooms, devices and surroundings, put into log mel spectrograms while training.

Approximations on mel power, which cost a thousandth of doing the same to the sound; what damaged
sound really costs is measured on sound, by `python -m training robustness`. The generator is
always passed in.
"""

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter

from training.recipe import Conditions
from webapp.speech.features import FLOOR_DB, Features, FeatureSettings

Generator = np.random.Generator
Another = Callable[[], Features]

BABBLE_SHARE = 0.5
"""Share of the noises that are other voices."""

TELEPHONE_SHARE = 0.5
"""Share of the lost bands that are about those that a telephone loses."""

VOICES = 6
"""How many of them."""


def recorded(
    mel: Features,
    conditions: Conditions,
    settings: FeatureSettings,
    another: Another,
    generator: Generator,
) -> Features:
    """A clip's log mel spectrogram (frames, n_mels) as another device in another place gives it.

    With noise it may come back longer: the noise goes on where the voice does not. `another` gives
    the spectrum of any training clip, for other voices in the same room.
    """
    if generator.random() < conditions.room_share:
        mel = reverberant(mel, settings.hop_length / settings.sample_rate, generator)
    if generator.random() < conditions.noise_share:
        mel = surrounded(mel, settings.window_frames, generator)
        mel = noisy(mel, generator.uniform(*conditions.noise_db), another, generator)
    if generator.random() < conditions.band_share:
        mel = band_limited(mel, generator)
    return mel


def reverberant(mel: Features, hop_seconds: float, generator: Generator) -> Features:
    """The power of each frame dies away by 60 dB in 0.15 to 0.7 seconds, 0 to 15 dB below it."""
    decay = 10 ** (-6 * hop_seconds / generator.uniform(0.15, 0.7))
    wet = 10 ** (-generator.uniform(0, 15) / 10) * (1 - decay)
    power = powers(mel)
    tail = lfilter([0.0, wet], [1.0, -decay], power, axis=0)
    return decibels(np.asarray(power + tail, dtype=np.float32))


def surrounded(mel: Features, frames: int, generator: Generator) -> Features:
    """Silence of random length before and after, up to so many frames in all."""
    free = max(frames - len(mel), 0)
    front, behind, _ = generator.multinomial(free, generator.dirichlet([1, 1, 1]))
    return np.pad(mel, ((front, behind), (0, 0)), constant_values=mel.max() + FLOOR_DB)


def noisy(mel: Features, snr_db: float, another: Another, generator: Generator) -> Features:
    """Other voices, or stationary noise of a random tilt, `snr_db` below the clip's mean power."""
    power = powers(mel)
    others = generator.random() < BABBLE_SHARE
    noise = babble(power, another, generator) if others else hiss(power, generator)
    gain = np.float32(power.mean() * 10 ** (-snr_db / 10) / noise.mean())
    return decibels(np.asarray(power + gain * noise, dtype=np.float32))


def hiss(power: Features, generator: Generator) -> Features:
    """Power of stationary noise with a random spectral tilt; it fluctuates in each bin."""
    bands = power.shape[1]
    tilt = generator.uniform(-20, 5) * np.linspace(-0.5, 0.5, bands, dtype=np.float32)
    ripple = generator.standard_gamma(4.0, power.shape, dtype=np.float32)
    return np.asarray(10 ** (tilt / 10) * ripple, dtype=np.float32)


def babble(power: Features, another: Another, generator: Generator) -> Features:
    """Power of several equally loud voices, each over and over from somewhere on, as `power` is."""
    noise = np.zeros_like(power)
    for _ in range(VOICES):
        other = powers(another()[:, : power.shape[1]])
        begun = np.roll(other, generator.integers(len(other)), axis=0)
        noise += np.resize(begun, power.shape) / other.mean()
    return noise


def band_limited(mel: Features, generator: Generator) -> Features:
    """The lowest and the highest bands 30 to 80 dB down: half of the time about a telephone's.

    A telephone leaves bands 7 to 58 of 80 between 50 and 8,000 Hz.
    """
    line = generator.random() < TELEPHONE_SHARE
    lowest = generator.uniform(0.05, 0.12) if line else generator.uniform(0, 0.05)
    highest = generator.uniform(0.65, 0.8) if line else generator.uniform(0.8, 1)
    bands, lost = mel.shape[1], generator.uniform(30, 80)
    limited = mel.copy()
    limited[:, : int(bands * lowest)] -= lost
    limited[:, int(bands * highest) :] -= lost
    return limited


def powers(mel: Features) -> Features:
    """Levels as power."""
    return np.asarray(10 ** (mel / 10), dtype=np.float32)


def decibels(power: Features) -> Features:
    """Power as levels."""
    return np.asarray(10 * np.log10(power), dtype=np.float32)
