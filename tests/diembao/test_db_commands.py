"""`diembao db` on real stores: sound and damaged, new and old, full and expired."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.places import places
from diembao.main import app
from night.upkeep import backup_file, expired_files, remove
from storage.backup import back_up
from storage.errors import StoreError
from storage.schema import REVISION
from storage.store import open_store
from storage.upkeep import expiring, problems_of, revision_of


def diembao(home, *arguments: str, **more: str):
    """The command in this process: a dozen of them would spend their time starting."""
    env = {"DIEMBAO_HOME": str(home), "DIEMBAO_DATABASE_URL": "", "COLUMNS": "200"} | more
    return CliRunner().invoke(app, list(arguments), env=env, catch_exceptions=False)


def filled(home, *, days_ago: int = 0) -> None:
    """A store with one imported article, first seen so many days ago."""
    home.mkdir(exist_ok=True)
    fetched = datetime.now(UTC) - timedelta(days=days_ago)
    item = {
        "title": "Phường Lê Chân lát lại vỉa hè",
        "link": f"https://vnexpress.net/bai-{days_ago}.html",
        "summary": "Câu mở đầu của bài. " * 30,
        "fetched": fetched.isoformat(),
    }
    (home / "items.jsonl").write_text(json.dumps(item), encoding="utf-8")
    done = diembao(home, "import", str(home / "items.jsonl"))
    assert done.exit_code == 0, done.stderr


def rows(file, query: str) -> list:
    with closing(sqlite3.connect(file)) as store:
        return store.execute(query).fetchall()


@pytest.mark.parametrize("command", ["check", "backup", "purge"])
def test_without_a_store_nothing_is_made(tmp_path, command) -> None:
    done = diembao(tmp_path / "home", "db", command)
    assert done.exit_code == 2, done.stderr
    assert "there is none yet" in done.stderr.replace("\n", " ")
    assert not (tmp_path / "home").exists()


def test_upgrade_makes_a_store_and_says_what_it_did(tmp_path) -> None:
    done = diembao(tmp_path, "db", "upgrade")
    assert (done.exit_code, done.stdout) == (0, f"migration none -> {REVISION}\n")
    assert diembao(tmp_path, "db", "upgrade").stdout == f"migration {REVISION}\n"
    assert diembao(tmp_path, "db", "check").stdout == "sound\n"


def test_check_names_what_is_wrong_and_ends_with_3(tmp_path) -> None:
    filled(tmp_path)
    file = tmp_path / "diembao.db"
    with closing(sqlite3.connect(file)) as store:
        store.execute("UPDATE meta SET value = 'of another version' WHERE key = 'views'")
        store.commit()
    done = diembao(tmp_path, "db", "check")
    assert done.exit_code == 3
    assert "views are those of another version" in done.stderr
    assert diembao(tmp_path, "db", "upgrade").exit_code == 0
    assert problems_of(f"sqlite:///{file}") == []


def test_check_finds_damaged_pages(tmp_path) -> None:
    address = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(address).close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_frontier_recheck'").fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x0a\x00\x00\x00\x05" + b"\xff" * 60)
    assert any(line.startswith("damaged:") for line in problems_of(address))
    with pytest.raises(StoreError, match="not sound"):
        back_up(address, tmp_path / "backup" / "copy.db")
    assert list((tmp_path / "backup").iterdir()) == []


def test_what_is_no_database_is_a_clear_error(tmp_path) -> None:
    (tmp_path / "diembao.db").write_text("Điểm báo hôm nay\n" * 200, encoding="utf-8")
    for command in ("check", "upgrade", "backup", "purge"):
        done = diembao(tmp_path, "db", command)
        assert done.exit_code == 2, (command, done.stderr)
        assert "no SQLite database" in done.stderr.replace("\n", " ")


def test_backup_is_whole_while_another_writes_and_private(tmp_path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "diembao.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO meta VALUES ('half', 'done')")
        done = diembao(tmp_path, "db", "backup")
        writer.execute("ROLLBACK")
    assert done.exit_code == 0, done.stderr
    (copy,) = (tmp_path / "backup").iterdir()
    assert done.stdout == f"{copy}\n"
    assert copy.stat().st_mode & 0o077 == 0
    assert rows(copy, "SELECT count(*) FROM articles") == [(1,)]
    assert rows(copy, "SELECT * FROM meta WHERE key = 'half'") == []
    assert problems_of(f"sqlite:///{copy}") == []


def test_a_backup_opens_as_a_store(tmp_path) -> None:
    filled(tmp_path)
    copy = back_up(f"sqlite:///{tmp_path / 'diembao.db'}", tmp_path / "again" / "diembao.db")
    done = diembao(copy.parent, "search", "vỉa hè", "--json")
    assert "Phường Lê Chân lát lại vỉa hè" in done.stdout


def test_restore_goes_back_and_keeps_what_was_there(tmp_path) -> None:
    filled(tmp_path)
    copy = diembao(tmp_path, "db", "backup").stdout.strip()
    filled(tmp_path, days_ago=1)
    store = tmp_path / "diembao.db"
    assert len(rows(store, "select * from v1_articles")) == 2
    told = diembao(tmp_path, "db", "restore", copy, "--dry-run")
    assert "would take" in told.stdout
    assert len(rows(store, "select * from v1_articles")) == 2
    done = diembao(tmp_path, "db", "restore", copy)
    assert done.exit_code == 0, done.stderr
    assert len(rows(store, "select * from v1_articles")) == 1
    assert diembao(tmp_path, "db", "check").stdout.strip().endswith("sound")
    (aside,) = (tmp_path / "backup").glob("replaced-*.db")
    assert len(rows(aside, "select * from v1_articles")) == 2
    assert aside.stat().st_mode & 0o077 == 0
    assert aside in expired_files(
        places(environ={"DIEMBAO_HOME": str(tmp_path)}), datetime.now(UTC) + timedelta(days=1)
    )


def test_restore_mends_a_damaged_store_and_refuses_a_damaged_copy(tmp_path) -> None:
    filled(tmp_path)
    copy = Path(diembao(tmp_path, "db", "backup").stdout.strip())
    store = tmp_path / "diembao.db"
    store.write_bytes(b"SQLite format 3\0" + b"broken" * 4000)
    assert diembao(tmp_path, "db", "restore", str(copy)).exit_code == 0
    assert len(rows(store, "select * from v1_articles")) == 1
    bad = tmp_path / "bad.db"
    bad.write_bytes(copy.read_bytes()[:5000])
    before = store.read_bytes()
    refused = diembao(tmp_path, "db", "restore", str(bad))
    assert refused.exit_code == 2
    assert "bad.db" in refused.stderr
    assert diembao(tmp_path, "db", "restore", str(tmp_path / "none.db")).exit_code == 2
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("create table t (x)")
    assert diembao(tmp_path, "db", "restore", str(tmp_path / "foreign.db")).exit_code == 2
    assert store.read_bytes() == before


def test_purge_takes_text_and_files_that_are_too_old_and_nothing_else(tmp_path) -> None:
    filled(tmp_path, days_ago=200)
    filled(tmp_path, days_ago=3)
    now = datetime.now(UTC)
    old, kept = (tmp_path / "archive" / f"{now - timedelta(days=days):%Y/%m/%d}" for days in (200, 2))
    stranger = tmp_path / "archive" / "notes" / "2001" / "01"
    for folder in (old, kept, stranger):
        folder.mkdir(parents=True)
        (folder / "nightly-1.warc.gz").write_bytes(b"x")
    backups = [backup_file(places(environ={"DIEMBAO_HOME": str(tmp_path)}), now - timedelta(days=d)) for d in (200, 2)]
    backups[0].parent.mkdir()
    for file in (*backups, backups[0].parent / "diembao-mine.db"):
        file.write_bytes(b"x")
    before = sorted(tmp_path.rglob("*"))

    told = diembao(tmp_path, "db", "purge", "--dry-run")
    assert told.exit_code == 0, told.stderr
    named, counts = told.stdout.splitlines()[:-2], told.stdout.splitlines()[-2]
    assert named == [str(old / "nightly-1.warc.gz"), str(backups[0])]
    assert counts == "0 fates, 1 polls and 0 addresses would be removed"
    assert told.stdout.endswith("text of 1 articles and 2 files would be removed\n")
    assert sorted(tmp_path.rglob("*")) == before
    assert len(rows(tmp_path / "diembao.db", "SELECT 1 FROM articles WHERE expired_at IS NOT NULL")) == 0

    done = diembao(tmp_path, "db", "purge")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith("text of 1 articles and 2 files removed\n")
    gone = set(before) - set(tmp_path.rglob("*"))
    assert {path for path in gone if path.suffix in {".gz", ".db"}} == {old / "nightly-1.warc.gz", backups[0]}
    assert not old.exists()
    lengths = dict(rows(tmp_path / "diembao.db", "SELECT expired_at IS NULL, length(sapo) FROM articles"))
    assert lengths[0] < 400 < lengths[1]
    assert diembao(tmp_path, "db", "purge").stdout.endswith("text of 0 articles and 0 files removed\n")
    assert diembao(tmp_path, "db", "purge", "--days", "1").stdout.endswith("text of 1 articles and 2 files removed\n")
    assert (stranger / "nightly-1.warc.gz").exists()


def test_removing_leaves_no_empty_folders_and_does_not_follow_links(tmp_path) -> None:
    where = places(environ={"DIEMBAO_HOME": str(tmp_path / "home")})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.warc.gz").write_bytes(b"x")
    day = where.archive / "2020" / "01" / "02"
    day.mkdir(parents=True)
    (day / "a.warc.gz").write_bytes(b"x")
    (day.parent / "03").symlink_to(outside, target_is_directory=True)
    (where.archive / "2020" / "13" / "40").mkdir(parents=True)
    files = expired_files(where, datetime(2026, 1, 1, tzinfo=UTC))
    assert files == [day / "a.warc.gz"]
    remove(files, where.archive)
    assert not day.exists()
    assert day.parent.exists(), "it still holds the link"
    assert (outside / "a.warc.gz").exists()


@pytest.mark.postgres
def test_postgres_is_checked_and_goes_into_a_file_and_back(postgres_url, empty_postgres_url, tmp_path) -> None:
    assert problems_of(postgres_url) == []
    assert revision_of(postgres_url) == REVISION
    assert expiring(postgres_url, datetime.now(UTC)) == 0
    assert problems_of(empty_postgres_url) == [f"at migration none, this program has {REVISION}: run `db upgrade`"]
    copy = diembao(tmp_path, "db", "backup", DIEMBAO_DATABASE_URL=postgres_url)
    assert copy.exit_code == 0, copy.stderr
    assert copy.stdout.endswith(".copy.zip\n")
    back = diembao(tmp_path, "db", "restore", copy.stdout.strip(), DIEMBAO_DATABASE_URL=postgres_url)
    assert back.exit_code == 0, back.stderr
    assert "replaced-" in back.stdout
    done = diembao(tmp_path, "db", "upgrade", DIEMBAO_DATABASE_URL=empty_postgres_url)
    assert (done.exit_code, done.stdout) == (0, f"migration none -> {REVISION}\n"), done.stderr
