import io

import pytest

from webapp.speech import parts
from webapp.speech.parts import Part

DATA = b"tagsome words and a word more"


@pytest.fixture
def part():
    """What follows three bytes."""
    return Part(io.BytesIO(DATA), 3)


def test_it_is_a_file_of_its_own(part):
    assert part.size == len(DATA) - 3
    assert part.read(4) == b"some"
    assert part.tell() == 4
    assert part.read() == b" words and a word more"
    assert part.read(1) == b""
    assert part.seek(-4, io.SEEK_END) == part.size - 4
    assert part.read() == b"more"


def test_it_stays_put_instead_of_going_before_its_start(part):
    part.seek(5)
    assert part.seek(-6, io.SEEK_CUR) == 5
    assert part.seek(-1) == 5
    assert part.seek(1_000) == 1_000
    assert part.read(1) == b""


def test_bytes_between(part):
    assert part.between(0, 4) == b"some"
    assert part.between(part.size - 2, part.size + 10) == b"re"
    assert part.between(part.size + 1, part.size + 10) == b""
    assert part.between(4, 2) == b""
    assert part.tell() == 0


def test_parts_of_parts_have_places_of_their_own(part):
    rest = part.after(5)
    assert rest.read(5) == b"words"
    assert part.read(4) == b"some"
    assert part.after(1_000).size == 0


@pytest.mark.parametrize("searched", [1, 2, 3, 7, 100])
def test_words_are_found_wherever_they_stand(part, monkeypatch, searched):
    monkeypatch.setattr(parts, "SEARCHED", searched)
    assert list(part.places(b"word")) == [5, 17]
    assert list(part.places(b"word", 6)) == [17]
    assert list(part.places(b"word", 5, 21)) == [5, 17]
    assert list(part.places(b"word", 0, 20)) == [5]
    assert list(part.places(b"none")) == []
    assert list(Part(io.BytesIO(b"aaaa")).places(b"aa")) == [0, 1, 2]
