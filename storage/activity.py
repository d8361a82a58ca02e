"""What a run saw of each outlet: how its feeds answered, its fates counted, its last success and last new article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import RowMapping, case, func, select

from storage.runs import INTERRUPTED
from storage.schema import article_at, articles, fates, feed_polls, feeds, runs
from storage.sql import in_chunks, utc_hour
from storage.store import Store
from vietnamese.clock import to_local

NOT_MODIFIED = 304


@dataclass(frozen=True, kw_only=True, slots=True)
class PollSeen:
    """One answer of a feed or sitemap in the run."""

    feed_url: str
    status: int
    error: str | None
    detail: str | None
    items: int | None = 0
    """What it listed; where it said «not modified», what its last whole answer did. None when that is not known."""


@dataclass(kw_only=True, slots=True)
class OutletActivity:
    """What is known of one outlet."""

    polls: list[PollSeen] = field(default_factory=list)
    fates: dict[str, int] = field(default_factory=dict)
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    first_polled_at: datetime | None = None


def outlet_activity(store: Store, run_id: str | None) -> Mapping[str, OutletActivity]:
    """Activity by outlet id; with `run_id` None that of the newest run. An outlet never seen is not in it."""
    seen: dict[str, OutletActivity] = {}
    run_id = run_id or newest_run(store)
    polls = store.rows(select(feed_polls).where(feed_polls.c.run_id == run_id).order_by(feed_polls.c.feed_url))
    listed = _listed_before(store, [row for row in polls if row["status"] == NOT_MODIFIED])
    for row in polls:
        seen.setdefault(row["outlet_id"], OutletActivity()).polls.append(
            PollSeen(
                feed_url=row["feed_url"],
                status=row["status"],
                error=row["error"],
                detail=row["detail"],
                items=listed.get(row["feed_url"]) if row["status"] == NOT_MODIFIED else row["items"],
            )
        )
    counted = (
        select(fates.c.outlet_id, fates.c.fate, func.count().label("n"))
        .where(fates.c.run_id == run_id, fates.c.fate.is_not(None))
        .group_by(fates.c.outlet_id, fates.c.fate)
    )
    for row in store.rows(counted):
        seen.setdefault(row["outlet_id"], OutletActivity()).fates[row["fate"]] = row["n"]
    _history(store, seen)
    return seen


def _listed_before(store: Store, polls: Sequence[RowMapping]) -> dict[str, int]:
    """What the last whole answers of these feeds listed: a 304 says that it is still so, an empty feed still empty."""
    if not polls:
        return {}
    c, until = feed_polls.c, max(poll["polled_at"] for poll in polls)
    found: dict[str, int] = {}
    for urls in in_chunks(poll["feed_url"] for poll in polls):
        whole = [c.feed_url.in_(urls), c.status != NOT_MODIFIED, c.error.is_(None), c.polled_at <= until]
        newest = select(c.feed_url, func.max(c.polled_at).label("at")).where(*whole).group_by(c.feed_url).subquery()
        same = (c.feed_url == newest.c.feed_url) & (c.polled_at == newest.c.at)
        rows = store.rows(select(c.feed_url, c["items"]).join(newest, same).where(*whole).order_by(c.run_id))
        found.update((row["feed_url"], row["items"]) for row in rows)
    return found


def newest_run(store: Store) -> str | None:
    """The run that began last; None in an empty store. Looks in the day do not count: they ask little of an outlet.

    An import asks no outlet: it counts in a store in which nothing else ran.
    """
    newest = (
        select(runs.c.run_id)
        .where(runs.c.kind.not_in(("topic", "watch", "replay")))
        .order_by(runs.c.kind == "import", runs.c.started_at.desc(), runs.c.run_id.desc())
        .limit(1)
    )
    found = store.rows(newest)
    return found[0]["run_id"] if found else None


def _history(store: Store, seen: dict[str, OutletActivity]) -> None:
    success = select(feeds.c.outlet_id, func.max(feeds.c.last_success_at).label("at")).group_by(feeds.c.outlet_id)
    for row in store.rows(success):
        seen.setdefault(row["outlet_id"], OutletActivity()).last_success_at = row["at"]
    new = select(articles.c.outlet_id, func.max(articles.c.first_seen_at).label("at")).group_by(articles.c.outlet_id)
    for row in store.rows(new):
        seen.setdefault(row["outlet_id"], OutletActivity()).last_new_at = row["at"]
    first = select(feed_polls.c.outlet_id, func.min(feed_polls.c.polled_at).label("at")).group_by(
        feed_polls.c.outlet_id
    )
    for row in store.rows(first):
        seen.setdefault(row["outlet_id"], OutletActivity()).first_polled_at = row["at"]


def days_looked(store: Store, since: datetime) -> Mapping[str, frozenset[date]]:
    """The days (of Hải Phòng) since `since` (aware) on which a feed of the outlet answered, by outlet id."""
    hour = utc_hour(feed_polls.c.polled_at).label("hour")
    query = select(feed_polls.c.outlet_id, hour).where(feed_polls.c.polled_at >= since, feed_polls.c.error.is_(None))
    found: dict[str, set[date]] = {}
    for row in store.rows(query.distinct()):
        found.setdefault(row["outlet_id"], set()).add(to_local(_hour(row["hour"])).date())
    return {outlet: frozenset(days) for outlet, days in found.items()}


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)


def published_by_hour(store: Store, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
    """Articles first seen since `since` (aware), by outlet id and hour of publication (undated: of first sight)."""
    hour = utc_hour(article_at).label("hour")
    query = select(articles.c.outlet_id, hour, func.count().label("n")).where(articles.c.first_seen_at >= since)
    found: dict[str, dict[datetime, int]] = {}
    for row in store.rows(query.group_by(articles.c.outlet_id, hour)):
        found.setdefault(row["outlet_id"], {})[_hour(row["hour"])] = row["n"]
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How many of an outlet's articles came with what."""

    articles: int = 0
    body: int = 0
    dated: int = 0
    sapo: int = 0


