from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from spiders.topic import Budget, TopicSpider, nearest
from storage.query import read_query
from storage.records import FrontierRow, Teaser

NOON = datetime(2026, 9, 10, 5, 0, tzinfo=UTC)


def row(name: str, title: str | None = None, sapo: str | None = None, hours: int = 1) -> FrontierRow:
    teaser = Teaser(title=title, sapo=sapo, published_at=NOON - timedelta(hours=hours)) if title else None
    return FrontierRow(
        url_key=name, url=f"https://bao.vn/{name}", outlet_id="bao", via="feed", teaser=teaser, attempts=0,
        article_id=None, etag=None, last_modified=None,
    )  # fmt: skip


ROWS = [
    row("silent"),
    row("other", "Bóng đá tối nay"),
    row("half", "Bãi xe quá tải", "Đường tắc."),
    row("sapo", "Dân kêu cứu", "Bãi rác quá tải."),
    row("old", "Bãi rác quá tải", hours=50),
    row("new", "Bãi rác bốc mùi"),
]


def test_the_nearest_comes_first_and_what_does_not_fit_is_left() -> None:
    found = [(row.url_key, round(score, 2)) for score, row in nearest(read_query("bãi rác"), ROWS)]
    assert found == [("new", 1.0), ("old", 1.0), ("sapo", 0.75), ("half", 0.5), ("silent", 0.0)]


def test_what_is_too_old_is_left() -> None:
    found = [row.url_key for _, row in nearest(read_query("bai rac"), ROWS, NOON - timedelta(hours=3))]
    assert found == ["new", "sapo", "half", "silent"]


def test_far_rows_get_at_most_half_of_the_pages() -> None:
    budget = Budget(pages=4, seconds=60)
    assert [budget.take(score) for score in (0.2, 0.2, 0.2, 0.9, 0.9, 0.9)] == [True, True, False, True, True, False]
    assert budget.over


def test_time_ends_the_budget() -> None:
    assert not Budget(pages=4, seconds=0).take(1.0)


@pytest.mark.parametrize("arguments", [{}, {"q": ""}, {"q": "-rác"}])
def test_a_topic_without_a_word_is_refused_before_a_run_is_begun(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="what is the topic"):
        TopicSpider.from_crawler(None, **arguments)  # type: ignore[arg-type]
