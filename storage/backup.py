"""Copies of a store, made while others may write to it: a backup on demand, and one before every migration."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from config.places import places
from storage import postgres_copy
from storage.database import file_of, must_exist, place, reading
from storage.errors import StoreError, store_errors
from vietnamese.clock import system_clock, to_local

_BACKUP_PAGES = 2_000
"""Pages copied between two looks at other writers: some milliseconds each."""


def back_up(address: str, target: Path) -> Path:
    """Copy a store, while others may write to it, to `target`; only a sound copy gets that name. Returns its path.

    The copy of a Postgres store has `postgres_copy.ENDING` instead of `.db`. It holds full text: only the owner may
    read it. Raises StoreError when it fails.
    """
    file = file_of(address)
    if file is None:
        with reading(address, "copy the store") as connection:
            return postgres_copy.dump(connection, target.with_suffix(postgres_copy.ENDING))
    must_exist(address)
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
    with closing(read_only(file)) as source, closing(sqlite3.connect(part)) as copy:
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
            with store_errors("copy the store", place(engine)), engine.connect() as connection:
                return postgres_copy.dump(connection, folder / "backup" / Path(name).with_suffix(postgres_copy.ENDING))
        return back_up(address, folder / "backup" / name)
    except StoreError as error:
        raise StoreError(
            f"it is at migration {found} and could not be copied before the upgrade: {error.what}",
            place(engine),
            f"{error.remedy}; or take a copy yourself, then `db upgrade --no-backup`",
        ) from error


def read_only(file: Path) -> sqlite3.Connection:
    """A connection to an SQLite file that can change nothing in it."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
