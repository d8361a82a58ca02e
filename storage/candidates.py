"""Which articles hold a query: the newest of them, the same on SQLite and on Postgres.

Two ways lead there. Where the filters leave few articles (a body that is seldom named), those are looked up and asked
whether they hold the words. Else the index is read from its newest end until enough articles were found.
"""

# ruff: noqa: S608 - statements are put together from pieces of this file; every value is bound

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, TextClause, bindparam, text

from storage.query import Query, Syllables
from storage.search_index import DAYS_A_SPAN, ID_BITS, MINUTES_A_DAY, day_word, minute_of, span_word
from storage.types import FORMAT

LEAST_CONFIDENCE = 0.5
"""A weaker mention finds nothing (`scope.least_confidence` of the shipped settings)."""

FEW = 1_500
"""Mentions up to which it is quicker to look at each article than to read the index."""

_LOOKED_THROUGH = 250
_ALWAYS = (1 << 63) - 1


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
class _Asked:
    """A question as SQL: conditions on an article `a`, their values, and the range of keys [low, high)."""

    query: Query
    conditions: tuple[str, ...]
    values: dict[str, Any]
    low: int
    high: int
    mentioned: tuple[str, ...]
    """Names of the values that are ids of which one must be mentioned."""


def candidates(
    connection: Connection, query: Query, named: Sequence[tuple[str, ...]], filters: Filters, most: int
) -> list[str]:
    """Ids of the newest articles, at most `most`, that hold all wanted and no unwanted part of the query.

    They mention one id of each set of `named` and pass the filters. In order of their search key, highest first.
    """
    asked = _asked(connection, query, named, filters)
    few = _few_mentions(connection, asked)
    if few is None and query.wanted:
        return _from_index(connection, asked, most)
    pages = _by_article(connection, asked, few)
    found: list[str] = []
    for page in pages:
        found += _holding(connection, query, page)
        if len(found) >= most:
            break
    return found[:most]


def _asked(connection: Connection, query: Query, named: Sequence[tuple[str, ...]], filters: Filters) -> _Asked:
    sets = [*named, *([filters.bodies] if filters.bodies else [])]
    values: dict[str, Any] = {f"ids{number}": ids for number, ids in enumerate(sets)}
    conditions = [_MENTIONS.format(ids=name) for name in values]
    if sets:
        values["least"] = LEAST_CONFIDENCE
    if filters.outlets:
        conditions.append("a.outlet_id IN :outlets")
        values["outlets"] = filters.outlets
    if filters.in_scope is not None:
        conditions.append("a.in_scope = :in_scope")
        values["in_scope"] = filters.in_scope
    if filters.least_level is not None:
        conditions.append(_LEVEL)
        values["level"] = filters.least_level
    # The exact second matters only within the minute that a bound lies in: the key tells everything else.
    if filters.since is not None and filters.since.second:
        conditions.append(f"(a.search_key >= :since_key OR {_AT} >= :since)")
        values |= {"since": _moment(connection, filters.since), "since_key": minute_of(filters.since) + 1 << ID_BITS}
    if filters.until is not None and filters.until.second:
        conditions.append(f"(a.search_key < :until_key OR {_AT} < :until)")
        values |= {"until": _moment(connection, filters.until), "until_key": minute_of(filters.until) << ID_BITS}
    return _Asked(
        query=query,
        conditions=tuple(conditions),
        values=values,
        low=minute_of(filters.since) << ID_BITS if filters.since else 0,
        high=(minute_of(filters.until) + bool(filters.until.second)) << ID_BITS if filters.until else _ALWAYS,
        mentioned=tuple(f"ids{number}" for number in range(len(sets))),
    )


_AT = "coalesce(a.published_at, a.first_seen_at)"
_LEVEL = "EXISTS (SELECT 1 FROM issue_articles AS i WHERE i.article_id = a.article_id AND i.level >= :level)"
_MENTIONS = (
    "EXISTS (SELECT 1 FROM mentions AS m WHERE m.article_id = a.article_id AND m.confidence >= :least "
    "AND (m.entity_id IN :{ids} OR m.unit_id IN :{ids}))"
)


