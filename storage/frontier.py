"""The frontier: which URLs are known, which are due, and when a host may be asked. One row a URL key.

A row opened in `fates` without a word means «seen in this run»; `storage.commit` or `runs.close_fates` writes the word.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select, text

from config.model import Settings
from storage.errors import StoreError
from storage.pruning import remembered
from storage.records import TRANSIENT_FATES, Discovered, FateWord, FeedPoll, FrontierRow, Teaser, Via
from storage.schema import articles, fates, feed_polls, feeds, frontier, hosts, runs
from storage.sql import in_chunks, insert_new, rows_by, upsert
from storage.urls import url_key
from vietnamese.normal import clean


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """What is kept of a feed or sitemap between polls."""

    feed_url: str
    outlet_id: str
    etag: str | None
    last_modified: str | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_status: int | None
    last_error: str | None
    failures: int
    """Polls in a row that failed."""


_AT_ONCE = 0.001
"""Seconds: the least wait for a turn that somebody else has."""

LASTING_FATES = frozenset(
    {
        FateWord.NOT_ARTICLE,
        FateWord.OFF_LANGUAGE,
        FateWord.HTTP_4XX,
        FateWord.ROBOTS,
        FateWord.TOO_BIG,
        FateWord.REDIRECT_LOOP,
        FateWord.PRIVATE_ADDRESS,
        FateWord.NO_TEXT,
        FateWord.DUPLICATE,
        FateWord.GONE,
    }
)
"""Remembered for `crawl.remember_days` and repeated as the fate of every run that sees the URL meanwhile."""

_VIA_ORDER: dict[Via, int] = {"feed": 0, "sitemap": 1, "section": 2, "topic": 3, "import": 4, "recheck": 5}


def discover(connection: Connection, run_id: str, poll: FeedPoll, items: Sequence[Discovered], now: datetime) -> int:
    """Save a poll and what it announced; returns how many URLs were new.

    Raises StoreError for an unknown run.
    """
    _check_run(connection, run_id)
    announced: dict[str, Discovered] = {}
    for item in items:
        announced.setdefault(url_key(item.url), item)
    known = rows_by(connection, frontier, frontier.c.url_key, announced)
    new = [_new_row(key, item, run_id, now) for key, item in announced.items() if key not in known]
    insert_new(connection, frontier, remembered(connection, new))
    seen = [_seen_row(known[key], item, run_id, now) for key, item in announced.items() if key in known]
    upsert(connection, frontier, seen, key=("url_key",))
    open_fates(connection, run_id, [(key, item.url, item.outlet_id) for key, item in announced.items()])
    _save_poll(connection, run_id, poll, new_items=len(new))
    return len(new)


def _check_run(connection: Connection, run_id: str) -> None:
    if connection.execute(select(runs.c.run_id).where(runs.c.run_id == run_id)).first() is None:
        raise StoreError(f"no run {run_id!r}", "runs", "Call begin_run first")


def open_fates(connection: Connection, run_id: str, seen: Iterable[tuple[str, str, str]]) -> None:
    """Note that the URLs (key, url, outlet_id) were seen in this run; one that has a row keeps it."""
    insert_new(
        connection,
        fates,
        [{"run_id": run_id, "url_key": key, "url": url, "outlet_id": outlet_id} for key, url, outlet_id in seen],
    )


def new_row(
    key: str, url: str, outlet_id: str, *, via: Via, via_url: str, run_id: str, now: datetime
) -> dict[str, Any]:
    """A frontier row that nothing is known of but its URL."""
    return {
        "url_key": key,
        "url": url,
        "outlet_id": outlet_id,
        "via": via,
        "via_url": via_url,
        "title": None,
        "sapo": None,
        "published_at": None,
        "published_raw": None,
        "lastmod": None,
        "etag": None,
        "last_modified": None,
        "first_run_id": run_id,
        "first_seen_at": now,
        "last_seen_at": now,
        "changed": False,
        "fate": None,
        "detail": None,
        "fated_at": None,
        "checked_at": None,
        "attempts": 0,
        "retry_at": None,
        "recheck_at": None,
        "article_id": None,
    }


def _new_row(key: str, item: Discovered, run_id: str, now: datetime) -> dict[str, Any]:
    row = new_row(key, item.url, item.outlet_id, via=item.via, via_url=item.via_url, run_id=run_id, now=now)
    return row | _teaser_columns(item) | {"lastmod": item.lastmod}


def _teaser_columns(item: Discovered) -> dict[str, Any]:
    teaser = item.teaser
    if teaser is None:
        return {}
    return {
        "title": teaser.title,
        "sapo": teaser.sapo,
        "published_at": teaser.published_at,
        "published_raw": teaser.published_raw,
    }


def _seen_row(row: RowMapping, item: Discovered, run_id: str, now: datetime) -> dict[str, Any]:
    """`row` after `item` announced it again."""
    seen = dict(row) | {"last_seen_at": now}
    if row["fated_at"] is None and row["first_run_id"] == run_id and _rank(item.via, item.via_url) < _rank_of(row):
        # Two feeds of one night race for who announces first: the lower rank wins, whichever answered sooner.
        return seen | {
            "url": item.url,
            "outlet_id": item.outlet_id,
            "via": item.via,
            "via_url": item.via_url,
            "title": None,
            "sapo": None,
            "published_at": None,
            "published_raw": None,
            **_teaser_columns(item),
            "lastmod": item.lastmod,
        }
    if row["via"] == "import" and item.via != "import" and row["fate"] == FateWord.TEASER:
        # A file said that it exists; now its outlet does, so its page can be had.
        return seen | {"via": item.via, "via_url": item.via_url, **_teaser_columns(item), "changed": True}
    if item.via_url == row["via_url"] and _teaser_differs(row, item.teaser):
        seen |= {**_teaser_columns(item), "changed": True}
    if item.lastmod and item.lastmod.replace(microsecond=0) != row["lastmod"]:
        # A feed whose dates lie in the future would be «newer» for ever: only a lastmod not seen before counts.
        seen["lastmod"] = item.lastmod
        seen["changed"] = seen["changed"] or (row["checked_at"] is not None and item.lastmod > row["checked_at"])
    return seen


def _rank(via: Via, via_url: str) -> tuple[int, str]:
    return _VIA_ORDER[via], via_url


def _rank_of(row: RowMapping) -> tuple[int, str]:
    return _rank(row["via"], row["via_url"])


def _teaser_differs(row: RowMapping, teaser: Teaser | None) -> bool:
    if teaser is None:
        return False
    return (clean(teaser.title), clean(teaser.sapo or "")) != (clean(row["title"] or ""), clean(row["sapo"] or ""))


def _save_poll(connection: Connection, run_id: str, poll: FeedPoll, *, new_items: int) -> None:
    kept = connection.execute(select(feeds).where(feeds.c.feed_url == poll.feed_url)).mappings().first()
    worked = poll.error is None
    state = {
        "feed_url": poll.feed_url,
        "outlet_id": poll.outlet_id,
        "etag": poll.etag or (kept["etag"] if kept and not _answered_whole(poll) else None),
        "last_modified": poll.last_modified or (kept["last_modified"] if kept and not _answered_whole(poll) else None),
        "last_polled_at": poll.polled_at,
        "last_success_at": poll.polled_at if worked else (kept and kept["last_success_at"]),
        "last_new_at": poll.polled_at if new_items else (kept and kept["last_new_at"]),
        "last_status": poll.status,
        "last_error": poll.error,
        "failures": 0 if worked else (kept["failures"] if kept else 0) + 1,
    }
    upsert(connection, feeds, [state], key=("feed_url",))
    once = {
        "run_id": run_id,
        "feed_url": poll.feed_url,
        "outlet_id": poll.outlet_id,
        "polled_at": poll.polled_at,
        "status": poll.status,
        "error": poll.error,
        "detail": poll.detail,
        "items": poll.items,
        "new_items": new_items,
    }
    upsert(connection, feed_polls, [once], key=("run_id", "feed_url"))


def _answered_whole(poll: FeedPoll) -> bool:
    """A whole answer without validators drops the old ones; a 304 or a failure leaves them."""
    return poll.error is None and poll.status != 304  # noqa: PLR2004 - Not Modified


def due(
    connection: Connection, run_id: str, outlet_id: str | None, now: datetime, settings: Settings
) -> list[FrontierRow]:
    """Rows of the outlet (None: of all) that are due and have no fate in this run, oldest discovery first."""
    remembered = now - timedelta(days=settings.crawl.remember_days)
    f = frontier.c
    transient = and_(
        f.fate.in_([*TRANSIENT_FATES]), or_(f.retry_at.is_(None), f.retry_at <= now), f.last_seen_at >= remembered
    )
    forgotten = and_(f.fate.in_([*LASTING_FATES]), f.fated_at < remembered, fates.c.run_id.is_not(None))
    recheck = and_(
        f.recheck_at <= now, articles.c.kind == "full", articles.c.in_scope.is_(True), articles.c.gone_at.is_(None)
    )
    query = (
        select(frontier)
        .outerjoin(fates, and_(fates.c.run_id == run_id, fates.c.url_key == f.url_key))
        .outerjoin(articles, articles.c.article_id == f.article_id)
        .where(fates.c.fate.is_(None))
        .where(or_(f.fate.is_(None), f.changed.is_(True), transient, forgotten, recheck))
    )
    if outlet_id is not None:
        query = query.where(f.outlet_id == outlet_id)
    # Sorted here: databases collate letters and signs differently.
    rows = sorted(connection.execute(query).mappings(), key=lambda row: (row["first_seen_at"], row["url"]))
    return [_as_record(row) for row in rows]


def _as_record(row: RowMapping) -> FrontierRow:
    teaser = None
    if row["title"] is not None:
        teaser = Teaser(
            title=row["title"],
            sapo=row["sapo"],
            published_at=row["published_at"],
            published_raw=row["published_raw"],
        )
    return FrontierRow(
        url_key=row["url_key"],
        url=row["url"],
        outlet_id=row["outlet_id"],
        via=row["via"],
        teaser=teaser,
        attempts=row["attempts"],
        article_id=row["article_id"],
        etag=row["etag"],
        last_modified=row["last_modified"],
    )


def claim_host(connection: Connection, host: str, pace_seconds: float, today: date, most: int) -> float:
    """Take the host's turn for one request to be sent now: 0.0, or the seconds until it can be tried again.

    Nothing is reserved: a turn is given at the moment of sending, `pace_seconds` after the last request of whatever
    process, so that one who got away late pushes all others back. `SPENT` when the host had `most` requests `today`
    (0: no limit): those of every process count, the night's, a topic's, a watch's.
    """
    now = time.time()
    # One statement, so two processes can never be given the same moment, or the last request of the day.
    asked = {
        "host": host, "now": now, "pace": float(pace_seconds), "most": most,
        "today": today.isoformat(), "tomorrow": (today + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    if connection.execute(_TAKE, asked).first() is not None:
        return 0.0
    c = hosts.c
    next_at, asked_at, day, requests = connection.execute(
        select(c.next_at, c.asked_at, c.day, c.requests).where(c.host == host)
    ).one()
    if most and requests is not None and requests >= most and day in {asked["today"], asked["tomorrow"]}:
        return SPENT
    if asked_at is not None and asked_at > now:
        # The clock went back: what was still to be waited for stays to be waited for, not the whole jump.
        next_at, asked_at = next_at - (asked_at - now), now
        moved = hosts.update().where(hosts.c.host == host, hosts.c.asked_at > now)
        connection.execute(moved.values(next_at=next_at, asked_at=asked_at))
    wait: float = max(next_at, (asked_at or 0.0) + pace_seconds) - now
    return max(wait, _AT_ONCE)


SPENT = math.inf
"""The wait of a host that had all requests of its day."""

# A night that began yesterday and one of today share a host for a while: both count on the later day.
_TAKE = text(
    "INSERT INTO hosts (host, next_at, asked_at, day, requests) VALUES (:host, :now + :pace, :now, :today, 1) "
    "ON CONFLICT (host) DO UPDATE SET next_at = excluded.next_at, asked_at = excluded.asked_at, "
    "day = CASE WHEN hosts.day = :tomorrow THEN hosts.day ELSE excluded.day END, "
    "requests = CASE WHEN hosts.day IN (:today, :tomorrow) THEN coalesce(hosts.requests, 0) + 1 ELSE 1 END "
    "WHERE hosts.next_at <= :now AND coalesce(hosts.asked_at, 0.0) + :pace <= :now "
    "AND (:most = 0 OR coalesce(hosts.day, '') NOT IN (:today, :tomorrow) OR coalesce(hosts.requests, 0) < :most) "
    "RETURNING host"
)


def hold_host(connection: Connection, host: str, seconds: float) -> None:
    """Nothing to this host before `seconds` from now; a longer hold stays."""
    hold = text(
        "INSERT INTO hosts (host, next_at) VALUES (:host, :at) ON CONFLICT (host) DO UPDATE SET next_at = "
        "CASE WHEN hosts.next_at > :at THEN hosts.next_at ELSE :at END"
    )
    connection.execute(hold, {"host": host, "at": time.time() + seconds})


def keys_in_frontier(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of the URL keys the frontier knows."""
    found: set[str] = set()
    for chunk in in_chunks(keys):
        found.update(connection.execute(select(frontier.c.url_key).where(frontier.c.url_key.in_(chunk))).scalars())
    return found
