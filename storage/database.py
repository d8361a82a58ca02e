"""Opening a database: address, connection settings, migrations, and refusing what is not ours.

A night that is killed with SIGKILL loses nothing on SQLite in WAL mode with synchronous NORMAL: a killed process
leaves its committed frames in the kernel's page cache, which the kernel writes out all the same; the unfinished
transaction has no commit frame and is ignored by the next reader. Only a power cut may take the last commits back (to a
consistent state), and then the next run simply asks for those pages again. FULL would cost an fsync a commit for that
case alone.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage import views
from storage.errors import StoreError, store_errors
from storage.schema import APPLICATION_ID, REVISION
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config

BUSY_SECONDS = 30
"""How long a writer waits for another one (SQLite has one at a time; our transactions take milliseconds)."""

SCHEMA_KEY = "schema"

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6469656D62616F
"""Key of the Postgres advisory lock under which one process migrates while others wait."""


def database_url(address: str | Path) -> URL:
    """`address` as SQLAlchemy reads it: a URL, or the path of an SQLite file. The file's folder is created.

    Raises StoreError for an address of another database, or a folder that cannot be made.
    """
    if isinstance(address, Path) or "://" not in address:
        url = URL.create("sqlite", database=str(address))
    else:
        url = _read_address(address)
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(("file:", ":memory:")):
        with store_errors("make the folder of the store", url.database):
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return url


def _read_address(address: str) -> URL:
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError) as error:
        raise StoreError("not an address of a database", "DIEMBAO_DATABASE_URL", _ADDRESS) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(f"{url.get_backend_name()} is not supported", "DIEMBAO_DATABASE_URL", _ADDRESS)
    return url


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


def prepare(engine: Engine, *, backup: bool = True) -> None:
    """Create an empty store, bring an older one up to date; raise StoreError for a newer or a foreign one.

    An older store is copied first (`storage.upkeep.copy_before_migration`), unless `backup` is False.
    """
    where = place(engine)
    with store_errors("open the store", where):
        if engine.dialect.name == "sqlite":
            _claim_file(engine, where)
        with engine.connect().execution_options(writes=False) as connection, connection.begin():
            found = revision(connection)
            if found == REVISION and views.stand(connection):
                return
        refuse_newer(found, where)
        if backup and found not in (None, REVISION):
            from storage.upkeep import copy_before_migration

            copy_before_migration(engine, found)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            _migrate(connection, where)


def place(engine: Engine) -> str:
    """Where the store is, for messages, without the password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.render_as_string(hide_password=True)


def file_id(engine: Engine) -> tuple[int, int] | None:
    """Which file an SQLite store is, whatever its name; (0, 0) when there is none; None for Postgres or memory."""
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or not name or name.startswith(("file:", ":memory:")):
        return None
    try:
        found = Path(name).stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _claim_file(engine: Engine, where: str) -> None:
    """Mark a new file as ours and switch it to WAL; refuse somebody else's."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        mark = cursor.execute("PRAGMA application_id").fetchone()[0]
        filled = cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (mark or filled):
            raise StoreError(
                "this SQLite file belongs to another program", where, "Give another file; it was not touched"
            )
        if mark != APPLICATION_ID:
            cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    finally:
        raw.close()


def _migrate(connection: Connection, where: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    found = revision(connection)
    refuse_newer(found, where)
    views.drop(connection)
    if found != REVISION:
        upgrade(connection)
    views.create(connection)


def refuse_newer(found: str | None, where: str) -> None:
    """StoreError when the store is at a migration that this program does not know."""
    if found is not None and found != REVISION and found not in known_revisions():
        raise StoreError(
            f"it was written by a newer program (migration {found}, this one knows up to {REVISION})",
            where,
            "Use the newer program, or another store; it was not touched",
        )


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run migrations up to `to` in the connection's transaction."""
    from alembic import command

    command.upgrade(_alembic(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Run migrations down to `to` (`base` = nothing) in the connection's transaction; views go first."""
    from alembic import command

    views.drop(connection)
    command.downgrade(_alembic(connection), to)


def _alembic(connection: Connection | None = None) -> Config:
    # Alembic takes a while to import and is wanted only when a store is made or changed.
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def known_revisions() -> set[str]:
    """Every migration this program has."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def revision(connection: Connection) -> str | None:
    """The migration the store is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
