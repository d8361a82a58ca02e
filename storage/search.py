"""Full-text search with and without diacritics: the same answers in the same order on SQLite and Postgres.

A query with any diacritic asks the text as it is written, one without asks the text without. The order is one that a
person can check: words before mentions; then, among the newest that hold the query, those with more of its parts in
their title; then the newest, by the minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from sqlalchemy import Connection, RowMapping, or_, select

from gazetteer.mention import FIELDS
from storage.candidates import Filters, candidates
from storage.query import Query, Syllables, padded, read_query
from storage.schema import articles
from storage.search_index import LEAST_CONFIDENCE, search_key
from storage.sql import in_chunks
from storage.views import v1_articles, v1_mentions

CONSIDERED = 50
"""The newest articles that hold a query, of which the ones with its words in their title come first."""

_MOST_NAMES = 3
"""Of the names in a query, those that mentions may stand for: each doubles the work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One article that a search found."""

    article_id: str
    title: str
    outlet_id: str
    published_at: datetime | None
    first_seen_at: datetime
    url: str
    excerpt: str
    level: int | None
    issue_id: str | None
    why: str
    """Where the words stand: `title: sở xây dựng; text: quy hoạch`."""


def search(connection: Connection, words: str | Query, limit: int, filters: Filters) -> list[Hit]:
    """Articles that hold every word and phrase of the query and none of its exclusions, best first.

    A part that names agencies or units is held by an article that mentions one of them, too; those come after the ones
    that hold the words. A query of exclusions only, or of nothing that is a word, finds nothing.
    """
    query = read_query(words) if isinstance(words, str) else words
    if not query.wanted or limit < 1:
        return []
    found: dict[str, int] = {}
    for number, (parts, named) in enumerate(_arms(query)):
        if len(found) < limit:
            arm = replace(query, wanted=parts)
            for article_id in candidates(connection, arm, named, filters, max(limit, CONSIDERED)):
                found.setdefault(article_id, number)
    return _hits(connection, query, _best(connection, query, found, limit))


def _best(connection: Connection, query: Query, found: Mapping[str, int], limit: int) -> dict[str, int]:
    """The first `limit` of what was found, in order: arm, parts in the title, newest."""
    a = articles.c
    order: dict[str, tuple[int, int, int]] = {}
    for chunk in in_chunks(found):
        named = select(a.article_id, a.title, a.published_at, a.first_seen_at).where(a.article_id.in_(chunk))
        for row in connection.execute(named):
            title = padded(row.title, query)
            held = sum(f" {' '.join(part)} " in title for part in query.wanted)
            key = search_key(row.article_id, row.published_at or row.first_seen_at)
            order[row.article_id] = found[row.article_id], -held, -key
    return {each: found[each] for each in sorted(order, key=order.__getitem__)[:limit]}


def _arms(query: Query) -> Iterator[tuple[tuple[Syllables, ...], tuple[tuple[str, ...], ...]]]:
    """All parts as words; then each choice of the parts that name somebody as mentions instead, the fewest first."""
    at = [place for place, ids in enumerate(query.named) if ids][:_MOST_NAMES]
    for size in range(len(at) + 1):
        for chosen in combinations(at, size):
            words = tuple(part for place, part in enumerate(query.wanted) if place not in chosen)
            yield words, tuple(query.named[place] for place in chosen)


def _hits(connection: Connection, query: Query, found: Mapping[str, int]) -> list[Hit]:
    """What was found (id to the number of its arm) as hits, in that order."""
    rows: dict[str, RowMapping] = {}
    surfaces: dict[str, str] = {}
    for chunk in in_chunks(found):
        wanted = (
            select(v1_articles, articles.c.sapo, articles.c.paragraphs)
            .join(articles, articles.c.article_id == v1_articles.c.article_id)
            .where(v1_articles.c.article_id.in_(chunk))
        )
        rows |= {row["article_id"]: row for row in connection.execute(wanted).mappings()}
        surfaces |= _surfaces(connection, query, [each for each in chunk if found[each]])
    return [_hit(rows[each], query, surfaces.get(each)) for each in found if each in rows]


def hits_of(connection: Connection, query: Query, article_ids: Sequence[str]) -> list[Hit]:
    """The articles with these ids as hits of the query, whether they hold it or not; the newest first."""
    hits = _hits(connection, query, dict.fromkeys(article_ids, 0))
    return sorted(hits, key=lambda hit: (-(hit.published_at or hit.first_seen_at).timestamp(), hit.article_id))


def _surfaces(connection: Connection, query: Query, article_ids: Sequence[str]) -> dict[str, str]:
    """How an article calls what the query names: `title: quận Lê Chân`."""
    if not article_ids:
        return {}
    m = v1_mentions.c
    meant = or_(m.entity_id.in_(query.ids), m.unit_id.in_(query.ids))
    rows = connection.execute(
        select(m.article_id, m.field, m.surface).where(m.article_id.in_(article_ids), meant).order_by(m.start)
    )
    ranked = sorted(rows, key=lambda row: FIELDS.index(row.field), reverse=True)
    return {row.article_id: f"mention in {row.field}: {row.surface}" for row in ranked}


def _hit(row: RowMapping, query: Query, mention: str | None) -> Hit:
    return Hit(
        article_id=row["article_id"],
        title=row["title"],
        outlet_id=row["outlet_id"],
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        url=row["url"],
        excerpt=row["excerpt"],
        level=row["level"],
        issue_id=row["issue_id"],
        why=_why(row, query, mention),
    )


def _why(row: RowMapping, query: Query, mention: str | None) -> str:
    """Which parts of the query stand where, each named once, at the most prominent place; then who is mentioned."""
    places: dict[str, list[str]] = {}
    fields = {"title": row["title"], "sapo": row["sapo"] or "", "text": "\n".join(row["paragraphs"])}
    folded = {name: padded(value, query) for name, value in fields.items()}
    for number, part in enumerate(query.wanted):
        phrase = " ".join(part)
        place = next((name for name, value in folded.items() if f" {phrase} " in value), None)
        if place is not None or not any(query.named[number : number + 1]):
            places.setdefault(place or "text", []).append(phrase)
    told = [f"{place}: {', '.join(parts)}" for place, parts in places.items()]
    return "; ".join(told + ([mention] if mention else []))


__all__ = ["CONSIDERED", "LEAST_CONFIDENCE", "Filters", "Hit", "hits_of", "search"]
