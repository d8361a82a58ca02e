from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import issues.update
from config.model import Settings
from issues.explain import explain_issue
from issues.update import update_issues
from storage.records import FateWord, Outcome
from storage.store import Store
from storage.views import v1_issue_articles, v1_issues

NOW = datetime(2026, 9, 12, 0, 0, tzinfo=UTC)


def fill(store: Store, coverage: dict[str, Any]) -> None:
    run = store.begin_run("nightly", date(2026, 9, 12))
    outcomes = [
        Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for _, a in coverage.values()
    ]
    store.commit(run.run_id, outcomes)


def dump(store: Store) -> list[Any]:
    articles = store.rows(select(v1_issue_articles).order_by(v1_issue_articles.c.article_id))
    issues = store.rows(select(v1_issues).order_by(v1_issues.c.issue_id))
    return [*map(dict, articles), *map(dict, issues)]


def update(store: Store) -> Any:
    return update_issues(store, Settings(), now=NOW)


def test_every_article_is_placed_once_and_a_second_call_changes_nothing(store: Store, coverage: Any) -> None:
    fill(store, coverage)
    counts = update(store)
    assert counts["placed"] == len(coverage)
    before = dump(store)
    assert update(store)["placed"] == 0
    assert dump(store) == before
    assert not store.pending_issues()


def test_issues_follow_the_matters(store: Store, coverage: Any) -> None:
    fill(store, coverage)
    update(store)
    matters: dict[str, set[str]] = defaultdict(set)
    for row in store.rows(select(v1_issue_articles)):
        matters[row["issue_id"]].add(coverage[row["article_id"]][0])
    assert all(len(some) == 1 for some in matters.values())
    assert len(matters) == len({matter for matter, _ in coverage.values()})


def test_an_issue_is_what_its_articles_make_it(store: Store, coverage: Any) -> None:
    fill(store, coverage)
    update(store)
    rows = store.rows(select(v1_issue_articles))
    for issue in store.rows(select(v1_issues)):
        mine = [row for row in rows if row["issue_id"] == issue["issue_id"]]
        assert issue["level"] == max(row["level"] for row in mine)
        assert issue["first_at"] == min(row["at"] for row in mine)
        assert issue["last_at"] == max(row["at"] for row in mine)
        assert issue["articles"] == len(mine)
        assert issue["first_article_id"] in {row["article_id"] for row in mine}


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_neither_batches_nor_a_kill_change_the_outcome(
    store: Store, coverage: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, batch: int
) -> None:
    from storage.store import open_store

    undisturbed = open_store(f"sqlite:///{tmp_path / 'other.db'}", store.clock)
    fill(undisturbed, coverage)
    update(undisturbed)
    fill(store, coverage)
    monkeypatch.setattr(issues.update, "BATCH", batch)
    save, calls = store.save_placements, []

    def dies(*args: Any) -> None:
        calls.append(args)
        if len(calls) % 3 == 0:
            raise KeyboardInterrupt
        save(*args)

    monkeypatch.setattr(store, "save_placements", dies)
    for _ in range(40):
        try:
            update(store)
        except KeyboardInterrupt:
            continue
        break
    assert dump(store) == dump(undisturbed)
    undisturbed.close()


def test_an_original_found_after_its_copy_turns_the_copy(store: Store, coverage: Any) -> None:
    fire = [a for matter, a in coverage.values() if matter == "fire"]
    original, copy = fire[0], fire[1]
    from dataclasses import replace

    copy = replace(copy, credited_outlet=None)
    fill(store, {copy.article_id: ("fire", copy)})
    update(store)
    fill(store, {original.article_id: ("fire", original)})
    update(store)
    rows = {row["article_id"]: row for row in store.rows(select(v1_issue_articles))}
    assert rows[copy.article_id]["reprint_of"] == original.article_id
    assert rows[original.article_id]["reprint_of"] is None
    assert rows[copy.article_id]["issue_id"] == rows[original.article_id]["issue_id"]


def test_explain_adds_up_and_shows_the_reprint_tree(store: Store, coverage: Any) -> None:
    from decimal import Decimal

    fill(store, coverage)
    update(store)
    fire = next(a for matter, a in coverage.values() if matter == "fire")
    issue = next(r["issue_id"] for r in store.rows(select(v1_issue_articles)) if r["article_id"] == fire.article_id)
    told = explain_issue(store, issue, start=NOW - timedelta(days=9), end=NOW)
    assert told is not None
    assert Decimal(told["score"]) == sum(map(Decimal, told["score_parts"].values()))
    assert len(told["members"]) == 3
    assert [(t["article_id"], [c["kind"] for c in t["copies"]]) for t in told["reprints"]] == [
        (fire.article_id, ["trimmed"])
    ]
    assert sum(day["articles"] for day in told["timeline"]) == 3
    assert explain_issue(store, "i000000000000", start=NOW, end=NOW) is None
