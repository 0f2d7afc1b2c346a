"""A file that stays with the worker, read by a decoder over a line."""

import io
import socket
import threading

import numpy as np
import pytest

from webapp.contained.messages import ANSWER, BLOCK, FETCH
from webapp.contained.remote import KEPT, RemoteFile

DATA = np.random.default_rng(1).bytes(20 * BLOCK + 1_000)


@pytest.fixture
def fetched():
    """The numbers of the blocks that were asked for."""
    return []


@pytest.fixture
def remote(fetched):
    """The file as its reader sees it; a thread hands it out."""
    ours, theirs = socket.socketpair()

    def hand_out():
        with ours:
            while header := ours.recv(ANSWER.size):
                kind, _, number = ANSWER.unpack(header)
                assert kind == FETCH
                fetched.append(number)
                ours.sendall(DATA[number * BLOCK : (number + 1) * BLOCK])

    worker = threading.Thread(target=hand_out)
    worker.start()
    with theirs.makefile("rb") as coming:
        yield io.BufferedReader(RemoteFile(theirs, coming, len(DATA)), BLOCK)
    theirs.close()
    worker.join()


def test_it_reads_as_the_file_does(remote):
    assert remote.read() == DATA
    assert remote.read(1) == b""
    assert remote.seek(-5, io.SEEK_END) == len(DATA) - 5
    assert remote.read(100) == DATA[-5:]
    chance = np.random.default_rng(2)
    for _ in range(200):
        start, size = int(chance.integers(len(DATA))), int(chance.integers(3 * BLOCK))
        remote.seek(start)
        assert remote.tell() == start
        assert remote.read(size) == DATA[start : start + size]


def test_what_was_fetched_lately_is_not_fetched_again(remote, fetched):
    """As where an index is read beside the sound."""
    for number in range(100):
        for at in (number * 100, 18 * BLOCK + number * 100):
            remote.seek(at)
            assert remote.read(100) == DATA[at : at + 100]
    assert sorted(fetched) == [0, 18]


def test_little_is_kept(remote, fetched):
    remote.read()
    assert fetched == list(range(21))
    assert len(remote.raw._blocks) == KEPT
