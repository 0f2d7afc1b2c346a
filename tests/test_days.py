"""Emotions over days: stretches, bars, the page."""

from datetime import date, timedelta

import pytest

from tests.test_prediction_log import NOON, prediction
from webapp import prediction_log
from webapp.days import MOST, Period, over_days
from webapp.prediction_log import Day
from webapp.speech.emotions import Emotion

SAD, HAPPY = Emotion.SAD, Emotion.HAPPY
FIRST = date(2026, 11, 2)  # a Monday


def spread(*days):
    return over_days(Day(FIRST + timedelta(days=at), SAD, 1) for at in days)


def test_nothing():
    assert over_days([]).stretches == []
    assert over_days([]).most == 0
    assert over_days([]).emotions == []


def test_days_without_gaps():
    found = over_days([Day(FIRST, SAD, 2), Day(FIRST, None, 1), Day(date(2026, 11, 5), HAPPY, 4)])
    assert found.period is Period.DAY
    assert [one.total for one in found.stretches] == [3, 0, 0, 4]
    assert found.emotions == [HAPPY, SAD, None]
    assert (found.count(SAD), found.count(None), found.most) == (2, 1, 4)
    assert found.bars(HAPPY) == "M3.08 100V0.0H3.92V100Z"
    assert found.bars(SAD) == "M0.08 100V50.0H0.92V100Z"


@pytest.mark.parametrize(
    ("last", "period"),
    [
        *((MOST - 1, Period.DAY), (MOST, Period.WEEK), (7 * MOST - 1, Period.WEEK)),
        *((7 * MOST, Period.MONTH), (30 * MOST, Period.YEAR), (100_000, Period.YEAR)),
    ],
)
def test_many_days_become_longer_stretches(last, period):
    found = spread(0, last)
    assert found.period is period
    assert found.stretches[0].total == found.stretches[-1].total == 1
    assert sum(one.total for one in found.stretches) == 2
    assert period is Period.YEAR or len(found.stretches) <= MOST + 1


def test_weeks_and_months_begin_where_people_begin_them():
    weeks = spread(2, 100).stretches
    assert (weeks[0].first, weeks[0].last) == (FIRST, date(2026, 11, 8))
    months = spread(0, 600).stretches
    assert [(one.first.day, (one.last + timedelta(days=1)).day) for one in months] == [(1, 1)] * 20
    year = spread(0, 5000).stretches[0]
    assert (year.first, year.last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_ends_of_time():
    found = over_days([Day(date.min, SAD, 1), Day(date.max, SAD, 1)])
    assert found.stretches[0].first == date.min
    assert Period.WEEK.end(Period.WEEK.begin(date.max)) == date.max


@pytest.fixture
def filled(app):
    with app.app_context():
        prediction_log.add(prediction("one", emotion="sad"))
        prediction_log.add(prediction("two", NOON + timedelta(days=2), emotion="sad", named=False))
        prediction_log.add(prediction("three", NOON + timedelta(days=2), emotion="happy"))


def test_the_page_draws_and_tells_the_same(filled, client):
    page = client.get("/history/days")
    assert page.status_code == 200
    assert "3 voices" in page.text
    assert "Each bar is a day" in page.text
    assert page.text.count("days-bars") == 3
    assert 'href="/history?since=2026-11-21&amp;until=2026-11-21"' in page.text
    assert "No single emotion" in page.text


def test_the_page_respects_filters(filled, client):
    page = client.get("/history/days?emotion=happy&since=2026-11-20")
    assert "1 voice," in page.text
    assert page.text.count("days-bars") == 1
    assert 'href="/history?emotion=happy&amp;since=2026-11-23&amp;until=2026-11-23"' in page.text
    assert "Nothing matches" in client.get("/history/days?words=nobody").text


def test_the_page_of_nothing_and_of_nonsense(client):
    assert "Nothing heard yet" in client.get("/history/days").text
    wrong = client.get("/history/days?since=once")
    assert wrong.status_code == 400
    assert "A date is written like" in wrong.text
