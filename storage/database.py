"""Connecting to a database: its address, its file, and the settings of every connection.

A night that is killed with SIGKILL loses nothing on SQLite in WAL mode with synchronous NORMAL: a killed process
leaves its committed frames in the kernel's page cache, which the kernel writes out all the same; the unfinished
transaction has no commit frame and is ignored by the next reader. Only a power cut may take the last commits back (to a
consistent state), and then the next run simply asks for those pages again. FULL would cost an fsync a commit for that
case alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StoreError, store_errors
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    import psycopg

BUSY_SECONDS = 30
"""How long a writer waits for another one (SQLite has one at a time; our transactions take milliseconds)."""

SCHEMA_KEY = "schema"


def database_url(address: str | Path) -> URL:
    """`address` as SQLAlchemy reads it: a URL, or the path of an SQLite file. The file's folder is created.

    Raises StoreError for an address of another database, or a folder that cannot be made.
    """
    url = _read_address(address)
    file = _file(url)
    if file is not None:
        with store_errors("make the folder of the store", str(file)):
            file.parent.mkdir(parents=True, exist_ok=True)
    return url


def file_of(address: str | Path) -> Path | None:
    """The file of an SQLite store, whether it is there or not; None for Postgres and for a store in memory."""
    return _file(_read_address(address))


def _read_address(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(address))
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError) as error:
        raise StoreError("not an address of a database", "DIEMBAO_DATABASE_URL", _ADDRESS) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(f"{url.get_backend_name()} is not supported", "DIEMBAO_DATABASE_URL", _ADDRESS)
    return url


def _file(url: URL) -> Path | None:
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or not name or name.startswith(("file:", ":memory:")):
        return None
    return Path(name)


_ADDRESS = "Write sqlite:///FILE or postgresql://USER@HOST/NAME"


def connect(url: URL) -> Engine:
    """An engine with our connection settings; nothing is opened yet."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # `?schema=NAME` in the address: everything in a schema of its own (the demo beside a live store).
    schema = url.query.get(SCHEMA_KEY)
    options = "-c timezone=UTC" + (f" -c search_path={_plain_name(str(schema))}" if schema else "")
    engine = create_engine(
        url.difference_update_query([SCHEMA_KEY]),
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "options": options},
    )
    if schema:
        event.listen(engine, "first_connect", lambda raw, _record: _make_schema(raw, str(schema)))
    return engine


def _plain_name(name: str) -> str:
    """`name` when it is a plain identifier; StoreError otherwise (it goes into a statement)."""
    if not name.isascii() or not name.isidentifier():
        raise StoreError(f"{name!r} is no schema name", "DIEMBAO_DATABASE_URL", "Use letters, digits and _")
    return name.lower()


def _make_schema(raw: psycopg.Connection, schema: str) -> None:
    with raw.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_plain_name(schema)}")
    raw.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes too late (before the first write): see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    # secure_delete: text that expired or was removed must not be left in free pages of the file.
    wanted = (
        "foreign_keys = ON",
        f"busy_timeout = {round(BUSY_SECONDS * 1000)}",
        "synchronous = NORMAL",
        "secure_delete = ON",
    )
    for pragma in wanted:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("unaccent", 1, unaccent, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a reader that turns writer half-way fails with «locked» without any waiting."""
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def place(engine: Engine) -> str:
    """Where the store is, for messages, without the password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.render_as_string(hide_password=True)


def file_id(engine: Engine) -> tuple[int, int] | None:
    """Which file an SQLite store is, whatever its name; (0, 0) when there is none; None for Postgres or memory."""
    file = _file(engine.url)
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def must_exist(address: str) -> None:
    """StoreError when `address` is a file that is not there: looking at a store must not make one."""
    file = file_of(address)
    if file is not None and not file.is_file():
        raise StoreError("there is none yet", str(file), "The first night, import or `db upgrade` makes it")


@contextmanager
def reading(address: str, doing: str) -> Iterator[Connection]:
    """A connection to a store that must exist; nothing is created or migrated. StoreError while `doing` something."""
    must_exist(address)
    engine = connect(database_url(address))
    try:
        with store_errors(doing, place(engine)), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
