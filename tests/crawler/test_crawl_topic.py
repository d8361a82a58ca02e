"""A topic's crawl on a real site: search pages, budgets, and what it leaves for the night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from spiders.topic import FOUND_BY_SITE
from storage.feeds import Poll, feeds_due, worth_following
from storage.schema import feeds

B = "bao.example"
SEARCH = f"http://{B}/tim?tu-khoa={{query}}"
EVERY = timedelta(minutes=10)
NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)


def results(*links: tuple[str, str]) -> str:
    found = "".join(f'<h3><a href="{url}">{title}</a></h3>' for url, title in links)
    return f"<html><head><title>Tìm</title></head><body><nav><a href='/xa-hoi'>Xã hội</a></nav>{found}</body></html>"


def topic(night: Any, words: str, **more: Any) -> dict[str, str]:
    night.run("topic", q=words, validators={}, **more)
    return night.fates()


def test_a_search_page_is_asked_and_what_it_names_is_fetched(night: Any, site: Any) -> None:
    night.outlet(search_url=SEARCH)
    site.feed(B)
    asked = "/tim?tu-khoa=c%E1%BA%A7u+B%C3%ADnh"
    site.put(B, asked, results(("/cau-binh-dong-xe-100001.html", "Cầu Bính đông xe"), ("/pha-200002.html", "Phà")))
    for path in ("/cau-binh-dong-xe-100001.html", "/pha-200002.html"):
        site.article(B, path, path)
    found = topic(night, 'cầu "Bính" -phà')
    assert found == {f"{B}/cau-binh-dong-xe-100001.html": "stored", f"{B}/pha-200002.html": "stored"}
    [kept] = [row for row in night.store.rows(feeds.select()) if "tim" in row["feed_url"]]
    assert kept["feed_url"] == SEARCH, "the words asked for are in no table of feeds"
    assert len(site.paths(B, asked)) == 1


def test_robots_txt_forbids_a_search_page_too(night: Any, site: Any) -> None:
    night.outlet(search_url=SEARCH)
    site.feed(B)
    site.put(B, "/robots.txt", "User-agent: *\nDisallow: /tim\n", Content_Type="text/plain")
    topic(night, "cầu Bính")
    assert not [row for row in site.paths(B) if row.path.startswith("/tim")]
    [kept] = [row for row in night.store.rows(feeds.select()) if "tim" in row["feed_url"]]
    assert kept["last_error"] == "robots"


def test_a_search_page_that_finds_nothing_is_no_failure(night: Any, site: Any) -> None:
    night.outlet(search_url=SEARCH)
    site.feed(B)
    site.put(B, "/tim?tu-khoa=b%C3%A3o", results())
    topic(night, "bão")
    [kept] = [row for row in night.store.rows(feeds.select()) if "tim" in row["feed_url"]]
    assert (kept["last_error"], kept["failures"]) == (None, 0)


def test_what_only_the_site_found_gets_at_most_half_of_the_pages(night: Any, site: Any) -> None:
    assert FOUND_BY_SITE < 0.5
    night.outlet(search_url=SEARCH)
    site.feed(B)
    links = [(f"/tin-khac-{n}00001.html", f"Tin khác số {n}") for n in range(1, 7)]
    site.put(B, "/tim?tu-khoa=b%C3%A3o", results(*links))
    for path, title in links:
        site.article(B, path, title)
    found = topic(night, "bão", pages="4")
    assert sorted(found.values()) == ["deferred"] * 4 + ["stored"] * 2


def test_a_topic_before_it_does_not_shorten_what_the_night_lists(night: Any, site: Any) -> None:
    """The site answers the same validators with 304: the topic must not spend the night's."""
    night.outlet()
    links = [f"http://{B}/{n}-10000{n}.html" for n in range(4)]
    site.feed(B, *links, ETag='"1"')
    feed = site.pages[B, "/rss"]
    site.pages[B, "/rss"] = lambda _, headers: type(feed)(304) if headers.get("if-none-match") == '"1"' else feed
    for number, link in enumerate(links):
        site.article(B, link.removeprefix(f"http://{B}"), f"Tin về cầu Bính số {number}")
    kept: dict[str, Any] = {}
    night.run("topic", q="cầu Bính số 2", validators=kept)
    night.run("topic", q="cầu Bính số 2", validators=kept)
    assert [row.status for row in site.paths(B, "/rss")] == [200, 304], "a further round asks with what it holds"
    night.run("nightly")
    assert [row.status for row in site.paths(B, "/rss")] == [200, 304, 200]
    assert len(night.fates()) == 4
    night.run("nightly")
    assert site.paths(B, "/rss")[-1].status == 304, "the night keeps its own"


def test_a_feed_is_due_by_its_own_history(night: Any, site: Any) -> None:
    night.outlet()
    site.feed(B, f"http://{B}/1-100001.html")
    site.article(B, "/1-100001.html")
    wanted = [f"http://{B}/rss", f"http://{B}/never"]
    assert feeds_due(night.store, wanted, night.now) == wanted
    night.run("nightly")
    assert feeds_due(night.store, wanted, night.now + timedelta(minutes=59)) == wanted[1:]
    assert feeds_due(night.store, wanted, night.now + timedelta(minutes=61)) == wanted


def test_who_follows_asks_what_answers_every_time_and_what_fails_ever_less() -> None:
    def polls(*errors: str | None) -> list[Poll]:
        return [Poll(polled_at=NOW, error=error) for error in errors]

    assert worth_following([], NOW, EVERY)
    assert worth_following(polls("timeout", None), NOW, EVERY)
    assert not worth_following(polls(None, "timeout"), NOW + EVERY, EVERY)
    assert worth_following(polls(None, "timeout"), NOW + 2 * EVERY, EVERY)
    assert not worth_following(polls("timeout", "timeout"), NOW + 3 * EVERY, EVERY)
