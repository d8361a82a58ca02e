"""Full-text search with and without diacritics, the same on SQLite FTS5 and Postgres.

The index holds syllables only, folded by us: one column as they are written (lower case, old tone placement), one
without diacritics and with d for đ. A query with any diacritic asks the first, one without asks the second; the
database folds nothing (FTS5 leaves đ, and merges words where it does fold).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, bindparam, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import ColumnElement

from storage.schema import articles
from storage.sql import in_chunks
from storage.views import v1_articles
from vietnamese.normal import unaccent
from vietnamese.words import syllables

_index = table("article_search", column("article_id"), column("accented", TSVECTOR), column("folded", TSVECTOR))
_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query read: each part is a run of syllables that must stand together."""

    wanted: tuple[tuple[str, ...], ...]
    unwanted: tuple[tuple[str, ...], ...]
    accented: bool
    """Whether the query was written with diacritics."""


def read_query(words: str) -> Query:
    """Read words, "phrases" and -exclusions. Folded when nothing in it carries a diacritic."""
    wanted: list[tuple[str, ...]] = []
    unwanted: list[tuple[str, ...]] = []
    for minus, phrase, word in _PART.findall(words):
        part = tuple(syllables(phrase or word))
        if part:
            (unwanted if minus else wanted).append(part)
    flat = [syllable for part in wanted + unwanted for syllable in part]
    accented = any(unaccent(syllable) != syllable for syllable in flat)
    return Query(wanted=tuple(wanted), unwanted=tuple(unwanted), accented=accented)


def search(connection: Connection, words: str, limit: int, filters: Filters) -> list[Hit]:
    """Articles that hold every word and phrase of `words` and none of its exclusions, best first.

    A query of exclusions only, or of nothing that is a word, finds nothing.
    """
    query = read_query(words)
    if not query.wanted or limit < 1:
        return []
    a = v1_articles.c
    matches, rank = _match(connection, query)
    found = (
        select(v1_articles, articles.c.sapo, articles.c.paragraphs)
        .select_from(_index.join(v1_articles, a.article_id == _index.c.article_id))
        .join(articles, articles.c.article_id == a.article_id)
        .where(matches, *_narrow(filters))
        .order_by(rank, func.coalesce(a.published_at, a.first_seen_at).desc(), a.article_id)
        .limit(limit)
    )
    return [_hit(row, query) for row in connection.execute(found).mappings()]


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


def _hit(row: RowMapping, query: Query) -> Hit:
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
        why=_why(row, query),
    )


def _why(row: RowMapping, query: Query) -> str:
    """Which parts of the query stand where, each named once, at the most prominent place."""
    places: dict[str, list[str]] = {}
    fields = {"title": row["title"], "sapo": row["sapo"] or "", "text": "\n".join(row["paragraphs"])}
    folded = {name: _padded(value, query.accented) for name, value in fields.items()}
    for part in query.wanted:
        phrase = " ".join(part)
        place = next((name for name, value in folded.items() if f" {phrase} " in value), "text")
        places.setdefault(place, []).append(phrase)
    return "; ".join(f"{place}: {', '.join(parts)}" for place, parts in places.items())


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
