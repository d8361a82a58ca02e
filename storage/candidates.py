"""Which articles hold a query: the newest of them, the same on SQLite and on Postgres.

The index is read from its newest end until enough articles were found. It knows words, pairs of neighbours and all that
a search may be narrowed by, so that nothing is looked up for articles that do not belong to the answer; only phrases
that pairs cannot prove, and the second that a bound of time names, are looked at in each article that it gives.
"""

# ruff: noqa: S608 - statements are put together from pieces of this file; every value is bound

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from storage.query import Query
from storage.search_index import (
    DAYS_A_SPAN,
    ID_BITS,
    IN_SCOPE,
    MINUTES_A_DAY,
    OUT_OF_SCOPE,
    body_word,
    day_word,
    level_word,
    minute_of,
    outlet_word,
    part_words,
    span_word,
)
from storage.types import FORMAT
from vietnamese.clock import to_utc
from vietnamese.normal import UNACCENTED

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
class Asked:
    """A question in the words of the index, conditions on an article beside it, and the range of keys [low, high)."""

    wanted: tuple[tuple[str, ...], ...]
    """Of each an article must carry one."""
    unwanted: tuple[str, ...]
    texts: tuple[str, ...]
    """Conditions on the text of syllables, `{text}`."""
    times: tuple[str, ...]
    """Conditions on the article `a`."""
    values: dict[str, Any]
    low: int
    high: int


def candidates(
    connection: Connection, query: Query, named: Sequence[tuple[str, ...]], filters: Filters, most: int
) -> list[str]:
    """Ids of the newest articles, at most `most`, that hold all wanted and no unwanted part of the query.

    They mention one id of each set of `named` and pass the filters. In order of their search key, highest first.
    """
    if not (query.wanted or named or filters.bodies):
        return []
    asked = ask(query, named, filters, sqlite=connection.dialect.name == "sqlite")
    if connection.dialect.name == "sqlite":
        return _from_fts5(connection, asked, most)
    return _from_gin(connection, asked, most)


def ask(query: Query, named: Sequence[tuple[str, ...]], filters: Filters, *, sqlite: bool) -> Asked:
    """A query, the bodies that must be mentioned and what narrows it, as the index is asked."""
    wanted: list[tuple[str, ...]] = [tuple(map(body_word, ids)) for ids in named]
    unwanted: list[str] = []
    proofs: dict[str, bool] = {}
    for part in query.wanted:
        words, proven = part_words(part, accented=query.accented)
        wanted += [(word,) for word in words]
        if not proven:
            proofs[" ".join(part)] = True
    for part in query.unwanted:
        words, proven = part_words(part, accented=query.accented)
        if proven:
            unwanted += words
        else:
            proofs[" ".join(part)] = False
    texts, phrases = _texts(proofs, accented=query.accented, sqlite=sqlite)
    times, bounds = _times(filters, sqlite=sqlite)
    return Asked(
        wanted=tuple(dict.fromkeys([*wanted, *_narrowed(filters)])),
        unwanted=tuple(unwanted),
        texts=texts,
        times=times,
        values=phrases | bounds,
        low=minute_of(filters.since) << ID_BITS if filters.since else 0,
        high=(minute_of(filters.until) + bool(filters.until.second)) << ID_BITS if filters.until else _ALWAYS,
    )


def _narrowed(filters: Filters) -> Iterator[tuple[str, ...]]:
    if filters.bodies:
        yield tuple(map(body_word, filters.bodies))
    if filters.outlets:
        yield tuple(map(outlet_word, filters.outlets))
    if filters.least_level is not None:
        yield (level_word(max(filters.least_level, 0)),)
    if filters.in_scope is not None:
        yield (IN_SCOPE if filters.in_scope else OUT_OF_SCOPE,)


