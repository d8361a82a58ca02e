"""Whole crawls over a real server: what is asked, what is stored, what each URL comes to."""

from __future__ import annotations

import gzip
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from pipelines.archive import raw_page
from storage.schema import articles, feed_polls

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

B = "bao.example"


def test_feed_is_asked_and_its_page_stored(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    site.article(B, "/a.html")
    result = night.run()
    assert night.fates() == {f"{B}/a.html": "stored"}
    assert [row.path for row in site.asked] == ["/robots.txt", "/rss", "/a.html"]
    assert (result.requests, result.robots) == (3, 1)
    [row] = night.store.rows(articles.select())
    assert row["title"] == "Sửa mặt cầu Bính"
    assert row["kind"] == "full"


def test_second_run_asks_every_feed_and_stores_nothing_new(night: Any, site: Any) -> None:
    """JOBDIR would filter the second daily run; the store does not."""
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    site.article(B, "/a.html")
    night.run()
    site.asked.clear()
    night.run()
    assert [row.path for row in site.asked] == ["/robots.txt", "/rss"]
    assert night.fates() == {f"{B}/a.html": "unchanged"}
    site.feed(B, f"http://{B}/a.html", f"http://{B}/b.html")
    site.article(B, "/b.html", "Cầu Rào thông xe sớm")
    night.run()
    assert night.fates() == {f"{B}/a.html": "unchanged", f"{B}/b.html": "stored"}


def test_feed_that_has_not_changed_is_not_downloaded(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html", ETag='"1"', Last_Modified="Wed, 09 Sep 2026 01:00:00 GMT")
    site.article(B, "/a.html")
    night.run()
    feed = site.pages[B, "/rss"]
    site.pages[B, "/rss"] = lambda _, headers: type(feed)(304) if headers.get("if-none-match") == '"1"' else feed
    for _ in range(2):
        site.asked.clear()
        result = night.run()
        [asked] = site.paths(B, "/rss")
        assert (asked.status, asked.headers["if-modified-since"]) == (304, "Wed, 09 Sep 2026 01:00:00 GMT")
        assert result.not_modified == 1


def test_request_says_who_asks_and_tells_nothing_else(night: Any, site: Any) -> None:
    night.crawl_settings = {"user_agent": "diembao/9 (+mailto:ai@example.invalid)"}
    night.outlet()
    site.feed(B, f"http://{B}/a.html", Set_Cookie="x=1")
    site.article(B, "/a.html", Set_Cookie="y=2")
    night.run()
    for row in site.asked:
        assert row.headers["user-agent"] == "diembao/9 (+mailto:ai@example.invalid)"
        assert row.headers["host"] == B
        assert not {"cookie", "referer", "authorization"} & set(row.headers)


def test_pages_are_in_the_archive_without_cookies(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    site.article(B, "/a.html")
    site.put(
        B,
        "/a.html",
        gzip.compress(site.pages[B, "/a.html"].body),
        Content_Encoding="gzip",
        Set_Cookie="bi-mat=1",
    )
    night.run()
    [row] = night.store.rows(articles.select())
    assert row["raw_ref"].startswith("2026/09/10#sha1:")
    assert b"article" in (raw_page(night.home / "archive", row["raw_ref"]) or b"")
    name = f"2026/09/10/{night.run_id}-1.warc.gz"
    with (night.home / "archive" / name).open("rb") as file:
        record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers["WARC-Target-URI"] == f"http://{B}/a.html"
        assert "Sửa mặt cầu" in record.content_stream().read().decode()
        assert record.http_headers.get_header("Set-Cookie") is None
    with (night.home / "archive" / name).open("rb") as file:
        assert [each.rec_type for each in ArchiveIterator(file)] == ["response", "request"]


@pytest.mark.parametrize(
    ("status", "fate", "kept"),
    [
        (404, "http-4xx", False),
        (410, "http-4xx", False),
        (400, "http-4xx", False),
        (401, "http-4xx", True),
        (403, "http-4xx", True),
        (451, "http-4xx", True),
        (500, "http-5xx", True),
        (503, "http-5xx", True),
        (302, "not-article", False),
    ],
)
def test_status_decides_fate_and_teaser(night: Any, site: Any, status: int, fate: str, *, kept: bool) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    site.put(B, "/a.html", "<p>?</p>", status)
    night.run()
    assert night.fates() == {f"{B}/a.html": fate}
    assert [row["kind"] for row in night.store.rows(articles.select())] == (["teaser"] if kept else [])
    assert len(site.paths(B, "/a.html")) == (2 if status >= 500 else 1)


def test_a_5xx_that_passes_is_stored(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    site.article(B, "/a.html")
    page = site.pages[B, "/a.html"]
    site.pages[B, "/a.html"] = lambda before, _: page if before else type(page)(502)
    night.run()
    assert night.fates() == {f"{B}/a.html": "stored"}


def test_article_that_was_removed_is_gone(night: Any, site: Any) -> None:
    night.crawl_settings = {"recheck_hours": (24,)}
    night.outlet()
    site.feed(B, f"http://{B}/a.html")
    text = "UBND thành phố Hải Phòng giao Sở Xây dựng Hải Phòng sửa cầu Bính, xe khách tạm đi đường vòng qua phà. " * 9
    site.article(B, "/a.html", "Hải Phòng sửa cầu Bính", text, ETag='"7"')
    night.run()
    assert night.fates() == {f"{B}/a.html": "stored"}
    site.put(B, "/a.html", "", 410)
    night.now += timedelta(hours=25)
    night.run()
    assert site.paths(B, "/a.html")[-1].headers["if-none-match"] == '"7"'
    assert night.fates() == {f"{B}/a.html": "gone"}


def test_outlet_of_teasers_is_never_asked_for_pages(night: Any, site: Any) -> None:
    night.outlet(fetch_pages=False)
    site.feed(B, f"http://{B}/a.html", "http://khac.example/x.html")
    night.run()
    assert [row.path for row in site.asked] == ["/robots.txt", "/rss"]
    assert night.fates() == {f"{B}/a.html": "teaser", "khac.example/x.html": "not-article"}
    [row] = night.store.rows(articles.select())
    assert (row["kind"], row["title"], row["sapo"]) == ("teaser", "Tin về cầu Bính số 0", "Sửa mặt cầu")


def test_bomb_endless_and_slow_pages_cost_little(night: Any, site: Any) -> None:
    night.crawl_settings = {"timeout_seconds": 0.6, "max_page_bytes": 200_000, "retries": 0}
    night.outlet()
    names = ("bomb", "endless", "drip", "cut", "long", "broken")
    site.feed(B, *(f"http://{B}/{name}" for name in names))
    reply = type(site.pages[B, "/rss"])
    site.put(B, "/bomb", gzip.compress(b" " * 20_000_000), Content_Encoding="gzip")
    site.pages[B, "/endless"] = reply(write=lambda handler: _write(handler, [b"x" * 10_000] * 1000, pause=0.0))
    site.pages[B, "/drip"] = reply(write=lambda handler: _write(handler, [b"x"] * 100, pause=0.05))
    site.pages[B, "/cut"] = reply(write=_cut)
    site.put(B, "/long", b"x" * 300_000)
    site.put(B, "/broken", b"\x1f\x8b no gzip", Content_Encoding="gzip")
    began = time.monotonic()
    night.run()
    assert time.monotonic() - began < 5
    expected = ["too-big", "too-big", "timeout", "timeout", "too-big", "http-5xx"]
    assert night.fates() == {f"{B}/{name}": fate for name, fate in zip(names, expected, strict=True)}
    assert [row["kind"] for row in night.store.rows(articles.select())] == ["teaser"] * 6


def _write(handler: BaseHTTPRequestHandler, pieces: list[bytes], pause: float) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for piece in pieces:
        handler.wfile.write(piece)
        time.sleep(pause)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def test_redirects_are_followed_and_loops_are_not(night: Any, site: Any) -> None:
    night.crawl_settings = {"max_redirects": 3}
    night.outlet()
    site.feed(B, f"http://{B}/moved", f"http://{B}/loop", f"http://{B}/chain0", f"http://{B}/away")
    site.put(B, "/moved", "", 301, Location="/bài mới.html".encode().decode("latin-1"))
    site.article(B, "/b%C3%A0i%20m%E1%BB%9Bi.html")
    site.put(B, "/loop", "", 302, Location="/loop2")
    site.put(B, "/loop2", "", 302, Location="/loop")
    for n in range(9):
        site.put(B, f"/chain{n}", "", 302, Location=f"/chain{n + 1}")
    site.put(B, "/away", "", 302, Location="http://khac.example/a")
    night.run()
    assert night.fates() == {
        f"{B}/moved": "stored",
        f"{B}/loop": "redirect-loop",
        f"{B}/chain0": "redirect-loop",
        f"{B}/away": "not-article",
    }
    assert night.details()[f"{B}/away"] == "foreign-host: khac.example"
    assert len([row for row in site.asked if row.path.startswith("/chain")]) == 4


def test_sitemap_index_is_followed_one_level(night: Any, site: Any) -> None:
    night.outlet(feeds=(), sitemaps=(f"http://{B}/sitemap.xml",))
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    site.put(
        B, "/sitemap.xml", f"<sitemapindex {space}><sitemap><loc>http://{B}/1.xml.gz</loc></sitemap></sitemapindex>"
    )
    news = (
        "<news:news><news:publication_date>2026-09-09T07:00:00+07:00</news:publication_date>"
        "<news:title>Sửa cầu Bính</news:title></news:news>"
    )
    urls = f"<urlset {space}><url><loc>http://{B}/a.html</loc>{news}</url></urlset>"
    site.put(B, "/1.xml.gz", gzip.compress(urls.encode()), Content_Type="application/x-gzip")
    site.put(B, "/a.html", "", 403)
    result = night.run("sitemaps")
    assert night.fates() == {f"{B}/a.html": "http-4xx"}
    assert (result.outlets[0].feeds_all, result.outlets[0].feeds_asked) == (2, 2)
    [row] = night.store.rows(articles.select())
    assert (row["title"], row["published_from"]) == ("Sửa cầu Bính", "sitemap")
    polls = {row["feed_url"].rpartition("/")[2]: row["items"] for row in night.store.rows(feed_polls.select())}
    assert polls == {"sitemap.xml": 0, "1.xml.gz": 1}
    site.asked.clear()
    night.run("sitemaps", outlets=["bao"])
    assert [row.path for row in site.asked] == ["/robots.txt", "/sitemap.xml", "/1.xml.gz"]


def test_feed_of_a_page_is_told_as_no_feed(night: Any, site: Any) -> None:
    night.outlet()
    site.put(B, "/rss", "<html><body>Bảo trì</body></html>")
    night.run()
    [poll] = night.store.rows(feed_polls.select())
    assert (poll["status"], poll["error"]) == (200, "not-a-feed")


def test_feed_that_holds_the_parser_is_killed_and_the_others_are_read(
    night: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.aside.SECONDS", 1.5)
    night.outlet(feeds=(f"http://{B}/evil", f"http://{B}/rss"))
    attributes = " ".join(f'a{n}="x"' for n in range(80_000))
    site.put(B, "/evil", f"<rss><channel><item {attributes}><title>x</title></item></channel></rss>")
    site.feed(B, f"http://{B}/a.html")
    began = time.monotonic()
    night.run()
    assert time.monotonic() - began < 10
    assert night.fates() == {f"{B}/a.html": "http-4xx"}
    polls = {row["feed_url"].rpartition("/")[2]: row["error"] for row in night.store.rows(feed_polls.select())}
    assert polls == {"evil": "too-slow", "rss": None}


def test_progress_is_told(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a.html", f"http://{B}/b.html")
    site.article(B, "/a.html")
    told: list[Any] = []
    night.run(on_progress=told.append)
    [outlet] = told[-1].outlets
    assert (outlet.feeds_asked, outlet.found, outlet.due, outlet.done) == (1, 2, 2, 2)
    assert told[-1].fates == {"stored": 1, "http-4xx": 1}
    assert (told[-1].done, told[-1].total, told[-1].left_seconds) == (3, 3, 0.0)


def test_the_page_of_a_removed_article_leaves_the_archive_at_that_check(night: Any, site: Any) -> None:
    night.crawl_settings = {"recheck_hours": (24,)}
    night.outlet()
    site.feed(B, f"http://{B}/a.html", f"http://{B}/b.html")
    for name in "ab":
        text = (
            f"UBND thành phố Hải Phòng giao Sở Xây dựng Hải Phòng sửa cầu Bính, lần {name}, xe khách đi qua phà. " * 9
        )
        site.article(B, f"/{name}.html", f"Tin {name} về cầu Bính", text)
    night.run()
    [[raw_ref]] = [
        list(row.values()) for row in night.store.rows(select(articles.c.raw_ref).where(articles.c.url.like("%a.html")))
    ]
    assert raw_page(night.home / "archive", raw_ref) is not None
    site.put(B, "/a.html", status=410)
    night.now += timedelta(hours=24, minutes=1)
    night.run()
    assert night.fates()[f"{B}/a.html"] == "gone"
    assert raw_page(night.home / "archive", raw_ref) is None
    kept = night.store.rows(
        select(articles.c.title, articles.c.raw_ref, articles.c.paragraphs).order_by(articles.c.url)
    )
    assert [(row["title"], bool(row["raw_ref"]), bool(row["paragraphs"])) for row in kept] == [
        ("Tin a về cầu Bính", False, False),
        ("Tin b về cầu Bính", True, True),
    ]
    packed = b"".join(gzip.decompress(file.read_bytes()) for file in night.home.rglob("*.warc.gz"))
    assert b"Tin a v" not in packed
    assert b"Tin b v" in packed
