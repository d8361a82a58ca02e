"""Looking after a store that is there: is it sound, which migration is it at, a backup put back, what would go."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from config.model import Retention
from storage import postgres_copy, pruning, views
from storage.backup import read_only
from storage.database import connect, database_url, file_of, place, reading
from storage.errors import StoreError, store_errors
from storage.migrate import refuse_newer, revision
from storage.opening import prepare
from storage.schema import APPLICATION_ID, REVISION, articles

_MOST_PROBLEMS = 20
"""Lines SQLite may name; a damaged file has thousands."""


def revision_of(address: str) -> str | None:
    """The migration that a store is at; None for an empty database. StoreError when there is no store."""
    with reading(address, "read the migration") as connection:
        return revision(connection)


def problems_of(address: str) -> list[str]:
    """What is wrong with a store, a line each; empty when it is sound. Reads everything, changes nothing.

    Raises StoreError when there is no store, it cannot be opened at all, or a newer program wrote it.
    """
    with reading(address, "check the store") as connection:
        damage = _damage(connection) if connection.dialect.name == "sqlite" else []
        if not damage:
            refuse_newer(revision(connection), place(connection.engine))
        return damage or _differences(connection)


def _damage(connection: Connection) -> list[str]:
    """What SQLite itself finds: broken pages and indexes, rows that refer to nothing."""
    try:
        found = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_PROBLEMS})").scalars().all()
        orphans = [] if found != ["ok"] else connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except DatabaseError as error:
        # So damaged that it cannot even be looked through; another reason (locked, no database) is told as ever.
        if "malformed" not in str(error.orig):
            raise
        return [f"damaged: {error.orig}"]
    lines = [f"damaged: {line}" for line in found if line != "ok"]
    return lines + [f"{row[0]}: row {row[1]} refers to no {row[2]}" for row in orphans[:_MOST_PROBLEMS]]


def _differences(connection: Connection) -> list[str]:
    """What differs from a store of this program; each view must answer."""
    found = revision(connection)
    if found != REVISION:
        return [f"at migration {found or 'none'}, this program has {REVISION}: run `db upgrade`"]
    if not views.stand(connection):
        return ["its views are those of another version: run `db upgrade`"]
    for name in views.NAMES:
        connection.execute(text(f"SELECT count(*) FROM {name}")).scalar()  # noqa: S608 - a name of our own
    return []


def put_back(copy: Path, address: str, aside: Path) -> Path | None:
    """Put a backup in the place of a store; returns where the store that was there went (`aside`), if there was one.

    Nothing else may be running. The backup itself stays. Raises StoreError when it is no sound store of ours, or cannot
    be copied; then nothing was changed.
    """
    if not copy.is_file():
        raise StoreError("there is no such backup", str(copy), "`ls backup/` under DIEMBAO_HOME names them")
    file = file_of(address)
    if file is None:
        return _put_back_postgres(copy, address, aside)
    with store_errors("read the backup", str(copy)), closing(read_only(copy)) as backup:
        (mark,) = backup.execute("PRAGMA application_id").fetchone()
        (said,) = backup.execute("PRAGMA integrity_check(1)").fetchone()
    if mark != APPLICATION_ID or said != "ok":
        raise StoreError("it is no sound store of this program", str(copy), "Give another backup; nothing was changed")
    with store_errors("put the backup back", str(file)):
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = _set_aside(file, aside) if file.is_file() else None
        _replace(file, copy)
    return kept


def _set_aside(file: Path, aside: Path) -> Path:
    aside.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as old, suppress(sqlite3.DatabaseError):
        # What its log holds belongs to it; a damaged one goes as it is.
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _copy_private(file, aside)
    return aside


def _replace(file: Path, copy: Path) -> None:
    part = file.with_name(file.name + ".part")
    try:
        _copy_private(copy, part)
        # The log of the old file must never be laid over the new one: it goes first.
        for log in ("-wal", "-shm"):
            file.with_name(file.name + log).unlink(missing_ok=True)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _copy_private(source: Path, target: Path) -> None:
    """Copy a file that holds full text: nobody but the owner may read the copy, not even while it is written."""
    target.touch(mode=0o600)
    target.chmod(0o600)
    shutil.copyfile(source, target)


def _put_back_postgres(copy: Path, address: str, aside: Path) -> Path | None:
    postgres_copy.read_manifest(copy)
    engine = connect(database_url(address))
    try:
        with store_errors("put the backup back", place(engine)):
            with engine.connect() as connection:
                filled = revision(connection) is not None
                connection.rollback()
                kept = postgres_copy.dump(connection, aside.with_suffix(postgres_copy.ENDING)) if filled else None
            with engine.connect() as connection, connection.begin():
                postgres_copy.load(connection, copy)
        prepare(engine)
        return kept
    finally:
        engine.dispose()


def expiring(address: str, before: datetime) -> int:
    """How many articles `Store.purge(before)` would take the text of; changes nothing, an older store neither."""
    old = articles.c.first_seen_at < before, articles.c.expired_at.is_(None)
    with reading(address, "count what expires") as connection:
        return connection.execute(select(func.count()).select_from(articles).where(*old)).scalar_one()


def prunable(address: str, now: datetime, retention: Retention) -> pruning.Pruned:
    """What `Store.prune` would remove at `now`; changes nothing."""
    with reading(address, "count what is old") as connection:
        return pruning.prunable(connection, now, retention)
