"""What the full-text index holds, and how an article gets into it and out of it, on SQLite FTS5 and Postgres.

The index holds single words, the same on both databases, and no places: each syllable as it is written (lower case, old
tone placement), each without diacritics and with d for đ (`_rac`), each pair of neighbours without diacritics
(`bai_rac`), and what a search may be narrowed by: outlet, scope, level, the bodies mentioned (`@…`: the facts). So a
query is an intersection of lists that are as short as they can be, however it is narrowed. What pairs cannot prove (a
phrase of three syllables, diacritics of two) is looked up in the text of syllables, which stands beside the index.

Every article has a search key, an integer that grows with the minute it was published in: SQLite keeps the index in
that order, so that the newest articles that hold a query are read first and nothing else. Postgres' index knows no
order: there each text carries two more words, its day and its span of 32 days, that narrow a query to the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from storage.schema import articles, issue_articles, mentions
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

_LONGEST = 60
"""Letters of a word of the index; no syllable of Vietnamese has ten."""

_MOST_TEXT = 100_000
"""Letters and blanks of one text, some 20,000 syllables: Postgres takes a megabyte of words for one row."""

IN_SCOPE, OUT_OF_SCOPE = "@s1", "@s0"


# words


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
    return f"@t{span}"


def time_words(key: int) -> list[str]:
    """The words of an article's day and span."""
    day = (key >> ID_BITS) // MINUTES_A_DAY
    return [day_word(day), span_word(day // DAYS_A_SPAN)]


def body_word(body_id: str) -> str:
    """The word of an agency or unit."""
    return f"@b{_digest(body_id)}"


def outlet_word(outlet_id: str) -> str:
    """The word of an outlet."""
    return f"@o{_digest(outlet_id)}"


def level_word(level: int) -> str:
    """The word of every article of this level or a higher one."""
    return f"@l{level}"


def _digest(name: str) -> str:
    return blake2b(name.encode(errors="replace"), digest_size=8).hexdigest()


def facts_text(outlet_id: str, bodies: Iterable[str], level: int | None, *, in_scope: bool) -> str:
    """The words that a search is narrowed by, of an article with these `body_word`s, in order."""
    words = {outlet_word(outlet_id), IN_SCOPE if in_scope else OUT_OF_SCOPE, *bodies}
    if level is not None:
        words.update(map(level_word, range(level + 1)))
    return " ".join(sorted(words))


def index_words(accented: str, facts: str) -> frozenset[str]:
    """All words of the index for a text of syllables and the words beside it."""
    bare = unaccent(accented).split()
    words = {each[:_LONGEST] for each in accented.split()}
    words.update("_" + each[:_LONGEST] for each in bare)
    words.update(_pairs(bare))
    words.update(facts.split())
    return frozenset(words)


def _pairs(bare: Sequence[str]) -> Iterable[str]:
    return ("_".join(pair) for pair in pairwise(bare) if len(pair[0]) + len(pair[1]) < _LONGEST)


def part_words(part: Sequence[str], *, accented: bool) -> tuple[list[str], bool]:
    """The words of the index that every text carries in which these syllables stand together.

    And whether they prove that they do; else the text must be looked at.
    """
    bare = [unaccent(each) for each in part]
    pairs = list(_pairs(bare))
    single = [each[:_LONGEST] for each in part] if accented else ["_" + each[:_LONGEST] for each in bare]
    if len(part) == 1:
        return single, len(part[0]) <= _LONGEST
    if len(pairs) < len(part) - 1 or (accented and len(pairs) == 1):
        return pairs + single, False
    # Two pairs or more are seldom together by chance: the lists of frequent syllables would take longer to read.
    return pairs, not accented and len(pairs) == 1


# articles


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the index has of an article."""

    article_id: str
    key: int
    accented: str
    """The syllables of its text, a blank between two; empty when the text expired or was removed."""
    facts: str
    """As `facts_text` has them; empty: the article is not in the index."""


def body_words(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """By article the words of the bodies that rows of `mentions` name surely enough."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["confidence"] >= LEAST_CONFIDENCE:
            named = {row["entity_id"], row["unit_id"]} - {None}
            found.setdefault(row["article_id"], set()).update(map(body_word, named))
    return {article_id: frozenset(words) for article_id, words in found.items()}


_a, _m = articles.c, mentions.c
_mentioned = select(_m.article_id, _m.entity_id, _m.unit_id, _m.confidence)
_to_index = select(
    _a.article_id, _a.outlet_id, _a.in_scope, _a.title, _a.sapo, _a.paragraphs, _a.published_at, _a.first_seen_at,
    _a.expired_at, _a.gone_at, issue_articles.c.level,
).select_from(articles.outerjoin(issue_articles, issue_articles.c.article_id == _a.article_id))  # fmt: skip
_narrowed = select(_a.article_id, _a.outlet_id, _a.in_scope, issue_articles.c.level).select_from(
    articles.outerjoin(issue_articles, issue_articles.c.article_id == _a.article_id)
)


def index_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Put articles into the index as they are stored now, in place of what stood there.

    Of one whose text expired or was removed only its facts, and nothing when it mentions nobody.
    """
    for chunk in in_chunks(article_ids):
        rows = connection.execute(_to_index.where(_a.article_id.in_(chunk))).mappings().all()
        bodies = _bodies(connection, chunk)
        made = [_entry(dict(row), bodies) for row in rows]
        _put(connection, _entries(connection, chunk), made)
        keyed = update(articles).where(_a.article_id == bindparam("id")).values(search_key=bindparam("key"))
        connection.execute(keyed, [{"id": entry.article_id, "key": entry.key} for entry in made])


def index_facts(connection: Connection, article_ids: Iterable[str]) -> None:
    """Bring what articles of the index are narrowed by in line with what is stored now; their text stays."""
    for chunk in in_chunks(article_ids):
        known = _entries(connection, chunk)
        rows = connection.execute(_narrowed.where(_a.article_id.in_(list(known)))).mappings().all()
        bodies = _bodies(connection, known)
        made = [
            replace(old, facts=_facts(dict(row), bodies, old.accented))
            for row in rows
            if (old := known[row["article_id"]])
        ]
        changed = [entry for entry in made if entry != known[entry.article_id]]
        _put(connection, {entry.article_id: known[entry.article_id] for entry in changed}, changed)
        index_articles(connection, [each for each in chunk if each not in known])


def unindex_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    """Take articles out of the index altogether; they, and with them their keys, must still be stored."""
    for chunk in in_chunks(article_ids):
        _put(connection, _entries(connection, chunk), [])


def forget_unindexed(connection: Connection) -> None:
    """Rewrite the index, so that words of articles taken out of it leave the file too (FTS5 only marks them)."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO article_search (article_search) VALUES ('optimize')"))


