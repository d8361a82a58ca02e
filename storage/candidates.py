"""Which articles hold a query: the newest of them, the same on SQLite and on Postgres.

The index is read from its newest end until enough articles were found. It knows words, phrases and the bodies that an
article mentions; outlet, scope and level are looked up for each article that it gives.
"""

# ruff: noqa: S608 - statements are put together from pieces of this file; every value is bound

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import BindParameter, Connection, TextClause, bindparam, text

from storage.query import Query, Syllables
from storage.search_index import (
    DAYS_A_SPAN,
    ID_BITS,
    MINUTES_A_DAY,
    body_word,
    day_word,
    minute_of,
    pair_word,
    span_word,
)
from storage.types import FORMAT

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
    bodies: tuple[tuple[str, ...], ...]
    """Sets of ids of which one must be mentioned."""
    conditions: tuple[str, ...]
    values: dict[str, Any]
    low: int
    high: int


def candidates(
    connection: Connection, query: Query, named: Sequence[tuple[str, ...]], filters: Filters, most: int
) -> list[str]:
    """Ids of the newest articles, at most `most`, that hold all wanted and no unwanted part of the query.

    They mention one id of each set of `named` and pass the filters. In order of their search key, highest first.
    """
    asked = _asked(connection, query, named, filters)
    if not (query.wanted or asked.bodies):
        return []
    if connection.dialect.name == "sqlite":
        return _from_fts5(connection, asked, most)
    return _from_gin(connection, asked, most)


def _asked(connection: Connection, query: Query, named: Sequence[tuple[str, ...]], filters: Filters) -> _Asked:
    values: dict[str, Any] = {}
    conditions: list[str] = []
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
        bodies=(*named, *([filters.bodies] if filters.bodies else [])),
        conditions=tuple(conditions),
        values=values,
        low=minute_of(filters.since) << ID_BITS if filters.since else 0,
        high=(minute_of(filters.until) + bool(filters.until.second)) << ID_BITS if filters.until else _ALWAYS,
    )


_AT = "coalesce(a.published_at, a.first_seen_at)"
_LEVEL = "EXISTS (SELECT 1 FROM issue_articles AS i WHERE i.article_id = a.article_id AND i.level >= :level)"


def _moment(connection: Connection, at: datetime) -> str | datetime:
    return at.strftime(FORMAT) if connection.dialect.name == "sqlite" else at


def _statement(sql: str, values: dict[str, Any]) -> TextClause:
    several = [name for name, value in values.items() if isinstance(value, tuple | list)]
    lists: list[BindParameter[Any]] = [bindparam(name, expanding=True) for name in several]
    return text(sql).bindparams(*lists)


def _from_fts5(connection: Connection, asked: _Asked, most: int) -> list[str]:
    """FTS5 gives the highest key first and stops when enough were read."""
    conditions = "".join(f" AND {each}" for each in asked.conditions)
    sql = (
        # CROSS JOIN: SQLite keeps to that order.
        "SELECT a.article_id FROM article_search AS s CROSS JOIN articles AS a ON a.search_key = s.rowid "
        "WHERE article_search MATCH :asked AND s.rowid >= :low AND s.rowid < :high"
        f"{conditions} ORDER BY s.rowid DESC LIMIT :most"
    )
    values = asked.values | {"low": asked.low, "high": asked.high, "most": most}
    values["asked"] = fts5(asked.query, asked.bodies)
    return list(connection.execute(_statement(sql, values), values).scalars())


def _from_gin(connection: Connection, asked: _Asked, most: int) -> list[str]:
    """GIN finds all at once: the newest days are asked first, then longer and longer spans before them."""
    newest = connection.execute(text("SELECT max(search_key) FROM articles")).scalar()
    if newest is None:
        return []
    connection.execute(text(_PLAIN_PLANS))
    join = "JOIN articles AS a ON a.article_id = s.article_id WHERE " if asked.conditions else ""
    sql = (
        # OFFSET 0: sorted first, so that articles are looked up from the newest on and only as far as needed.
        "SELECT s.article_id FROM (SELECT article_id, search_key FROM article_search "
        f"WHERE {_column(asked.query)} @@ CAST(:asked AS tsquery) AND search_key >= :low AND search_key < :high "
        f"ORDER BY search_key DESC OFFSET 0) AS s {join}{' AND '.join(asked.conditions)} "
        "ORDER BY s.search_key DESC LIMIT :most"
    )
    found: list[str] = []
    for low, high, words in windows(asked.low, min(asked.high, newest + 1)):
        within = " & (" + " | ".join(f"'{word}'" for word in words) + ")" if words else ""
        values = asked.values | {"asked": tsquery(asked.query, asked.bodies) + within, "low": low, "high": high}
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


def fts5(query: Query, bodies: Sequence[Sequence[str]] = ()) -> str:
    """The query as FTS5 reads it, with one body of each set."""
    words = " AND ".join(f'"{" ".join(part)}"' for part in query.wanted)
    sets = [f"bodies : ({' OR '.join(_quoted(ids, chr(34)))})" for ids in bodies]
    wanted = " AND ".join([*([f"{_column(query)} : ({words})"] if words else []), *sets])
    unwanted = "".join(f' NOT {_column(query)} : "{" ".join(part)}"' for part in query.unwanted)
    return f"({wanted}){unwanted}"


def tsquery(query: Query, bodies: Sequence[Sequence[str]] = ()) -> str:
    """The query as Postgres reads it, with one body of each set."""
    sets = [f"({' | '.join(_quoted(ids, chr(39)))})" for ids in bodies]
    wanted = [_tsphrase(part) for part in query.wanted]
    return " & ".join(wanted + sets + ["!" + _tsphrase(part) for part in query.unwanted])


def _quoted(ids: Sequence[str], mark: str) -> list[str]:
    return [f"{mark}{body_word(each)}{mark}" for each in ids]


def _tsphrase(part: Syllables) -> str:
    """Pairs of neighbours are words of their own; only more than two have to be looked at in the text itself."""
    pairs = [pair_word(*pair) for pair in pairwise(part)]
    told = [f"'{pair}'" for pair in pairs if pair is not None]
    if len(part) != 2 or None in pairs:  # noqa: PLR2004
        told.append("(" + " <-> ".join(f"'{syllable}'" for syllable in part) + ")")
    return "(" + " & ".join(told) + ")"
