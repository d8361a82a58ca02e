"""How often a feed, sitemap or section is worth asking: from its own history, within bounds; dead ones rest.

Pure functions over `Poll` rows, and the two queries that read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from storage.schema import feed_polls, frontier
from storage.sql import in_chunks
from storage.store import Store
from storage.urls import url_key
from vietnamese.clock import to_local

RESTING = "resting"
"""Error word of a poll that was left out because the feed has been dead for long."""

DEAD_AFTER_NIGHTS = 7
"""A feed that failed in so many nights running is dead until it answers again."""

DEAD_EVERY_NIGHTS = 3
"""A dead feed is asked every third night: for ever, since sites come back."""

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=24)
UNKNOWN = timedelta(hours=1)
"""Interval of a feed that has not been asked often enough to tell."""

_WORTH = 3
"""New items that make a poll worth its request."""
_LEAST_POLLS = 3
_HISTORY = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """One poll as history keeps it."""

    polled_at: datetime
    error: str | None
    new_items: int = 0


def poll_history(store: Store, feed_url: str, limit: int = _HISTORY) -> tuple[Poll, ...]:
    """The last polls of a feed, oldest first; () when it was never asked."""
    c = feed_polls.c
    query = select(c.polled_at, c.error, c.new_items).where(c.feed_url == feed_url)
    rows = store.rows(query.order_by(c.polled_at.desc(), c.run_id.desc()).limit(limit))
    return tuple(Poll(**row) for row in reversed(rows))


def poll_interval(polls: Sequence[Poll]) -> timedelta:
    """How long to wait between two polls, so that each brings about three new items; failures double it."""
    asked = [poll for poll in polls if poll.error != RESTING]
    failed = _failed_in_a_row(asked)
    if len(asked) < _LEAST_POLLS:
        base = UNKNOWN
    else:
        # What the first poll brought had gathered before we came.
        brought = sum(poll.new_items for poll in asked[1:])
        span = asked[-1].polled_at - asked[0].polled_at
        base = timedelta(seconds=span.total_seconds() / brought * _WORTH) if brought else LONGEST
    slowed: int = 2 ** min(failed, 10)
    return min(max(base, SHORTEST) * slowed, LONGEST)


def next_poll_at(polls: Sequence[Poll]) -> datetime | None:
    """When the feed is worth asking again; None when it was never asked."""
    asked = [poll for poll in polls if poll.error != RESTING]
    return asked[-1].polled_at + poll_interval(polls) if asked else None


def feeds_due(store: Store, urls: Iterable[str], now: datetime) -> list[str]:
    """Those of the feeds, sitemaps and sections `urls` that are worth asking at `now` (aware), in their order.

    For whoever looks during the day: each as often as its own history makes it worth, one never asked at once.
    """
    moments = {url: next_poll_at(poll_history(store, url)) for url in dict.fromkeys(urls)}
    # A moment further away than any interval was reckoned by a clock that has since gone back.
    return [url for url, at in moments.items() if at is None or at <= now or at > now + LONGEST]


def worth_following(polls: Sequence[Poll], now: datetime, every: timedelta) -> bool:
    """Whether somebody who looks every `every` asks this feed again: one that fails is left alone longer each time.

    One that answers is asked as often as they look: the topic is breaking, and a quiet paper may be the first with it.
    """
    asked = [poll for poll in polls if poll.error != RESTING]
    failed = _failed_in_a_row(asked)
    return not failed or asked[-1].polled_at + min(every * 2 ** min(failed, 10), LONGEST) <= now


def failed_nights(polls: Sequence[Poll]) -> int:
    """On how many days (of Hải Phòng) it was asked and failed since it last answered."""
    days: set[date] = set()
    for poll in reversed(polls):
        if poll.error is None:
            break
        if poll.error != RESTING:
            days.add(to_local(poll.polled_at).date())
    return len(days)


def rests_until(polls: Sequence[Poll], now: datetime) -> date | None:
    """The day on which a dead feed is asked again; None when it is to be asked now (`now` aware)."""
    if failed_nights(polls) < DEAD_AFTER_NIGHTS:
        return None
    last = max(to_local(poll.polled_at).date() for poll in polls if poll.error not in {None, RESTING})
    again = last + timedelta(days=DEAD_EVERY_NIGHTS)
    today = to_local(now).date()
    # Asked twice on one day (a repeated run) is no new night: it is asked again like any other feed.
    return again if last < today < again else None


def known_urls(store: Store, urls: Iterable[str]) -> set[str]:
    """Those of `urls` that the frontier holds."""
    keys = {url_key(url): url for url in urls}
    found: set[str] = set()
    for chunk in in_chunks(keys):
        rows = store.rows(select(frontier.c.url_key).where(frontier.c.url_key.in_(chunk)))
        found.update(keys[row["url_key"]] for row in rows)
    return found


def _failed_in_a_row(polls: Sequence[Poll]) -> int:
    return next((n for n, poll in enumerate(reversed(polls)) if poll.error is None), len(polls))
