"""Making a store ready for use: an empty one is created, an older one copied and migrated, a foreign one refused."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from storage import views
from storage.backup import copy_before_migration
from storage.database import place
from storage.errors import StoreError, store_errors
from storage.migrate import refuse_newer, revision, upgrade
from storage.schema import APPLICATION_ID, REVISION

_MIGRATION_LOCK = 0x6469656D62616F
"""Key of the Postgres advisory lock under which one process migrates while others wait."""


def prepare(engine: Engine, *, backup: bool = True) -> None:
    """Create an empty store, bring an older one up to date; raise StoreError for a newer or a foreign one.

    An older store is copied first (`storage.backup.copy_before_migration`), unless `backup` is False.
    """
    where = place(engine)
    with store_errors("open the store", where):
        if engine.dialect.name == "sqlite":
            claim_file(engine, where)
        with engine.connect().execution_options(writes=False) as connection, connection.begin():
            found = revision(connection)
            if found == REVISION and views.stand(connection):
                return
        refuse_newer(found, where)
        if backup and found not in (None, REVISION):
            copy_before_migration(engine, found)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            _migrate(connection, where)


def claim_file(engine: Engine, where: str) -> None:
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
