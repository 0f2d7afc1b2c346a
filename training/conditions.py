"""Other rooms, devices and surroundings, put into log mel spectrograms while training.

Approximations on mel power, which cost a thousandth of doing the same to the sound; what damaged
sound really costs is measured on sound, by `python -m training robustness`. The generator is
always passed in.
"""

import numpy as np
from scipy.signal import lfilter

from training.recipe import Conditions
from webapp.speech.features import FLOOR_DB, Features, FeatureSettings

Generator = np.random.Generator

BABBLE_SHARE = 0.25
"""Share of the noises that are other voices."""

VOICES = 6
"""How many of them."""


def recorded(
    mel: Features, conditions: Conditions, settings: FeatureSettings, generator: Generator
) -> Features:
    """A clip's log mel spectrogram (frames, n_mels) as another device in another place gives it.

    With noise it may come back longer: the noise goes on where the voice does not.
    """
    if generator.random() < conditions.room_share:
        mel = reverberant(mel, settings.hop_length / settings.sample_rate, generator)
    if generator.random() < conditions.noise_share:
        mel = surrounded(mel, settings.window_frames, generator)
        mel = noisy(mel, generator.uniform(*conditions.noise_db), generator)
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


def noisy(mel: Features, snr_db: float, generator: Generator) -> Features:
    """Other voices, or stationary noise of a random tilt, `snr_db` below the clip's mean power."""
    power = powers(mel)
    made = babble if generator.random() < BABBLE_SHARE else hiss
    noise = made(power, generator)
    gain = np.float32(power.mean() * 10 ** (-snr_db / 10) / noise.mean())
    return decibels(np.asarray(power + gain * noise, dtype=np.float32))


def hiss(power: Features, generator: Generator) -> Features:
    """Power of stationary noise with a random spectral tilt; it fluctuates in each bin."""
    bands = power.shape[1]
    tilt = generator.uniform(-20, 5) * np.linspace(-0.5, 0.5, bands, dtype=np.float32)
    ripple = generator.standard_gamma(4.0, power.shape, dtype=np.float32)
    return np.asarray(10 ** (tilt / 10) * ripple, dtype=np.float32)


def babble(power: Features, generator: Generator) -> Features:
    """Power of several voices at once, made of this one: shifted in time, some of it backwards."""
    shifted = [
        np.roll(power[:: generator.choice([-1, 1])], generator.integers(len(power)), axis=0)
        for _ in range(VOICES)
    ]
    return np.asarray(sum(shifted), dtype=np.float32)


def band_limited(mel: Features, generator: Generator) -> Features:
    """The lowest and the highest bands 30 to 80 dB down, where a telephone leaves 7 to 58 of 80."""
    bands = mel.shape[1]
    limited = mel.copy()
    lost = generator.uniform(30, 80)
    limited[:, : int(bands * generator.uniform(0, 0.12))] -= lost
    limited[:, int(bands * generator.uniform(0.6, 1)) :] -= lost
    return limited


def powers(mel: Features) -> Features:
    """Levels as power."""
    return np.asarray(10 ** (mel / 10), dtype=np.float32)


def decibels(power: Features) -> Features:
    """Power as levels."""
    return np.asarray(10 * np.log10(power), dtype=np.float32)
