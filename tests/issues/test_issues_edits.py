from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from config.model import Settings
from issues.edits import Rules, rules_of, split_id
from issues.operate import EditError, carry_out, level, merge, move, pin, remove, rename, split, undo
from issues.records import issue_records
from issues.update import update_issues
from storage.errors import StoreError
from storage.issue_records import IssueEdit
from storage.issue_schema import issue_aliases
from storage.records import FateWord, Outcome
from storage.schema import articles, issue_articles
from storage.store import Store
from storage.views import v1_issue_articles, v1_issues

NOW = datetime(2026, 9, 12, 0, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"by": "phan-tich", "why": "cùng một vụ", "now": NOW}


def fill(store: Store, some: Any) -> None:
    run = store.begin_run("nightly", date(2026, 9, 12))
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])
    update_issues(store, Settings(), now=NOW)


def placed(store: Store) -> dict[str, str]:
    return {row["article_id"]: row["issue_id"] for row in store.rows(select(v1_issue_articles))}


def dump(store: Store) -> list[Any]:
    rows = store.rows(select(v1_issue_articles).order_by(v1_issue_articles.c.article_id))
    return [*map(dict, rows), *map(dict, store.rows(select(v1_issues).order_by(v1_issues.c.issue_id)))]


def issue(store: Store, issue_id: str) -> Any:
    (row,) = store.rows(select(v1_issues).where(v1_issues.c.issue_id == issue_id))
    return row


def place_everything_anew(store: Store) -> None:
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(update(issue_articles).values(placed_hash=""))
        connection.execute(update(articles).values(grouped_hash=""))
    assert update_issues(store, Settings(), now=NOW)["placed"] == len(placed(store))


