"""What strangers send: every container, whole and damaged, and what is no sound at all."""

from collections.abc import Iterator

import numpy as np

from tests.mutations import mutated
from tests.sounds import CONTAINERS, encode, silence, voice

DAMAGED, NOTHING = 0.3, 0.1
"""Shares of uploads that are damaged, and that hold no voice."""

VOICES = 3
"""Voices of different people and lengths in each container."""


def uploads(seed: int) -> Iterator[bytes]:
    """Files for ever, the same ones for the same seed."""
    generator = np.random.default_rng(seed)
    whole = [_file(name, generator) for name in CONTAINERS for _ in range(VOICES)]
    nothing = [b"", b"This is no sound.\n" * 40, bytes(20_000), encode("wav-16", silence(2.0))]
    while True:
        one, other = (whole[int(generator.integers(len(whole)))] for _ in range(2))
        draw = generator.random()
        if draw < NOTHING:
            yield nothing[int(generator.integers(len(nothing)))]
        elif draw < NOTHING + DAMAGED:
            yield mutated(one, other, generator)
        else:
            yield one


def _file(name: str, generator: np.random.Generator) -> bytes:
    seconds, pitch = generator.uniform(0.4, 6.0), generator.uniform(80, 300)
    rate = int(generator.choice([16_000, 44_100, 48_000]))
    return encode(name, voice(seconds, rate, pitch), int(generator.integers(1, 3)))
