"""A store of any earlier migration opens, with its rows, after a copy was made; a copy that cannot be made stops it."""

from __future__ import annotations

import json
import re
import resource
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, select, text

from storage import backup, database, migrate, opening, upkeep
from storage.candidates import Filters
from storage.errors import StoreError
from storage.records import FateWord, Outcome
from storage.schema import REVISION, articles
from storage.search_index import body_word, index_articles, search_key
from storage.store import open_store
from storage.types import FORMAT

EARLIER = [
    script.revision
    for script in ScriptDirectory.from_config(migrate._alembic()).walk_revisions()
    if script.revision != REVISION
][::-1]
ARTICLE = "00c0ffee00c0ffee"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))


def make_at(address: str, revision: str, now: datetime) -> None:
    """A store that a program of that migration would have left: its tables, and an article that is indexed."""
    engine = database.connect(database.database_url(address))
    if engine.dialect.name == "sqlite":
        opening.claim_file(engine, address)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.upgrade(connection, revision)
        _insert(connection, "articles", _article(now), now)
        _insert(connection, "runs", {"run_id": "r", "kind": "nightly", "morning": "2026-09-10", "counts": "{}"}, now)
        mention = {"article_id": ARTICLE, "entity_id": "a-so", "field": "title", "start": 0, "end": 3, "kind": "agency"}
        _insert(connection, "mentions", mention | {"surface": "Sở", "rule": "x", "confidence": 0.9}, now)
        _index(connection, revision, now)
    engine.dispose()


def _article(now: datetime) -> dict[str, Any]:
    return {
        "article_id": ARTICLE,
        "url": "https://bao.vn/a",
        "title": "Rác ở Lê Chân",
        "paragraphs": '["Đường ngập rác."]',
        "first_seen_at": now,
        "published_at": now - timedelta(hours=3),
        "kind": "full",
        "in_scope": True,
        "search_key": search_key(ARTICLE, now - timedelta(hours=3)),
    }


def _insert(connection: Connection, name: str, values: dict[str, Any], now: datetime) -> None:
    """A row with these values where the table of that day has such a column; what it wants besides is made up."""
    table = Table(name, MetaData(), autoload_with=connection)
    made: dict[str, Any] = {}
    for column in table.columns:
        if column.name in values:
            made[column.name] = values[column.name]
        elif not column.nullable and column.server_default is None:
            made[column.name] = now if column.name.endswith("_at") else column.type.python_type()
            if column.name in {"captions", "about_reasons"}:
                made[column.name] = "[]"
    if connection.dialect.name == "sqlite":
        made = {key: f"{value:{FORMAT}}" if isinstance(value, datetime) else value for key, value in made.items()}
    connection.execute(table.insert().values(made))


def _index(connection: Connection, revision: str, now: datetime) -> None:
    if revision >= "0010":
        index_articles(connection, [ARTICLE])
        return
    accented, folded, body = "rác ở lê chân đường ngập rác", "rac o le chan duong ngap rac", body_word("a-so")
    values = {"id": ARTICLE, "key": search_key(ARTICLE, now - timedelta(hours=3)), "bodies": body}
    values |= {"accented": accented, "folded": folded, "too": [body, "@p_x"]}
    statement = _INSERTS[connection.dialect.name, revision >= "0004"]
    connection.execute(
        text(statement), {name: value for name, value in values.items() if re.search(rf":{name}\b", statement)}
    )


_INSERTS = {
    ("sqlite", False): "INSERT INTO article_search (article_id, accented, folded) VALUES (:id, :accented, :folded)",
    ("sqlite", True): "INSERT INTO article_search (rowid, accented, folded, bodies) "
    "VALUES (:key, :accented, :folded, :bodies)",
    ("postgresql", False): "INSERT INTO article_search (article_id, accented, folded) "
    "VALUES (:id, to_tsvector('simple', :accented), to_tsvector('simple', :folded))",
    ("postgresql", True): "INSERT INTO article_search (article_id, search_key, accented, folded) "
    "VALUES (:id, :key, to_tsvector('simple', :accented) || array_to_tsvector(CAST(:too AS text[])), "
    "to_tsvector('simple', :folded) || array_to_tsvector(CAST(:too AS text[])))",
}
"""What the index was filled with before and since it is kept in order of publication, until 0010."""


def test_every_migration_but_the_last_is_tried() -> None:
    assert [f"{number:04}" for number in range(1, int(REVISION))] == EARLIER


TRIED = [
    *(pytest.param("sqlite", revision, id=f"sqlite-{revision}") for revision in EARLIER),
    # Each takes Postgres a second or two: the first, the one before the index was remade, the last but one.
    *(
        pytest.param("postgres", revision, id=f"postgres-{revision}", marks=pytest.mark.postgres)
        for revision in ("0001", "0003", EARLIER[-1])
    ),
]