@pytest.fixture
def by_matter(coverage: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for matter, article in coverage.values():
        found.setdefault(matter, []).append(article)
    return found


@pytest.fixture
def press(store: Store, by_matter: Any) -> Store:
    """Everything but the last article of the road is placed."""
    fill(store, [a for some in by_matter.values() for a in some if a is not by_matter["road"][-1]])
    return store


def ids(by_matter: Any, matter: str) -> list[str]:
    return [article.article_id for article in by_matter[matter]]


def test_a_merge_moves_just_these_articles_and_leaves_a_forwarding_id(press: Store, by_matter: Any) -> None:
    before = placed(press)
    fire, road = before[ids(by_matter, "fire")[0]], before[ids(by_matter, "road")[0]]
    plan = merge(press, road[:6], fire, **WHO)
    assert placed(press) == before, "a plan alone changes nothing"
    assert carry_out(press, plan) == 1
    changed = {key: new for key, new in placed(press).items() if new != before[key]}
    assert changed == {ids(by_matter, "road")[0]: fire}
    gone = issue(press, road)
    assert (gone["merged_into"], gone["articles"], gone["title"]) == (fire, 0, issue(press, fire)["title"])
    assert issue(press, fire)["articles"] == 4
    with pytest.raises(EditError, match="one issue already"):
        merge(press, road, fire, **WHO)


def test_a_merge_outlives_runs_a_full_regroup_and_takes_what_comes_later(press: Store, by_matter: Any) -> None:
    before = placed(press)
    fire, road = before[ids(by_matter, "fire")[0]], before[ids(by_matter, "road")[0]]
    carry_out(press, merge(press, road, fire, **WHO))
    after = dump(press)
    assert update_issues(press, Settings(), now=NOW)["placed"] == 0
    assert dump(press) == after
    place_everything_anew(press)
    assert {placed(press)[key] for matter in ("fire", "road") for key in ids(by_matter, matter)[:1]} == {fire}
    fill(press, [by_matter["road"][-1]])
    assert placed(press)[ids(by_matter, "road")[-1]] == fire
    assert issue(press, road)["merged_into"] == fire


def test_removing_an_article_by_hand_moves_it_alone_and_what_is_tied_to_it_later(press: Store, by_matter: Any) -> None:
    original, copy, follow = ids(by_matter, "fire")
    before = placed(press)
    kept = {row["article_id"]: dict(row) for row in press.rows(select(v1_issue_articles))}
    carry_out(press, remove(press, copy, **WHO))
    after = {row["article_id"]: dict(row) for row in press.rows(select(v1_issue_articles))}
    assert {key for key in after if after[key] != kept[key]} == {copy}
    assert {name for name in kept[copy] if kept[copy][name] != after[copy][name]} == {"issue_id"}
    assert after[copy]["issue_id"] == split_id(before[copy], [copy])
    assert (issue(press, before[copy])["articles"], issue(press, after[copy]["issue_id"])["articles"]) == (2, 1)
    twin = replace(
        next(a for a in by_matter["fire"] if a.article_id == copy), article_id="f" * 16, url="https://bao-bon.vn/x",
        canonical_url="https://bao-bon.vn/x", outlet_id="bao-bon", credited_outlet=None,
    )  # fmt: skip
    place_everything_anew(press)
    assert placed(press)[copy] != placed(press)[original] == placed(press)[follow]
    fill(press, [twin])
    assert placed(press)[twin.article_id] in {placed(press)[copy], placed(press)[original]}
    tied = next(row.tied_to for row in press.placed_rows((), [twin.article_id]).values())
    assert placed(press)[twin.article_id] == placed(press)[tied]


def test_undo_restores_every_row_and_only_once(press: Store, by_matter: Any) -> None:
    before = dump(press)
    fire = placed(press)[ids(by_matter, "fire")[0]]
    copy = ids(by_matter, "fire")[1]
    road = ids(by_matter, "road")[0]
    carry_out(press, split(press, fire, [copy], **WHO))
    carry_out(press, move(press, copy, placed(press)[road], **WHO))
    carry_out(press, rename(press, fire, "Cháy chợ  Đầm Sen", **WHO))
    carry_out(press, pin(press, fire, pinned=True, **WHO))
    carry_out(press, level(press, fire, 0, **WHO))
    assert (issue(press, fire)["title"], issue(press, fire)["pinned"]) == ("Cháy chợ Đầm Sen", True)
    for number in (5, 4, 3, 2, 1):
        assert carry_out(press, undo(press, None, by="truong-phong")) == number
    assert dump(press) == before
    with pytest.raises(EditError, match="nothing to undo"):
        undo(press, None, by="x")
    with pytest.raises(EditError, match="undone already"):
        undo(press, 2, by="x")
    log = press.issue_edits()
    assert [(e.number, e.kind, e.made_by, e.undone_by) for e in log] == [
        (1, "split", "phan-tich", "truong-phong"), (2, "merge", "phan-tich", "truong-phong"),
        (3, "rename", "phan-tich", "truong-phong"), (4, "pin", "phan-tich", "truong-phong"),
        (5, "level", "phan-tich", "truong-phong"),
    ]  # fmt: skip
    assert all(e.why == "cùng một vụ" and e.made_at and e.undone_at for e in log)


def test_a_merge_is_undone_though_its_survivor_was_merged_with_another_one_since(press: Store, by_matter: Any) -> None:
    ticks = count(1)
    press.clock = lambda: NOW + timedelta(minutes=next(ticks))
    before = placed(press)
    fire, road, storm = (before[ids(by_matter, matter)[0]] for matter in ("fire", "road", "weather-4"))
    carry_out(press, merge(press, road, fire, **WHO))
    carry_out(press, merge(press, storm, fire, **WHO))
    plan = undo(press, 1, by="x")
    assert dict(plan.moved) == {ids(by_matter, "road")[0]: (fire, road)}
    carry_out(press, plan)
    assert placed(press) == before | {ids(by_matter, "weather-4")[0]: fire}
    assert issue(press, road)["merged_into"] is None
    place_everything_anew(press)
    assert placed(press) == before | {ids(by_matter, "weather-4")[0]: fire}


def some_edit(store: Store, dice: random.Random) -> Any:
    """An edit of any kind, of whatever is there; EditError where it cannot be done."""
    issues = sorted(row["issue_id"] for row in store.rows(select(v1_issues)))
    one, other, article = dice.choice(issues), dice.choice(issues), dice.choice(sorted(placed(store)))
    inside = sorted(key for key, issue_id in placed(store).items() if issue_id == placed(store)[article])
    return dice.choice(
        [
            lambda: merge(store, one, other, **WHO),
            lambda: split(store, placed(store)[article], inside[: len(inside) // 2], **WHO),
            lambda: move(store, article, one, **WHO),
            lambda: remove(store, article, **WHO),
            lambda: rename(store, one, f"Tên {dice.random()}", **WHO),
            lambda: level(store, one, dice.randint(0, 3), **WHO),
            lambda: pin(store, one, pinned=dice.random() < 0.7, **WHO),
            lambda: undo(store, dice.choice([each.number for each in store.issue_edits()] or [1]), by="x"),
        ]
    )()


def check_whole(store: Store) -> None:
    """Every article is where the edits want it, every issue as its articles make it, and no old id leads nowhere."""
    rules, rows = rules_of(store.issue_edits()), store.placed_rows((), placed(store))
    ties = {key: row.tied_to for key, row in rows.items()}
    assert {k: r.issue_id for k, r in rows.items()} == {
        k: rules.place(k, r.auto_issue_id, ties.get) for k, r in rows.items()
    }
    living, stored = set(placed(store).values()), {row["issue_id"]: row for row in store.rows(select(v1_issues))}
    assert {key for key, row in stored.items() if row["merged_into"] is None} == living
    with store.engine.connect() as connection:
        assert set(connection.execute(select(issue_aliases.c.merged_into)).scalars()) <= living
    for made in issue_records(store, living, decided=rules.decided):
        told = {
            name: stored[made.issue_id][name] for name in ("title", "level", "given_title", "pinned", "given_level")
        }
        assert told == {name: getattr(made, name) for name in told}


@pytest.mark.parametrize("seed", [0, 22])
def test_edits_in_any_order_between_nights_leave_the_store_whole(store: Store, by_matter: Any, seed: int) -> None:
    ticks, dice = count(1), random.Random(seed)
    store.clock = lambda: NOW + timedelta(minutes=next(ticks))
    everything = dice.sample([a for some in by_matter.values() for a in some], 12)
    fill(store, everything[:8])
    done = 0
    for _ in range(12):
        with suppress(EditError):
            done += bool(carry_out(store, some_edit(store, dice)))
            check_whole(store)
    assert done >= 5
    fill(store, everything[8:])
    check_whole(store)
    place_everything_anew(store)
    check_whole(store)
    standing = [edit.number for edit in store.issue_edits() if edit.undone_at is None]
    for number in dice.sample(standing, len(standing)):
        carry_out(store, undo(store, number, by="x"))
        check_whole(store)
    rows = store.placed_rows((), placed(store)).values()
    assert all(row.issue_id == row.auto_issue_id for row in rows)


def test_names_pins_and_levels_outlive_runs(press: Store, by_matter: Any) -> None:
    road = placed(press)[ids(by_matter, "road")[0]]
    carry_out(press, rename(press, road, "Đường Bùi Viện hỏng", **WHO))
    carry_out(press, pin(press, road, pinned=True, **WHO))
    own = issue(press, road)["level"]
    carry_out(press, level(press, road, 3 - own, **WHO))
    fill(press, [by_matter["road"][-1]])
    place_everything_anew(press)
    row = issue(press, road)
    assert (row["title"], row["given_title"], row["pinned"], row["articles"]) == (
        "Đường Bùi Viện hỏng", "Đường Bùi Viện hỏng", True, 2,
    )  # fmt: skip
    assert (row["level"], row["given_level"], row["level_reasons"][0]) == (3 - own, 3 - own, "chuyên viên đánh giá")
    with pytest.raises(EditError, match="already"):
        level(press, road, 3 - own, **WHO)
    with pytest.raises(EditError, match="no level"):
        level(press, road, 4, **WHO)


def test_a_given_level_goes_over_with_its_issue(press: Store, by_matter: Any) -> None:
    fire, road = (placed(press)[ids(by_matter, matter)[0]] for matter in ("fire", "road"))
    carry_out(press, level(press, road, 1, **WHO))
    carry_out(press, merge(press, road, fire, **WHO))
    assert (issue(press, fire)["level"], issue(press, fire)["given_level"]) == (1, 1)
    carry_out(press, level(press, fire, 2, **WHO))
    assert issue(press, fire)["level"] == 2


def test_two_undoings_at_once_do_not_both_succeed(press: Store, by_matter: Any) -> None:
    fire = placed(press)[ids(by_matter, "fire")[0]]
    carry_out(press, rename(press, fire, "Một", **WHO))
    first, second = undo(press, 1, by="a"), undo(press, 1, by="b")
    carry_out(press, first)
    with pytest.raises(StoreError, match="no such edit, or it is undone already"):
        carry_out(press, second)


def test_what_cannot_be_done_is_told(press: Store, by_matter: Any) -> None:
    fire = placed(press)[ids(by_matter, "fire")[0]]
    road = placed(press)[ids(by_matter, "road")[0]]
    for asked, words in (
        (lambda: merge(press, "i", fire, **WHO), "may be i.*write more"),
        (lambda: merge(press, "zz", fire, **WHO), "no issue has an id that begins with 'zz'"),
        (lambda: split(press, fire, [ids(by_matter, "road")[0]], **WHO), f"not in issue {fire}"),
        (lambda: split(press, fire, ids(by_matter, "fire"), **WHO), "left without any article"),
        (lambda: remove(press, ids(by_matter, "road")[0], **WHO), "left without any article"),
        (lambda: move(press, ids(by_matter, "fire")[0], fire, **WHO), f"are in {fire} already"),
        (lambda: rename(press, road, "  ", **WHO), "at least one word"),
        (lambda: pin(press, road, pinned=False, **WHO), "is not pinned"),
    ):
        with pytest.raises(EditError, match=words):
            asked()
    assert press.issue_edits() == []


def edit(number: int, kind: Any, issue_id: str, into: str | None = None, **more: Any) -> IssueEdit:
    return IssueEdit(
        number=number, kind=kind, issue_id=issue_id, into_id=into, made_by="x", made_at=NOW + timedelta(hours=number),
        **more,
    )  # fmt: skip


def test_the_later_edit_wins_and_chains_are_followed() -> None:
    edits = [
        edit(1, "merge", "a", "b", article_ids=("1",), kept_ids=("2",)),
        edit(2, "merge", "b", "c", article_ids=("1", "2"), kept_ids=("3",)),
        edit(3, "rename", "a", title="Tên cũ"),
        edit(4, "split", "c", "d", article_ids=("2",), kept_ids=("1", "3")),
    ]
    rules = rules_of(edits)
    assert (rules.live("a"), rules.live("b")) == ("c", "c")
    assert [rules.place(key, "b", lambda _: None) for key in "123"] == ["c", "d", "c"]
    assert rules.decided.titles == {"c": "Tên cũ"}
    back = rules_of([*edits, edit(5, "merge", "c", "a", article_ids=("1", "3"), kept_ids=())])
    assert (back.live("c"), back.live("b"), back.live("a")) == ("a", "a", "a")
    assert rules_of([replace(each, undone_at=NOW) for each in edits]) == Rules()


def test_what_was_there_only_by_an_undone_merge_is_not_held_by_a_later_one() -> None:
    first = edit(1, "merge", "a", "b", article_ids=("1",), kept_ids=("2",))
    second = edit(2, "merge", "d", "b", article_ids=("4",), kept_ids=("1", "2"))
    moved = edit(3, "move", "b", "e", article_ids=("1",), kept_ids=("2", "4"))
    undone = replace(first, undone_at=NOW + timedelta(hours=9))
    here = dict(zip("124", "abd", strict=True))

    def placed_by(*edits: IssueEdit) -> list[str]:
        return [rules_of(edits).place(key, here[key], lambda _: None) for key in "124"]

    assert placed_by(first, second) == ["b", "b", "b"]
    assert placed_by(undone, second) == ["a", "b", "b"]
    assert placed_by(undone, second, moved) == ["e", "b", "b"], "it was named: it stays where the analyst put it"
    assert placed_by(replace(undone, undone_at=NOW + timedelta(hours=1, minutes=30)), second) == ["b", "b", "b"]


def test_what_comes_later_goes_with_the_article_that_brought_it() -> None:
    rules = rules_of([edit(1, "split", "a", "d", article_ids=("2",), kept_ids=("1",))])
    ties = {"5": "4", "4": "2", "6": "1", "8": "9", "9": "8"}
    assert [rules.place(key, "a", ties.get) for key in "5678"] == ["d", "a", "a", "a"]
