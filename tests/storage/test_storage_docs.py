from __future__ import annotations

import asyncio
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, table, text

from config.model import Outlet
from storage.issue_records import IssueRecord, Placement
from storage.records import FateWord
from storage.report_records import EntityRecord, Report, ReportArticle
from storage.store import open_store
from storage.urls import article_id
from storage.views import NAMES, columns

DOCS = Path("docs/store.md").read_text(encoding="utf-8")
VIEWS = dict(re.findall(r"### `(v1_\w+)`\n(.*?)(?=\n##)", DOCS, re.DOTALL))
QUESTIONS = dict(re.findall(r"### (\d+)\. .*?\n```sql\n(.*?)```", DOCS, re.DOTALL))

FIXED = {
    "v1_articles": "article_id outlet_id url canonical_url title excerpt published_at first_seen_at updated_at kind "
    "about_city level field_of reprint_of issue_id revision_count gone_at",
    "v1_mentions": "article_id entity_id kind field start end surface rule confidence decided_by salience",
    "v1_fates": "run_id url outlet_id fate detail",
    "v1_runs": "run_id kind started_at finished_at outcome",
    "v1_outlets": "",
    "v1_issues": "",
    "v1_issue_articles": "",
    "v1_reports": "",
}
"""What outside checks rely on: may never lose a column."""


