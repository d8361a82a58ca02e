"""Three nights of the long town, one of them killed: the short form of `benchmarks/thirty_nights.py`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.places import CHECKOUT
from demo.long import BREAK, SIZES, LongTown, Trouble, day_share, morning
from night.health import FeedAnswer, OutletFacts, judge_outlet

sys.path.insert(0, str(CHECKOUT / "benchmarks"))
from thirty_nights import Nights, town

TROUBLES = (
    Trouble(outlet="bao-dung", what="stopped", first=2, last=2),
    Trouble(outlet="bao-chan", what="blocked", first=2, last=3),
    Trouble(outlet="bao-rong", what="empty", first=2, last=2),
    Trouble(outlet="bao-sau", what="forbidden", first=3, last=3),
)


def test_three_nights_lose_nothing_and_every_outage_stands_on_its_sheet(tmp_path: Path) -> None:
    with town(3, seed=6, troubles=TROUBLES) as server:
        played = Nights(tmp_path, server, seed=1, spared=frozenset({1, 3}))
        rows = [played.play(night) for night in (1, 2, 3)]
    assert [row.good for row in rows] == [True] * 3, rows
    assert rows[1].killed is not None
    assert [len(row.outages) for row in rows] == [0, 3, 2]
    assert rows[2].articles == rows[2].owed > 300


def test_the_towns_days_have_a_rhythm_and_their_ledger_is_the_same_at_every_asking() -> None:
    one, other = LongTown(seed=3), LongTown(seed=3)
    assert one.articles == other.articles
    assert one.articles != LongTown(seed=4).articles
    assert [day_share(date(2026, 8, day)) for day in (10, 15, 16)] == [1.0, 2 / 3, 1 / 3]
    assert day_share(BREAK[0]) < day_share(date(2026, 8, 16))
    urls = [article.url for each in one.articles.values() for article in each]
    titles = [article.title for each in one.articles.values() for article in each]
    assert len(set(urls)) == len(urls) == len(set(titles))
    quiet = sum(article.published.weekday() == 6 for article in one.articles["bao-mot"])
    assert 0 < quiet < len(one.articles["bao-mot"]) / 10


def test_an_outlet_that_stops_for_two_days_has_lost_nothing_when_it_comes_back() -> None:
    town_ = LongTown()
    back = {article.url for article in town_.listed("bao-dung", 14)}
    missed = {a.url for a in town_.articles["bao-dung"] if morning(11) <= a.published < morning(13)}
    assert missed
    assert missed <= back
    assert all(town_.answer("bao-dung.example", "/tin-moi.rss").status == 200 for _ in SIZES)


@pytest.mark.parametrize(
    ("status", "items", "told"), [(200, 0, True), (304, 0, True), (304, 3, False), (304, None, False), (200, 3, False)]
)
def test_an_empty_feed_is_a_fact_that_is_told(status: int, items: int | None, *, told: bool) -> None:
    now = datetime(2026, 9, 10, tzinfo=UTC)
    answer = FeedAnswer(feed_url="http://bao.vn/rss", status=status, error=None, detail=None, items=items)
    facts = OutletFacts(
        outlet_id="bao", name="Báo", answers=(answer,), last_new_at=now - timedelta(days=1), first_polled_at=now
    )
    judged = judge_outlet(facts, now)
    assert judged.state == "quiet"
    assert judged.reason_vi.startswith("nguồn cấp rỗng") is told