def _texts(proofs: Mapping[str, bool], *, accented: bool, sqlite: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """Conditions that each of these phrases stands in the text (or, False, does not), with their values."""
    if accented:
        holds = "instr(' ' || s.accented || ' ', {0}) > 0" if sqlite else "strpos(' ' || s.accented || ' ', {0}) > 0"
    else:
        # Postgres would look each letter up in hundreds: a pattern says what may stand for each letter of the phrase.
        holds = "instr(' ' || unaccent(s.accented) || ' ', {0}) > 0" if sqlite else "' ' || s.accented || ' ' ~ {0}"
    told = [holds.format(f":part_{number}") for number in range(len(proofs))]
    conditions = [one if wanted else f"NOT {one}" for one, wanted in zip(told, proofs.values(), strict=True)]
    said = [f" {phrase} " for phrase in proofs]
    if not (accented or sqlite):
        said = ["".join(_LETTERS.get(letter, letter) for letter in phrase) for phrase in said]
    return tuple(conditions), {f"part_{number}": phrase for number, phrase in enumerate(said)}


def _letters() -> dict[str, str]:
    found: dict[str, str] = {}
    for marked, bare in UNACCENTED.items():
        if not marked.isupper():
            found[bare] = found.get(bare, bare) + marked
    return {bare: f"[{letters}]" for bare, letters in found.items()}


_LETTERS = _letters()
"""For each bare letter a class of a regular expression: it and what is unaccented to it."""


def _times(filters: Filters, *, sqlite: bool) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The exact second matters only within the minute that a bound lies in: the key tells everything else."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, bound, after in (("since", filters.since, 1), ("until", filters.until, 0)):
        if bound is not None and bound.second:
            holds = ">=" if after else "<"
            conditions.append(f"(a.search_key {holds} :{name}_key OR {_AT} {holds} :{name})")
            # As the column holds it: in UTC, whole seconds.
            moment = to_utc(bound).replace(microsecond=0)
            values |= {name: moment.strftime(FORMAT) if sqlite else moment}
            values |= {f"{name}_key": minute_of(bound) + after << ID_BITS}
    return tuple(conditions), values


_AT = "coalesce(a.published_at, a.first_seen_at)"


def _from_fts5(connection: Connection, asked: Asked, most: int) -> list[str]:
    """FTS5 gives the highest key first and stops when enough were read."""
    texts = "CROSS JOIN article_search_texts AS s ON s.search_key = i.rowid " if asked.texts else ""
    conditions = "".join(f" AND {each}" for each in (*asked.texts, *asked.times))
    sql = (
        # CROSS JOIN: SQLite keeps to that order.
        f"SELECT a.article_id FROM article_search AS i {texts}CROSS JOIN articles AS a ON a.search_key = i.rowid "
        "WHERE article_search MATCH :asked AND i.rowid >= :low AND i.rowid < :high"
        f"{conditions} ORDER BY i.rowid DESC LIMIT :most"
    )
    values = asked.values | {"asked": fts5(asked), "low": asked.low, "high": asked.high, "most": most}
    return list(connection.execute(text(sql), values).scalars())


def _from_gin(connection: Connection, asked: Asked, most: int) -> list[str]:
    """GIN finds all at once: the newest days are asked first, then the months before them, then everything."""
    oldest, newest = connection.execute(text("SELECT min(search_key), max(search_key) FROM articles")).one()
    if newest is None:
        return []
    connection.execute(text(_PLAIN_PLANS))
    join = "JOIN articles AS a ON a.article_id = s.article_id " if asked.times else ""
    conditions = " AND ".join((*asked.texts, *asked.times)) or "true"
    sql = (
        # OFFSET 0: sorted first, so that articles are looked at from the newest on and only as far as needed.
        "SELECT s.article_id FROM (SELECT article_id, search_key, accented FROM article_search "
        "WHERE words @@ CAST(:asked AS tsquery) AND search_key >= :low AND search_key < :high "
        f"ORDER BY search_key DESC OFFSET 0) AS s {join}WHERE {conditions} ORDER BY s.search_key DESC LIMIT :most"
    )
    high = min(asked.high, newest + 1)
    found: list[str] = []
    for start, end, words in windows(asked.low, high):
        # Where so few are to be found that all of them are soon read, no word of time is worth its list.
        seldom = (len(found) + 1) * (newest - oldest) <= _SOON_READ * (high - end)
        values = asked.values | {"asked": tsquery(asked, () if seldom else words), "high": end}
        values |= {"low": asked.low if seldom else start, "most": most - len(found)}
        found += connection.execute(text(sql), values).scalars()
        if seldom or len(found) >= most:
            break
    return found


_SOON_READ = 500
"""Articles, by what was found in the newest days."""

_PLAIN_PLANS = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true), set_config('work_mem', '64MB', true), "
    "set_config('plan_cache_mode', 'force_custom_plan', true)"
)
"""For this transaction only: found in the index, then looked up one by one; a guess at numbers would spoil that."""

_STEPS = ((2, 1), (2 * DAYS_A_SPAN, DAYS_A_SPAN))
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


# the question as each database reads it


def fts5(asked: Asked) -> str:
    """The question as FTS5 reads it."""
    sets = " AND ".join("(" + " OR ".join(f'"{word}"' for word in words) + ")" for words in asked.wanted)
    return f"({sets})" + "".join(f' NOT "{word}"' for word in asked.unwanted)


def tsquery(asked: Asked, within: Sequence[str] = ()) -> str:
    """The question as Postgres reads it, within the texts that carry one of the words of a time."""
    sets = [*asked.wanted, *([tuple(within)] if within else [])]
    told = ["(" + " | ".join(f"'{word}'" for word in words) + ")" for words in sets]
    return " & ".join(told + [f"!'{word}'" for word in asked.unwanted])
