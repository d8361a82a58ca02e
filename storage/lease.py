"""One night at a time on one Postgres, whatever machine it runs on: an advisory lock that dies with its connection.

Processes of one machine are told apart by `night/lock.py` before they come here; SQLite files stay on one machine.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import StoreError, store_errors

if TYPE_CHECKING:
    from storage.store import Store

logger = logging.getLogger(__name__)

_HELD, _STOP = "a night is running on it already", "Stop one of the two; nothing was begun"
_LOST = "it was restarted and forgot this night, and another night has begun"
_END = "This night ends; what is stored stays, and the other one continues it"
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
    the connection ends, however it ends. A server that is restarted in the night, or ends this one connection, has
    forgotten it: every write of the store asks for it first, takes it again where nobody has it, and raises StoreError
    where another night has begun. So two nights never write.
    """
    if store.engine.dialect.name != "postgresql":
        yield
        return
    lease = _Lease(store, what)
    lease.take()
    store.still_ours = lease.still_ours
    try:
        yield
    finally:
        store.still_ours = None
        lease.give_back()


class _Lease:
    """The lock of one night, and the connection that holds it: its own, never given back to the pool."""

    def __init__(self, store: Store, what: str) -> None:
        self._store, self._what = store, what
        self._connection: Connection | None = None
        self._key = 0
        self._one = threading.Lock()  # writers of several threads ask

    def take(self, *, lost: bool = False) -> None:
        """Take the night, or (`lost`) take it again; StoreError when somebody has it."""
        with store_errors("take the night", self._store.where):
            connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            try:
                self._key, holder = _try(connection, self._what)
            except SQLAlchemyError:
                _close(connection)
                raise
        if holder is not None:
            _close(connection)
            raise StoreError(f"{_LOST if lost else _HELD}: {holder}", self._store.where, _END if lost else _STOP)
        self._connection = connection

    def still_ours(self) -> None:
        """StoreError when the night was lost and another one has begun; taken again when it was only lost."""
        with self._one:
            if self._connection is not None:
                try:
                    self._connection.execute(text("SELECT 1"))
                except SQLAlchemyError:
                    _close(self._connection)
                    self._connection = None
                else:
                    return
            self.take(lost=True)
            logger.warning("the database had forgotten this night (it was restarted?): it was taken again")

    def give_back(self) -> None:
        """Let others have it."""
        if self._connection is None:
            return
        # Said in words: the server notices the end of a connection only a moment later.
        with suppress(SQLAlchemyError):
            self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._key})
        _close(self._connection)


def _close(connection: Connection) -> None:
    with suppress(SQLAlchemyError):
        connection.close()


def _try(connection: Connection, what: str) -> tuple[int, str | None]:
    """Try to take the night: the key of its lock, and who has it when it is not ours."""
    key: int = connection.execute(text(_KEY)).scalar_one()
    name = f"{what}, {socket.gethostname()}, process {os.getpid()}".encode()[:_MOST_NAME].decode("utf-8", "ignore")
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
    if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
        return key, None
    return key, connection.execute(text(_HOLDER), {"key": key}).scalar() or "just ended"
