"""Sections in a crawl: paging back to what was seen, one poll a section; dead feeds rest; a 304 proves nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from config.model import Calendar
from night.judge import outlet_health
from storage.schema import feed_polls, frontier

B = "bao.example"
LIST = "http://bao.example/xa-hoi"


def listing(first: int, last: int, next_path: str = "") -> str:
    """Articles `first` down to `last`, newest first, and a link to the next page."""
    rows = "".join(
        f"<h3><a href='/tin-ve-cau-binh-so-{n}-1000{n:02}.html'>Tin về cầu Bính số {n}</a></h3>"
        for n in range(first, last - 1, -1)
    )
    pages = "".join(f"<a href='{next_path}'>{number}</a>" for number in (2, 3, 4))
    return f"<html><body>{rows}{pages}</body></html>"


def polls(night: Any) -> list[tuple[Any, ...]]:
    c = feed_polls.c
    query = select(c.feed_url, c.status, c.error, c["items"], c.new_items).where(c.run_id == night.run_id)
    return [tuple(row.values()) for row in night.store.rows(query.order_by(c.feed_url))]


def put_articles(site: Any, numbers: range) -> None:
    for n in numbers:
        site.article(B, f"/tin-ve-cau-binh-so-{n}-1000{n:02}.html", f"Tin về cầu Bính số {n}")


def test_a_section_is_read_one_page_deep_first_and_back_to_the_seen_later(site: Any, night: Any) -> None:
    night.outlet(B, feeds=(), sections=(LIST,))
    put_articles(site, range(1, 30))
    site.put(B, "/xa-hoi", listing(5, 3, "/xa-hoi/trang-2"))
    site.put(B, "/xa-hoi/trang-2", listing(2, 1, "/xa-hoi/trang-3"))
    night.run("sections")
    assert set(night.fates().values()) == {"stored"}
    assert len(night.fates()) == 3
    assert not site.paths(B, "/xa-hoi/trang-2")

    site.put(B, "/xa-hoi", listing(14, 12, "/xa-hoi/trang-2"))
    site.put(B, "/xa-hoi/trang-2", listing(11, 9, "/xa-hoi/trang-3"))
    site.put(B, "/xa-hoi/trang-3", listing(8, 3, "/xa-hoi/trang-4"))
    site.put(B, "/xa-hoi/trang-4", listing(2, 1))
    night.run("sections")
    # 14 … 6 are new; page 3 holds 5, 4, 3 as well: the list has come to what was seen, page 4 is not asked.
    asked = [row.path for row in site.paths(B) if "trang" in row.path]
    assert asked == ["/xa-hoi/trang-2", "/xa-hoi/trang-3"]
    assert polls(night) == [(LIST, 200, None, 12, 9)]
    rows = night.store.rows(select(frontier.c.via, frontier.c.via_url, frontier.c.title))
    assert {(row["via"], row["via_url"]) for row in rows} == {("section", LIST)}
    assert all(row["title"].startswith("Tin về cầu Bính số") for row in rows)


def test_an_older_page_that_fails_does_not_cost_the_newer_ones(site: Any, night: Any) -> None:
    night.outlet(B, feeds=(), sections=(LIST,))
    put_articles(site, range(1, 10))
    site.put(B, "/xa-hoi", listing(3, 1))
    night.run("sections")
    site.put(B, "/xa-hoi", listing(9, 4, "/xa-hoi/trang-2"))
    site.put(B, "/xa-hoi/trang-2", "Lỗi", status=500)
    night.run("sections")
    assert polls(night) == [(LIST, 200, None, 6, 6)]
    assert set(night.fates().values()) == {"stored"}


def test_a_list_is_never_read_further_than_five_pages(site: Any, night: Any) -> None:
    night.outlet(B, feeds=(), sections=(LIST,))
    site.put(B, "/xa-hoi", listing(99, 99))
    night.run("sections")
    for page in range(1, 9):
        rows = "".join(f"<a href='/mot-tin-rat-moi-2000{page}{n}.html'>Một tin rất mới</a>" for n in range(3))
        path = "/xa-hoi" if page == 1 else f"/xa-hoi/trang-{page}"
        site.put(B, path, f"{rows}<a href='/xa-hoi/trang-{page + 1}'>{page + 1}</a>")
    night.run("sections")
    assert not site.paths(B, "/xa-hoi/trang-6")
    assert polls(night) == [(LIST, 200, None, 15, 15)]


def test_a_section_without_articles_is_an_error(site: Any, night: Any) -> None:
    night.outlet(B, feeds=(), sections=(LIST,))
    site.put(B, "/xa-hoi", "<p>Bảo trì</p>", ETag='"1"')
    night.run("sections")
    assert polls(night) == [(LIST, 200, "not-a-feed", 0, 0)]
    night.run("sections")
    assert "if-none-match" not in site.paths(B, "/xa-hoi")[-1].headers


def test_a_304_after_a_failure_proves_nothing(site: Any, night: Any) -> None:
    night.outlet(B)
    site.feed(B, ETag='"gut"')
    night.run("feeds")
    site.put(B, "/rss", "<p>kaputt", ETag='"kaputt"')
    night.run("feeds")
    assert polls(night)[0][2] == "not-a-feed"
    night.run("feeds")
    assert "if-none-match" not in site.paths(B, "/rss")[-1].headers
    site.put(B, "/rss", status=304)
    night.run("feeds")
    assert polls(night)[0][1:3] == (304, "not-a-feed")
    site.feed(B, ETag='"wieder"')
    night.run("feeds")
    assert polls(night)[0][2] is None
    night.run("feeds")
    assert site.paths(B, "/rss")[-1].headers["if-none-match"] == '"wieder"'


def test_a_304_keeps_the_last_known_fact_an_empty_feed_stays_an_empty_feed(site: Any, night: Any) -> None:
    """Asked again the same morning it said «no new articles», as if articles stood in the feed."""
    outlet = night.outlet(B)

    def told() -> str:
        night.run()
        [health] = outlet_health(night.store, [outlet], run_id=night.run_id, now=night.now, calendar=Calendar())
        return f"{polls(night)[0][1]} {health.state}: {health.reason_vi}"

    def serve(*links: str, tag: str) -> None:
        site.feed(B, *links)
        whole = site.pages[B, "/rss"]
        whole.headers["ETag"] = tag
        site.pages[B, "/rss"] = lambda _, headers: type(whole)(304) if headers.get("if-none-match") == tag else whole

    serve(tag='"leer"')
    empty = "quiet: nguồn cấp rỗng, không có tin mới"
    assert [told() for _ in range(3)] == [f"200 {empty}", f"304 {empty}", f"304 {empty}"]
    site.article(B, "/1")
    serve(f"http://{B}/1", tag='"voll"')
    assert told() == "200 healthy: đủ tin"
    assert told() == "304 quiet: có trả lời, không có tin mới"


def test_a_dead_feed_is_asked_every_third_night_and_never_dropped(site: Any, night: Any) -> None:
    night.outlet(B)
    site.put(B, "/rss", "x", status=404)
    asked = []
    for _ in range(14):
        night.run("nightly")
        asked.append(len(site.paths(B, "/rss")))
        night.now += timedelta(days=1)
    assert asked == [1, 2, 3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 9, 9]
    [(_, status, error, _, _)] = polls(night)
    assert (status, error) == (0, "resting")
    [row] = night.store.rows(select(feed_polls.c.detail).where(feed_polls.c.run_id == night.run_id))
    assert row["detail"] == "failed 9 nights running; asked again on 2026-09-25"
    site.feed(B)
    night.now += timedelta(days=1)
    night.run("nightly")
    assert polls(night)[0][1:3] == (200, None)


def test_by_hand_a_dead_feed_is_asked_all_the_same(site: Any, night: Any) -> None:
    night.outlet(B)
    site.put(B, "/rss", "x", status=404)
    for _ in range(9):
        night.run("feeds")
        night.now += timedelta(days=1)
    assert len(site.paths(B, "/rss")) == 9
