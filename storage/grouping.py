"""What the issues room reads and writes: articles in scope, where they belong, and the issues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from gazetteer.mention import Mention
from storage.article_rows import as_mention
from storage.issue_records import IssueInput, IssueRecord, PlacedArticle, Placement
from storage.schema import articles, issue_articles, issues, mentions, outlets
from storage.sql import in_chunks, upsert

_FIELD_ORDER = {"title": 0, "sapo": 1, "text": 2}
_at = func.coalesce(articles.c.published_at, articles.c.first_seen_at, type_=articles.c.published_at.type)
_joined = articles.outerjoin(outlets, outlets.c.outlet_id == articles.c.outlet_id)
_columns = (
    articles.c.article_id,
    articles.c.outlet_id,
    outlets.c.tier,
    articles.c.title,
    articles.c.sapo,
    articles.c.paragraphs,
    articles.c.published_at,
    articles.c.first_seen_at,
    articles.c.kind,
    articles.c.about_city,
    articles.c.signature,
    articles.c.credited_outlet,
    articles.c.url,
    articles.c.canonical_url,
    articles.c.content_hash,
)


def pending_issues(connection: Connection, *, scoped: bool = True) -> list[IssueInput]:
    """Articles not placed yet, or changed since, in order of (published or first seen, id).

    `scoped=False` takes those out of scope too.
    """
    query = (
        select(*_columns)
        .select_from(_joined.outerjoin(issue_articles, issue_articles.c.article_id == articles.c.article_id))
        .where(or_(issue_articles.c.article_id.is_(None), issue_articles.c.placed_hash != articles.c.content_hash))
        .order_by(_at, articles.c.article_id)
    )
    if scoped:
        query = query.where(articles.c.in_scope.is_(True))
    rows = connection.execute(query).mappings().all()
    spans = mentions_of(connection, [row["article_id"] for row in rows])
    return [_as_input(row, spans) for row in rows]


def recent_issues(connection: Connection, since: datetime) -> list[PlacedArticle]:
    """Articles placed already that were published (or first seen) at or after `since`, with their placement, in order.

    An article that is pending again because it changed is not among them.
    """
    query = (
        select(*_columns, *(c for c in issue_articles.c if c.name not in {"article_id", "placed_at"}))
        .select_from(_joined.join(issue_articles, issue_articles.c.article_id == articles.c.article_id))
        .where(and_(_at >= since, issue_articles.c.placed_hash == articles.c.content_hash))
        .order_by(_at, articles.c.article_id)
    )
    rows = connection.execute(query).mappings().all()
    spans = mentions_of(connection, [row["article_id"] for row in rows])
    return [PlacedArticle(item=_as_input(row, spans), placement=_as_placement(row)) for row in rows]


def _as_input(row: RowMapping, spans: dict[str, tuple[Mention, ...]]) -> IssueInput:
    return IssueInput(
        article_id=row["article_id"],
        outlet_id=row["outlet_id"],
        tier=row["tier"],
        title=row["title"],
        sapo=row["sapo"],
        text="\n".join(row["paragraphs"]),
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        kind=row["kind"],
        mentions=spans.get(row["article_id"], ()),
        about_city=row["about_city"],
        signature=row["signature"],
        credited_outlet=row["credited_outlet"],
        url=row["url"],
        canonical_url=row["canonical_url"],
        content_hash=row["content_hash"],
    )


def _as_placement(row: RowMapping) -> Placement:
    return Placement(
        article_id=row["article_id"],
        issue_id=row["issue_id"],
        reprint_of=row["reprint_of"],
        reprint_kind=row["reprint_kind"],
        level=row["level"],
        level_reasons=tuple(row["level_reasons"]),
        level_score=row["level_score"],
        field_of=row["field_of"],
        evidence=row["evidence"],
        content_hash=row["placed_hash"],
    )


def mentions_of(connection: Connection, article_ids: Iterable[str]) -> dict[str, tuple[Mention, ...]]:
    """The mentions of each article, in order of field (title, sapo, text) and start."""
    found: dict[str, list[Mention]] = {}
    for chunk in in_chunks(article_ids):
        query = select(mentions).where(mentions.c.article_id.in_(chunk))
        for row in connection.execute(query).mappings():
            found.setdefault(row["article_id"], []).append(as_mention(dict(row)))
    return {key: tuple(sorted(some, key=lambda m: (_FIELD_ORDER[m.field], m.start))) for key, some in found.items()}


def save_placements(
    connection: Connection, placements: Sequence[Placement], records: Sequence[IssueRecord], now: datetime
) -> None:
    """Save where articles belong and the issues they belong to; drop issues that are left without any article."""
    hashes: dict[str, str] = {}
    for chunk in in_chunks(placement.article_id for placement in placements):
        query = select(articles.c.article_id, articles.c.content_hash).where(articles.c.article_id.in_(chunk))
        hashes |= {row.article_id: row.content_hash for row in connection.execute(query)}
    rows = [_placement_row(p, hashes[p.article_id], now) for p in placements if p.article_id in hashes]
    upsert(connection, issue_articles, rows, key=("article_id",))
    upsert(connection, issues, [_issue_row(record) for record in records], key=("issue_id",))
    kept = select(issue_articles.c.issue_id)
    connection.execute(issues.delete().where(issues.c.issue_id.not_in(kept)))


def _placement_row(placement: Placement, hash_now: str, now: datetime) -> dict[str, Any]:
    return {
        "article_id": placement.article_id,
        "issue_id": placement.issue_id,
        "reprint_of": placement.reprint_of,
        "reprint_kind": placement.reprint_kind,
        "level": placement.level,
        "level_reasons": list(placement.level_reasons),
        "level_score": placement.level_score,
        "field_of": placement.field_of,
        "evidence": dict(placement.evidence),
        "placed_hash": placement.content_hash or hash_now,
        "placed_at": now,
    }


def _issue_row(record: IssueRecord) -> dict[str, Any]:
    return {
        "issue_id": record.issue_id,
        "title": record.title,
        "level": record.level,
        "field_of": record.field_of,
        "level_reasons": list(record.level_reasons),
        "first_at": record.first_at,
        "last_at": record.last_at,
        "first_article_id": record.first_article_id,
    }
