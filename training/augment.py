"""Random changes to log mel spectrograms while training. The generator is always passed in."""

import numpy as np

from training.conditions import Another, recorded
from training.recipe import Recipe
from webapp.speech.features import (
    Features,
    FeatureSettings,
    levelled,
    network_input,
    silence_around,
)

Generator = np.random.Generator


def augmented(clip: Features, recipe: Recipe, another: Another, generator: Generator) -> Features:
    """One window of a clip's spectrum (frames, bands), changed at random: plane_shape.

    `another` gives the spectrum of any training clip.
    """
    settings, augmentation = recipe.features, recipe.augmentation
    clip = stretched(clip, augmentation.stretch, generator)
    clip = random_cut(clip, settings.window_frames, generator)
    mel, chroma = clip[:, : settings.n_mels], clip[:, settings.n_mels :]
    mel = equalized(mel, augmentation.equalizer_db, generator)
    if augmentation.noise_db and generator.random() < augmentation.noise_share:
        mel = noisy(mel, generator.uniform(*augmentation.noise_db), generator)
    mel = recorded(mel, recipe.conditions, settings, another, generator)
    mel = levelled(mel, settings.floor_db)
    mel = masked(mel, 0, augmentation.time_masks, augmentation.mask_share, generator)
    mel = masked(mel, 1, augmentation.mel_masks, augmentation.mask_share, generator)
    clip = np.hstack([mel, chroma]) if chroma.size else mel
    if settings.pooling == "none":
        clip = placed(clip, settings, generator)
    return network_input(clip, settings)


def stretched(clip: Features, most: float, generator: Generator) -> Features:
    """Another tempo, by up to `most`: frames interpolated, pitch and formants unchanged."""
    if not most:
        return clip
    frames = max(round(len(clip) * (1 + most) ** generator.uniform(-1, 1)), 1)
    position = np.linspace(0, len(clip) - 1, frames, dtype=np.float32)
    before = position.astype(int)
    after = np.minimum(before + 1, len(clip) - 1)
    share = (position - before)[:, np.newaxis]
    return np.asarray((1 - share) * clip[before] + share * clip[after], dtype=np.float32)


def random_cut(clip: Features, frames: int, generator: Generator) -> Features:
    """At most `frames` frames, from anywhere in the clip."""
    start = int(generator.integers(max(len(clip) - frames, 0) + 1))
    return clip[start : start + frames]


def equalized(clip: Features, deviation_db: float, generator: Generator) -> Features:
    """A smooth random frequency response: cosines over the mel axis, slow ones the strongest."""
    if not deviation_db:
        return clip
    order = np.arange(1, 6)
    waves = np.cos(np.pi * order * (np.arange(clip.shape[1])[:, np.newaxis] + 0.5) / clip.shape[1])
    response = waves @ (generator.normal(0, deviation_db, len(order)) / order)
    return np.asarray(clip + response, dtype=np.float32)


def noisy(clip: Features, snr_db: float, generator: Generator) -> Features:
    """Stationary noise of a random spectral tilt, `snr_db` below the clip's mean power."""
    power = 10 ** (clip / 10)
    tilt = generator.uniform(-15, 5) * np.linspace(-0.5, 0.5, clip.shape[1])
    ripple = generator.gamma(4.0, 0.25, clip.shape)  # power in a bin fluctuates around 1
    noise = 10 ** ((tilt - snr_db) / 10) * ripple * power.mean()
    return np.asarray(10 * np.log10(power + noise), dtype=np.float32)


def masked(clip: Features, axis: int, masks: int, share: float, generator: Generator) -> Features:
    """SpecAugment (Park et al. 2019): runs of frames (axis 0) or bands (axis 1) set to the mean."""
    clip = clip.copy()
    size = clip.shape[axis]
    for _ in range(masks):
        width = int(generator.integers(int(size * share) + 1))
        start = int(generator.integers(size - width + 1))
        np.moveaxis(clip, axis, 0)[start : start + width] = clip.mean()
    return clip


def placed(clip: Features, settings: FeatureSettings, generator: Generator) -> Features:
    """Silence of random length in front; `network_input` puts the rest behind."""
    front = int(generator.integers(settings.window_frames - len(clip) + 1))
    return silence_around(clip, front, 0, settings)


def mixed(
    inputs: Features, labels: Features, alpha: float, generator: Generator
) -> tuple[Features, Features]:
    """Mixup (Zhang et al. 2018): every clip of a batch blended with another, and so its label."""
    if not alpha:
        return inputs, labels
    share = generator.beta(alpha, alpha, len(inputs)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = generator.permutation(len(inputs))

    def blend(values: Features) -> Features:
        weight = share.reshape(-1, *[1] * (values.ndim - 1))
        return weight * values + (1 - weight) * values[other]

    return blend(inputs), blend(labels)
