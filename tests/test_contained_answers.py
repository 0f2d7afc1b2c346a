"""What a worker does with whatever a decoder answers, without a decoder."""

import socket
import time

import pytest

from webapp.contained.answers import KINDS, Nonsense, NotBegun, answer, hand_in
from webapp.contained.messages import ANSWER, BEGUN, FAILURE, REQUEST, SOUND, WHOLE


@pytest.fixture
def line():
    """The worker's end and the decoder's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def soon():
    return time.monotonic() + 0.2


def later():
    return time.monotonic() + 60


@pytest.mark.parametrize("kind", KINDS.values())
def test_failures_are_what_they_were(line, kind):
    told = f"{kind.code}\nEin Satz – auch mit Umlauten, für alle.".encode()
    line[1].sendall(ANSWER.pack(FAILURE, 0, len(told)) + told)
    with pytest.raises(kind, match="Umlauten, für alle"):
        answer(line[0], 1.0, later())


def test_the_longest_sound_is_taken_and_one_sample_more_is_not(line):
    for samples, taken in ((8_000, True), (8_001, False)):
        line[1].sendall(ANSWER.pack(SOUND, 16_000, 4 * samples) + bytes(4 * samples))
        if taken:
            assert answer(line[0], 0.5, later()).seconds == 0.5
        else:
            with pytest.raises(Nonsense):
                answer(line[0], 0.5, later())


def test_samples_can_be_worked_on(line):
    line[1].sendall(ANSWER.pack(SOUND, 16_000, 400) + bytes(400))
    heard = answer(line[0], 0.5, later())
    heard.samples[0] = 1


def test_silence_ends_at_the_deadline(line):
    with pytest.raises(TimeoutError):
        answer(line[0], 1.0, soon())
    line[1].sendall(ANSWER.pack(SOUND, 16_000, 400) + bytes(200))
    with pytest.raises(TimeoutError):
        answer(line[0], 1.0, soon())
    with pytest.raises(TimeoutError):
        answer(line[0], 1.0, time.monotonic() - 1)


@pytest.mark.parametrize("sent", [b"", SOUND, ANSWER.pack(SOUND, 16_000, 400) + bytes(399)])
def test_an_end_too_soon(line, sent):
    line[1].sendall(sent)
    line[1].close()
    with pytest.raises(EOFError):
        answer(line[0], 1.0, later())


def test_an_upload_is_handed_in_whole(line):
    line[1].sendall(BEGUN)
    hand_in(line[0], b"voice", 2.5, later())
    assert line[1].recv(100) == REQUEST.pack(WHOLE, 5, 2.5) + b"voice"


def test_of_an_empty_file_nothing_comes_after_the_request(line):
    """A decoder may have heard it, and ended, before the worker gets to run again."""

    class Outrun(socket.socket):
        def sendall(self, data):
            super().sendall(data)
            line[1].sendall(BEGUN)
            line[1].close()

    with Outrun(fileno=line[0].detach()) as ours:
        hand_in(ours, b"", 2.5, later())


def test_an_upload_that_nobody_takes(line):
    with pytest.raises(NotBegun):
        hand_in(line[0], bytes(10_000_000), 1.0, soon())


@pytest.mark.parametrize("sent", [b"", b"?"])
def test_a_decoder_that_was_not_there(line, sent):
    line[1].sendall(sent)
    line[1].close()
    with pytest.raises(NotBegun):
        hand_in(line[0], b"voice", 1.0, later())