@pytest.mark.parametrize(("empty_url", "revision"), TRIED, indirect=["empty_url"])
def test_a_store_of_an_earlier_migration_opens_with_its_rows(
    empty_url: str, tmp_path: Path, revision: str, press_now: datetime
) -> None:
    make_at(empty_url, revision, press_now)
    assert upkeep.problems_of(empty_url) == [f"at migration {revision}, this program has {REVISION}: run `db upgrade`"]
    store = open_store(empty_url, lambda: press_now)
    assert upkeep.problems_of(empty_url) == []
    assert [row["title"] for row in store.rows(select(articles.c.title))] == ["Rác ở Lê Chân"]
    for words in ("đường rác", '"le chan"'):
        for bodies in ((), ("a-so",)):
            assert [hit.article_id for hit in store.search(words, 20, Filters(bodies=bodies))] == [ARTICLE], words
    store.close()
    (copy,) = (tmp_path / "backup").iterdir()
    assert copy.name.startswith(f"from-{revision}-diembao-")
    assert copy.stat().st_mode & 0o077 == 0
    upkeep.put_back(copy, empty_url, tmp_path / "backup" / "replaced-diembao-20260910-030000.db")
    if empty_url.startswith("sqlite"):
        assert upkeep.revision_of(empty_url) == revision
    again = open_store(empty_url, lambda: press_now)
    assert [hit.article_id for hit in again.search("rác")] == [ARTICLE]
    again.close()


@pytest.fixture
def press_now() -> datetime:
    return datetime(2026, 9, 9, 20, tzinfo=UTC)


def test_without_room_for_the_copy_nothing_is_migrated(tmp_path: Path, press_now: datetime) -> None:
    address = f"sqlite:///{tmp_path / 'diembao.db'}"
    make_at(address, "0003", press_now)
    (tmp_path / "backup").write_text("a file stands where the folder should be")
    with pytest.raises(StoreError, match="migration 0003 and could not be copied .*--no-backup"):
        open_store(address)
    assert upkeep.revision_of(address) == "0003"
    open_store(address, backup=False).close()
    assert upkeep.revision_of(address) == REVISION


def test_a_new_store_is_not_copied(empty_url: str, tmp_path: Path) -> None:
    open_store(empty_url).close()
    open_store(empty_url).close()
    assert not (tmp_path / "backup").exists()


def test_check_refuses_a_newer_store(store_url: str) -> None:
    store = open_store(store_url)
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="newer program"):
        upkeep.problems_of(store_url)


# Postgres as a file


ON_POSTGRES = pytest.mark.parametrize("store_url", ["postgres"], indirect=True)


@pytest.mark.postgres
@ON_POSTGRES
def test_a_postgres_store_goes_into_a_file_and_back(press: Any, store_url: str, tmp_path: Path) -> None:
    address = store_url
    press.announce("https://bao.vn/a", "https://bao.vn/b")
    press.visit("https://bao.vn/a", "Rác \t\\N «đường» \n�", sapo=None)
    copy = backup.back_up(address, tmp_path / "backup" / "diembao-20260910-030000.db")
    assert copy.name == "diembao-20260910-030000.copy.zip"
    press.visit("https://bao.vn/b", "Sau bản sao")
    aside = tmp_path / "backup" / "replaced-diembao-20260910-040000.db"
    kept = upkeep.put_back(copy, address, aside)
    assert [row["url"] for row in press.articles()] == ["https://bao.vn/a"]
    assert press.articles()[0]["title"] == "Rác \t\\N «đường» \n�"
    assert [hit.url for hit in press.store.search("đường")] == ["https://bao.vn/a"]
    assert press.due() == ["https://bao.vn/b"]
    upkeep.put_back(kept, address, tmp_path / "backup" / "replaced-diembao-20260910-050000.db")
    assert len(press.articles()) == 2
    assert upkeep.problems_of(address) == []


@pytest.mark.postgres
@ON_POSTGRES
def test_a_damaged_or_foreign_file_changes_nothing(press: Any, store_url: str, tmp_path: Path) -> None:
    address = store_url
    press.visit("https://bao.vn/a", "Rác")
    copy = backup.back_up(address, tmp_path / "copy.db")
    whole = copy.read_bytes()
    middle = len(whole) // 2
    for bad in (whole[:-200], whole[:middle] + b"\0" * 40 + whole[middle + 40 :], b"", b"no zip"):
        (tmp_path / "bad.copy.zip").write_bytes(bad)
        with pytest.raises(StoreError, match="no whole backup"):
            upkeep.put_back(tmp_path / "bad.copy.zip", address, tmp_path / "aside.db")
    assert len(press.articles()) == 1


