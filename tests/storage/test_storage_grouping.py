from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.model import Outlet
from storage.issue_records import IssueRecord, Placement
from storage.report_records import EntityRecord, Report, ReportArticle
from storage.schema import articles, frontier, revisions
from storage.store import open_store
from storage.urls import article_id
from storage.views import v1_issue_articles, v1_issues, v1_outlets, v1_report_articles, v1_reports

NIGHT = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)
A, B, C = (f"https://bao.vn/{name}.html" for name in "abc")


def place(url: str, issue: str = "i-1", **more: Any) -> Placement:
    return Placement(article_id=article_id(url), issue_id=issue, **more)


def issue(press: Any, issue_id: str = "i-1", **more: Any) -> IssueRecord:
    given = {"title": "Vấn đề", "level": 2, "field_of": 3, "first_at": press.now, "last_at": press.now}
    return IssueRecord(issue_id=issue_id, **(given | more))


def test_pending_in_order_of_moment_then_id(press: Any) -> None:
    press.visit(A, published_at=press.now - timedelta(hours=1))
    press.visit(B, published_at=press.now - timedelta(hours=2))
    press.visit(C, published_at=None)
    press.visit("https://bao.vn/ngoai.html", about_city=False)
    assert [item.url for item in press.store.pending_issues()] == [B, A, C]
    assert len(press.store.pending_issues(scoped=False)) == 4


