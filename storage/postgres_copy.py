"""A whole Postgres store as one file, and back: each table through COPY, in one snapshot, with no other program.

The file is a zip: `store.json` (the migration it is at, the tables in an order in which references hold, their columns)
and one text of COPY for each table. Views hold no data; the full-text index is a table like any other.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from storage import migrate
from storage.errors import StoreError

if TYPE_CHECKING:
    import psycopg

ENDING = ".copy.zip"
_MANIFEST = "store.json"
_FORMAT = "diembao/copy/1"
_PIECE = 1 << 20


def dump(connection: Connection, target: Path) -> Path:
    """Write the store to `target`, as it stands at this moment; only a whole file gets that name.

    Only the owner may read it: it holds full text. OSError when it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    try:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        tables = {name: _columns(connection, name) for name in _in_order(connection)}
        manifest = {"format": _FORMAT, "revision": migrate.revision(connection), "tables": tables}
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.writestr(_MANIFEST, json.dumps(manifest))
            for name, columns in tables.items():
                with file.open(name, "w", force_zip64=True) as into:
                    _copy_out(_raw(connection), name, columns, into)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def load(connection: Connection, source: Path) -> None:
    """Put a dump in the place of all that the store holds, in the connection's transaction.

    Raises StoreError when it is no whole dump of this program, or one of a newer program.
    """
    manifest = read_manifest(source)
    revision, tables = manifest["revision"], manifest["tables"]
    if revision not in migrate.known_revisions():
        raise StoreError(f"it was written by a newer program (migration {revision})", str(source), "Use that program")
    if migrate.revision(connection) is not None:
        migrate.downgrade(connection, "base")
    migrate.upgrade(connection, revision)
    if {name: set(_columns(connection, name)) for name in _in_order(connection)} != {
        name: set(columns) for name, columns in tables.items()
    }:
        raise StoreError("its tables are not those of its migration", str(source), _ANOTHER)
    with zipfile.ZipFile(source) as file:
        for name, columns in tables.items():
            if name != "alembic_version":
                connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - a name that the migrations made
                with file.open(name) as out:
                    _copy_in(_raw(connection), name, columns, out)
    connection.execute(text("DELETE FROM meta WHERE key = 'views'"))


def read_manifest(source: Path) -> dict[str, Any]:
    """What a dump holds. StoreError when it is none, or damaged."""
    try:
        with zipfile.ZipFile(source) as file:
            damaged = file.testzip()
            manifest: dict[str, Any] = json.loads(file.read(_MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise StoreError("it is no whole backup of a Postgres store", str(source), _ANOTHER) from error
    if damaged is not None or manifest.get("format") != _FORMAT:
        raise StoreError("it is no whole backup of a Postgres store", str(source), _ANOTHER)
    return manifest


_ANOTHER = "Give another backup; nothing was changed"


def _raw(connection: Connection) -> psycopg.Connection:
    raw: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return raw


def _in_order(connection: Connection) -> list[str]:
    """The tables, each after those it refers to."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in found if name is not None]


def _columns(connection: Connection, table: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(table)]


def _named(table: str, columns: Sequence[str]) -> str:
    return f'"{table}" (' + ", ".join(f'"{name}"' for name in columns) + ")"


def _copy_out(raw: psycopg.Connection, table: str, columns: Sequence[str], into: IO[bytes]) -> None:
    with raw.cursor() as cursor, cursor.copy(f"COPY {_named(table, columns)} TO STDOUT".encode()) as rows:
        for piece in rows:
            into.write(piece)


def _copy_in(raw: psycopg.Connection, table: str, columns: Sequence[str], out: IO[bytes]) -> None:
    with raw.cursor() as cursor, cursor.copy(f"COPY {_named(table, columns)} FROM STDIN".encode()) as rows:
        while piece := out.read(_PIECE):
            rows.write(piece)