@pytest.mark.postgres
@ON_POSTGRES
def test_a_copy_that_names_other_tables_changes_nothing(press: Any, store_url: str, tmp_path: Path) -> None:
    press.visit("https://bao.vn/a", "Rác")
    copy = backup.back_up(store_url, tmp_path / "copy.db")
    with zipfile.ZipFile(copy) as file:
        members = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(members["store.json"])
    manifest["tables"]['articles"; DROP TABLE runs; --'] = manifest["tables"].pop("articles")
    members["store.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "odd.copy.zip", "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    with pytest.raises(StoreError, match="not those of its migration"):
        upkeep.put_back(tmp_path / "odd.copy.zip", store_url, tmp_path / "aside.db")
    assert len(press.articles()) == 1


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "sqlite+pysqlite:///{}"])
def test_every_way_to_name_an_sqlite_file_can_be_copied_and_put_back(
    tmp_path: Path, press_now: datetime, form: str
) -> None:
    file = tmp_path / "own folder" / "diembao.db"
    address = form.format(file)
    open_store(address, lambda: press_now).close()
    assert database.file_of(address) == file
    copy = backup.back_up(address, tmp_path / "backup" / "copy.db")
    file.unlink()
    with pytest.raises(StoreError, match="there is none yet"):
        upkeep.problems_of(address)
    assert upkeep.put_back(copy, address, tmp_path / "aside.db") is None
    assert upkeep.problems_of(address) == []


def test_a_disk_that_takes_no_copy_leaves_the_store_as_it_was(tmp_path: Path, press_now: datetime) -> None:
    address = f"sqlite:///{tmp_path / 'diembao.db'}"
    open_store(address, lambda: press_now).close()
    copy = backup.back_up(address, tmp_path / "backup" / "copy.db")
    before = (tmp_path / "diembao.db").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(StoreError, match="cannot put the backup back"):
            upkeep.put_back(copy, address, tmp_path / "backup" / "aside.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "diembao.db").read_bytes() == before
    assert upkeep.problems_of(address) == []
    assert not list(tmp_path.glob("*.part"))


# damage


def spoil(file: Path, how: str) -> None:
    """Fold the log into the file, then damage it."""
    with closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    size = len(whole)
    if how == "truncated":
        file.write_bytes(whole[: size // 2])
    elif how == "cut in a page":
        file.write_bytes(whole[: size // 2 + 1000])
    elif how == "pages overwritten":
        file.write_bytes(whole[:8192] + b"\xa5" * 16384 + whole[24576:])
    elif how == "zeros in the middle":
        file.write_bytes(whole[: size // 3] + bytes(size // 3) + whole[2 * (size // 3) :])
    elif how == "schema lost":
        file.write_bytes(whole[:100] + b"\xff" * 3996 + whole[4096:])
    elif how == "header lost":
        file.write_bytes(bytes(100) + whole[100:])


DAMAGES = ["truncated", "cut in a page", "pages overwritten", "zeros in the middle", "schema lost", "header lost"]


@pytest.mark.parametrize("how", DAMAGES)
def test_damage_is_told_and_a_backup_mends_it(tmp_path: Path, press_now: datetime, article: Any, how: str) -> None:
    address = f"sqlite:///{tmp_path / 'diembao.db'}"
    store = open_store(address, lambda: press_now)
    run_id = store.begin_run("nightly", press_now.date()).run_id
    made = [article(f"https://bao.vn/{n}", f"Tin {n}", body=(f"Rác số {n}. " * 200,)) for n in range(40)]
    store.commit(run_id, [Outcome(url=a.url, outlet_id="bao", fate=FateWord.STORED, article=a) for a in made])
    store.close()
    copy = backup.back_up(address, tmp_path / "backup" / "diembao-20260910-030000.db")
    spoil(tmp_path / "diembao.db", how)
    try:
        told = " ".join(upkeep.problems_of(address))
    except StoreError as error:
        told = str(error)
    assert "damaged" in told or "no SQLite database" in told, told
    with pytest.raises(StoreError):
        backup.back_up(address, tmp_path / "backup" / "never.db")
    upkeep.put_back(copy, address, tmp_path / "backup" / "replaced-diembao-20260910-040000.db")
    assert upkeep.problems_of(address) == []
    store = open_store(address, lambda: press_now)
    assert len(store.rows(select(articles.c.article_id))) == 40
    assert len(store.search("rác", 50)) == 40
    store.close()
