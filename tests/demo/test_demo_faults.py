"""The planted faults really happen."""

from __future__ import annotations

import gzip
import http.client
import time
import urllib.robotparser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import feedparser
import pytest

from demo.load import load_town
from demo.model import NIGHTS, Fault
from demo.server import Listener, TownServer
from demo.town import Town
from demo.trouble import BOMB_BYTES


@pytest.fixture(scope="module")
def server() -> Iterator[TownServer]:
    with TownServer(Town(day=NIGHTS)) as running:
        yield running


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


@contextmanager
def opened(server: TownServer, url: str, **headers: str) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", target, headers={"Host": parts.netloc, "Connection": "close", **headers})
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def open_page(server: TownServer, url: str, **headers: str) -> Answer:
    with opened(server, url, **headers) as answer:
        return Answer(answer.status, answer.headers, answer.read())


def fault(behaviour: str) -> Fault:
    return next(f for f in load_town().faults if f.behaviour == behaviour)


def test_the_500_stays_a_500(server: TownServer) -> None:
    assert [open_page(server, fault("error-500").url).status for _ in range(3)] == [500, 500, 500]


def test_the_429_is_answered_once(server: TownServer) -> None:
    server.town.reset()
    article = next(a for a in load_town().articles if a.retry_after)
    first = open_page(server, article.url)
    assert (first.status, first.headers["Retry-After"]) == (429, "1")
    assert open_page(server, article.url).status == 200
    server.town.reset()
    assert open_page(server, article.url).status == 429


def test_the_loop_leads_back_to_itself(server: TownServer) -> None:
    url = fault("redirect-loop").url
    answer = open_page(server, url)
    assert (answer.status, answer.headers["Location"]) == (302, url)


def test_the_bomb_is_small_on_the_wire_and_huge_inside(server: TownServer) -> None:
    answer = open_page(server, fault("bomb").url)
    packed = answer.body
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == BOMB_BYTES


def test_the_endless_page_goes_on_beyond_any_limit(server: TownServer) -> None:
    with opened(server, fault("endless").url) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert sum(len(answer.read(100_000)) for _ in range(30)) == 3_000_000


def test_the_dripping_page_is_not_done_in_time(server: TownServer) -> None:
    began = time.monotonic()
    with opened(server, fault("drip").url) as answer:
        answer.read(4)
    assert time.monotonic() - began > 0.5


def test_the_town_itself_never_calls_the_private_address() -> None:
    with Listener() as private, TownServer(Town(day=3, private_port=private.port)) as server:
        redirect = next(f for f in server.town.data.faults if f.behaviour == "redirect-private")
        answer = open_page(server, redirect.url)
        assert answer.headers["Location"] == f"http://127.0.0.99:{private.port}/quan-tri"
        feed = open_page(server, "http://tonghop24.example/rss/tin-nong.rss").body.decode()
        assert f"http://127.0.0.99:{private.port}/" in feed
        assert "http://10.0.0.1/" in feed
        assert private.connections == 0
        probe = http.client.HTTPConnection("127.0.0.99", private.port, timeout=2)
        probe.connect()
        probe.close()
        for _ in range(50):
            if private.connections:
                break
            time.sleep(0.02)
        assert private.connections == 1


def test_twins_name_the_first_address(server: TownServer) -> None:
    town = load_town()
    by_key = {a.key: a for a in town.articles}
    for twin in (fault("amp"), fault("tracking")):
        body = open_page(server, twin.url).body.decode()
        original = by_key[twin.twin_of or ""]
        assert f'<link rel="canonical" href="{original.url}">' in body
        assert original.paragraphs[0] in body


def test_robots_forbids_what_the_feed_announces(server: TownServer) -> None:
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(open_page(server, "http://tinmai.example/robots.txt").body.decode().splitlines())
    assert not robots.can_fetch("diembao", fault("forbidden").url)
    allowed = [a.url for a in load_town().articles if a.outlet_id == "tin-mai"]
    assert all(robots.can_fetch("diembao", url) for url in allowed)
    assert "Crawl-delay: 0.05" in open_page(server, "http://kienthiet.example/robots.txt").body.decode()
    assert open_page(server, "http://bao-cang.example/robots.txt").status == 404


def test_feed_dates_lie_as_declared() -> None:
    town = Town(day=3)
    for outlet in town.data.outlets.values():
        for feed in outlet.feeds:
            if not feed.lie:
                continue
            body = town.answer(outlet.host, feed.path).body
            assert isinstance(body, bytes)
            true = {i.url: i.published for i in town.items(outlet, feed)}
            for entry in feedparser.parse(body).entries:
                if feed.lie == "garbage":
                    assert entry.get("published_parsed") is None
                    continue
                hours = (parsedate_to_datetime(entry.published) - true[entry.link]).total_seconds() / 3600
                assert hours == (7 if feed.lie == "late" else 400 * 24)


def test_a_lying_charset_header_goes_with_utf8_bytes(server: TownServer) -> None:
    page = open_page(server, next(a.url for a in load_town().articles if a.outlet_id == "moi-sinh"))
    assert page.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert "Môi trường" in page.body.decode("utf-8")
    odd = next(a for a in load_town().articles if a.header)
    assert open_page(server, odd.url).headers["Content-Type"] == "text/html; charset=windows-1258"


@pytest.mark.parametrize("behaviour", ["gallery", "english", "listing"])
def test_pages_without_an_article_answer_200(server: TownServer, behaviour: str) -> None:
    answer = open_page(server, fault(behaviour).url)
    assert answer.status == 200
    etag = answer.headers["ETag"]
    assert open_page(server, fault(behaviour).url, **{"If-None-Match": etag}).status == 304


def test_what_is_planted_wrong_is_recorded_as_a_fault(server: TownServer) -> None:
    server.forget()
    for behaviour in ("error-500", "redirect-loop", "bomb", "missing", "amp"):
        open_page(server, fault(behaviour).url)
    assert [s.fault for s in server.seen] == [True] * 5
    open_page(server, "http://bao-cang.example/rss/trang-chu.rss")
    assert not server.seen[-1].fault
