"""Saved topics, what was found for them, and the log of searches: who asked what, and when."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from storage.errors import StoreError
from storage.schema import query_log, topic_articles, topics
from storage.sql import insert_new, upsert


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A query that is followed until somebody closes it."""

    name: str
    query: str
    outlets: tuple[str, ...] = ()
    """Ids; empty = all."""
    since_hours: int = 0
    """Only articles at most this old when looked for; 0 = no limit."""
    saved_at: datetime
    saved_by: str
    """User of the operating system."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    articles: int = 0
    """How many articles were marked so far."""


def save_topic(connection: Connection, topic: Topic) -> None:
    """Save a topic under its name, in place of an earlier one of that name; it is open afterwards."""
    row = {
        "name": topic.name,
        "query": topic.query,
        "outlets": list(topic.outlets),
        "since_hours": topic.since_hours,
        "saved_at": topic.saved_at,
        "saved_by": topic.saved_by,
        "closed_at": None,
        "closed_by": None,
    }
    kept = connection.execute(select(topics.c.query).where(topics.c.name == topic.name)).scalar()
    if kept is not None and kept != topic.query:
        connection.execute(topic_articles.delete().where(topic_articles.c.name == topic.name))
    upsert(connection, topics, [row], key=("name",))


def close_topic(connection: Connection, name: str, who: str, now: datetime) -> None:
    """Follow a topic no more; what was marked stays. StoreError when none is open under that name."""
    found = topics.update().where(topics.c.name == name, topics.c.closed_at.is_(None))
    if not connection.execute(found.values(closed_at=now, closed_by=who)).rowcount:
        raise StoreError(f"no open topic {name!r}", "topics", "`diembao topic --list` names them")


def all_topics(connection: Connection, *, closed: bool) -> list[Topic]:
    """The open topics, with `closed` the closed ones too, by name."""
    marked = (
        select(topic_articles.c.name, func.count().label("articles")).group_by(topic_articles.c.name).subquery("marked")
    )
    found = select(topics, func.coalesce(marked.c.articles, 0).label("articles")).outerjoin(
        marked, marked.c.name == topics.c.name
    )
    if not closed:
        found = found.where(topics.c.closed_at.is_(None))
    rows = connection.execute(found).mappings()
    return sorted(map(_as_topic, rows), key=lambda topic: topic.name)


def _as_topic(row: RowMapping) -> Topic:
    values: dict[str, Any] = dict(row)
    return Topic(**values | {"outlets": tuple(row["outlets"])})


def mark_articles(
    connection: Connection, name: str, found: Sequence[tuple[str, str]], run_id: str, now: datetime
) -> list[str]:
    """Note that articles (id, why) belong to a topic; returns the ids that were not marked before, in order."""
    known = set(connection.execute(select(topic_articles.c.article_id).where(topic_articles.c.name == name)).scalars())
    new = {article_id: why for article_id, why in found if article_id not in known}
    rows = [
        {"name": name, "article_id": article_id, "why": why, "run_id": run_id, "marked_at": now}
        for article_id, why in new.items()
    ]
    insert_new(connection, topic_articles, rows)
    return list(new)


def log_query(
    connection: Connection, command: str, query: str, filters: Mapping[str, Any], found: int, who: str, now: datetime
) -> None:
    """Write down a search."""
    row = {
        "query_id": uuid.uuid4().hex,
        "asked_at": now,
        "asked_by": who,
        "command": command,
        "query": query,
        "filters": dict(filters),
        "found": found,
    }
    connection.execute(query_log.insert().values(**row))
