import socket
import threading
import time
from contextlib import closing

import pytest

from webapp import hurry
from webapp.hurry import Hurried


@pytest.fixture
def pair():
    """A connection of which this side is hurried, and the other side."""
    ours, theirs = socket.socketpair()
    hurried = Hurried(ours, seconds=0.3)
    with closing(hurried), closing(theirs):
        yield hurried, theirs


def test_what_comes_in_time_comes(pair):
    hurried, theirs = pair
    theirs.sendall(b"voice")
    assert hurried.recv(100) == b"voice"
    theirs.close()
    assert hurried.recv(100) == b""


def test_nothing_comes(pair):
    hurried, _ = pair
    with pytest.raises(ConnectionResetError):
        hurried.recv(100)


def test_a_byte_now_and_then(pair):
    """Each comes soon enough; the request does not."""
    hurried, theirs = pair
    over = threading.Event()

    def drip():
        while not over.wait(0.02):
            theirs.sendall(b"x")

    client = threading.Thread(target=drip)
    client.start()
    received = []
    with pytest.raises(ConnectionResetError):
        received.extend(iter(lambda: hurried.recv(1), b""))
    over.set()
    client.join()
    assert set(received) == {b"x"}


def test_much_may_take_long(pair, monkeypatch):
    monkeypatch.setattr(hurry, "LEAST_RATE", 1_000)
    hurried, theirs = pair
    theirs.sendall(bytes(2_000))
    assert len(hurried.recv(4_000)) == 2_000  # worth two seconds more
    time.sleep(0.4)
    theirs.sendall(b"the rest")
    assert hurried.recv(100) == b"the rest"


def test_the_next_request_has_its_own_time(pair):
    hurried, theirs = pair
    time.sleep(0.4)
    theirs.sendall(b"again")
    with pytest.raises(ConnectionResetError):
        hurried.recv(100)
    hurried.expect()
    assert hurried.recv(100) == b"again"


def test_who_does_not_listen_is_left(pair, monkeypatch):
    monkeypatch.setattr(hurry, "LEAST_RATE", 1e9)
    hurried, _ = pair
    with pytest.raises(ConnectionResetError):
        hurried.sendall(bytes(10_000_000))


def test_a_shorter_patience_stays(pair):
    """Gunicorn has one of its own where it throws away what nobody reads."""
    hurried, _ = pair
    hurried.settimeout(0.01)
    with pytest.raises(TimeoutError):
        hurried.recv(100)
    assert hurried.gettimeout() == 0.01
