"""Runs that were told to end: open for the next start, closed when nobody continues them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from night.metrics import last_night
from storage.activity import finished_mornings, newest_run
from storage.store import Store
from storage.views import v1_runs

FIRST = date(2026, 9, 9)


def test_a_night_nobody_continued_is_closed_by_the_next_one_and_counts_as_none(store: Store, outcome: Any) -> None:
    cut = store.begin_run("nightly", FIRST).run_id
    store.commit(cut, [outcome("https://bao.vn/1")])
    told = store.finish_run(cut, "interrupted")
    assert (told.finished_at, told.counts) == (None, {"stored": 1})
    again = store.begin_run("nightly", FIRST)
    assert (again.run_id, again.outcome) == (cut, None), "continued under its id, and running"
    store.begin_run("import", FIRST)
    later = store.begin_run("nightly", FIRST + timedelta(days=1)).run_id
    assert store.begin_run("nightly", FIRST).run_id == cut, "still open: its batches may wait in the spool"
    assert last_night(store) is None
    at = store.finish_run(later, "done").finished_at
    closed = {row["run_id"]: row["outcome"] for row in store.rows(select(v1_runs.c.run_id, v1_runs.c.outcome))}
    assert closed == {cut: "interrupted", later: "done", "import-20260909": None}
    assert finished_mornings(store, "nightly") == {FIRST + timedelta(days=1)}
    assert last_night(store) == at
    assert store.begin_run("nightly", FIRST).run_id == f"{cut}.2"


def test_an_interrupted_run_can_be_finished_and_a_finished_one_stays_as_it_is(store: Store) -> None:
    run = store.begin_run("nightly", FIRST).run_id
    store.finish_run(run, "interrupted")
    assert store.finish_run(run, "done").outcome == "done"
    assert store.finish_run(run, "interrupted").outcome == "done"


def test_a_run_adopted_from_the_spool_takes_no_new_run_its_id(store: Store) -> None:
    """As after a restore: the backup knows none of the runs that waiting batches belong to."""
    store.adopt_run("topic-20260909.3")
    begun = [store.begin_own_run("topic", FIRST).run_id for _ in range(3)]
    assert begun == ["topic-20260909.2", "topic-20260909.4", "topic-20260909.5"]


def test_an_import_is_not_what_outlets_are_judged_by_once_a_night_ran(store: Store) -> None:
    assert newest_run(store) is None
    store.begin_run("import", FIRST + timedelta(days=1))
    assert newest_run(store) == "import-20260910", "all that such a store knows"
    store.begin_run("nightly", FIRST)
    store.begin_own_run("watch", FIRST + timedelta(days=2))
    store.begin_run("import", FIRST + timedelta(days=3))
    assert newest_run(store) == "nightly-20260909"
