"""A store does not grow for ever, and forgets nothing that the next night needs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from config.model import Retention
from storage import pruning
from storage.activity import outlet_activity
from storage.records import FateWord
from storage.schema import articles, fates, feed_polls, frontier, runs
from storage.store import open_store

A, B, C = (f"https://bao.vn/{name}.html" for name in "abc")


def count(press: Any, table: Any) -> int:
    return press.store.rows(select(func.count().label("n")).select_from(table))[0]["n"]


def test_old_rows_go_and_the_rest_stays(press: Any) -> None:
    press.announce(A, B)
    press.visit(A)
    press.end()
    press.begin(days=100)
    press.announce(B)
    press.end()
    assert press.store.prune() == pruning.Pruned(fates=0, polls=1, addresses=0)
    press.now += timedelta(days=350)
    with press.store.engine.connect() as connection:
        told = pruning.prunable(connection, press.now, Retention())
    assert told == pruning.Pruned(fates=2, polls=1, addresses=1)
    assert count(press, frontier) == 2
    assert press.store.prune() == told
    assert not press.store.prune()
    assert [row["url"] for row in press.store.rows(select(frontier))] == [B]
    assert (count(press, fates), count(press, feed_polls), count(press, articles), count(press, runs)) == (1, 0, 1, 2)


def test_an_unfinished_run_keeps_its_fates(press: Any) -> None:
    press.announce(A)
    press.now += timedelta(days=1_000)
    assert press.store.prune().fates == 0


def forget(press: Any) -> None:
    press.end()
    press.now += timedelta(days=410)
    assert press.store.prune().addresses
    press.begin()


def test_a_forgotten_address_of_a_stored_article_is_not_asked_for_again(press: Any) -> None:
    press.announce(A, B)
    press.visit(A)
    press.visit(B, canonical_url=C)
    forget(press)
    new = "https://bao.vn/moi.html"
    press.announce(A, B, C, new)
    assert press.due() == [new], "neither by its own address nor by its canonical one"
    press.visit(new)
    press.end()
    assert press.fates() == {A: "unchanged", B: "unchanged", C: "unchanged", new: "stored"}
    assert len(press.articles()) == 3


def test_a_change_announced_later_is_asked_for_as_a_change(press: Any) -> None:
    press.announce(A)
    press.visit(A, "Tin", body=("Cũ.",))
    forget(press)
    press.announce(A, lastmod=press.now)
    assert press.due() == [A]
    assert press.visit(A, "Tin", body=("Mới.",)) == FateWord.REVISED
    assert [row["revision_count"] for row in press.articles()] == [1]


def test_a_removed_page_and_a_teaser_are_remembered_as_such(press: Any) -> None:
    press.announce(A, B)
    press.visit(A)
    press.visit(B, body=None)
    press.end()
    press.begin(hours=24)
    press.announce(A, B, lastmod=press.now)
    press.fail(A, FateWord.GONE)
    forget(press)
    press.announce(A, B)
    rows = {row["url"]: row["fate"] for row in press.store.rows(select(frontier))}
    assert rows == {A: "gone", B: "teaser"}


def test_health_still_knows_when_an_outlet_was_last_heard_of(press: Any) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    before = outlet_activity(press.store, press.run_id)["bao"]
    press.now += timedelta(days=500)
    press.store.prune()
    press.begin()
    press.announce(B)
    press.visit(B)
    after = outlet_activity(press.store, press.run_id)["bao"]
    assert after.last_success_at == press.now
    assert before.last_new_at < after.last_new_at


def test_a_file_with_much_room_is_written_anew(tmp_path: Path, article: Any, outcome: Any, morning: Any) -> None:
    store = open_store(tmp_path / "diembao.db")
    run_id = store.begin_run("nightly", morning).run_id
    store.commit(run_id, [outcome(f"https://bao.vn/{n}", body=(f"chữ {n} " * 4_000,)) for n in range(30)])
    assert not pruning.compact(store.engine)
    store.purge(store.clock() + timedelta(days=1))
    before = (tmp_path / "diembao.db").stat().st_size + (tmp_path / "diembao.db-wal").stat().st_size
    store.prune()
    assert (tmp_path / "diembao.db").stat().st_size < before / 2
    assert len(store.rows(select(articles.c.article_id))) == 30
    store.close()
