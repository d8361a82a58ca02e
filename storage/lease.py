"""One night at a time on one Postgres, whatever machine it runs on: an advisory lock that dies with its connection.

Processes of one machine are told apart by `night/lock.py` before they come here; SQLite files stay on one machine.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import StoreError, store_errors

if TYPE_CHECKING:
    from storage.store import Store

_MOST_NAME = 63
"""Bytes of an application name that Postgres keeps."""
_KEY = "SELECT hashtextextended('diembao ' || current_schema(), 0)"
"""One lock for each schema: the demo beside a live store has its own."""
_HOLDER = (
    "SELECT coalesce(a.application_name, '') || ' since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI TZ') "
    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (l.classid::bigint << 32) + l.objid::bigint = :key"
)


@contextmanager
def night_lease(store: Store, what: str) -> Iterator[None]:
    """Hold the store's night while the block runs; nothing on SQLite. `what` is told to whoever comes second.

    Raises StoreError at once, saying who holds it and since when, when another process has it. The server frees it when
    the connection ends, however it ends; a server that is restarted in the night has forgotten it.
    """
    if store.engine.dialect.name != "postgresql":
        yield
        return
    with store_errors("take the night", store.where):
        connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # its own: closing it frees the lock and never gives it back to the pool
    try:
        key = _take(connection, what, store.where)
        try:
            yield
        finally:
            # Said in words: the server notices the end of a connection only a moment later.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    finally:
        with suppress(SQLAlchemyError):
            connection.close()


def _take(connection: Connection, what: str, where: str) -> int:
    """Take the night and return the key of its lock; StoreError when somebody has it."""
    with store_errors("take the night", where):
        key: int = connection.execute(text(_KEY)).scalar_one()
        name = f"{what}, {socket.gethostname()}, process {os.getpid()}".encode()[:_MOST_NAME].decode("utf-8", "ignore")
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
            return key
        holder = connection.execute(text(_HOLDER), {"key": key}).scalar()
    raise StoreError(
        f"a night is running on it already: {holder or 'just ended'}", where, "Stop one of the two; nothing was begun"
    )
