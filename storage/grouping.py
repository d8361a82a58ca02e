"""What the issues room reads and writes: articles in scope, where they belong, and the issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, or_, select

from gazetteer.mention import FIELDS, Mention
from storage.article_rows import as_mention
from storage.issue_records import IssueInput, IssueRecord, PlacedArticle, Placement
from storage.issue_schema import issue_aliases, reprint_keys
from storage.schema import TO_GROUP, article_at, articles, issue_articles, issues, mentions, outlets
from storage.search_index import index_facts
from storage.sql import in_chunks, insert_new, rows_by, upsert

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

    `scoped=False` takes those out of scope too. In scope they come from an index of just these (`schema.TO_GROUP`), so
    that the size of the store does not matter.
    """
    wanted = TO_GROUP if scoped else articles.c.grouped_hash != articles.c.content_hash
    query = select(*_columns).select_from(_joined).where(wanted).order_by(article_at, articles.c.article_id)
    rows = connection.execute(query).mappings().all()
    spans = mentions_of(connection, [row["article_id"] for row in rows])
    return [_as_input(row, spans) for row in rows]


def recent_issues(connection: Connection, since: datetime) -> list[PlacedArticle]:
    """Articles placed already that were published (or first seen) at or after `since`, with their placement, in order.

    An article that is pending again because it changed is not among them.
    """
    # Two ranges, for which the database has an index each: a coalesce would read every article ever stored.
    undated = and_(articles.c.published_at.is_(None), articles.c.first_seen_at >= since)
    return _placed(connection, or_(articles.c.published_at >= since, undated))


def placed_articles(connection: Connection, article_ids: Iterable[str]) -> list[PlacedArticle]:
    """Those of these articles that are placed as they stand now, in order of (published or first seen, id)."""
    chunks = in_chunks(sorted(set(article_ids)))
    found = [one for chunk in chunks for one in _placed(connection, articles.c.article_id.in_(chunk))]
    return sorted(found, key=lambda one: (one.item.at, one.item.article_id))


def _placed(connection: Connection, which: ColumnElement[bool]) -> list[PlacedArticle]:
    query = (
        select(*_columns, *(c for c in issue_articles.c if c.name not in {"article_id", "placed_at"}))
        .select_from(_joined.join(issue_articles, issue_articles.c.article_id == articles.c.article_id))
        .where(which, issue_articles.c.placed_hash == articles.c.content_hash)
        .order_by(article_at, articles.c.article_id)
    )
    rows = connection.execute(query).mappings().all()
    spans = mentions_of(connection, [row["article_id"] for row in rows])
    return [PlacedArticle(item=_as_input(row, spans), placement=_as_placement(row)) for row in rows]


def reprint_candidates(connection: Connection, keys: Iterable[int]) -> dict[int, set[str]]:
    """The articles that the index of reprints has under each of `keys`."""
    found: dict[int, set[str]] = {}
    for chunk in in_chunks(sorted(set(keys))):
        query = select(reprint_keys).where(reprint_keys.c.key.in_(chunk))
        for row in connection.execute(query):
            found.setdefault(row.key, set()).add(row.article_id)
    return found


def place_anew(connection: Connection, article_id: str) -> None:
    """Let the next run judge and place an article again."""
    connection.execute(issue_articles.update().where(issue_articles.c.article_id == article_id).values(placed_hash=""))
    connection.execute(articles.update().where(articles.c.article_id == article_id).values(grouped_hash=""))


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
        auto_issue_id=row["auto_issue_id"],
        tied_to=row["tied_to"],
        reprint_keys=_unpacked(row["reprint_keys"]),
    )


def mentions_of(connection: Connection, article_ids: Iterable[str]) -> dict[str, tuple[Mention, ...]]:
    """The mentions of each article, in order of field (title, sapo, text) and start."""
    found: dict[str, list[Mention]] = {}
    for chunk in in_chunks(article_ids):
        query = select(mentions).where(mentions.c.article_id.in_(chunk))
        for row in connection.execute(query).mappings():
            found.setdefault(row["article_id"], []).append(as_mention(dict(row)))
    return {key: tuple(sorted(some, key=lambda m: (FIELDS.index(m.field), m.start))) for key, some in found.items()}


