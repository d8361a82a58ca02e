"""What the full-text index holds, and how an article gets into it and out of it, on SQLite FTS5 and Postgres.

The index holds syllables only, folded by us: one column as they are written (lower case, old tone placement), one
without diacritics and with d for đ. The database folds nothing (FTS5 leaves đ, and merges words where it does fold).

Every article has a search key, an integer that grows with the minute it was published in: SQLite keeps the index in
that order, so that the newest articles that hold a query are read first and nothing else. Postgres' index knows no
order; there each text carries two more words, its day and its span of 32 days, that narrow a query to the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, column, select, table, text, update

from storage.schema import articles
from storage.sql import in_chunks
from vietnamese.normal import unaccent
from vietnamese.words import syllables

ID_BITS = 37
_LAST_MINUTE = (1 << 26) - 1
"""In the year 2097; with ID_BITS below it a key fills the 63 bits that both databases have."""

MINUTES_A_DAY = 1440
DAYS_A_SPAN = 32

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


def index_articles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the text of article rows (already stored) into the index, in place of what stood there."""
    if not rows:
        return
    # In order of their keys: FTS5 writes a segment out whenever a key is lower than the one before.
    made = sorted((_indexed(row) for row in rows), key=lambda row: row["key"])
    if connection.dialect.name == "sqlite":
        unindex_articles(connection, [row["id"] for row in made])
        insert = text("INSERT INTO article_search (rowid, accented, folded) VALUES (:key, :accented, :folded)")
    else:
        insert = text(_POSTGRES_INSERT)
    connection.execute(insert, made)
    keyed = update(articles).where(articles.c.article_id == bindparam("id")).values(search_key=bindparam("key"))
    connection.execute(keyed, [{"id": row["id"], "key": row["key"]} for row in made])


_POSTGRES_INSERT = """
INSERT INTO article_search (article_id, search_key, accented, folded)
VALUES (:id, :key, to_tsvector('simple', :accented) || array_to_tsvector(:times),
        to_tsvector('simple', :folded) || array_to_tsvector(:times))
ON CONFLICT (article_id) DO UPDATE
SET search_key = excluded.search_key, accented = excluded.accented, folded = excluded.folded
"""


def _indexed(row: Mapping[str, Any]) -> dict[str, Any]:
    accented = " ".join(syllables("\n".join([row["title"], row["sapo"] or "", *row["paragraphs"]])))
    key = search_key(row["article_id"], row["published_at"] or row["first_seen_at"])
    return {
        "id": row["article_id"],
        "key": key,
        "accented": accented,
        "folded": unaccent(accented),
        "times": time_words(key),
    }


def unindex_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Take the text of articles out of the index; the articles, and with them their keys, must still be stored."""
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
