"""What the full-text index holds, and how an article gets into it and out of it, on SQLite FTS5 and Postgres.

The index holds syllables only, folded by us: one column as they are written (lower case, old tone placement), one
without diacritics and with d for đ. The database folds nothing (FTS5 leaves đ, and merges words where it does fold).
Beside them stands one word for each body that the article mentions; an article without its text has only those.

Every article has a search key, an integer that grows with the minute it was published in: SQLite keeps the index in
that order, so that the newest articles that hold a query are read first and nothing else. Postgres' index knows no
order and no neighbours: there each text carries two more words, its day and its span of 32 days, that narrow a query to
the newest, and one word for each pair of syllables that stand together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, column, select, table, text, update

from storage.schema import articles, mentions
from storage.sql import in_chunks
from vietnamese.normal import unaccent
from vietnamese.words import syllables

ID_BITS = 37
_LAST_MINUTE = (1 << 26) - 1
"""In the year 2097; with ID_BITS below it a key fills the 63 bits that both databases have."""

MINUTES_A_DAY = 1440
DAYS_A_SPAN = 32

LEAST_CONFIDENCE = 0.5
"""A weaker mention finds nothing (`scope.least_confidence` of the shipped settings)."""

_LONGEST_PAIR = 60
"""Letters; no two syllables of Vietnamese have half as many."""

_search = table("article_search", column("article_id"), column("search_key"))


def minute_of(at: datetime) -> int:
    """Minutes since 1970, within what a key can hold."""
    return min(max(int(at.timestamp()) // 60, 0), _LAST_MINUTE)


def search_key(article_id: str, at: datetime) -> int:
    """The key of an article published (or, undated, first seen) at `at`: a later minute is a higher key.

    Within one minute the lower bits of the id decide, so that it never depends on who came first; two articles of one
    minute share a key once in a hundred thousand million pairs.
    """
    return minute_of(at) << ID_BITS | int(article_id, 16) & ((1 << ID_BITS) - 1)


def day_word(day: int) -> str:
    """The word that all texts of a day (since 1970, UTC) carry on Postgres; no syllable begins with @."""
    return f"@d{day}"


def span_word(span: int) -> str:
    """The word that all texts of 32 days carry on Postgres."""
    return f"@s{span}"


def time_words(key: int) -> list[str]:
    """The words of an article's day and span."""
    day = (key >> ID_BITS) // MINUTES_A_DAY
    return [day_word(day), span_word(day // DAYS_A_SPAN)]


def body_word(body_id: str) -> str:
    """The word of an agency or unit; letters and digits only behind the @, which FTS5 leaves out."""
    return f"@b{blake2b(body_id.encode(errors='replace'), digest_size=8).hexdigest()}"


def pair_word(first: str, second: str) -> str | None:
    """The word of two syllables that stand together, on Postgres; None when they are no syllables but long rubbish."""
    return f"@p{first}_{second}" if len(first) + len(second) <= _LONGEST_PAIR else None


def _pairs(words: str) -> set[str]:
    several = words.split()
    return {pair for each in pairwise(several) if (pair := pair_word(*each)) is not None}


def body_words(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """By article the words of the bodies that rows of `mentions` name surely enough."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["confidence"] >= LEAST_CONFIDENCE:
            named = {row["entity_id"], row["unit_id"]} - {None}
            found.setdefault(row["article_id"], set()).update(map(body_word, named))
    return {article_id: frozenset(words) for article_id, words in found.items()}


def bodies_of(connection: Connection, article_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """By article the words of the bodies that its stored mentions name."""
    m = mentions.c
    found: dict[str, frozenset[str]] = {}
    for chunk in in_chunks(article_ids):
        wanted = select(m.article_id, m.entity_id, m.unit_id, m.confidence).where(m.article_id.in_(chunk))
        found |= body_words(dict(row) for row in connection.execute(wanted).mappings())
    return found


def index_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Put articles into the index as they are stored now, in place of what stood there.

    Of one whose text expired or was removed only the bodies that it mentions.
    """
    for chunk in in_chunks(article_ids):
        rows = connection.execute(_to_index.where(articles.c.article_id.in_(chunk))).mappings().all()
        bodies = bodies_of(connection, chunk)
        # In order of their keys: FTS5 writes a segment out whenever a key is lower than the one before.
        made = sorted((_indexed(dict(row), bodies.get(row["article_id"], frozenset())) for row in rows), key=_by_key)
        unindex_articles(connection, chunk)
        put = [row for row in made if row["accented"] or row["bodies"]]
        if put:
            _insert(connection, put)
        keyed = update(articles).where(articles.c.article_id == bindparam("id")).values(search_key=bindparam("key"))
        connection.execute(keyed, [{"id": row["id"], "key": row["key"]} for row in made])


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(SQLITE_INSERT), rows)
    else:
        connection.execute(text(POSTGRES_INSERT), [postgres_row(row) for row in rows])


SQLITE_INSERT = (
    "INSERT INTO article_search (rowid, accented, folded, bodies) VALUES (:key, :accented, :folded, :bodies)"
)
POSTGRES_INSERT = """
INSERT INTO article_search (article_id, search_key, accented, folded)
VALUES (:id, :key, to_tsvector('simple', :accented) || array_to_tsvector(CAST(:accented_too AS text[])),
        to_tsvector('simple', :folded) || array_to_tsvector(CAST(:folded_too AS text[])))
"""

_a = articles.c
_to_index = select(
    _a.article_id, _a.title, _a.sapo, _a.paragraphs, _a.published_at, _a.first_seen_at, _a.expired_at, _a.gone_at
)


def _by_key(row: Mapping[str, Any]) -> int:
    return int(row["key"])


def _indexed(row: Mapping[str, Any], bodies: Iterable[str]) -> dict[str, Any]:
    whole = row["expired_at"] is None and row["gone_at"] is None
    texts = [row["title"], row["sapo"] or "", *row["paragraphs"]] if whole else []
    key = search_key(row["article_id"], row["published_at"] or row["first_seen_at"])
    return index_row(row["article_id"], key, " ".join(syllables("\n".join(texts))), bodies)


def index_row(article_id: str, key: int, accented: str, bodies: Iterable[str]) -> dict[str, Any]:
    """The values of SQLITE_INSERT for a text of syllables and the words of bodies."""
    named = " ".join(sorted(bodies))
    return {"id": article_id, "key": key, "accented": accented, "folded": unaccent(accented), "bodies": named}


def postgres_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """An `index_row` with what POSTGRES_INSERT wants besides: the words that stand beside those of the text."""
    beside = [*row["bodies"].split(), *time_words(row["key"])]
    return dict(row) | {f"{name}_too": beside + list(_pairs(row[name])) for name in ("accented", "folded")}


def unindex_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Take articles out of the index altogether; they, and with them their keys, must still be stored."""
    for chunk in in_chunks(article_ids):
        if connection.dialect.name == "sqlite":
            known = select(articles.c.search_key).where(articles.c.article_id.in_(chunk))
            keys = [key for key in connection.execute(known).scalars() if key is not None]
            if keys:
                delete = text("DELETE FROM article_search WHERE rowid = :key")
                connection.execute(delete, [{"key": key} for key in sorted(keys)])
        else:
            connection.execute(_search.delete().where(_search.c.article_id.in_(chunk)))


def forget_unindexed(connection: Connection) -> None:
    """Rewrite the index, so that words of articles taken out of it leave the file too (FTS5 only marks them)."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO article_search (article_search) VALUES ('optimize')"))