def documented(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^\| (\w+) \|", VIEWS[name], re.MULTILINE)[1:])


def test_every_view_is_documented_in_order() -> None:
    assert tuple(VIEWS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_documented_in_order_and_none_is_missing(name: str) -> None:
    assert documented(name) == columns(name)
    assert set(FIXED.get(name, "").split()) <= set(columns(name))


def test_the_views_in_the_database_are_the_documented_ones(store: Any) -> None:
    with store.engine.connect() as connection:
        for name in FIXED | dict.fromkeys(NAMES):
            found = connection.execute(select(text("*")).select_from(table(name)))
            assert tuple(found.keys()) == documented(name)


def test_no_view_shows_text() -> None:
    hidden = {"paragraphs", "captions", "sapo", "signature", "raw_ref", "evidence"}
    assert not hidden & {column for name in NAMES for column in columns(name)}


# the ten questions, asked of a store with an answer to each

YESTERDAY = (datetime.now(UTC) + timedelta(hours=7)).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(
    hours=24 + 7
)


def url(name: str) -> str:
    return f"https://bao.vn/{name}"


@pytest.fixture
def library(tmp_path: Path, article: Any, mention: Any) -> Path:
    """A night of yesterday and a second look at it, in an SQLite file."""
    now = YESTERDAY
    store = open_store(tmp_path / "diembao.db", lambda: now)
    store.sync_outlets([Outlet(id=i, name=i.title(), domains=(f"{i}.vn",), tier="local") for i in ("bao", "khac")])
    units = [
        EntityRecord(entity_id="d305", kind="unit", name="quận Lê Chân", successors=("n1", "n2")),
        EntityRecord(entity_id="c1", kind="unit", name="phường Dư Hàng", parent_id="d305", successors=("n1",)),
        EntityRecord(entity_id="n1", kind="unit", name="phường Lê Chân", successors=("n1",)),
        EntityRecord(entity_id="n2", kind="unit", name="phường An Biên", successors=("n2",)),
        EntityRecord(entity_id="a-sxd", kind="agency", name="Sở Xây dựng thành phố Hải Phòng", successors=("a-sxd",)),
    ]
    store.sync_entities(units)
    run_id = store.begin_run("nightly", now.date()).run_id
    spans = {
        "a": (mention("a-sxd"),),
        "b": (mention("d305", kind="unit"), mention("ubnd@c1", kind="body", start=9, end=12)),
        "c": (mention("a-sxd"),),
    }
    made = [
        article(url(n), f"Tin {n}", mentions=spans[n], published_at=now, outlet_id="khac" if n == "b" else "bao")
        for n in "abc"
    ]
    store.commit(run_id, [_outcome(a) for a in made])
    placed = [
        Placement(article_id=article_id(url("a")), issue_id="i", level=2, field_of=3),
        Placement(article_id=article_id(url("b")), issue_id="i", reprint_of=article_id(url("a")), level=1, field_of=3),
        Placement(article_id=article_id(url("c")), issue_id="j", level=1, field_of=4),
    ]
    issues = [
        IssueRecord(issue_id=i, title=f"Vấn đề {i}", level=level, field_of=3, first_at=now, last_at=now)
        for i, level in (("i", 2), ("j", 1))
    ]
    store.save_placements(placed, issues)
    snapshot = (
        ReportArticle(article_id=article_id(url("a")), issue_id="i", late=True),
        ReportArticle(article_id=article_id(url("b")), issue_id="i", late=False),
    )
    store.save_report(
        Report(
            report_id="daily",
            date=now.date(),
            kind="daily",
            run_id=run_id,
            window_start=now,
            window_end=now,
            generated_at=now,
            sha256="",
            path="",
            articles=snapshot,
        )
    )
    store.finish_run(run_id, "done")
    second = store.begin_run("nightly", now.date()).run_id
    store.commit(second, [_outcome(article(url("b"), "Tin b đã sửa", mentions=spans["b"], published_at=now))])
    store.commit(second, [_outcome(made[2], FateWord.GONE)])
    store.finish_run(second, "done")
    store.close()
    return tmp_path / "diembao.db"


def _outcome(made: Any, word: FateWord = FateWord.STORED) -> Any:
    from storage.records import Outcome

    kept = made if word == FateWord.STORED else None
    return Outcome(url=made.url, outlet_id=made.outlet_id, fate=word, article=kept)


A, B = article_id(url("a")), article_id(url("b"))
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "1": [{"article_id": A, "level": 2}],
    "2": [{"issue_id": "i", "first_outlet": "bao", "hours_ahead": None}, {"issue_id": "j", "first_outlet": "bao"}],
    "3": [
        {"name": "Khac", "articles": 1, "reprints": 1, "percent": 100.0, "reprinted_from": "bao"},
        {"name": "Bao", "articles": 2, "reprints": 0},
    ],
    "4": [{"entity_id": "n2", "articles": 1}, {"entity_id": "n1", "articles": 1}],
    "5": [{"outlet_id": "bao", "fate": "gone", "urls": 1}, {"outlet_id": "khac", "fate": "revised", "urls": 1}],
    "6": [{"article_id": B, "title_before": "Tin b", "title_now": "Tin b đã sửa"}],
    "7": [{"title": "Tin a", "hours_late": 0.0}],
    "8": [{"title": "Tin c", "issue": "Vấn đề j"}],
    "9": [{"entity_id": "a-sxd", "issues": 1, "articles": 1}, {"entity_id": "ubnd@c1", "issues": 1, "articles": 1}],
    "10": [{"outlet_id": "bao", "state": "never answered"}, {"outlet_id": "khac", "state": "never answered"}],
}


def check(number: str, rows: list[dict[str, Any]]) -> None:
    expected = ANSWERS[number]
    assert len(rows) == len(expected), rows
    for row, wanted in zip(rows, expected, strict=True):
        assert {name: row[name] for name in wanted} == wanted


def test_there_are_ten_questions() -> None:
    assert list(QUESTIONS) == [str(number) for number in range(1, 11)] == list(ANSWERS)


def test_plain_sqlite3_answers_the_ten_questions(library: Path) -> None:
    plain = sqlite3.connect(f"file:{library}?mode=ro", uri=True)
    plain.row_factory = sqlite3.Row
    for number, question in QUESTIONS.items():
        check(number, [dict(row) for row in plain.execute(question)])
    plain.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_datasette_answers_the_ten_questions(library: Path) -> None:
    from datasette.app import Datasette

    async def ask_all() -> None:
        datasette = Datasette([str(library)])
        for number, question in QUESTIONS.items():
            given = {"sql": question.rstrip().rstrip(";"), "_shape": "objects"}
            answer = await datasette.client.get("/diembao.json", params=given)
            assert answer.status_code == 200, answer.text
            check(number, answer.json()["rows"])
        page = await datasette.client.get("/diembao/v1_articles")
        assert page.status_code == 200
        assert "Tin a" in page.text

    asyncio.run(ask_all())
