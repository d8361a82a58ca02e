"""The few statements that the two databases spell differently, and reading by many keys at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Column, Connection, RowMapping, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_T = TypeVar("_T", str, int)

CHUNK = 500
"""Keys in one IN list: SQLite takes 32,766 values, but plans short lists better."""


def _insert(connection: Connection, table: Table) -> sqlite.Insert:
    """INSERT with ON CONFLICT, which both databases have under one name in two modules."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return cast("sqlite.Insert", postgresql.insert(table))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose key is there already is left as it is."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), [dict(row) for row in rows])


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: tuple[str, ...]) -> None:
    """Insert rows; one whose key is there is overwritten. All rows must carry the same columns."""
    if not rows:
        return
    statement = _insert(connection, table)
    changes = {name: statement.excluded[name] for name in rows[0] if name not in key}
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=changes)
    connection.execute(statement, [dict(row) for row in rows])


def in_chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """`values` in lists of at most CHUNK."""
    kept = list(values)
    for start in range(0, len(kept), CHUNK):
        yield kept[start : start + CHUNK]


def rows_by(connection: Connection, table: Table, key: Column[Any], values: Iterable[str]) -> dict[str, RowMapping]:
    """Rows of `table` whose `key` is among `values`, by key."""
    found: dict[str, RowMapping] = {}
    for chunk in in_chunks(values):
        for row in connection.execute(select(table).where(key.in_(chunk))).mappings():
            found[row[key.name]] = row
    return found


class utc_hour(FunctionElement[str]):  # noqa: N801 - spelt as SQL functions are
    """The hour of a moment in UTC as text, `2026-09-10 05`."""

    type = String()
    inherit_cache = True


@compiles(utc_hour)
def _utc_hour(element: utc_hour, compiler: SQLCompiler, **options: object) -> str:
    return f"to_char(timezone('UTC', {compiler.process(element.clauses, **options)}), 'YYYY-MM-DD HH24')"


@compiles(utc_hour, "sqlite")
def _utc_hour_on_sqlite(element: utc_hour, compiler: SQLCompiler, **options: object) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 13)"
