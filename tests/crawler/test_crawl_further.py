"""Articles spread over several pages: one article, each page asked for politely and kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from pipelines.further import MOST_FURTHER
from storage.schema import articles, revisions

B = "bao.example"
STEM = "/sua-cau-binh-100001"


def part(number: int, *, last: int, text: str = "") -> str:
    said = (
        text
        or f"Phần {number} kể chuyện sửa cầu Bính, đoạn thứ {number} có {number * 7} nhịp và {number * 31} công nhân. "
    )
    rows = "".join(f"<p>{said * 3} ({number}.{row})</p>" for row in range(3))
    pages = "".join(f"<a href='{address(n)}'>{n}</a>" for n in range(1, last + 1) if n != number)
    return (
        "<!DOCTYPE html><html lang=vi><head><meta charset=utf-8><title>Sửa cầu Bính</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="Sửa cầu Bính">'
        f'<link rel="canonical" href="http://{B}{address(1)}">'
        '<meta property="article:published_time" content="2026-09-09T08:00:00+07:00"></head>'
        f"<body><article><h1>Sửa cầu Bính</h1>{rows}</article><div class=pages>{pages}</div></body></html>"
    )


def address(number: int) -> str:
    return f"{STEM}.html" if number == 1 else f"{STEM}-p{number}.html"


def put(site: Any, last: int) -> None:
    for number in range(1, last + 1):
        site.put(B, address(number), part(number, last=last))


def text(night: Any) -> str:
    [row] = night.store.rows(articles.select())
    return "\n".join(row["paragraphs"])


def test_the_pages_of_an_article_are_one_article(night: Any, site: Any) -> None:
    night.crawl_settings = {"pace_seconds": 0.1}
    night.outlet()
    site.feed(B, f"http://{B}{address(1)}")
    put(site, 3)
    night.run()
    assert night.fates() == {f"{B}{address(1)}": "stored"}
    asked = site.paths(B)
    assert [row.path for row in asked] == ["/robots.txt", "/rss", address(1), address(2), address(3)]
    assert min(later.at - earlier.at for earlier, later in pairwise(asked)) > 0.09, "at the host's pace"
    said = text(night)
    assert all(f"({number}.{row})" in said for number in (1, 2, 3) for row in range(3))
    assert said.index("(1.2)") < said.index("(2.0)") < said.index("(3.0)")
    index = "".join(file.read_text() for file in night.home.rglob("*.index.jsonl"))
    assert index.count(f'"of": "http://{B}{address(1)}"') == 2, "each page is kept, under its article"


def test_only_so_many_pages_and_none_that_robots_txt_forbids(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}{address(1)}")
    put(site, 12)
    site.put(B, "/robots.txt", f"User-agent: *\nDisallow: {address(4)}\n", Content_Type="text/plain")
    night.run()
    assert [row.path for row in site.paths(B)][2:] == [address(1), address(2), address(3)]
    assert night.fates() == {f"{B}{address(1)}": "stored"}
    assert "(3.0)" in text(night)
    assert MOST_FURTHER < 12


def test_a_site_that_counts_on_for_ever_is_not_followed(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}{address(1)}")
    for number in range(1, 40):
        site.put(B, address(number), part(1, last=number + 1))
    night.run()
    assert len(site.paths(B)) <= 3 + MOST_FURTHER
    assert text(night).count("(1.0)") == 1, "a page that says the same adds nothing"


def test_a_page_that_fails_at_a_check_is_no_revision(night: Any, site: Any) -> None:
    night.crawl_settings = {"recheck_hours": (24,), "retries": 0}
    night.outlet()
    site.feed(B, f"http://{B}{address(1)}")
    put(site, 2)
    said = "UBND thành phố Hải Phòng giao Sở Xây dựng Hải Phòng sửa cầu Bính trước mùa mưa. "
    site.put(B, address(1), part(1, last=2, text=said))
    night.run()
    before = text(night)
    assert "(2.0)" in before
    site.pages[B, address(2)] = type(site.pages[B, address(1)])(write=lambda handler: handler.connection.close())
    night.now += timedelta(hours=25)
    night.run()
    assert night.fates()[f"{B}{address(1)}"] in {"timeout", "http-5xx", "deferred", "failed"}
    assert text(night) == before
    assert night.store.rows(revisions.select()) == []
