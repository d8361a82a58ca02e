"""What a host gets of us in one night: all of it written down by a server, in its own time."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from storage.schema import articles

B, C = "bao.example", "dai.example"


def test_no_host_gets_more_than_its_cap_and_the_rest_stays_due(night: Any, site: Any) -> None:
    night.crawl_settings = {"max_requests_per_host": 6}
    night.outlet()
    night.outlet(C)
    links = [f"http://{B}/{n}.html" for n in range(9)]
    site.feed(B, *links)
    site.feed(C, f"http://{C}/1.html")
    site.article(C, "/1.html")
    for n in range(9):
        site.article(B, f"/{n}.html", title=f"Tin số {n} về cầu Bính")
    result = night.run()
    assert len(site.paths(B)) == 6, "robots.txt, the feed and four pages"
    fates = list(night.fates().values())
    assert fates.count("stored") == 5
    assert fates.count("deferred") == 5
    assert f"{B} had all its requests of this day" in set(night.details().values())
    assert result.errors == ()
    assert len(night.store.rows(articles.select())) == 10, "what was not asked for is there as its feed told it"
    night.now += timedelta(days=1)
    night.run()
    assert len(site.paths(B)) == 12
    night.now += timedelta(days=1)
    night.run()
    full = [row for row in night.store.rows(articles.select()) if row["kind"] == "full"]
    assert len(full) == 10, "three nights have all of it"


def test_a_topic_and_the_night_of_one_day_share_the_cap_and_a_night_that_goes_on_counts_on(
    night: Any, site: Any
) -> None:
    night.crawl_settings = {"max_requests_per_host": 7}
    night.outlet()
    site.feed(B, *(f"http://{B}/{n}.html" for n in range(9)))
    for n in range(9):
        site.article(B, f"/{n}.html", title=f"Tin số {n} về cầu Bính")
    night.run("topic", q="cầu Bính", pages="2", validators={})
    asked = len(site.paths(B))
    assert 3 <= asked <= 5
    night.run(finish=False)
    assert len(site.paths(B)) == 7
    night.run()
    assert len(site.paths(B)) == 7, "continued, it has no more than before"
    night.now += timedelta(days=1)
    night.run()
    assert len(site.paths(B)) == 14


def test_further_tries_and_redirects_count(night: Any, site: Any) -> None:
    night.crawl_settings = {"max_requests_per_host": 8, "retries": 5}
    night.outlet()
    site.feed(B, f"http://{B}/a", f"http://{B}/b")
    site.put(B, "/a", "", 302, Location=f"http://{B}/c")
    site.put(B, "/c", "", 500)
    site.put(B, "/b", "", 500)
    night.run()
    assert len(site.paths(B)) == 8


def test_a_whole_night_at_a_recording_server(night: Any, site: Any) -> None:
    """Spacing, Crawl-delay, robots.txt, Retry-After and conditional requests together, twice."""
    night.crawl_settings = {"pace_seconds": 0.05, "max_requests_per_host": 20}
    night.outlet()
    night.outlet(C)
    site.put(B, "/robots.txt", "User-agent: *\nCrawl-delay: 0.15\nDisallow: /quan-tri/\n")
    for host in (B, C):
        site.feed(host, f"http://{host}/1", f"http://{host}/quan-tri/2", f"http://{host}/3", ETag='"f"')
        for path in ("/1", "/quan-tri/2", "/3"):
            site.article(host, path, title=f"Tin {path} của {host}", ETag=f'"{path}"')

    busy = site.pages[C, "/3"]
    site.pages[C, "/3"] = lambda before, _: busy if before else type(busy)(429, b"", {"Retry-After": "1"})
    feed = site.pages[B, "/rss"]
    site.pages[B, "/rss"] = lambda _, headers: type(feed)(304) if headers.get("if-none-match") == '"f"' else feed
    night.run()
    for host, pace in ((B, 0.15), (C, 0.05)):
        rows = site.paths(host)
        assert min(later.at - earlier.at for earlier, later in pairwise(rows[1:])) > pace
        assert len(rows) <= 20
    assert not site.paths(B, "/quan-tri/2")
    first, second = site.paths(C, "/3")
    assert second.at - first.at > 1.0
    assert night.fates()[f"{B}/quan-tri/2"] == "robots"
    site.asked.clear()
    night.run()
    assert [row.status for row in site.paths(B, "/rss")] == [304]
    assert {row.path for row in site.paths(B)} == {"/robots.txt", "/rss"}, "what is known is not asked for again"
