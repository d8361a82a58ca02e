"""What is usual for an outlet, and when silence is a fault: histories made up by us."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import model
from config.model import Outlet
from night.expected import Calendar, Volume
from night.health import FeedAnswer, OutletFacts, judge_outlet
from night.judge import outlet_health
from night.metrics import last_run
from storage.activity import Coverage
from storage.records import Article, FateWord, FeedPoll, Outcome
from storage.urls import article_id
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


# a machine that was off for days


def looked(off: range, days: int = 36) -> frozenset[date]:
    """The days on which we asked: every one, but those that lie `off` days back."""
    return frozenset((NOW - timedelta(days=back)).date() for back in range(days) if back not in off)


def seen(hours: dict[datetime, int], off: range) -> dict[datetime, int]:
    """What is found of a history when nobody asks for days: a feed holds what its last day brought."""
    gone = {(NOW - timedelta(days=back)).date() for back in off}
    return {at: number for at, number in hours.items() if (at + timedelta(days=1)).date() not in gone}


def test_days_nobody_looked_back_on_do_not_delay_the_call_of_silence() -> None:
    """Two breaks of a week each, as gaps of the paper, had silence called after two weeks instead of a day."""
    found = history(40, until=NOW - timedelta(hours=30))
    for off in (range(8, 15), range(18, 26)):
        found = seen(found, off)
    off = range(8, 15), range(18, 26)
    days = looked(off[0]) & looked(off[1])
    with_breaks = Volume(found, now=NOW, calendar=Calendar(), looked=days)
    assert with_breaks.known
    assert with_breaks.longest_gap() < timedelta(days=1)
    assert with_breaks.usual(NOW.date()).cautious > 20
    assert with_breaks.is_silent(max(found))
    assert not volume(found).is_silent(max(found)), "what was wrong before"


@pytest.mark.parametrize("off", [1, 3, 9, 20])
@pytest.mark.parametrize("a_day", [3, 12, 40])
def test_a_machine_that_was_off_finds_a_paper_that_prints_healthy(off: int, a_day: int) -> None:
    found = seen(history(a_day), range(1, off + 1))
    back = Volume(found, now=NOW, calendar=Calendar(), looked=looked(range(1, off + 1)))
    assert not back.is_silent(max(found))
    told = outlet(volume=back, last_published_at=max(found), fates={FateWord.STORED: 5})
    assert (told.state, told.reason) == ("healthy", "new articles")


def test_a_paper_that_stopped_while_the_machine_was_off_is_silent_at_once() -> None:
    found = history(40, until=NOW - timedelta(days=4))
    back = Volume(found, now=NOW, calendar=Calendar(), looked=looked(range(1, 6)))
    assert back.is_silent(max(found)), "its feed, asked today, holds nothing newer"


def test_two_days_of_looking_and_weeks_of_none_are_no_history() -> None:
    found = {at: number for at, number in history(40).items() if (NOW - at) > timedelta(days=30)}
    assert volume(found).known
    assert not Volume(found, now=NOW, calendar=Calendar(), looked=looked(range(1, 30))).known


def test_a_day_that_was_not_looked_back_on_is_not_called_meagre() -> None:
    found = {at: n for at, n in history(40).items() if at.date() != (NOW - timedelta(days=1)).date()}
    assert volume(found).meagre(0) is not None
    assert Volume(found, now=NOW, calendar=Calendar(), looked=looked(range(1))).meagre(0) is None


NIGHT = datetime(2026, 9, 9, 22, 0, tzinfo=UTC)
"""05:00 of 10 September in Hải Phòng."""


def nights(store: Any, days: range) -> None:
    """A paper with six articles a day, asked each night whose number of days back is in `days`."""
    for back in reversed(days):
        at = NIGHT - timedelta(days=back)
        store.clock = lambda at=at: at
        run = store.begin_run("nightly", at.date()).run_id
        store.discover(run, FeedPoll(feed_url="f", outlet_id="a", polled_at=at, status=200, items=6), [])
        for hour in range(3, 21, 3):
            when = at - timedelta(hours=hour)
            url = f"https://a.example/{when:%Y%m%d%H}"
            made = Article(
                article_id=article_id(url), outlet_id="a", url=url, canonical_url=url, title=f"Tin {when}",
                sapo=None, published_at=when, paragraphs=("Cầu.",),
            )  # fmt: skip
            store.commit(run, [Outcome(url=url, outlet_id="a", fate=FateWord.STORED, article=made)])
        store.finish_run(run, "done")


def test_health_after_a_break_of_two_weeks_judges_by_the_days_it_saw(store: Any) -> None:
    paper = Outlet(id="a", name="A", domains=("a.example",), tier="local", feeds=("f",))
    nights(store, range(19, 34))
    nights(store, range(5))
    [back] = outlet_health(store, [paper], run_id=None, now=NIGHT, calendar=model.Calendar())
    assert (back.state, back.reason) == ("healthy", "new articles")
    assert back.evidence["usual_a_day"] == 6
    later = NIGHT + timedelta(days=2)
    run = store.begin_run("nightly", later.date()).run_id
    store.discover(run, FeedPoll(feed_url="f", outlet_id="a", polled_at=later, status=304), [])
    [quiet] = outlet_health(store, [paper], run_id=run, now=later, calendar=model.Calendar())
    assert quiet.state == "silent", "the break of ours is no measure of its silences"


def test_a_night_that_was_cut_off_knows_nothing_of_the_days_since(store: Any) -> None:
    """`health`, asked a week later, called every paper silent: it judged what it had seen as if it were of today."""
    run = store.begin_run("nightly", NIGHT.date())
    assert last_run(store).seen_at == run.started_at
    asked = run.started_at + timedelta(minutes=9)
    store.discover(run.run_id, FeedPoll(feed_url="f", outlet_id="a", polled_at=asked, status=200, items=0), [])
    assert last_run(store).seen_at == asked
    assert store.finish_run(run.run_id, "done").finished_at == last_run(store).seen_at
