"""Every number of a sheet can be found in the store again, and a wrong one is named."""

import copy
import json
import sqlite3
from datetime import date, datetime

import pytest
from sqlalchemy import select

from issues.update import update_issues
from report.verify import verify
from report.write import write_again
from storage.views import v1_issues
from vietnamese.clock import LOCAL

THURSDAY = date(2026, 9, 10)
FRIDAY = date(2026, 9, 11)


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


def test_every_number_of_both_sheets_is_found_in_the_store(full):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    friday = full.sheet(FRIDAY)
    assert verify(thursday, full.store) == []
    assert verify(friday, full.store) == []
    assert friday["compare"]["yesterday"] == {"date": "2026-09-10", "articles": 3, "issues": 2, "attention": 1}
    assert friday["counts"]["unplaced"] == 1


def test_an_older_sheet_still_agrees_after_later_articles_moved_its_issues(full):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    before = {issue["id"]: (issue["level"], issue["field_of"]) for issue in thursday["issues"]}
    assert before == {"i1": (3, 9), "i2": (0, 7)}
    full.add("worse", at(10, 15), day=FRIDAY, issue="i2", level=3, field=5)
    full.add("again", at(10, 16), day=FRIDAY, issue="i2", level=1, field=5)
    friday = full.sheet(FRIDAY)
    assert next((i["level"], i["field_of"]) for i in friday["issues"] if i["id"] == "i2") == (3, 5)
    assert verify(thursday, full.store) == []
    assert verify(friday, full.store) == []
    again = write_again(full.store, full.config, THURSDAY, folder=full.reports / "again")
    assert json.loads(again.json.read_bytes()) == thursday


def test_an_older_sheet_still_agrees_after_its_issues_were_joined_and_a_reprint_was_found(full, leaves):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    articles = {a["title"]: a["article_id"] for issue in thursday["issues"] for a in issue["articles"]}
    full.place(articles["Tin a3"], "i1", level=2, field=9, of=articles["Tin a1"], first=at(9, 8))
    assert verify(thursday, full.store) == []
    again = write_again(full.store, full.config, THURSDAY, folder=full.reports / "again")
    assert json.loads(again.json.read_bytes()) == thursday
    for path in leaves.of_each_kind(thursday)[::3]:
        assert verify(leaves.one_more(thursday, path), full.store), f"nobody noticed a wrong {path}"


def test_a_fresh_sheet_agrees_with_the_issues_of_the_store(morning):
    """Placed by the real issues room, so that its rules and those of `report.then` cannot drift apart."""
    fire = "Cháy lớn tại kho hàng ở phường An Biên, Hải Phòng, một công nhân tử vong"
    titles = [
        fire,
        fire,
        "Sở Xây dựng Hải Phòng xử phạt công trình trái phép ở phường Đồ Sơn",
        "Khai giảng năm học mới",
    ]
    for number, title in enumerate(titles):
        outlet = ("alpha", "gop", "beta", "alpha")[number]
        morning.add(f"t{number}", at(9, 8 + number), outlet=outlet, issue=None, title=title, body=f"{title}. " * 12)
    counts = update_issues(morning.store, morning.config.settings, now=morning.now, folders=morning.config.folders)
    assert counts["placed"] == 4
    sheet = morning.sheet()
    known = morning.store.rows(select(v1_issues).order_by(v1_issues.c.issue_id))
    told = sorted(sheet["issues"], key=lambda issue: issue["id"])
    assert [(i["id"], i["title"], i["level"], i["field_of"], i["reasons"]) for i in told] == [
        (k["issue_id"], k["title"], k["level"], k["field_of"], k["level_reasons"]) for k in known
    ]
    assert max(issue["level"] for issue in told) >= 1
    assert verify(sheet, morning.store) == []


def test_a_dropped_an_added_and_a_moved_article_are_found(full):
    sheet = full.sheet(FRIDAY)
    dropped, moved = copy.deepcopy(sheet), copy.deepcopy(sheet)
    dropped["unplaced"].clear()
    moved["issues"][0]["articles"], moved["issues"][1]["articles"] = (
        moved["issues"][1]["articles"], moved["issues"][0]["articles"],
    )  # fmt: skip
    assert any("articles" in str(difference) for difference in verify(dropped, full.store))
    assert any("issue_id" in str(difference) for difference in verify(moved, full.store))


@pytest.mark.parametrize(
    "broken", [{}, {"schema": "diembao/sheet/2"}, {"schema": "diembao/sheet/1", "date": "2026-09-11"}]
)
def test_what_is_no_sheet_is_refused(full, broken):
    with pytest.raises(ValueError, match="not a"):
        verify(broken, full.store)


def test_the_printed_queries_give_the_numbers_in_plain_sqlite(full, tmp_path):
    sheet = full.sheet(FRIDAY)
    with sqlite3.connect(tmp_path / "diembao.db") as plain:
        for name in ("articles", "issues", "late", "reprints", "newsrooms", "unplaced"):
            (found,) = plain.execute(sheet["queries"][f"counts.{name}"]).fetchone()
            assert found == sheet["counts"][name], name
        levels = dict(plain.execute(sheet["queries"]["counts.by_level"]).fetchall())
        assert levels == {int(k): v for k, v in sheet["counts"]["by_level"].items() if v}
        issues = {row[0]: row[1:] for row in plain.execute(sheet["queries"]["issues"])}
        assert issues == {
            i["id"]: (len(i["articles"]), i["newsrooms"], i["independent_newsrooms"]) for i in sheet["issues"]
        }
        for query in sheet["queries"].values():
            plain.execute(query).fetchall()
    plain.close()


@pytest.mark.postgres
def test_postgres_gives_the_same_sheet_and_verifies_it(full, tmp_path, fill_store, make_morning, postgres_url):
    other = fill_store(make_morning(tmp_path / "postgres", postgres_url))
    try:
        sheet, same = full.sheet(FRIDAY), other.sheet(FRIDAY)
        assert verify(same, other.store) == []
        with other.store.engine.connect() as connection:
            for name in ("counts.articles", "counts.issues", "counts.late"):
                found = connection.exec_driver_sql(same["queries"][name]).scalar_one()
                assert found == same["counts"][name.partition(".")[2]], name
        assert {**same, "queries": None} == {**sheet, "queries": None}
    finally:
        other.store.close()