def _bodies(connection: Connection, article_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    rows = connection.execute(_mentioned.where(_m.article_id.in_(list(article_ids)))).mappings()
    return body_words(dict(row) for row in rows)


def _facts(row: Mapping[str, Any], bodies: Mapping[str, frozenset[str]], accented: str) -> str:
    named = bodies.get(row["article_id"], frozenset())
    if not (accented or named):
        return ""
    return facts_text(row["outlet_id"], named, row["level"], in_scope=row["in_scope"])


def _entry(row: Mapping[str, Any], bodies: Mapping[str, frozenset[str]]) -> Entry:
    whole = row["expired_at"] is None and row["gone_at"] is None
    texts = [row["title"], row["sapo"] or "", *row["paragraphs"]] if whole else []
    accented = " ".join(syllables("\n".join(texts)))[:_MOST_TEXT]
    return Entry(
        article_id=row["article_id"],
        key=search_key(row["article_id"], row["published_at"] or row["first_seen_at"]),
        accented=accented,
        facts=_facts(row, bodies, accented),
    )


# the two databases


_KNOWN = {
    "sqlite": "SELECT a.article_id, t.search_key AS key, t.accented, t.facts FROM articles AS a "
    "JOIN article_search_texts AS t ON t.search_key = a.search_key WHERE a.article_id IN :ids",
    "postgresql": "SELECT article_id, search_key AS key, accented, facts FROM article_search WHERE article_id IN :ids",
}


def _entries(connection: Connection, article_ids: Sequence[str]) -> dict[str, Entry]:
    """What the index has of these articles, by id."""
    known = text(_KNOWN[connection.dialect.name]).bindparams(bindparam("ids", expanding=True))
    rows = connection.execute(known, {"ids": list(article_ids)}).mappings()
    return {row["article_id"]: Entry(**row) for row in rows}


def _put(connection: Connection, known: Mapping[str, Entry], made: Iterable[Entry]) -> None:
    """Let the index have `made` in place of `known`."""
    # In order of their keys: FTS5 writes a segment out whenever a key is lower than the one before.
    new = sorted((entry for entry in made if entry.facts), key=lambda entry: entry.key)
    if connection.dialect.name == "sqlite":
        _put_fts5(connection, known, new)
        return
    gone = set(known) - {entry.article_id for entry in new}
    if gone:
        out = text("DELETE FROM article_search WHERE article_id IN :ids").bindparams(bindparam("ids", expanding=True))
        connection.execute(out, {"ids": sorted(gone)})
    if new:
        connection.execute(text(POSTGRES_INSERT), [postgres_row(entry) for entry in new])


def _put_fts5(connection: Connection, known: Mapping[str, Entry], new: Sequence[Entry]) -> None:
    """FTS5 keeps words only and is told which go and which come, so that a new level costs a few words, no text."""
    gone, come = [], []
    kept = {entry.article_id: entry for entry in new}
    for old in sorted(known.values(), key=lambda entry: entry.key):
        removed = _difference(old, kept.get(old.article_id))
        gone.append({"key": old.key, "words": " ".join(sorted(removed))})
    for entry in new:
        added = _difference(entry, known.get(entry.article_id))
        come.append({"key": entry.key, "words": " ".join(sorted(added))})
    if gone:
        connection.execute(text(_FTS5_DELETE), gone)
        connection.execute(text("DELETE FROM article_search_texts WHERE search_key = :key"), gone)
    if come:
        connection.execute(text(SQLITE_INSERT), come)
        connection.execute(text(SQLITE_TEXT), [sqlite_text(entry) for entry in new])


def _difference(entry: Entry, other: Entry | None) -> frozenset[str]:
    """The words of `entry` that `other` does not put under the same key."""
    if other is None or entry.key != other.key:
        return index_words(entry.accented, entry.facts)
    if entry.accented == other.accented:
        return frozenset(entry.facts.split()) - frozenset(other.facts.split())
    return index_words(entry.accented, entry.facts) - index_words(other.accented, other.facts)


SQLITE_INSERT = "INSERT INTO article_search (rowid, words) VALUES (:key, :words)"
_FTS5_DELETE = "INSERT INTO article_search (article_search, rowid, words) VALUES ('delete', :key, :words)"
SQLITE_TEXT = "INSERT INTO article_search_texts (search_key, accented, facts) VALUES (:key, :accented, :facts)"
POSTGRES_INSERT = """
INSERT INTO article_search (article_id, search_key, accented, facts, words)
VALUES (:article_id, :key, :accented, :facts, CAST(:words AS tsvector))
ON CONFLICT (article_id) DO UPDATE SET search_key = excluded.search_key, accented = excluded.accented,
    facts = excluded.facts, words = excluded.words
"""


def sqlite_text(entry: Entry) -> dict[str, Any]:
    """The values of SQLITE_TEXT."""
    return {"key": entry.key, "accented": entry.accented, "facts": entry.facts}


def sqlite_row(entry: Entry) -> dict[str, Any]:
    """The values of SQLITE_INSERT for an article that is new to the index."""
    return {"key": entry.key, "words": " ".join(sorted(index_words(entry.accented, entry.facts)))}


def postgres_row(entry: Entry) -> dict[str, Any]:
    """The values of POSTGRES_INSERT: the words in the input form of a tsvector, none with a place."""
    words = sorted({*index_words(entry.accented, entry.facts), *time_words(entry.key)})
    return {
        "article_id": entry.article_id,
        "key": entry.key,
        "accented": entry.accented,
        "facts": entry.facts,
        "words": " ".join(f"'{word}'" for word in words),
    }
