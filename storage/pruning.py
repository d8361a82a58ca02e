"""What a store forgets so that it does not grow for ever: old fates, old polls, addresses nobody announces any more.

Articles stay. An address whose row was forgotten and that is announced again is known by its article: it is not asked
for as if it were new (`remembered`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, and_, func, or_, select

from config.model import Retention
from storage.records import FateWord
from storage.schema import articles, fates, feed_polls, frontier, runs
from storage.sql import in_chunks

Row = dict[str, Any]

_FREE_SHARE = 0.25
"""A file of which more than this is empty is written anew, smaller."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """How many rows went, or would go."""

    fates: int
    polls: int
    addresses: int

    def __bool__(self) -> bool:
        return bool(self.fates or self.polls or self.addresses)


def _old(now: datetime, retention: Retention) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """By name of `Pruned`: the table and which of its rows are too old."""
    unseen_since = now - timedelta(days=retention.addresses_days)
    ended = select(runs.c.run_id).where(
        runs.c.started_at < now - timedelta(days=retention.fates_days), runs.c.finished_at.is_not(None)
    )
    settled = or_(frontier.c.recheck_at.is_(None), frontier.c.recheck_at < unseen_since)
    return {
        "fates": (fates, fates.c.run_id.in_(ended)),
        "polls": (feed_polls, feed_polls.c.polled_at < now - timedelta(days=retention.polls_days)),
        "addresses": (frontier, and_(frontier.c.last_seen_at < unseen_since, settled)),
    }


def prunable(connection: Connection, now: datetime, retention: Retention) -> Pruned:
    """What `prune` would remove; changes nothing."""
    counts = {
        name: connection.execute(select(func.count()).select_from(table).where(old)).scalar_one()
        for name, (table, old) in _old(now, retention).items()
    }
    return Pruned(**counts)


def prune(connection: Connection, now: datetime, retention: Retention) -> Pruned:
    """Remove the fates of runs, polls and addresses that are older than the retention; returns how many."""
    counts = {
        name: connection.execute(table.delete().where(old)).rowcount
        for name, (table, old) in _old(now, retention).items()
    }
    return Pruned(**counts)


def remembered(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """New rows of the frontier, those of stored articles filled with what the articles tell of the last visit.

    The address or the canonical address counts. So a forgotten address is asked for again only when a later change of
    its page is announced, and then as a known article.
    """
    known: dict[str, RowMapping] = {}
    a = articles.c
    for chunk in in_chunks(row["url_key"] for row in rows):
        for key in (a.canonical_key, a.url_key):
            wanted = select(key.label("key"), a.article_id, a.kind, a.updated_at, a.fetched_at, a.gone_at)
            for found in connection.execute(wanted.where(key.in_(chunk))).mappings():
                known[found["key"]] = found
    return [row | _visited(row, known[row["url_key"]]) if row["url_key"] in known else row for row in rows]


def _visited(row: Row, article: RowMapping) -> Row:
    at = article["fetched_at"] or article["updated_at"]
    word = FateWord.GONE if article["gone_at"] else FateWord.STORED
    return {
        "article_id": article["article_id"],
        "fate": FateWord.TEASER if article["kind"] == "teaser" else word,
        "fated_at": at,
        "checked_at": at,
        "changed": row["lastmod"] is not None and row["lastmod"] > at,
    }


def compact(engine: Engine) -> bool:
    """Write an SQLite file anew when much of it is empty; returns whether it was done.

    Postgres uses its room again by itself. Needs as much room on the disk as the file will have.
    """
    if engine.dialect.name != "sqlite":
        return False
    with closing(engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        pages, free = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        if free <= pages * _FREE_SHARE:
            return False
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True