def save_placements(
    connection: Connection,
    placements: Sequence[Placement],
    records: Sequence[IssueRecord],
    now: datetime,
    merged: Mapping[str, str] | None = None,
) -> None:
    """Save where articles belong and the issues they belong to; drop issues that are left without any article.

    `merged`: ids of issues that went over, with the id they are found under from now on.
    """
    stored = _hashes(connection, [placement.article_id for placement in placements])
    kept = [p for p in placements if p.article_id in stored]
    before = rows_by(connection, issue_articles, issue_articles.c.article_id, [p.article_id for p in kept])
    _index_reprints(connection, kept, before)
    rows = [_placement_row(p, stored[p.article_id], now) for p in kept]
    levels = {row["article_id"]: row["level"] for row in rows}
    upsert(connection, issue_articles, rows, key=("article_id",))
    index_facts(
        connection, [id_ for id_, level in levels.items() if id_ not in before or before[id_]["level"] != level]
    )
    grouped = [{"of": row["article_id"], "hash": row["placed_hash"]} for row in rows]
    if grouped:
        mark = articles.update().where(articles.c.article_id == bindparam("of")).values(grouped_hash=bindparam("hash"))
        connection.execute(mark, grouped)
    upsert(connection, issues, [issue_row(record) for record in records], key=("issue_id",))
    save_aliases(connection, merged or {}, "rule")
    drop_empty(connection, {row["issue_id"] for row in before.values()} | {record.issue_id for record in records})


def drop_empty(connection: Connection, issue_ids: Iterable[str]) -> None:
    """Delete those of these issues that have no article any more, and the aliases of those that have some again."""
    for chunk in in_chunks(sorted(set(issue_ids))):
        query = select(issue_articles.c.issue_id).where(issue_articles.c.issue_id.in_(chunk)).distinct()
        living = set(connection.execute(query).scalars())
        empty = [issue_id for issue_id in chunk if issue_id not in living]
        connection.execute(issues.delete().where(issues.c.issue_id.in_(empty)))
        connection.execute(issue_aliases.delete().where(issue_aliases.c.issue_id.in_(sorted(living))))


def save_aliases(connection: Connection, merged: Mapping[str, str], decided_by: str) -> None:
    """Note that issues went over to others; ids that pointed to one of them point on."""
    for old, new in sorted(merged.items()):
        onward = issue_aliases.update().where(issue_aliases.c.merged_into == old)
        connection.execute(onward.values(merged_into=new))
        row = {"issue_id": old, "merged_into": new, "decided_by": decided_by}
        upsert(connection, issue_aliases, [row], key=("issue_id",))


def _hashes(connection: Connection, article_ids: Iterable[str]) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for chunk in in_chunks(article_ids):
        query = select(articles.c.article_id, articles.c.content_hash).where(articles.c.article_id.in_(chunk))
        hashes |= {row.article_id: row.content_hash for row in connection.execute(query)}
    return hashes


def _index_reprints(connection: Connection, placements: Iterable[Placement], before: Mapping[str, RowMapping]) -> None:
    """Bring the index of reprints in line: a function of what is placed, whatever was saved before."""
    new: list[dict[str, Any]] = []
    for placement in placements:
        old = before.get(placement.article_id)
        held = set(_unpacked(old["reprint_keys"])) if old else set()
        for key in held.difference(placement.reprint_keys):
            row = (reprint_keys.c.key == key, reprint_keys.c.article_id == placement.article_id)
            connection.execute(reprint_keys.delete().where(*row))
        wanted = sorted(set(placement.reprint_keys) - held)
        new += [{"key": key, "article_id": placement.article_id} for key in wanted]
    insert_new(connection, reprint_keys, new)


def _packed(keys: Iterable[int]) -> bytes:
    return b"".join(key.to_bytes(8, "big", signed=True) for key in keys)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(packed[at : at + 8], "big", signed=True) for at in range(0, len(packed), 8))


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
        "auto_issue_id": placement.auto_issue_id or placement.issue_id,
        "tied_to": placement.tied_to,
        "reprint_keys": _packed(placement.reprint_keys),
    }


def issue_row(record: IssueRecord) -> dict[str, Any]:
    """An issue as a row of its table."""
    return {
        "issue_id": record.issue_id,
        "title": record.title,
        "level": record.level,
        "field_of": record.field_of,
        "level_reasons": list(record.level_reasons),
        "first_at": record.first_at,
        "last_at": record.last_at,
        "first_article_id": record.first_article_id,
        "given_title": record.given_title,
        "pinned": record.pinned,
        "given_level": record.given_level,
    }
