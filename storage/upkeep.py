"""Looking after a store that is there: is it sound, which migration is it at, a copy while others write to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DatabaseError

from config.model import Retention
from config.places import places
from storage import database, postgres_copy, pruning, views
from storage.errors import StoreError, store_errors
from storage.schema import APPLICATION_ID, REVISION, articles
from vietnamese.clock import system_clock, to_local

_MOST_PROBLEMS = 20
"""Lines SQLite may name; a damaged file has thousands."""

_BACKUP_PAGES = 2_000
"""Pages copied between two looks at other writers: some milliseconds each."""


@contextmanager
def _reading(address: str, doing: str) -> Iterator[Connection]:
    """A connection to a store that must exist; nothing is created or migrated."""
    _must_exist(address)
    engine = database.connect(database.database_url(address))
    try:
        with store_errors(doing, database.place(engine)), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _must_exist(address: str) -> None:
    file = file_of(address)
    if file is not None and not file.is_file():
        raise StoreError("there is none yet", str(file), "The first night, import or `db upgrade` makes it")


def file_of(address: str) -> Path | None:
    """The file of an SQLite store; None for Postgres."""
    prefix = "sqlite:///"
    return Path(address.removeprefix(prefix)) if address.startswith(prefix) else None


def revision_of(address: str) -> str | None:
    """The migration that a store is at; None for an empty database. StoreError when there is no store."""
    with _reading(address, "read the migration") as connection:
        return database.revision(connection)


def problems_of(address: str) -> list[str]:
    """What is wrong with a store, a line each; empty when it is sound. Reads everything, changes nothing.

    Raises StoreError when there is no store, it cannot be opened at all, or a newer program wrote it.
    """
    with _reading(address, "check the store") as connection:
        damage = _damage(connection) if connection.dialect.name == "sqlite" else []
        if not damage:
            database.refuse_newer(database.revision(connection), database.place(connection.engine))
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
    found = database.revision(connection)
    if found != REVISION:
        return [f"at migration {found or 'none'}, this program has {REVISION}: run `db upgrade`"]
    if not views.stand(connection):
        return ["its views are those of another version: run `db upgrade`"]
    for name in views.NAMES:
        connection.execute(text(f"SELECT count(*) FROM {name}")).scalar()  # noqa: S608 - a name of our own
    return []


def back_up(address: str, target: Path) -> Path:
    """Copy a store, while others may write to it, to `target`; only a sound copy gets that name. Returns its path.

    The copy of a Postgres store has `postgres_copy.ENDING` instead of `.db`. It holds full text: only the owner may
    read it. Raises StoreError when it fails.
    """
    file = file_of(address)
    if file is None:
        with _reading(address, "copy the store") as connection:
            return postgres_copy.dump(connection, target.with_suffix(postgres_copy.ENDING))
    _must_exist(address)
    with store_errors("copy the store", str(file)):
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        part.touch(mode=0o600)
        try:
            _copy(file, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return target


def _copy(file: Path, part: Path) -> None:
    with closing(_read_only(file)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy, pages=_BACKUP_PAGES, sleep=0.01)
        copy.execute("PRAGMA journal_mode = DELETE")
        (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise StoreError(f"the copy is not sound ({said})", str(file), "Run `db check`; restore an earlier backup")


def copy_before_migration(engine: Engine, found: str) -> Path:
    """Copy a store that is at migration `found` before it is brought up to date; returns the path of the copy.

    It lies in `backup/` beside the file (of Postgres: under DIEMBAO_HOME), has the migration in its name, and expires
    with the other backups. Raises StoreError when it fails: then nothing is migrated.
    """
    address = engine.url.render_as_string(hide_password=False)
    file = file_of(address)
    folder = places().home if file is None else file.parent
    name = f"from-{found}-diembao-{to_local(system_clock()):%Y%m%d-%H%M%S}.db"
    try:
        if file is None:
            with store_errors("copy the store", database.place(engine)), engine.connect() as connection:
                return postgres_copy.dump(connection, folder / "backup" / Path(name).with_suffix(postgres_copy.ENDING))
        return back_up(address, folder / "backup" / name)
    except StoreError as error:
        raise StoreError(
            f"it is at migration {found} and could not be copied before the upgrade: {error.what}",
            database.place(engine),
            f"{error.remedy}; or take a copy yourself, then `db upgrade --no-backup`",
        ) from error


def put_back(copy: Path, address: str, aside: Path) -> Path | None:
    """Put a backup in the place of a store; returns where the store that was there went (`aside`), if there was one.

    Nothing else may be running. The backup itself stays. Raises StoreError when it is no sound store of ours; then
    nothing was changed.
    """
    if not copy.is_file():
        raise StoreError("there is no such backup", str(copy), "`ls backup/` under DIEMBAO_HOME names them")
    file = file_of(address)
    if file is None:
        return _put_back_postgres(copy, address, aside)
    with store_errors("read the backup", str(copy)), closing(_read_only(copy)) as backup:
        (mark,) = backup.execute("PRAGMA application_id").fetchone()
        (said,) = backup.execute("PRAGMA integrity_check(1)").fetchone()
    if mark != APPLICATION_ID or said != "ok":
        raise StoreError("it is no sound store of this program", str(copy), "Give another backup; nothing was changed")
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = _set_aside(file, aside) if file.is_file() else None
    part = file.with_name(file.name + ".part")
    shutil.copyfile(copy, part)
    part.chmod(0o600)
    # The log of the old file must never be laid over the new one: it goes first.
    for log in ("-wal", "-shm"):
        file.with_name(file.name + log).unlink(missing_ok=True)
    part.replace(file)
    return kept


def _set_aside(file: Path, aside: Path) -> Path:
    aside.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as old, suppress(sqlite3.DatabaseError):
        # What its log holds belongs to it; a damaged one goes as it is.
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(file, aside)
    aside.chmod(0o600)
    return aside


def _put_back_postgres(copy: Path, address: str, aside: Path) -> Path | None:
    postgres_copy.read_manifest(copy)
    engine = database.connect(database.database_url(address))
    try:
        with store_errors("put the backup back", database.place(engine)):
            with engine.connect() as connection:
                filled = database.revision(connection) is not None
                connection.rollback()
                kept = postgres_copy.dump(connection, aside.with_suffix(postgres_copy.ENDING)) if filled else None
            with engine.connect() as connection, connection.begin():
                postgres_copy.load(connection, copy)
        database.prepare(engine)
        return kept
    finally:
        engine.dispose()


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def expiring(address: str, before: datetime) -> int:
    """How many articles `Store.purge(before)` would take the text of; changes nothing, an older store neither."""
    old = articles.c.first_seen_at < before, articles.c.expired_at.is_(None)
    with _reading(address, "count what expires") as connection:
        return connection.execute(select(func.count()).select_from(articles).where(*old)).scalar_one()


def prunable(address: str, now: datetime, retention: Retention) -> pruning.Pruned:
    """What `Store.prune` would remove at `now`; changes nothing."""
    with _reading(address, "count what is old") as connection:
        return pruning.prunable(connection, now, retention)
