"""Sessions: they begin, go on, and end."""

import pytest

from tests.fakes import Clock
from webapp.guard.visits import Visits

HOUR = 3600.0


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def visits(store, clock):
    return Visits(store, idle=HOUR, longest=12 * HOUR, now=clock)


def test_a_visit_goes_on(visits):
    assert visits.goes_on(visits.begin())


@pytest.mark.parametrize("token", ["", "forged", "x" * 43])
def test_nobody_makes_one_up(visits, token):
    visits.begin()
    assert not visits.goes_on(token)


def test_tokens_cannot_be_guessed(visits):
    tokens = {visits.begin() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 43 for token in tokens)


def test_the_store_holds_no_token(visits):
    token = visits.begin()
    assert token not in str(visits.store.run("SELECT * FROM visits"))
    assert token.encode() not in visits.store.path.read_bytes()


def test_it_ends_without_a_sign_of_life(visits, clock):
    token = visits.begin()
    clock.time += HOUR
    assert not visits.goes_on(token)
    clock.time -= HOUR
    assert not visits.goes_on(token), "and does not come back"


def test_each_sign_of_life_prolongs_it(visits, clock):
    token = visits.begin()
    for _ in range(10):
        clock.time += 0.9 * HOUR
        assert visits.goes_on(token)


def test_it_ends_in_any_case(visits, clock):
    token = visits.begin()
    for _ in range(23):
        clock.time += HOUR / 2
        assert visits.goes_on(token)
    clock.time += HOUR / 2
    assert not visits.goes_on(token)


def test_who_leaves_is_out(visits):
    token, other = visits.begin(), visits.begin()
    visits.end(token)
    assert not visits.goes_on(token)
    assert visits.goes_on(other)


def test_all_can_be_seen_out(visits):
    tokens = [visits.begin() for _ in range(3)]
    visits.end_all()
    assert not any(visits.goes_on(token) for token in tokens)


def test_a_clock_set_back_a_little_ends_nothing(visits, clock):
    token = visits.begin()
    clock.time -= 600
    assert visits.goes_on(token)


def test_a_clock_set_back_keeps_nobody_in_for_ever(visits, clock):
    token = visits.begin()
    clock.time -= 24 * HOUR
    assert not visits.goes_on(token)


def test_what_is_over_is_dropped(visits, clock):
    for _ in range(5):
        visits.begin()
    clock.time += 13 * HOUR
    visits.begin()
    assert visits.store.run("SELECT count(*) FROM visits") == [(1,)]
