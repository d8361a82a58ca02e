"""Full-text search with and without diacritics, the same on SQLite FTS5 and Postgres.

The index holds syllables only, folded by us: one column as they are written (lower case, old tone placement), one
without diacritics and with d for đ. A query with any diacritic asks the first, one without asks the second; the
database folds nothing (FTS5 leaves đ, and merges words where it does fold).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import ColumnElement

from storage.query import Query, Syllables, read_query
from storage.schema import articles
from storage.sql import in_chunks
from storage.views import v1_articles, v1_mentions
from vietnamese.normal import unaccent
from vietnamese.words import syllables

_index = table("article_search", column("article_id"), column("accented", TSVECTOR), column("folded", TSVECTOR))

LEAST_CONFIDENCE = 0.5
"""A weaker mention finds nothing (`scope.least_confidence` of the shipped settings)."""

MOST_RANKED = 20_000
"""Articles ranked by relevance; where more hold a query (on SQLite) the newest of them are its answer."""

_LOOKED_THROUGH = 200
_TIES = 20
"""Read beyond the limit, so that the newest of equally good ones is first."""
_MOST_NAMES = 3
"""Of the names in a query, those that mentions may stand for: each doubles the work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What narrows a search; None or empty = no limit."""

    since: datetime | None = None
    """Published (or first seen) at or after."""
    until: datetime | None = None
    """Published (or first seen) before."""
    outlets: tuple[str, ...] = ()
    least_level: int | None = None
    in_scope: bool | None = None
    bodies: tuple[str, ...] = ()
    """Ids of agencies and units: an article must mention one of them, or a body of such a unit."""


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
    found: dict[str, tuple[int, float]] = {}
    for number, (parts, named) in enumerate(_arms(query)):
        if len(found) < limit:
            arm = _arm(connection, replace(query, wanted=parts), named, limit, filters)
            for article_id, rank in arm:
                found.setdefault(article_id, (number, rank))
    return _hits(connection, query, found, limit)


def _arms(query: Query) -> Iterator[tuple[tuple[Syllables, ...], tuple[tuple[str, ...], ...]]]:
    """All parts as words; then each choice of the parts that name somebody as mentions instead, the fewest first."""
    at = [place for place, ids in enumerate(query.named) if ids][:_MOST_NAMES]
    for size in range(len(at) + 1):
        for chosen in combinations(at, size):
            words = tuple(part for place, part in enumerate(query.wanted) if place not in chosen)
            yield words, tuple(query.named[place] for place in chosen)


def _arm(
    connection: Connection, query: Query, named: Sequence[tuple[str, ...]], limit: int, filters: Filters
) -> list[tuple[str, float]]:
    """Ids with their rank (lowest = best): articles that hold the words of `query` and mention one id of each set."""
    a = v1_articles.c
    at = func.coalesce(a.published_at, a.first_seen_at, type_=a.published_at.type)
    conditions = [*_narrow(filters), *(a.article_id.in_(_mentioning(ids)) for ids in named)]
    if query.wanted and connection.dialect.name == "sqlite" and _is_broad(connection, query):
        return _newest(connection, query, conditions, limit)
    if query.wanted:
        matches, rank = _match(connection, query)
        source = _index.join(v1_articles, a.article_id == _index.c.article_id) if conditions else _index
        found = select(_index.c.article_id, rank).select_from(source).where(matches, *conditions).order_by(rank)
    else:
        found = select(a.article_id, literal(0.0)).where(*conditions).order_by(at.desc(), a.article_id)
        for part in query.unwanted:
            matches, _ = _match(connection, replace(query, wanted=(part,), unwanted=()))
            found = found.where(a.article_id.not_in(select(_index.c.article_id).where(matches)))
    return [(row[0], float(row[1])) for row in connection.execute(found.limit(limit + _TIES))]


def _is_broad(connection: Connection, query: Query) -> bool:
    """Whether so many articles hold the query that to rank them all would take long, and would tell nothing."""
    asked = text("SELECT count(*) FROM (SELECT 1 FROM article_search WHERE article_search MATCH :asked LIMIT :most)")
    found = connection.execute(asked, {"asked": _fts5(query), "most": MOST_RANKED + 1}).scalar_one()
    return bool(found > MOST_RANKED)


def _newest(
    connection: Connection, query: Query, conditions: Sequence[ColumnElement[bool]], limit: int
) -> list[tuple[str, float]]:
    """The newest articles that hold a broad query: looked through by date, as every fiftieth or more does."""
    a = v1_articles.c
    dated = select(a.article_id).where(*conditions).order_by(a.published_at.desc(), a.article_id)
    held = text("SELECT article_id FROM article_search WHERE article_search MATCH :asked AND rowid IN :rowids")
    held = held.bindparams(bindparam("rowids", expanding=True))
    found: list[str] = []
    with closing(connection.execute(dated)) as rows:
        while len(found) < limit and (page := [row[0] for row in rows.fetchmany(_LOOKED_THROUGH)]):
            asked = {"asked": _fts5(query), "rowids": [_rowid(article_id) for article_id in page]}
            holding = set(connection.execute(held, asked).scalars())
            found += [article_id for article_id in page if article_id in holding]
    return [(article_id, float(place)) for place, article_id in enumerate(found[:limit])]


def _mentioning(ids: Sequence[str]) -> Select[Any]:
    m = v1_mentions.c
    meant = or_(m.entity_id.in_(ids), m.unit_id.in_(ids))
    return select(m.article_id).where(meant, m.confidence >= LEAST_CONFIDENCE)


def _hits(connection: Connection, query: Query, found: Mapping[str, tuple[int, float]], limit: int) -> list[Hit]:
    """The first hits in order: words before mentions, then rank, the newest first among equals."""
    rows: list[RowMapping] = []
    surfaces: dict[str, str] = {}
    for chunk in in_chunks(found):
        wanted = (
            select(v1_articles, articles.c.sapo, articles.c.paragraphs)
            .join(articles, articles.c.article_id == v1_articles.c.article_id)
            .where(v1_articles.c.article_id.in_(chunk))
        )
        rows += connection.execute(wanted).mappings()
        surfaces |= _surfaces(connection, query, [each for each in chunk if found[each][0]])
    rows.sort(key=lambda row: (*found[row["article_id"]], -_at(row).timestamp(), row["article_id"]))
    return [_hit(row, query, surfaces.get(row["article_id"])) for row in rows[:limit]]


def hits_of(connection: Connection, query: Query, article_ids: Sequence[str]) -> list[Hit]:
    """The articles with these ids as hits of the query, whether they hold it or not; the newest first."""
    return _hits(connection, query, dict.fromkeys(article_ids, (0, 0.0)), len(article_ids))


def _surfaces(connection: Connection, query: Query, article_ids: Sequence[str]) -> dict[str, str]:
    """How an article calls what the query names: `title: quận Lê Chân`."""
    if not article_ids:
        return {}
    m = v1_mentions.c
    meant = or_(m.entity_id.in_(query.ids), m.unit_id.in_(query.ids))
    rows = connection.execute(
        select(m.article_id, m.field, m.surface).where(m.article_id.in_(article_ids), meant).order_by(m.start)
    )
    order = {"title": 0, "sapo": 1, "text": 2}
    ranked = sorted(rows, key=lambda row: order[row.field], reverse=True)
    return {row.article_id: f"mention in {row.field}: {row.surface}" for row in ranked}


def _at(row: RowMapping) -> datetime:
    at: datetime = row["published_at"] or row["first_seen_at"]
    return at


def _match(connection: Connection, query: Query) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """The condition and the order (best first = lowest) of a query, as the database wants them."""
    if connection.dialect.name == "sqlite":
        # FTS5 is asked through a hidden column with the table's own name, and ranks through another.
        return column("article_search", Text).op("MATCH")(_fts5(query)), literal_column("article_search.rank")
    indexed = _index.c.accented if query.accented else _index.c.folded
    asked = cast(_tsquery(query), TSQUERY)
    return indexed.op("@@")(asked), -func.ts_rank(indexed, asked)


def _fts5(query: Query) -> str:
    wanted = " AND ".join(f'"{" ".join(part)}"' for part in query.wanted)
    unwanted = "".join(f' NOT "{" ".join(part)}"' for part in query.unwanted)
    # The column filter binds to what follows, so the whole expression goes into its parentheses.
    return f"{'accented' if query.accented else 'folded'} : ({wanted}{unwanted})"


def _tsquery(query: Query) -> str:
    wanted = [_tsphrase(part) for part in query.wanted]
    return " & ".join(wanted + ["!" + _tsphrase(part) for part in query.unwanted])


def _tsphrase(part: tuple[str, ...]) -> str:
    return "(" + " <-> ".join(f"'{syllable}'" for syllable in part) + ")"


def _narrow(filters: Filters) -> Iterable[ColumnElement[bool]]:
    a = v1_articles.c
    at = func.coalesce(a.published_at, a.first_seen_at, type_=a.published_at.type)
    if filters.since is not None:
        yield at >= filters.since
    if filters.until is not None:
        yield at < filters.until
    if filters.outlets:
        yield a.outlet_id.in_(filters.outlets)
    if filters.least_level is not None:
        yield a.level >= filters.least_level
    if filters.in_scope is not None:
        yield a.in_scope.is_(filters.in_scope)
    if filters.bodies:
        yield a.article_id.in_(_mentioning(filters.bodies))


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
    folded = {name: _padded(value, query.accented) for name, value in fields.items()}
    for number, part in enumerate(query.wanted):
        phrase = " ".join(part)
        place = next((name for name, value in folded.items() if f" {phrase} " in value), None)
        if place is not None or not any(query.named[number : number + 1]):
            places.setdefault(place or "text", []).append(phrase)
    told = [f"{place}: {', '.join(parts)}" for place, parts in places.items()]
    return "; ".join(told + ([mention] if mention else []))


def _padded(value: str, accented: bool) -> str:  # noqa: FBT001 - private
    words = " ".join(syllables(value))
    return f" {words if accented else unaccent(words)} "


def index_articles(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put the text of article rows into the index, in place of what stood there."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        unindex_articles(connection, [row["article_id"] for row in rows])
        insert = text("INSERT INTO article_search (rowid, article_id, accented, folded) VALUES (:rowid, :id, :a, :f)")
    else:
        insert = text(
            "INSERT INTO article_search (article_id, accented, folded) "
            "VALUES (:id, to_tsvector('simple', :a), to_tsvector('simple', :f)) "
            "ON CONFLICT (article_id) DO UPDATE SET accented = excluded.accented, folded = excluded.folded"
        )
    connection.execute(insert, [_indexed(row) for row in rows])


def _indexed(row: dict[str, Any]) -> dict[str, Any]:
    accented = " ".join(syllables("\n".join([row["title"], row["sapo"] or "", *row["paragraphs"]])))
    return {"rowid": _rowid(row["article_id"]), "id": row["article_id"], "a": accented, "f": unaccent(accented)}


def _rowid(article_id: str) -> int:
    """FTS5 wants an integer: the upper 63 bits of the id, so that it never depends on who came first."""
    return int(article_id, 16) >> 1


def forget_unindexed(connection: Connection) -> None:
    """Rewrite the index, so that words of articles taken out of it leave the file too (FTS5 only marks them)."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO article_search (article_search) VALUES ('optimize')"))


def unindex_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Take articles out of the index."""
    ids = list(article_ids)
    if not ids:
        return
    if connection.dialect.name == "sqlite":
        delete = text("DELETE FROM article_search WHERE rowid = :rowid")
        connection.execute(delete, [{"rowid": _rowid(article_id)} for article_id in ids])
        return
    for chunk in in_chunks(ids):
        delete = text("DELETE FROM article_search WHERE article_id IN :ids").bindparams(
            bindparam("ids", expanding=True)
        )
        connection.execute(delete, {"ids": chunk})
