import pytest

from webapp.pages.filters import change, clock, duration, in_ten


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
