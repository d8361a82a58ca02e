from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from config.model import Settings
from gazetteer.mention import Mention
from issues.spikes import jump, mark_spikes, spikes_of, usable_days
from issues.update import update_issues
from storage.records import Article, FateWord, Outcome
from storage.store import Store
from storage.urls import article_id
from storage.views import v1_spikes

NOW = datetime(2026, 9, 30, 23, 0, tzinfo=UTC)
STEADY = [(2, 200)] * 30


def test_a_jump_is_told_with_the_numbers_that_made_it() -> None:
    usual = jump(14, 210, STEADY)
    assert usual is not None
    assert (usual.usual_7, usual.usual_30, usual.spread, usual.days) == (2.1, 2.1, 0.0, 30)
    assert usual.chance < 1e-6
    assert usual.share == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("count", "output", "days", "why"),
    [
        (4, 200, [(0, 200)] * 30, "four articles are no jump whatever was before"),
        (5, 200, STEADY, "five where two are usual may be chance"),
        (14, 1400, STEADY, "everything was published seven times as much"),
        (14, 200, [(n % 20, 200) for n in range(30)], "its days always went up and down"),
        (14, 200, [(0, 200)] * 4, "four days of base know nothing usual"),
        (12, 200, [(12, 200)] * 7 + [(1, 200)] * 23, "it has been like this for a week"),
    ],
)
def test_no_jump(count: int, output: int, days: Any, why: str) -> None:
    assert jump(count, output, days) is None, why


def test_tet_is_no_base_for_a_jump() -> None:
    holidays = [(0, 12)] * 9
    back_to_work = [*holidays, *[(6, 200)] * 21]
    assert usable_days(back_to_work) == [(6, 200)] * 21
    assert jump(8, 220, back_to_work) is None
    assert jump(3, 12, STEADY) is None, "a quiet day has no spikes of its own"
    assert jump(30, 220, back_to_work) is not None


def test_an_earlier_spike_does_not_hide_this_one() -> None:
    assert jump(14, 200, [(2, 200), (40, 200), *[(2, 200)] * 28]) is not None


# asked of the store


def article(number: int, days: float, entity: str, **more: Any) -> Article:
    url = f"https://bao{number % 3}.vn/{entity}-{number}-{days}"
    words = " ".join(f"{entity}{number}chữ{n}" for n in range(12))
    mention = Mention(
        entity_id=entity, kind="agency", field="text", start=0, end=3, surface="tin", rule="full-name", confidence=0.9
    )
    given: dict[str, Any] = {
        "article_id": article_id(url), "outlet_id": f"bao{number % 3}", "url": url, "canonical_url": url,
        "title": words, "sapo": words, "paragraphs": (f"tin {words}",), "kind": "full", "content_hash": article_id(url),
        "about_city": True, "published_at": NOW - timedelta(days=days), "mentions": (mention,),
    }  # fmt: skip
    return Article(**(given | more))


@pytest.fixture
def press(store: Store) -> Store:
    """Thirty days with two articles of each of two agencies; on the last day one is everywhere. Ten others a day."""
    some = [
        article(number, day + 0.5, entity) for day in range(1, 31) for number in (1, 2) for entity in ("so-a", "so-b")
    ]
    some += [article(number, 0.3, "so-a") for number in range(20, 34)]
    some += [article(number, 0.3, "so-b") for number in (40, 41)]
    some += [
        article(number, day + 0.4, "khac", about_city=False, mentions=()) for day in range(31) for number in range(10)
    ]
    run = store.begin_run("nightly", date(2026, 9, 30))
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])
    return store


def test_a_store_without_articles_or_without_a_past_marks_nothing(store: Store) -> None:
    assert mark_spikes(store, now=NOW) == []
    some = [article(number, 0.2, "so-a") for number in range(9)]
    run = store.begin_run("nightly", date(2026, 9, 30))
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])
    update_issues(store, Settings(), now=NOW)
    assert len(store.rows(select(v1_spikes))) == 0


def test_an_agency_is_marked_within_the_run(press: Store) -> None:
    update_issues(press, Settings(), now=NOW - timedelta(minutes=20))
    (row,) = press.rows(select(v1_spikes).where(v1_spikes.c.kind == "agency"))
    assert (row["subject_id"], row["articles"], row["outlets"], row["day"]) == ("so-a", 14, 3, "2026-10-01")
    assert row["usual_30"] < 5 < row["articles"]
    assert row["reason"].startswith("14 bài của 3 báo trong 24 giờ; thường ")


def test_marking_again_changes_nothing_and_another_day_takes_nothing_away(press: Store) -> None:
    update_issues(press, Settings(), now=NOW - timedelta(minutes=20))
    before = press.rows(select(v1_spikes))
    assert mark_spikes(press, now=NOW - timedelta(minutes=20)) == spikes_of(press, end=NOW)
    assert press.rows(select(v1_spikes)) == before
    mark_spikes(press, now=NOW + timedelta(days=3))
    assert press.rows(select(v1_spikes)) == before


def test_an_issue_is_marked_with_its_own_articles(press: Store) -> None:
    text = " ".join(f"cháychợ{n}" for n in range(60))
    some = [
        replace(article(number, 0.2, "so-c"), title="Cháy lớn ở chợ Đầm Sen", paragraphs=(text,)) for number in range(6)
    ]
    run = press.begin_run("nightly", date(2026, 9, 30))
    press.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])
    update_issues(press, Settings(), now=NOW - timedelta(minutes=20))
    mine = {row.issue_id for row in press.placed_rows((), [a.article_id for a in some]).values()}
    found = [one for one in spikes_of(press, end=NOW) if one.subject_id in mine]
    assert [(one.kind, one.articles, one.usual_30) for one in found] == [("issue", 6, 0.0)]