def _moment(connection: Connection, at: datetime) -> str | datetime:
    return at.strftime(FORMAT) if connection.dialect.name == "sqlite" else at


def _statement(sql: str, values: dict[str, Any]) -> TextClause:
    several = [name for name, value in values.items() if isinstance(value, tuple | list)]
    lists: list[BindParameter[Any]] = [bindparam(name, expanding=True) for name in several]
    return text(sql).bindparams(*lists)


# from the side of the articles


def _few_mentions(connection: Connection, asked: _Asked) -> str | None:
    """The set of ids with the fewest mentions, if they are few; None when all are mentioned often, or none is asked."""
    counts: dict[str, int] = {}
    for name in asked.mentioned:
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM mentions WHERE entity_id IN :{name} "
            f"UNION ALL SELECT 1 FROM mentions WHERE unit_id IN :{name} LIMIT {FEW + 1}) AS named"
        )
        values = {name: asked.values[name]}
        counts[name] = connection.execute(_statement(sql, values), values).scalar_one()
    fewest = min(counts, key=lambda each: counts[each], default=None)
    return fewest if fewest is not None and counts[fewest] <= FEW else None


def _by_article(connection: Connection, asked: _Asked, few: str | None) -> Iterator[list[tuple[str, int]]]:
    """Pages of articles (id, key) that meet the conditions, the newest first."""
    among = (
        f"a.article_id IN (SELECT article_id FROM mentions WHERE entity_id IN :{few} "
        f"UNION SELECT article_id FROM mentions WHERE unit_id IN :{few})"
    )
    wanted = [*([among] if few else []), "a.search_key >= :low", "a.search_key < :high", *asked.conditions]
    sql = f"SELECT a.article_id, a.search_key FROM articles AS a WHERE {' AND '.join(wanted)} ORDER BY 2 DESC"
    values = asked.values | {"low": asked.low, "high": asked.high}
    with connection.execute(_statement(sql, values), values) as rows:
        while page := [(row[0], row[1]) for row in rows.fetchmany(_LOOKED_THROUGH)]:
            yield page


def _holding(connection: Connection, query: Query, page: Sequence[tuple[str, int]]) -> list[str]:
    """Which articles of a page hold what is wanted and nothing that is not."""
    if query.wanted:
        held = _held(connection, query, page)
        return [article_id for article_id, key in page if key in held]
    for part in query.unwanted:
        held = _held(connection, replace(query, wanted=(part,), unwanted=()), page)
        page = [(article_id, key) for article_id, key in page if key not in held]
    return [article_id for article_id, _ in page]


def _held(connection: Connection, query: Query, page: Sequence[tuple[str, int]]) -> set[int]:
    values: dict[str, Any]
    if connection.dialect.name == "sqlite":
        sql = "SELECT rowid FROM article_search WHERE article_search MATCH :asked AND rowid IN :among"
        values = {"asked": fts5(query), "among": [key for _, key in page]}
    else:
        sql = (
            f"SELECT search_key FROM article_search WHERE {_column(query)} @@ CAST(:asked AS tsquery) "
            "AND article_id IN :among"
        )
        values = {"asked": tsquery(query), "among": [article_id for article_id, _ in page]}
    return set(connection.execute(_statement(sql, values), values).scalars())


# from the side of the index


def _from_index(connection: Connection, asked: _Asked, most: int) -> list[str]:
    if connection.dialect.name == "sqlite":
        return _from_fts5(connection, asked, most)
    return _from_gin(connection, asked, most)


