from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from storage import database, migrate, opening, views
from storage.errors import StoreError
from storage.schema import APPLICATION_ID, REVISION, articles, metadata
from storage.store import open_store

A = "https://bao.vn/a.html"


def tables(store: Any) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def test_the_migrations_build_exactly_the_schema(store: Any) -> None:
    def ours(_object: Any, name: str | None, kind: str, *_more: Any) -> bool:
        return not (name or "").startswith(("article_search", "alembic", "sqlite_"))

    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": False, "compare_server_default": False}
        )
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_program_names() -> None:
    config = migrate._alembic()
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
    numbers = sorted(path.name[:4] for path in (migrate.MIGRATIONS / "versions").glob("0*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_down_and_up_again_with_data_in_it(press: Any, mention: Any) -> None:
    store = press.store
    press.announce(A)
    press.visit(A, mentions=(mention(),))
    press.end()
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.downgrade(connection, "base")
    assert tables(store) == {"alembic_version"}
    assert inspect(store.engine).get_view_names() == []
    opening.prepare(store.engine)
    assert store.rows(select(views.v1_articles)) == []
    press.begin()
    press.announce(A)
    assert press.visit(A) == "stored"
    assert [hit.url for hit in store.search("tin")] == [A]


def test_opening_twice_changes_nothing(store_url: str) -> None:
    open_store(store_url).close()
    again = open_store(store_url)
    assert set(inspect(again.engine).get_view_names()) == set(views.NAMES)
    again.close()


def test_an_empty_database_becomes_a_store(empty_url: str) -> None:
    store = open_store(empty_url)
    assert {table.name for table in metadata.sorted_tables} < tables(store)
    assert store.rows(select(views.v1_articles)) == []
    store.close()


def test_stale_views_are_put_right(store: Any) -> None:
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DROP VIEW v1_articles"))
        connection.execute(text("CREATE VIEW v1_old AS SELECT 1 AS one"))
        connection.execute(text("UPDATE meta SET value = 'x' WHERE key = 'views'"))
    opening.prepare(store.engine)
    assert set(inspect(store.engine).get_view_names()) == set(views.NAMES)


def test_a_newer_store_is_refused_untouched(store_url: str) -> None:
    store = open_store(store_url)
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match=f"migration 9999, this one knows up to {REVISION}.*newer program"):
        open_store(store_url)
    engine = database.connect(database.database_url(store_url))
    assert set(inspect(engine).get_view_names()) == set(views.NAMES)
    engine.dispose()


def test_several_processes_may_create_the_store_together(empty_url: str) -> None:
    fork = multiprocessing.get_context("fork")
    started = [fork.Process(target=lambda: open_store(empty_url).close()) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    for process in started:
        process.close()


# SQLite only


def test_sqlite_settings(tmp_path: Path) -> None:
    store = open_store(tmp_path / "new folder" / "diembao.db")
    with store.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "application_id", "busy_timeout")
        }
    store.close()
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "application_id": APPLICATION_ID,
        "busy_timeout": 30_000,
    }


def test_somebody_elses_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.db"
    path.write_bytes(b"\xff\xd8\xff" * 1000)
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(path)


def test_times_are_text_in_utc(press: Any, tmp_path: Path) -> None:
    if press.store.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's form; Postgres has timestamptz")
    press.visit(A, published_at=datetime.fromisoformat("2026-09-10T06:00:00.9+07:00"))
    with sqlite3.connect(tmp_path / "diembao.db") as plain:
        assert plain.execute("SELECT published_at FROM v1_articles").fetchone() == ("2026-09-09 23:00:00",)
    plain.close()
    assert press.articles()[0]["published_at"] == datetime(2026, 9, 9, 23, 0, tzinfo=UTC)


# when the database fails


def test_a_locked_store_says_so(store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, morning: Any) -> None:
    if not store_url.startswith("sqlite"):
        pytest.skip("Postgres lets writers queue without a limit")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    store = open_store(store_url)
    other = sqlite3.connect(tmp_path / "diembao.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"cannot begin a run: another process is writing .*diembao\.db.*start again"):
        store.begin_run("nightly", morning)
    other.close()
    assert store.begin_run("nightly", morning).run_id == "nightly-20260910"
    store.close()


def test_a_full_disk_says_so_and_the_store_stays_whole(
    tmp_path: Path, article: Any, morning: Any, outcome: Any
) -> None:
    store = open_store(tmp_path / "diembao.db")
    run_id = store.begin_run("nightly", morning).run_id
    with store.engine.connect() as connection:
        # SQLite's own limit raises the same error as a full disk; it lasts as long as the pooled connection.
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreError, match="the disk is full .*Free some space"):
        store.commit(run_id, [outcome(f"https://bao.vn/{n}", body=("chữ " * 2000,)) for n in range(20)])
    store.close()
    store = open_store(tmp_path / "diembao.db")
    assert store.rows(select(articles.c.article_id)) == []
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert store.commit(run_id, [outcome(A)])[0].fate == "stored"
    store.close()


def test_a_read_only_file_says_so(tmp_path: Path, morning: Any) -> None:
    open_store(tmp_path / "diembao.db").close()
    store = open_store(f"sqlite:///file:{tmp_path / 'diembao.db'}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="it may not be written to"):
        store.begin_run("nightly", morning)
    store.close()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Check that the folder"):
        open_store(tmp_path / "file" / "diembao.db")


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense://", "postgresql://[::1"])
def test_an_address_we_do_not_know_says_so(address: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FILE or postgresql://"):
        open_store(address)


def test_a_dead_postgres_says_so_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not answer") as caught:
        open_store(f"postgresql://me:secret@/x?host={tmp_path}")
    assert "secret" not in str(caught.value)


@pytest.mark.postgres
def test_a_restarted_postgres_is_found_again(postgres_url: str, postgres_server: Any, morning: Any) -> None:
    import psycopg

    store = open_store(postgres_url)
    store.begin_run("nightly", morning)
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin:
        name = store.engine.url.database
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    assert store.begin_run("nightly", morning).run_id == "nightly-20260910"
    store.close()
