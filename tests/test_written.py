from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.reading import reading
from webapp import written
from webapp.written import change, clock, duration, in_ten

MOMENT = datetime(2026, 11, 21, 22, 18, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "hardly ever right"),
        (0.049, "hardly ever right"),
        (0.1, "right about once in 10 times"),
        (0.249, "right about 2 times in 10"),
        (0.68, "right about 7 times in 10"),
        (0.94, "right about 9 times in 10"),
        (0.96, "nearly always right"),
        (1.0, "nearly always right"),
    ],
)
def test_how_often_as_people_count(share, words):
    assert in_ten(share) == words


@pytest.mark.parametrize(
    ("difference", "shown"),
    [(-0.098, "−9.8"), (0.0, "0.0"), (-0.0001, "0.0"), (0.0004, "0.0"), (0.1, "+10.0")],
)
def test_a_change_in_points(difference, shown):
    assert change(difference) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((3.42, "3.4 s"), (59.96, "1 min"), (125, "2 min 5 s"), (300, "5 min")),
        *((7200, "2 h"), (3605, "1 h 5 s"), (3725, "1 h 2 min 5 s")),
    ],
)
def test_lengths(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0:00.0"),
        (9.96, "0:10.0"),
        (65.28, "1:05.3"),
        (3599.97, "1:00:00.0"),
        (3725, "1:02:05.0"),
    ],
)
def test_a_place_in_a_recording(seconds, shown):
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("filter", "value", "english", "german"),
    [
        (written.percent, 0.614, "61%", "61\N{NO-BREAK SPACE}%"),
        (written.finely, 0.6138, "61.4%", "61,4\N{NO-BREAK SPACE}%"),
        (written.points, 0.1342, "+13.4 points", "+13,4 Punkte"),
        (written.points, -0.1342, "-13.4 points", "-13,4 Punkte"),
        (written.change, -0.098, "−9.8", "−9,8"),
        (written.brief, 12.3, "12 ms", "12 ms"),
        (written.brief, 0.41, "0.4 ms", "0,4 ms"),
        (written.megabytes, 3 * 2**19, "1.5 MB", "1,5 MB"),
        (written.duration, 3.42, "3.4 s", "3,4 s"),
        (written.duration, 125, "2 min 5 s", "2 min 5 s"),
        (written.clock, 65.28, "1:05.3", "1:05,3"),
        (written.when, MOMENT, "2026-11-21 22:18 UTC", "21.11.2026, 22:18 UTC"),
        (written.count, 12_345, "12,345", "12.345"),
        (written.number, 3.42, "3.4", "3,4"),
        (written.word, "fearful", "fearful", "ängstlich"),
        (written.in_ten, 0.68, "right about 7 times in 10", "in etwa 7 von 10 Fällen richtig"),
    ],
)
def test_in_the_language_of_the_reader(filter, value, english, german):
    assert filter(value) == english  # the shell, where nobody asked
    with reading("en"):
        assert filter(value) == english
    with reading("de"):
        assert filter(value) == german


def test_moments_are_told_in_utc():
    there = MOMENT.astimezone(timezone(timedelta(hours=14)))
    assert written.when(there) == "2026-11-21 22:18 UTC"


def test_only_the_first_letter_is_raised():
    assert written.headed("neutral or Calm") == "Neutral or Calm"
    assert written.headed("") == ""
