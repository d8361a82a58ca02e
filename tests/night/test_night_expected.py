"""What is usual for an outlet, and when silence is a fault: histories made up by us."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from night.expected import Calendar, Volume
from night.health import FeedAnswer, OutletFacts, judge_outlet
from storage.activity import Coverage
from storage.records import FateWord
from vietnamese.clock import LOCAL
from vietnamese.numbers import short_date

NOW = datetime(2026, 9, 10, 6, 0, tzinfo=LOCAL)  # a Thursday
TET = tuple(date(2026, 2, day) for day in (16, 17, 18, 19, 20))


def history(
    a_day: float, *, until: datetime = NOW, now: datetime = NOW, days: int = 34, weekend: float = 0.5, seed: int = 1
) -> dict[datetime, int]:
    """A paper with `a_day` articles on a working day, printed between six and twenty-three, up to `until`."""
    chance = random.Random(seed)
    hours: dict[datetime, int] = {}
    for back in range(days, -1, -1):
        day = now - timedelta(days=back)
        size = a_day * (weekend if day.weekday() >= 5 else 1.0)
        for hour in range(6, 24):
            at = day.replace(hour=hour, minute=0)
            number = sum(chance.random() < size / 18 / 20 for _ in range(20))
            if at < until and number:
                hours[at] = number
    return hours


def volume(hours: dict[datetime, int], now: datetime = NOW, holidays: tuple[date, ...] = ()) -> Volume:
    return Volume(hours, now=now, calendar=Calendar(holidays=holidays))


@pytest.mark.parametrize("a_day", [3, 10, 40, 120])
@pytest.mark.parametrize("seed", range(5))
def test_a_night_without_news_is_no_silence(a_day, seed) -> None:
    hours = history(a_day, seed=seed)
    assert not volume(hours).is_silent(max(hours))


@pytest.mark.parametrize(
    ("a_day", "stopped", "silent"), [(40, 16, True), (120, 12, True), (10, 30, True), (1, 30, False)]
)
def test_a_paper_that_stops_is_silent_as_soon_as_enough_is_missing(a_day, stopped, silent) -> None:
    hours = history(a_day, until=NOW - timedelta(hours=stopped))
    assert volume(hours).is_silent(max(hours)) is silent


def test_a_paper_with_few_articles_is_silent_after_twice_its_longest_silence() -> None:
    weekly = {NOW - timedelta(days=back): 1 for back in (33, 30, 26, 23, 19, 16, 12)}
    assert volume(weekly).is_silent(NOW - timedelta(days=12))
    assert not volume(weekly | {NOW - timedelta(days=5): 1}).is_silent(NOW - timedelta(days=5))


def test_a_quiet_sunday_and_a_holiday_are_quiet() -> None:
    sunday = datetime(2026, 9, 6, 18, 0, tzinfo=LOCAL)
    hours = history(12, now=sunday, until=sunday - timedelta(hours=30), weekend=0.1)
    assert not volume(hours, sunday).is_silent(max(hours))
    friday = datetime(2026, 9, 4, 18, 0, tzinfo=LOCAL)
    hours = history(12, now=friday, until=friday - timedelta(hours=18), weekend=0.1)
    assert not volume(hours, friday, holidays=(date(2026, 9, 4),)).is_silent(max(hours))


def test_in_the_long_break_of_tet_little_is_expected() -> None:
    third = datetime(2026, 2, 18, 18, 0, tzinfo=LOCAL)
    hours = history(12, now=third, until=datetime(2026, 2, 16, 20, 0, tzinfo=LOCAL))
    assert volume(hours, third).is_silent(max(hours))
    assert not volume(hours, third, holidays=TET).is_silent(max(hours))


def test_every_weekday_has_its_own_measure() -> None:
    usual = volume(history(40, weekend=0.25)).usual
    assert 30 < usual(NOW.date()).median < 50
    assert usual(date(2026, 9, 13)).median < 18
    assert abs(sum(usual(NOW.date()).by_hour) - 1) < 1e-9


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 40 * 24), st.integers(0, 300), max_size=60), st.integers(0, 900))
def test_any_history_gives_an_answer(counts, since) -> None:
    hours = {NOW - timedelta(hours=back): number for back, number in counts.items()}
    asked = volume(hours)
    assert asked.missing(NOW - timedelta(hours=since)) >= 0
    assert asked.is_silent(NOW) is False
    assert asked.usual(NOW.date()).low >= 0 or not hours


def outlet(**facts):
    return judge_outlet(
        OutletFacts(
            outlet_id="a",
            name="Báo A",
            answers=(FeedAnswer(feed_url="https://a.example/rss", status=200, error=None, detail=None),),
            **facts,
        ),
        NOW,
    )


def test_silence_is_told_with_its_moment_and_its_numbers() -> None:
    hours = history(40, until=NOW - timedelta(hours=16))
    found = outlet(volume=volume(hours), last_published_at=max(hours), last_new_at=NOW - timedelta(hours=2))
    assert (found.state, found.reason_vi) == (
        "silent",
        f"0 tin từ {max(hours):%H:%M} {short_date(max(hours).date())[:-5]}",
    )
    assert found.evidence["missing"] >= 4
    assert found.evidence["usual_a_day"] > 30


def test_the_old_stock_of_a_silent_paper_does_not_make_it_healthy() -> None:
    hours = history(40, until=NOW - timedelta(hours=16))
    assert outlet(volume=volume(hours), last_published_at=max(hours), fates={FateWord.STORED: 3}).state == "silent"


def test_far_fewer_than_usual_is_told() -> None:
    yesterday = NOW - timedelta(days=1)
    hours = {at: n for at, n in history(40).items() if at.date() != yesterday.date() or at.hour == 9}
    found = outlet(volume=volume(hours), last_published_at=NOW, fates={FateWord.STORED: 3})
    assert found.state == "healthy"
    assert "are usual" in found.reason


@pytest.mark.parametrize(("body", "dated", "state"), [(20, 20, "healthy"), (3, 20, "broken"), (20, 2, "broken")])
def test_pages_that_lose_their_body_or_time_break_an_outlet(body, dated, state) -> None:
    found = outlet(
        fates={FateWord.STORED: 20},
        coverage=Coverage(articles=20, body=body, dated=dated, sapo=20),
        usual_coverage=Coverage(articles=300, body=298, dated=300, sapo=250),
    )
    assert found.state == state
    assert found.evidence["usual_body_share"] == 0.993
