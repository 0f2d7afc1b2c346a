"""What a worker does with whatever a decoder says of a long file, without a decoder."""

import socket
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

from tests.processes import wait_until
from webapp.contained.answers import Nonsense, NotBegun
from webapp.contained.messages import (
    ANSWER,
    BEGUN,
    BLOCK,
    FAILURE,
    FETCH,
    OVER,
    PIECES,
    PLACE,
    REQUEST,
    SOUND,
)
from webapp.contained.streams import MOST_FETCHES, Stream
from webapp.speech.decode import PIECE_SECONDS
from webapp.speech.errors import NotAudio

RATE = 8_000
LONGEST = PIECE_SECONDS * RATE
DATA = np.random.default_rng(1).bytes(BLOCK + 100)
DONE = ANSWER.pack(OVER, 0, 0)


@pytest.fixture
def line():
    """The worker's end and the decoder's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "recording"
    path.write_bytes(DATA)
    with path.open("rb") as opened:
        yield opened


@pytest.fixture
def told():
    """What the decoder was given."""
    return bytearray()


@pytest.fixture
def heard(line, file, told):
    """What the worker makes of what a decoder says of a file of at most 12 seconds."""
    threads = []

    def say(said):
        with suppress(OSError):
            for one in said:
                line[1].sendall(one)
            line[1].shutdown(socket.SHUT_WR)

    def listen():
        while block := line[1].recv(BLOCK):
            told.extend(block)

    def hear(*said):
        threads.extend(
            [threading.Thread(target=say, args=(said,)), threading.Thread(target=listen)]
        )
        for thread in threads:
            thread.start()
        return list(Stream(line[0], file, 12.0, 60).pieces())

    yield hear
    line[0].shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()


def piece(samples=LONGEST, place=0, rate=RATE, size=None):
    header = ANSWER.pack(SOUND, rate, 4 * samples if size is None else size)
    return header + PLACE.pack(place) + bytes(4 * samples)


def fetch(number):
    return ANSWER.pack(FETCH, 0, number)


def test_the_task_is_the_size_and_no_more(line, file):
    line[1].sendall(BEGUN)
    Stream(line[0], file, 2.5, 60).begin()
    assert line[1].recv(100) == REQUEST.pack(PIECES, len(DATA), 2.5)


def test_a_decoder_that_was_not_there(line, file):
    line[1].close()
    with pytest.raises(NotBegun):
        Stream(line[0], file, 2.5, 60).begin()


def test_blocks_are_handed_out(heard, line, told):
    heard(fetch(1), fetch(0), piece(100, len(DATA)), DONE)
    wait_until(lambda: len(told) == len(DATA))
    assert told == DATA[BLOCK:] + DATA[:BLOCK]


def test_pieces_come_with_how_far_the_file_is_read(heard):
    found = heard(piece(place=BLOCK), piece(place=10), piece(100, len(DATA)), DONE)
    assert [len(sound.samples) for sound, _ in found] == [LONGEST, LONGEST, 100]
    assert [share for _, share in found] == [BLOCK / len(DATA), BLOCK / len(DATA), 1.0]


def test_a_failure_ends_it(heard):
    told = b"not_audio\nThis is no sound."
    with pytest.raises(NotAudio, match="no sound"):
        heard(piece(), ANSWER.pack(FAILURE, 0, len(told)) + told)


@pytest.mark.parametrize(
    "said",
    [
        [DONE],
        [fetch(2)],
        [fetch(2**60)],
        [fetch(0)] * (MOST_FETCHES * 11 + 1),
        [ANSWER.pack(b"?", 0, 0)],
        [piece(place=len(DATA) + 1)],
        [piece(place=2**64 - 1)],
        [piece(LONGEST + 1)],
        [piece(0)],
        [piece(size=63)],
        [piece(size=2**63)],
        [piece(rate=0)],
        [piece(rate=48_001)],
        [piece(), piece(rate=16_000)],
        [piece(100), piece(100)],
        [piece(), piece(), piece()],
        [piece(), piece(), piece(2 * RATE + 1)],
        [ANSWER.pack(SOUND, RATE, 4) + PLACE.pack(0) + np.float32(np.nan).tobytes()],
        [ANSWER.pack(SOUND, RATE, 4) + PLACE.pack(0) + np.float32(np.inf).tobytes()],
        [ANSWER.pack(SOUND, RATE, 4) + PLACE.pack(0) + np.float32(1e30).tobytes()],
        [ANSWER.pack(FAILURE, 0, 2**40)],
    ],
)
def test_nonsense(heard, said):
    with pytest.raises(Nonsense):
        heard(*said)


@pytest.mark.parametrize("said", [[], [piece()], [piece()[:-1]], [SOUND]])
def test_an_end_too_soon(heard, said):
    with pytest.raises(EOFError):
        heard(*said)


def test_a_file_that_became_shorter(heard, file, tmp_path):
    (tmp_path / "recording").write_bytes(b"")
    with pytest.raises((OSError, Nonsense)):
        heard(fetch(0))


def test_patience_is_for_the_decoder_and_not_for_who_listens(line, file):
    stream = Stream(line[0], file, 12.0, 0.3)
    pieces = stream.pieces()
    for _ in range(2):
        line[1].sendall(piece())
        next(pieces)
        time.sleep(0.4)
    with pytest.raises(TimeoutError):
        next(pieces)
