"""What comes late brings issues together: what analysts decided and what a sheet told goes on."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import issues.update
from config.model import Settings
from issues.moves import delta_of
from issues.operate import carry_out, pin, remove
from issues.update import update_issues
from pipelines.fingerprint import content_hash, signature
from storage.records import Article, FateWord, Outcome
from storage.report_records import Report, ReportArticle
from storage.store import Store
from storage.urls import article_id
from storage.views import v1_issue_articles, v1_issues

NIGHT = datetime(2026, 9, 4, 23, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"by": "phan-tich", "why": "theo dõi", "now": NIGHT}


def told(hours: float, outlet: str, title: str, sapo: str) -> Article:
    url = f"https://{outlet}.vn/{hashlib.sha256(title.encode()).hexdigest()[:10]}.html"
    return Article(
        article_id=article_id(url), outlet_id=outlet, url=url, canonical_url=url, title=title, sapo=sapo,
        paragraphs=(), kind="teaser", published_at=NIGHT + timedelta(hours=hours),
        content_hash=content_hash(title, sapo), signature=signature(""), about_city=True,
    )  # fmt: skip


SHIP = told(-4, "bao-mot", "Tàu Sao Biển 08 mất liên lạc ngoài khơi Bạch Long Vĩ",
            "Tàu cá Sao Biển 08 cùng bảy thuyền viên mất liên lạc khi đánh bắt gần đảo Bạch Long Vĩ.")  # fmt: skip
AGAIN = told(-3.5, "bao-bon", "Tìm bảy ngư dân trên tàu cá Sao Biển 08 mất liên lạc",
             "Sóng lớn cản trở việc cứu hộ bảy thuyền viên tàu Sao Biển 08 gặp nạn ở Bạch Long Vĩ.")  # fmt: skip
PLANE = told(-2, "bao-hai", "Vùng 1 Hải quân điều máy bay tìm bảy ngư dân",
             "Một máy bay tuần thám cất cánh tìm bảy ngư dân gặp nạn, sóng lớn cản trở việc cứu hộ.")  # fmt: skip
BOTH = told(1, "bao-ba", "Máy bay Vùng 1 Hải quân tìm bảy ngư dân tàu Sao Biển 08 ngoài khơi Bạch Long Vĩ",
            "Máy bay tuần thám tìm bảy ngư dân tàu cá Sao Biển 08 mất liên lạc gần đảo Bạch Long Vĩ.")  # fmt: skip


def fill(store: Store, *some: Article) -> None:
    run = store.begin_run("nightly", date(2026, 9, 5))
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])
    update_issues(store, Settings(), now=NIGHT)


def placed(store: Store) -> dict[str, str]:
    return {row["article_id"]: row["issue_id"] for row in store.rows(select(v1_issue_articles))}


def test_a_pinned_issue_outlives_the_larger_one_it_becomes_one_with(store: Store) -> None:
    fill(store, SHIP, AGAIN, PLANE)
    ship, plane = (placed(store)[each.article_id] for each in (SHIP, PLANE))
    assert ship == placed(store)[AGAIN.article_id] != plane
    carry_out(store, pin(store, plane, pinned=True, **WHO))
    fill(store, BOTH)
    assert set(placed(store).values()) == {plane}
    rows = {row["issue_id"]: row for row in store.rows(select(v1_issues))}
    assert (rows[plane]["pinned"], rows[plane]["articles"]) == (True, 4)
    assert rows[ship]["merged_into"] == plane


def test_an_article_taken_out_by_hand_stays_out_when_its_issue_is_grouped_anew(store: Store) -> None:
    fill(store, SHIP, AGAIN, PLANE)
    ship = placed(store)[SHIP.article_id]
    carry_out(store, remove(store, SHIP.article_id, **WHO))
    alone = placed(store)[SHIP.article_id]
    fill(store, BOTH)
    rows = store.placed_rows((), placed(store))
    assert len({row.auto_issue_id for row in rows.values()}) == 1, "the rules put all of them together"
    brought_by = rows[BOTH.article_id].tied_to
    assert brought_by is not None
    assert {key: row.issue_id for key, row in rows.items()} == {
        SHIP.article_id: alone, AGAIN.article_id: ship, PLANE.article_id: ship,
        BOTH.article_id: rows[brought_by].issue_id,
    }  # fmt: skip
    assert alone != ship


def test_a_matter_that_was_sent_is_not_new_when_it_is_grouped_anew(store: Store) -> None:
    fill(store, SHIP, AGAIN, PLANE)
    store.save_report(
        Report(
            report_id="daily-2026-09-05", date=date(2026, 9, 5), kind="daily", run_id=None, generated_at=NIGHT,
            state="sent", sha256="", window_start=NIGHT - timedelta(days=1), window_end=NIGHT, path="",
            articles=(ReportArticle(article_id=PLANE.article_id, issue_id="before", late=False),),
        )
    )  # fmt: skip
    fill(store, BOTH)
    delta = delta_of(
        store, Settings(), day=date(2026, 9, 6), start=NIGHT, end=NIGHT + timedelta(days=1),
        known_at=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    (issue,) = set(placed(store).values())
    assert "new" not in delta.issues[issue].words


@pytest.mark.parametrize("batch", [1, 4])
def test_ids_that_went_over_lead_to_the_issue_that_lives(
    store: Store, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(issues.update, "BATCH", batch)
    fill(store, SHIP, PLANE, BOTH)
    rows = store.rows(select(v1_issues))
    (living,) = [row["issue_id"] for row in rows if row["merged_into"] is None]
    assert {row["merged_into"] for row in rows} == {None, living}


def test_what_went_over_goes_on_with_what_it_went_over_to() -> None:
    merged: dict[str, str] = {}
    for old, new in [("a", "b"), ("b", "c"), ("d", "a")]:
        issues.update._go_over(merged, old, new)
    assert merged == {"b": "c", "d": "a"}
