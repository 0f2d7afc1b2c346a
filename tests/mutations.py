"""Sound files, damaged at random: what strangers, and their networks, make of them."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tests.sounds import CONTAINERS, recorded
from webapp.decoders import NotDecoded
from webapp.errors import failure
from webapp.speech import errors as speech

SECONDS = 0.6
"""Length of the voices that are damaged: enough for every decoder, little to decode."""

LENGTHS = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80\0\0\0",
)
"""What damaged fields of lengths and counts say, in either order of bytes."""

HEAD = 300
"""Bytes that most containers say in how the rest is to be read."""

REFUSALS = (
    *(speech.EmptyFile, speech.NotAudio, speech.NoSound, speech.TooLarge, speech.TooLong),
    *(speech.TooShort, speech.NoSpeech, NotDecoded),
)
"""Kinds of failures that are about the file that was sent."""

Way = Callable[[bytearray, bytes, np.random.Generator], None]


def mutated(data: bytes, other: bytes, generator: np.random.Generator) -> bytes:
    """A file, damaged in one to six ways; `other` is where what is spliced in comes from."""
    changed = bytearray(data)
    for _ in range(int(generator.integers(1, 7))):
        if not changed:
            break
        WAYS[int(generator.integers(len(WAYS)))](changed, other, generator)
    return bytes(changed)


def mutations(seed: int, names: Sequence[str] = CONTAINERS) -> Iterator[tuple[str, bytes]]:
    """Damaged files of the containers in turn, for ever: (what to look it up by, file)."""
    files = [recorded(name, SECONDS) for name in names]
    for number in itertools.count():
        generator = np.random.default_rng([seed, number])
        name, data = names[number % len(names)], files[number % len(files)]
        other = files[int(generator.integers(len(files)))]
        yield f"{name}, seed {seed}, number {number}", mutated(data, other, generator)


def documented() -> set[tuple[int, str]]:
    """Status and code of every refusal that a file may meet with."""
    told = [failure(kind("A sentence.")) for kind in REFUSALS]
    return {(one.status, one.code) for one in told}


def _place(data: bytearray, generator: np.random.Generator) -> int:
    """Anywhere; half of the times in the head, where damage does most."""
    size = min(len(data), HEAD) if generator.random() < 0.5 else len(data)
    return int(generator.integers(size))


def _flip(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    for _ in range(int(generator.integers(1, 20))):
        data[_place(data, generator)] ^= 1 << int(generator.integers(8))


def _cut_off(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    del data[_place(data, generator) :]


def _cut_out(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    start = _place(data, generator)
    del data[start : start + int(generator.integers(1, 400))]


def _splice(data: bytearray, other: bytes, generator: np.random.Generator) -> None:
    start, source = _place(data, generator), int(generator.integers(len(other)))
    size = int(generator.integers(1, 2_000))
    data[start : start + size] = other[source : source + size]


def _repeat(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    start = _place(data, generator)
    data[start:start] = data[start : start + int(generator.integers(1, 400))]


def _length(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    start = _place(data, generator)
    data[start : start + 4] = LENGTHS[int(generator.integers(len(LENGTHS)))]


def _blank(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    start = _place(data, generator)
    size = min(int(generator.integers(1, 400)), len(data) - start)
    data[start : start + size] = bytes(size)


def _garbage(data: bytearray, _: bytes, generator: np.random.Generator) -> None:
    start = _place(data, generator)
    data[start:start] = generator.bytes(int(generator.integers(1, 400)))


WAYS: tuple[Way, ...] = (_flip, _cut_off, _cut_out, _splice, _repeat, _length, _blank, _garbage)