def _from_fts5(connection: Connection, asked: _Asked, most: int) -> list[str]:
    """FTS5 gives the highest key first and stops when enough were read."""
    conditions = "".join(f" AND {each}" for each in asked.conditions)
    sql = (
        # CROSS JOIN: SQLite keeps to that order.
        "SELECT a.article_id FROM article_search AS s CROSS JOIN articles AS a ON a.search_key = s.rowid "
        "WHERE article_search MATCH :asked AND s.rowid >= :low AND s.rowid < :high"
        f"{conditions} ORDER BY s.rowid DESC LIMIT :most"
    )
    values = asked.values | {"asked": fts5(asked.query), "low": asked.low, "high": asked.high, "most": most}
    return list(connection.execute(_statement(sql, values), values).scalars())


def _from_gin(connection: Connection, asked: _Asked, most: int) -> list[str]:
    """GIN finds all at once: the newest days are asked first, then longer and longer spans before them."""
    newest = connection.execute(text("SELECT max(search_key) FROM articles")).scalar()
    if newest is None:
        return []
    connection.execute(text(_PLAIN_PLANS))
    join = "JOIN articles AS a ON a.article_id = s.article_id WHERE " if asked.conditions else ""
    sql = (
        "WITH s AS MATERIALIZED (SELECT article_id, search_key FROM article_search "
        f"WHERE {_column(asked.query)} @@ CAST(:asked AS tsquery) AND search_key >= :low AND search_key < :high) "
        f"SELECT s.article_id FROM s {join}{' AND '.join(asked.conditions)} ORDER BY s.search_key DESC LIMIT :most"
    )
    found: list[str] = []
    for low, high, words in windows(asked.low, min(asked.high, newest + 1)):
        within = " & (" + " | ".join(f"'{word}'" for word in words) + ")" if words else ""
        values = asked.values | {"asked": tsquery(asked.query) + within, "low": low, "high": high}
        values["most"] = most - len(found)
        found += connection.execute(_statement(sql, values), values).scalars()
        if len(found) >= most:
            break
    return found


_PLAIN_PLANS = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true), set_config('work_mem', '64MB', true), "
    "set_config('plan_cache_mode', 'force_custom_plan', true)"
)
"""For this transaction only: found in the index, then looked up one by one; a guess at numbers would spoil that."""

_STEPS = ((2, 1), (16, 1), (4 * DAYS_A_SPAN, DAYS_A_SPAN))
"""Days looked back, and the days that one word of the index stands for; then everything before."""


def windows(low: int, high: int) -> Iterator[tuple[int, int, list[str]]]:
    """The range of keys [low, high) in pieces, the newest first, each with the words that texts within it carry."""
    last, upper = _day_of(max(high - 1, 0)), high
    for days, unit in _STEPS:
        first = (last - days + 1) // unit * unit
        start = max(low, first * MINUTES_A_DAY << ID_BITS) if first > 0 else low
        if upper <= low:
            return
        if start < upper:
            units = range(_day_of(start) // unit, _day_of(upper - 1) // unit + 1)
            yield start, upper, [day_word(each) if unit == 1 else span_word(each) for each in units]
            upper = start
    if upper > low:
        yield low, upper, []


def _day_of(key: int) -> int:
    return (key >> ID_BITS) // MINUTES_A_DAY


# the query in the words of each database


def _column(query: Query) -> str:
    return "accented" if query.accented else "folded"


def fts5(query: Query) -> str:
    """The query as FTS5 reads it."""
    wanted = " AND ".join(f'"{" ".join(part)}"' for part in query.wanted)
    unwanted = "".join(f' NOT "{" ".join(part)}"' for part in query.unwanted)
    # The column filter binds to what follows, so the whole expression goes into its parentheses.
    return f"{_column(query)} : ({wanted}{unwanted})"


def tsquery(query: Query) -> str:
    """The query as Postgres reads it."""
    wanted = [_tsphrase(part) for part in query.wanted]
    return " & ".join(wanted + ["!" + _tsphrase(part) for part in query.unwanted])


def _tsphrase(part: Syllables) -> str:
    return "(" + " <-> ".join(f"'{syllable}'" for syllable in part) + ")"
