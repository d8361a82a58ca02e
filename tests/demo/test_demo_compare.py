"""The comparison sees what is wrong: a store made from the truth is perfect, a spoilt one is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from demo.ledger import Comparison, build_ledger, compare, main
from demo.model import morning

LEDGER = build_ledger()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    file = tmp_path / "truth.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.executescript(
            "CREATE TABLE v1_articles (article_id, outlet_id, url, canonical_url, title, published_at, kind,"
            " about_city, reprint_of, issue_id);"
            "CREATE TABLE v1_mentions (article_id, entity_id);"
            "CREATE TABLE v1_fates (run_id, url, fate);"
        )
        for article in LEDGER.articles:
            at = article.published_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
            reprint = article.reprint_of
            row = (article.url, article.outlet_id, article.url, article.url, article.title, at, article.kind)
            issue = article.matter if article.in_scope else None
            db.execute(f"INSERT INTO v1_articles VALUES ({'?,' * 9}?)", (*row, article.about_city, reprint, issue))
            db.executemany("INSERT INTO v1_mentions VALUES (?, ?)", [(article.url, m) for m in article.means or ()])
        fates = [(f"nightly-{morning(f.night):%Y%m%d}", f.url, f.fate) for f in LEDGER.fates]
        db.executemany("INSERT INTO v1_fates VALUES (?, ?, ?)", fates)
        db.execute("INSERT INTO v1_fates VALUES ('nightly-20260915.2', 'http://elsewhere.example/', 'failed')")
    return file


def spoilt(store: Path, *statements: str) -> Comparison:
    with closing(sqlite3.connect(store)) as db, db:
        for statement in statements:
            assert db.execute(statement).rowcount > 0
    return compare(f"sqlite:///{store}")


def test_the_truth_itself_is_perfect(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = compare(f"sqlite:///{store}")
    shares = [v for v in (getattr(result, n) for n in Comparison.__dataclass_fields__) if isinstance(v, float)]
    assert set(shares) == {1.0}
    assert main([f"sqlite:///{store}"]) == 0
    assert "fates 100.0%" in capsys.readouterr().out


SPOILS: list[tuple[str, Callable[[Comparison], object]]] = [
    ("DELETE FROM v1_articles WHERE outlet_id = 'kien-thiet'", lambda c: c.articles_wrong),
    ("UPDATE v1_articles SET kind = 'full' WHERE kind = 'teaser'", lambda c: c.articles_wrong),
    ("INSERT INTO v1_articles (canonical_url, url) VALUES ('http://new.example/', '')", lambda c: c.articles_wrong),
    ("UPDATE v1_articles SET title = title || ' - Báo' WHERE outlet_id = 'tin-mai'", lambda c: c.titles_right < 1),
    ("UPDATE v1_articles SET published_at = NULL WHERE outlet_id = 'tin-mai'", lambda c: c.times_right < 1),
    ("UPDATE v1_fates SET fate = 'stored' WHERE fate = 'revised'", lambda c: c.fates_wrong),
    ("DELETE FROM v1_fates WHERE fate = 'gone'", lambda c: c.fates_wrong),
    ("INSERT INTO v1_fates VALUES ('nightly-20260910', 'http://new.example/', 'stored')", lambda c: c.fates_wrong),
    ("UPDATE v1_articles SET issue_id = 'one' WHERE issue_id LIKE 'chay-%'", lambda c: c.matters_precision < 1),
    ("UPDATE v1_articles SET issue_id = NULL WHERE outlet_id = 'tin-mai'", lambda c: c.matters_recall < 1),
    ("UPDATE v1_articles SET reprint_of = NULL", lambda c: c.reprints_right < 0.7),
    ("DELETE FROM v1_mentions WHERE entity_id = 'so-y-te'", lambda c: c.mentions_recall < 1),
    ("UPDATE v1_mentions SET entity_id = 'so-noi-vu' WHERE entity_id = 'so-y-te'", lambda c: c.mentions_wrong),
    ("UPDATE v1_articles SET about_city = 1", lambda c: c.about_wrong),
]


@pytest.mark.parametrize(("statement", "seen"), SPOILS)
def test_what_is_spoilt_is_seen(store: Path, statement: str, seen: Callable[[Comparison], object]) -> None:
    assert seen(spoilt(store, statement))


def test_the_command_lists_differences(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("UPDATE v1_fates SET fate = 'stored' WHERE fate = 'gone'")
    assert main([f"sqlite:///{store}"]) == 3
    assert "fates_wrong: night 3 tonghop24.example" in capsys.readouterr().out


def test_fewer_nights_expect_less(store: Path) -> None:
    assert len(LEDGER.upto(1)) < len(LEDGER.upto(2)) < len(LEDGER.articles)
    assert compare(f"sqlite:///{store}", nights=2).articles_found == 1.0
