"""Pace, robots.txt, Retry-After and outlets that cannot be reached, measured at a real server."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.places import Places
from crawler.context import Context
from crawler.guard import HostMap
from crawler.pace import retry_after
from crawler.robots import product, read
from crawler.run import crawl, run_all
from storage.schema import articles, feed_polls, frontier

B, C = "bao.example", "dai.example"


def gaps(rows: list[Any]) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(rows)]


def test_requests_to_a_host_keep_their_distance_and_never_overlap(night: Any, site: Any) -> None:
    night.crawl_settings = {"pace_seconds": 0.2}
    night.outlet()
    night.outlet(C, pace_seconds=0.1)
    for host in (B, C):
        site.feed(host, *(f"http://{host}/{n}" for n in range(3)))
    night.run()
    for host, pace in ((B, 0.2), (C, 0.1)):
        rows = site.paths(host)
        assert len(rows) == 5
        assert min(gaps(rows)) > pace
        assert all(later.at >= earlier.until - 0.005 for earlier, later in pairwise(rows))
    assert site.paths(C)[1].at < site.paths(B)[1].at, "outlets go side by side"


def test_a_dot_behind_its_name_makes_no_second_host(night: Any, site: Any) -> None:
    night.crawl_settings = {"pace_seconds": 0.2}
    night.outlet()
    site.feed(B, f"http://{B}/1", f"http://{B}./2", f"http://{B}/3")
    night.run()
    rows = sorted(site.asked, key=lambda asked: asked.at)
    assert sorted(row.path for row in rows if row.path[1:].isdigit()) == ["/1", "/2", "/3"]
    assert min(gaps(rows)) > 0.19


def test_two_crawls_at_once_share_the_pace(night: Any, site: Any) -> None:
    """Two stores on one file, as two processes have them."""
    from storage.store import open_store

    night.crawl_settings = {"pace_seconds": 0.1}
    night.outlet()
    site.feed(B, *(f"http://{B}/{n}" for n in range(3)))
    other = open_store(f"sqlite:///{night.home / 'test.db'}", night.store.clock)

    def claim() -> None:
        for _ in range(4):
            while wait := other.claim_host(B, 0.1):
                time.sleep(wait)

    beside = threading.Thread(target=claim)
    beside.start()
    began = time.monotonic()
    night.run()
    beside.join()
    other.close()
    assert time.monotonic() - began > 0.1 * (4 + 5 - 1) * 0.9
    assert min(gaps(site.paths(B))) > 0.08


def test_crawl_delay_is_kept_up_to_the_limit(night: Any, site: Any) -> None:
    night.crawl_settings = {"max_crawl_delay_seconds": 0.2}
    night.outlet()
    site.put(B, "/robots.txt", "User-agent: diembao\nCrawl-delay: 30\n")
    site.feed(B, f"http://{B}/a", f"http://{B}/b")
    night.run()
    assert min(gaps(site.paths(B)[1:])) > 0.18


def test_robots_is_asked_once_and_obeyed(night: Any, site: Any) -> None:
    night.outlet()
    site.put(B, "/robots.txt", "User-agent: *\nDisallow: /kin/\nAllow: /kin/mo.html\n")
    site.feed(B, f"http://{B}/kin/a.html", f"http://{B}/kin/mo.html", f"http://{B}/b.html")
    result = night.run()
    assert night.fates() == {f"{B}/kin/a.html": "robots", f"{B}/kin/mo.html": "http-4xx", f"{B}/b.html": "http-4xx"}
    assert not site.paths(B, "/kin/a.html")
    assert len(site.paths(B, "/robots.txt")) == result.robots == 1
    assert [row["kind"] for row in night.store.rows(articles.select())] == ["teaser"]


def test_robots_forbidding_the_feed_is_told(night: Any, site: Any) -> None:
    night.outlet()
    site.put(B, "/robots.txt", "User-agent: diembao\nDisallow: /\n")
    night.run()
    [poll] = night.store.rows(feed_polls.select())
    assert (poll["error"], poll["detail"]) == ("robots", "robots.txt forbids it")
    assert [row.path for row in site.asked] == ["/robots.txt"]


def test_robots_that_fails_closes_the_host_for_now(night: Any, site: Any) -> None:
    night.outlet(C)
    site.put(C, "/robots.txt", "", 500)
    site.feed(C, f"http://{C}/a")
    night.run()
    assert {row.path for row in site.asked} == {"/robots.txt"}
    [poll] = night.store.rows(feed_polls.select())
    assert (poll["error"], poll["detail"]) == ("deferred", "robots.txt could not be had (500)")


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (429, False), (500, False), (302, False)])
def test_robots_status(status: int, *, allowed: bool) -> None:
    assert (read(status, b"User-agent: *\nDisallow: /").problem is None) is allowed


def test_robots_of_strange_bytes_allows() -> None:
    assert read(200, b"\xff\xfe\x00<html>").judge("http://a.vn/", "diembao") == 0.0
    assert product("diembao/0.1 (+mailto:a@b)") == "diembao"


def test_short_retry_after_is_waited_for(night: Any, site: Any) -> None:
    night.crawl_settings = {"retry_after_wait_seconds": 5.0}
    night.outlet()
    site.feed(B, f"http://{B}/a")
    site.article(B, "/a")
    page = site.pages[B, "/a"]
    site.pages[B, "/a"] = lambda before, _: page if before else type(page)(429, headers={"Retry-After": "1"})
    night.run()
    assert night.fates() == {f"{B}/a": "stored"}
    first, second = site.paths(B, "/a")
    assert 0.95 < second.at - first.at < 3


def test_long_retry_after_defers_and_leaves_the_host_alone(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/a", f"http://{B}/b")
    site.put(B, "/a", "", 503, Retry_After="600")
    night.run()
    assert night.fates() == {f"{B}/a": "deferred", f"{B}/b": "deferred"}
    assert not site.paths(B, "/b")
    [a, _] = night.store.rows(frontier.select().order_by(frontier.c.url))
    assert a["retry_at"] == night.now + timedelta(seconds=600)
    site.asked.clear()
    night.run()
    assert site.asked == [], "the host is held for other runs too"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120.0),
        ("Wed, 09 Sep 2026 10:02:00 GMT", "Wed, 09 Sep 2026 10:00:00 GMT", 120.0),
        ("Wed, 09 Sep 2026 09:00:00 GMT", "Wed, 09 Sep 2026 10:00:00 GMT", 0.0),
        ("-5", None, None),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
        ("99999999999", None, 7 * 86400.0),
    ],
)
def test_retry_after(value: str | None, date: str | None, seconds: float | None) -> None:
    assert retry_after(value, date) == seconds


def test_retry_after_date_without_date_header_is_counted_from_now() -> None:
    asked = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert asked is not None
    assert 80 < asked <= 91


def test_unreachable_outlet_is_noticed_once_and_costs_little(night: Any, site: Any) -> None:
    night.outlet()
    night.outlet(C, feeds=tuple(f"http://{host}/{n}" for n in range(20) for host in (C, f"rss.{C}")))
    night.hosts = HostMap(targets={B: ("127.0.0.1", site.port), C: ("127.0.0.2", 9), f"rss.{C}": ("127.0.0.2", 9)})
    site.feed(B, f"http://{B}/a")
    began = time.monotonic()
    result = night.run()
    assert time.monotonic() - began < 5
    assert result.unreachable == {"dai": "connection refused"}
    assert night.fates() == {f"{B}/a": "http-4xx"}
    errors = [row["error"] for row in night.store.rows(feed_polls.select()) if row["outlet_id"] == "dai"]
    assert errors == ["unreachable"] * 40


def test_without_any_network_the_crawl_ends_soon(night: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """45 outlets, three feeds each, and a name server that never answers."""
    import socket

    night.crawl_settings = {"reach_timeout_seconds": 0.4}
    for number in range(45):
        host = f"b{number}.example"
        night.outlet(host, feeds=tuple(f"http://{sub}{host}/rss" for sub in ("", "rss.", "www.")))
    release = threading.Event()

    def silent(*_: Any, **__: Any) -> Any:
        release.wait(20)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", silent)
    night.live = True
    began = time.monotonic()
    result = night.run()
    release.set()
    assert time.monotonic() - began < 6
    assert len(result.unreachable) == 45
    assert set(result.unreachable.values()) == {"the name server does not answer"}
    assert result.requests == 0


def test_pages_of_an_outlet_that_went_down_stay_due(night: Any, site: Any) -> None:
    night.outlet(domains=(B, f"anh.{B}"))
    night.hosts = HostMap(targets={B: ("127.0.0.1", site.port), f"anh.{B}": ("127.0.0.2", 9)})
    site.feed(B, f"http://anh.{B}/a", f"http://anh.{B}/b", f"http://{B}/c")
    night.run()
    assert night.fates() == {f"anh.{B}/a": "deferred", f"anh.{B}/b": "deferred", f"{B}/c": "http-4xx"}
    assert night.details()[f"anh.{B}/a"] == "connection refused"
    night.hosts = HostMap(targets={B: ("127.0.0.1", site.port), f"anh.{B}": ("127.0.0.1", site.port)})
    site.article(f"anh.{B}", "/a")
    night.run()
    assert night.fates()[f"anh.{B}/a"] == "stored"


def test_several_crawls_in_one_process(night: Any, site: Any, tmp_path: Path) -> None:
    """Twisted's reactor starts once; six demo nights need six crawls."""
    night.outlet()
    site.feed(B)
    order = []

    async def one(number: int) -> int:
        order.append(number)
        around = Context(
            store=night.store, config=night.config(), where=Places(home=tmp_path, database_url=""),
            run_id=night.store.begin_run("feeds", night.now.date() + timedelta(days=number)).run_id,
            clock=night.store.clock, hosts=HostMap(targets={B: ("127.0.0.1", site.port)}),
        )  # fmt: skip
        return (await crawl("feeds", around)).requests

    assert run_all(one(number) for number in range(3)) == [2, 2, 2]
    assert order == [0, 1, 2]
    assert run_all([one(3)]) == [2]


def test_a_site_that_answers_slowly_is_given_a_rest(night: Any, site: Any) -> None:
    """As Scrapy's AutoThrottle would, for all processes together."""
    night.crawl_settings = {"pace_seconds": 0.15}
    night.outlet()
    site.feed(B, f"http://{B}/0", f"http://{B}/1", f"http://{B}/2")
    for path in ("/0", "/1", "/2"):
        site.article(B, path)

    def slowly(handler: Any) -> None:
        time.sleep(1.2)
        handler.send_response(404)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.pages[B, "/0"] = type(site.pages[B, "/1"])(status=404, write=slowly)
    night.run()
    rows = {row.path: row for row in site.paths(B)}
    assert rows["/1"].at - rows["/0"].until > 0.15 * 4, "longer than the pace"
    assert rows["/2"].at - rows["/1"].until < 0.15 * 4, "one that answers soon is asked at the pace again"