def test_an_input_carries_what_issues_need(press: Any, mention: Any) -> None:
    press.store.sync_outlets([Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local")])
    spans = (mention("x", field="title"), mention("y", field="sapo"), mention("z", start=1), mention("z", start=7))
    press.visit(A, body=("Một.", "Hai."), mentions=spans[::-1], signature=b"\x00\xff", credited_outlet="Báo X")
    (item,) = press.store.pending_issues()
    assert (item.tier, item.text, item.signature, item.credited_outlet) == ("local", "Một.\nHai.", b"\x00\xff", "Báo X")
    assert item.mentions == spans
    assert item.at == item.published_at


def test_placed_articles_come_back_with_their_placement(press: Any) -> None:
    press.visit(A, title="Một")
    press.visit(B, title="Hai", published_at=press.now - timedelta(days=9))
    made = [
        place(
            A, level=2, level_reasons=("cháy", "người chết"), level_score=3.5, field_of=4, evidence={"x": [1, "hai"]}
        ),
        place(B, reprint_of=article_id(A), reprint_kind="copied"),
    ]
    press.store.save_placements(made, [issue(press)])
    assert press.store.pending_issues() == []
    (recent,) = press.store.recent_issues(press.now - timedelta(days=1))
    assert recent.item.url == A
    assert recent.placement == Placement(
        **{**_fields(made[0]), "content_hash": recent.item.content_hash, "auto_issue_id": "i-1"}
    )
    assert [p.item.url for p in press.store.recent_issues(press.now - timedelta(days=10))] == [B, A]
    (view,) = press.store.rows(select(v1_issues))
    assert (view["articles"], view["outlets"], view["reprints"], view["level"]) == (2, 1, 1, 2)
    row = press.articles()[0]
    assert (row["level"], row["field_of"], row["issue_id"]) == (2, 4, "i-1")


def _fields(placement: Placement) -> dict[str, Any]:
    return {name: getattr(placement, name) for name in Placement.__dataclass_fields__}


def test_a_changed_article_is_pending_again(press: Any) -> None:
    press.visit(A)
    press.store.save_placements([place(A)], [issue(press)])
    press.end()
    press.begin(hours=24)
    press.visit(A, "Đã sửa")
    assert [item.title for item in press.store.pending_issues()] == ["Đã sửa"]
    assert press.store.recent_issues(press.now - timedelta(days=9)) == []


def test_a_placement_of_an_older_text_does_not_count(press: Any) -> None:
    press.visit(A)
    press.store.save_placements([place(A, content_hash="older")], [issue(press)])
    assert len(press.store.pending_issues()) == 1


def test_an_issue_left_by_all_its_articles_goes(press: Any) -> None:
    press.visit(A)
    press.store.save_placements([place(A)], [issue(press)])
    press.store.save_placements([place(A, "i-2")], [issue(press, "i-2")])
    assert [row["issue_id"] for row in press.store.rows(select(v1_issues))] == ["i-2"]
    press.store.save_placements((), [issue(press, "i-2", title="Tên khác")])
    assert [row["title"] for row in press.store.rows(select(v1_issues))] == ["Tên khác"]


def test_placements_of_unknown_articles_are_left_out(press: Any) -> None:
    press.store.save_placements([place(A)], [issue(press)])
    assert press.store.rows(select(v1_issue_articles)) == []


# reports and reference


def report(press: Any, *snapshot: ReportArticle, **more: Any) -> Report:
    given = {
        "report_id": "daily-2026-09-10",
        "date": date(2026, 9, 10),
        "kind": "daily",
        "run_id": press.run_id,
        "window_start": press.now - timedelta(days=1),
        "window_end": press.now,
        "generated_at": press.now,
        "sha256": "ab",
        "path": "2026-09-10/diem-bao-2026-09-10.html",
        "inputs": {"gazetteer": "1"},
        "articles": snapshot,
    }
    return Report(**(given | more))


def test_a_report_is_kept_with_its_snapshot_and_replaced_whole(press: Any) -> None:
    late = ReportArticle(article_id=article_id(A), issue_id="i-1", late=True)
    other = ReportArticle(article_id=article_id(B), issue_id=None, late=False)
    assert press.store.load_report("daily-2026-09-10") is None
    press.store.save_report(report(press, other))
    made = report(press, late, sha256="cd")
    press.store.save_report(made)
    assert press.store.load_report(made.report_id) == made
    assert [row["sha256"] for row in press.store.rows(select(v1_reports))] == ["cd"]
    assert [row["late"] for row in press.store.rows(select(v1_report_articles))] == [True]


def test_outlets_follow_the_configuration(press: Any) -> None:
    one = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", city_default=True)
    two = Outlet(id="khac", name="Khác", domains=("khac.vn",), tier="central")
    press.store.sync_outlets([one, two])
    press.announce(A)
    press.store.sync_outlets([two])
    rows = press.store.rows(select(v1_outlets).order_by(v1_outlets.c.outlet_id))
    assert [(r["outlet_id"], r["active"], r["feeds"]) for r in rows] == [("bao", False, 1), ("khac", True, 0)]
    assert rows[0]["domains"] == ["bao.vn"]
    assert rows[0]["last_new_at"] == press.now
    assert rows[1]["last_new_at"] is None


def test_entities_are_replaced(press: Any) -> None:
    old = EntityRecord(
        entity_id="d305", kind="unit", name="quận Lê Chân", valid_until=date(2025, 6, 30), successors=("n1", "n2")
    )
    for _ in range(2):
        press.store.sync_entities([old])
    with press.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT successor_id FROM v1_entity_successors ORDER BY 1").scalars().all()
        assert rows == ["n1", "n2"]
        assert connection.exec_driver_sql("SELECT valid_until FROM v1_entities").scalar() == "2025-06-30"


# retention


@pytest.mark.parametrize("gone", [False, True])
def test_expired_text_leaves_every_table_and_the_index(press: Any, gone: bool) -> None:
    secret = "bímậtlắm"
    sapo = " ".join(["đầu"] * 70 + [secret])
    press.announce(A, sapo=secret)
    press.visit(A, "Một", body=(secret,), sapo=sapo, captions=(secret,))
    press.end()
    press.begin(hours=24)
    press.visit(A, "Hai", body=(secret,), sapo=sapo)
    press.visit(B, "Mới", body=(secret,))
    if gone:
        press.end()
        press.begin(hours=24)
        press.fail(A, "gone")
    press.now += timedelta(days=180)
    assert press.store.purge(press.now - timedelta(days=180)) == (1 if not gone else 2)
    assert press.store.purge(press.now - timedelta(days=180)) == 0
    old = press.store.rows(select(articles).where(articles.c.url == A)) + press.store.rows(select(revisions))
    assert secret not in repr(old)
    assert secret not in repr(press.store.rows(select(frontier).where(frontier.c.url == A)))
    assert [hit.url for hit in press.store.search(secret)] == ([] if gone else [B])
    row = next(row for row in press.articles() if row["url"] == A)
    assert (row["title"], len(row["excerpt"].split()), row["expired_at"]) == ("Hai", 60, press.now)


def test_expired_text_leaves_the_file(tmp_path: Path, outcome: Any, morning: Any) -> None:
    secret = "bimatlam"
    now = [NIGHT]
    store = open_store(tmp_path / "diembao.db", lambda: now[0])
    run_id = store.begin_run("nightly", morning).run_id
    store.commit(run_id, [outcome(A, body=((secret + " ") * 500,), captions=(secret,)), outcome(B, body=("khác",))])
    now[0] += timedelta(days=200)
    store.close()
    assert secret.encode() in (tmp_path / "diembao.db").read_bytes()
    store = open_store(tmp_path / "diembao.db", lambda: now[0])
    assert store.purge(NIGHT + timedelta(hours=1)) == 2
    store.close()
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir())