def field_coverage(store: Store, since: datetime, until: datetime) -> Mapping[str, Coverage]:
    """By outlet id: the articles first seen in [since, until) (aware) and what they came with."""
    c = articles.c
    query = select(
        c.outlet_id,
        func.count().label("articles"),
        func.sum(case((c.kind == "full", 1), else_=0)).label("body"),
        func.count(c.published_at).label("dated"),
        func.sum(case((func.coalesce(c.sapo, "") != "", 1), else_=0)).label("sapo"),
    ).where(c.first_seen_at >= since, c.first_seen_at < until)
    rows = store.rows(query.group_by(c.outlet_id))
    return {
        row["outlet_id"]: Coverage(articles=row["articles"], body=row["body"], dated=row["dated"], sapo=row["sapo"])
        for row in rows
    }


def finished_mornings(store: Store, kind: str) -> set[date]:
    """The mornings for which a run of that kind has finished; one that was cut off and never continued has not."""
    ended = runs.c.finished_at.is_not(None) & (runs.c.outcome != INTERRUPTED)
    query = select(runs.c.morning).where(runs.c.kind == kind, ended).distinct()
    return {date.fromisoformat(row["morning"]) for row in store.rows(query)}


def begun_mornings(store: Store, kind: str) -> set[date]:
    """The mornings for which a run of that kind was begun."""
    query = select(runs.c.morning).where(runs.c.kind == kind).distinct()
    return {date.fromisoformat(row["morning"]) for row in store.rows(query)}


def fate_counts(store: Store, run_id: str) -> dict[str, int]:
    """How many URLs of the run have which fate."""
    counted = select(fates.c.fate, func.count().label("n")).where(fates.c.run_id == run_id, fates.c.fate.is_not(None))
    return {row["fate"]: row["n"] for row in store.rows(counted.group_by(fates.c.fate))}
