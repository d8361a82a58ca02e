"""How often a feed is worth asking, and when a dead one rests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.feeds import (
    LONGEST,
    RESTING,
    SHORTEST,
    UNKNOWN,
    Poll,
    failed_nights,
    known_urls,
    next_poll_at,
    poll_history,
    poll_interval,
    rests_until,
)
from storage.records import Discovered, FeedPoll
from storage.store import Store

START = datetime(2026, 9, 1, 22, 0, tzinfo=UTC)


def polls(*new: int, every: timedelta = timedelta(hours=1), failed: int = 0) -> tuple[Poll, ...]:
    good = [Poll(polled_at=START + every * n, error=None, new_items=count) for n, count in enumerate(new)]
    bad = [Poll(polled_at=START + every * (len(new) + n), error="http-5xx") for n in range(failed)]
    return (*good, *bad)


@pytest.mark.parametrize(
    ("history", "interval"),
    [
        ((), UNKNOWN),
        (polls(40), UNKNOWN),
        (polls(40, 6, 6, 6), timedelta(minutes=30)),
        (polls(0, 60, 60, 60), SHORTEST),
        (polls(40, 1, 0, 0, 0, 0, 0), timedelta(hours=18)),
        (polls(40, 0, 0), LONGEST),
        (polls(40, 6, 6, 6, failed=1), timedelta(minutes=80)),
        (polls(40, 6, 6, 6, failed=9), LONGEST),
    ],
)
def test_interval_from_its_own_history(history: tuple[Poll, ...], interval: timedelta) -> None:
    assert poll_interval(history) == interval
    if history:
        assert next_poll_at(history) == history[-1].polled_at + interval
    else:
        assert next_poll_at(history) is None


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60))
def test_interval_is_bounded(rows: list[tuple[int, bool]]) -> None:
    history = [
        Poll(polled_at=START + timedelta(minutes=7 * n), error=None if ok else "timeout", new_items=new)
        for n, (new, ok) in enumerate(rows)
    ]
    assert SHORTEST <= poll_interval(history) <= LONGEST


def nights(count: int) -> list[Poll]:
    return [Poll(polled_at=START + timedelta(days=n), error="http-404") for n in range(count)]


def test_seven_nights_make_a_feed_dead() -> None:
    assert failed_nights(nights(6)) == 6
    assert rests_until(nights(6), START + timedelta(days=6)) is None
    dead = nights(7)
    assert rests_until(dead, START + timedelta(days=6)) is None, "asked again on the same day, as any other"
    again = date(2026, 9, 11)
    assert rests_until(dead, START + timedelta(days=7)) == again
    resting = [*dead, Poll(polled_at=START + timedelta(days=7), error=RESTING)]
    assert rests_until(resting, START + timedelta(days=8)) == again
    assert rests_until(resting, START + timedelta(days=9)) is None
    assert rests_until([*dead, Poll(polled_at=START + timedelta(days=9), error=None)], START) is None


def test_many_runs_of_one_night_are_one_night() -> None:
    again = [Poll(polled_at=START + timedelta(minutes=n), error="timeout") for n in range(20)]
    assert failed_nights(again) == 1
    assert rests_until(again, START + timedelta(days=1)) is None


def test_history_and_known_urls_from_the_store(store: Store) -> None:
    run = store.begin_run("nightly", date(2026, 9, 10)).run_id
    poll = FeedPoll(feed_url="http://b.example/rss", outlet_id="b", polled_at=START, status=200, items=1)
    item = Discovered(url="http://b.example/a", outlet_id="b", via="feed", via_url=poll.feed_url)
    assert poll_history(store, poll.feed_url) == ()
    store.discover(run, poll, [item])
    assert poll_history(store, poll.feed_url) == (Poll(polled_at=START, error=None, new_items=1),)
    assert known_urls(store, ["http://b.example/a", "http://b.example/b"]) == {"http://b.example/a"}
