"""Hostile bytes: what mutation found stands here, a short run of it too, and workers that die over a page."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import os
import signal
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from config.loader import ConfigError, load
from config.model import Outlet
from config.places import CHECKOUT
from crawler.errors import RefusedAddressError
from crawler.redirect import resolved
from pipelines.files import page_of
from pipelines.pool import AnalysisPool
from pipelines.read import read_page
from spiders.read_feed import parse_feed
from spiders.read_sitemap import parse_sitemap
from storage.records import FateWord, Page
from storage.urls import url_key

NOW = datetime(2026, 9, 9, 20, tzinfo=UTC)
OUTLET = Outlet(id="bao", name="Báo", domains=("bao.example",), tier="local", feeds=("https://bao.example/rss",))
KNOWN = {"feed_url": "https://bao.example/s.xml", "now": NOW, "outlet": OUTLET}
LINE = "Cầu Bính được sửa mặt đường từ tối nay, xe khách đi đường vòng qua phà, người đi xe máy vẫn qua lại như cũ"
TEXT = "".join(f"<p>{LINE}, đoạn thứ {number}.</p>" for number in range(12))


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("fuzz", CHECKOUT / "benchmarks" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    path = sys.path[:]
    sys.modules["fuzz"] = made
    spec.loader.exec_module(made)
    yield made
    sys.path[:] = path
    del sys.modules["fuzz"]


@pytest.mark.parametrize("target", ["feed", "sitemap", "section", "page", "config", "settings", "robots", "address"])
def test_a_short_run_of_hostile_inputs_finds_nothing(fuzz: ModuleType, target: str) -> None:
    """The long one is a command: `benchmarks/fuzz.py`, 100,000 inputs."""
    fuzz.made(1, target, 0)
    number = {"page": 40, "feed": 80}.get(target, 120)
    tally = fuzz.tried(1, target, range(number))
    assert tally.inputs == number
    assert tally.findings == []


def test_inputs_can_be_made_again(fuzz: ModuleType) -> None:
    assert [fuzz.made(8, "feed", n) for n in range(5)] == [fuzz.made(8, "feed", n) for n in range(5)]
    assert len({fuzz.made(8, "feed", n) for n in range(20)}) > 15


def test_every_reader_that_is_tried_has_its_share(fuzz: ModuleType) -> None:
    assert sum(share for _, share in fuzz.TARGETS.values()) == pytest.approx(1.0)


# what was found


def test_a_news_sitemap_that_declares_no_prefix_is_read() -> None:
    """Raised in lxml before: the whole sitemap was lost, on a mistake that real sites make."""
    body = (
        b"<urlset><url><loc>https://bao.example/tin-1.html</loc><image:image><image:loc>https://bao.example/1.png"
        b"</image:loc><image:title>not it</image:title></image:image><news:news><news:publication_date>"
        b"2026-09-09T08:00:00+07:00</news:publication_date><news:title>Sua cau</news:title></news:news></url></urlset>"
    )
    [item] = parse_sitemap(body, **KNOWN).items
    assert (item.url, item.teaser.title if item.teaser else None) == ("https://bao.example/tin-1.html", "Sua cau")
    assert item.teaser is not None
    assert item.teaser.published_at is not None


@pytest.mark.parametrize("bad", [b"\xed\xa0\x80", b"&#xD800;", b"\xff", b"\x00", b"a:b:c"])
def test_half_a_surrogate_pair_costs_its_entry_not_the_sitemap(bad: bytes) -> None:
    entry = b"<url><loc>https://bao.example/tin-%b.html</loc><lastmod>2026-09-09T08:00:00+07:00</lastmod></url>"
    body = b"<urlset>" + entry % b"1" + entry % bad + b"<%b>x</%b>" % (bad, bad) + b"</urlset>"
    assert parse_sitemap(body, **KNOWN).items[0].url == "https://bao.example/tin-1.html"


@pytest.mark.parametrize("size", ["²", "٣", "9" * 5000, "+²", "", "-1", "1e9px"])
def test_a_size_that_is_no_number_costs_no_article(size: str) -> None:
    """`²` is a digit to Python and no number: the whole page was a defect of ours."""
    page = article("kich-thuoc")
    odd = f'<p><img width="{size}" height="{size}"><font size="{size}">Cây cầu cũ được sửa chữa hai đợt.</font></p>'
    spoiled = replace(page, body=page.body.replace(b"<p>", odd.encode() + b"<p>", 1))
    assert odd.encode() in spoiled.body
    assert read_page(spoiled, outlet=None).fate is None


@pytest.mark.parametrize("bad", ["<![CLATA[x]]>", "<![CD", "<![ 5>", "<![", "<!x[", "<!>"])
def test_a_declaration_nobody_knows_costs_its_words_not_the_feed(bad: str) -> None:
    """One such title raised in the library, and the whole feed was lost."""
    item = "<item><title>%s</title><link>https://bao.example/%s.html</link></item>"
    titles = [f"Sửa cầu <![CDATA[<b>{bad}</b>]]>", "Mở đường"]
    rows = "".join(item % (title, n) for n, title in enumerate(titles))
    found = parse_feed(f"<rss version='2.0'><channel>{rows}</channel></rss>".encode(), **KNOWN)
    assert "Mở đường" in [each.teaser.title for each in found.items if each.teaser]


@pytest.mark.parametrize("location", [b"http://[", b"//[x]/", b"http://[::fffx:1]/", b"http://a:b:c/"])
def test_a_redirect_to_no_address_is_refused_as_one(location: bytes) -> None:
    """Was told as a defect of ours, with an error id."""
    with pytest.raises(RefusedAddressError, match="not a web address"):
        resolved("https://bao.example/", location)


def test_a_host_name_that_never_ends_costs_little() -> None:
    """Writing 300,000 letters in ASCII, twice, took a second of CPU."""
    endless = "https://bao." + "e\u0301" * 150_000 + ".example/tin.html"
    began = time.process_time()
    assert url_key(endless) != url_key("https://bao.example/tin.html")
    with pytest.raises(RefusedAddressError, match="an address of 450"):
        resolved("https://bao.example/", endless.encode())
    assert time.process_time() - began < 0.3


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("outlets/x.toml", "outlet = 1", "outlet"),
        ("outlets/x.toml", "outlet = [1]", "outlet"),
        ("outlets/x.toml", "[outlet]\na = 1", "outlet"),
        ("outlets/x.toml", 'id="x"\nname="X"\ntier="local"\ndomains=["x.vn"]\nfeeds=["http://["]', "feeds"),
        ("outlets/x.toml", 'id="x"\nname="X"\ntier="local"\ndomains=["x.vn"]\nfeeds=["http://a:b/"]', "feeds"),
        ("settings.toml", "[builtin_outlets]\nx = 1", "builtin_outlets"),
        ("settings.toml", "[sheet.top.x]", "sheet.top"),
        ("settings.toml", "crawl = 3", "crawl"),
    ],
)
def test_a_configuration_nobody_meant_names_file_and_key(tmp_path: Path, file: str, text: str, key: str) -> None:
    """Six of these ended in a traceback."""
    (tmp_path / "outlets").mkdir()
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load((tmp_path,))
    assert file.rpartition("/")[2] in str(told.value)
    assert key in str(told.value)


def test_a_configuration_is_data_only(tmp_path: Path) -> None:
    """No key of a configuration is run or filled in: what looks like code stays text."""
    (tmp_path / "settings.toml").write_text(
        '[sheet]\ncity = "{{ 7 * 7 }} ${HOME} $(id) {0.__class__} %(x)s"\n', encoding="utf-8"
    )
    assert load((tmp_path,)).settings.sheet.city == "{{ 7 * 7 }} ${HOME} $(id) {0.__class__} %(x)s"


# bombs


def test_bombs_in_feeds_and_sitemaps_cost_little() -> None:
    laughs = b"<!DOCTYPE x [" + b"".join(
        b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 99) for n in range(9)
    ) + b"]>"  # fmt: skip
    deep = b"<item>" * 3_000
    zipped = gzip.compress(b"<urlset>" + b" " * 60_000_000 + b"</urlset>", 9)
    twice = gzip.compress(zipped)
    bombs = [
        laughs + b"<rss><channel><item><title>&l8;</title><link>https://bao.example/a</link></item></channel></rss>",
        laughs + b"<urlset><url><loc>&l8;</loc></url></urlset>",
        b"<rss><channel>" + deep,
        b"<urlset>" + b"<url>" * 3_000,
        zipped,
        twice,
        zlib.compress(b"x" * 1_000_000),
    ]
    began = time.process_time()
    for bomb in bombs:
        for reader in (parse_feed, parse_sitemap):
            assert len(reader(bomb, **KNOWN).items) <= 1
    assert time.process_time() - began < 6


# workers


def article(name: str) -> Page:
    body = (
        f"<!DOCTYPE html><html lang=vi><head><meta charset=utf-8><title>Sửa cầu {name}</title>"
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-09-09T08:00:00+07:00"></head>'
        f"<body><article><h1>Sửa cầu {name}</h1>{TEXT}</article></body></html>"
    )
    return page_of(body.encode(), url=f"https://bao.example/{name}-1.html", outlet_id=None, fetched_at=NOW)


def slow() -> Page:
    attributes = b" ".join(b"a%d=1" % number for number in range(80_000))
    return page_of(
        b"<html><body><p " + attributes + b">x</p></body></html>", url="https://x.example/1.html", outlet_id="x"
    )


def huge() -> Page:
    """Larger than the limit of a page, and not to be held as a tree in what the small worker may take."""
    return page_of(b"<html><body>" + b"<p a=1 b=2>x</p>" * 400_000, url="https://x.example/2.html", outlet_id="x")


@pytest.fixture
def small() -> Iterator[AnalysisPool]:
    """A worker that may take 320 MB of addresses instead of 3 GB."""
    pool = AnalysisPool(workers=1, page_seconds=10.0, tagging=False, memory_bytes=320 * 1024**2)
    pool.warm()
    yield pool
    pool.stop()


def test_a_page_that_takes_all_memory_costs_itself(small: AnalysisPool) -> None:
    lost, after = small.submit(huge()), small.submit(article("sau"))
    assert lost.result(60).fate is FateWord.FAILED, "not «an empty page»: it is ours to explain"
    assert after.result(60).fate is FateWord.STORED


def test_workers_that_are_killed_while_idle_are_replaced(small: AnalysisPool) -> None:
    """Pebble gives its whole pool up then; every page of the rest of the night would have failed."""
    assert small.submit(article("truoc")).result(30).fate is FateWord.STORED
    kill_workers(small)
    time.sleep(0.5)
    waiting = [small.submit(article(f"bai-{number}")) for number in range(3)]
    assert [each.result(30).fate for each in waiting] == [FateWord.STORED] * 3


def test_a_worker_that_is_killed_over_a_page_costs_no_other(small: AnalysisPool) -> None:
    """As the kernel does when memory runs out: the page is tried in a new worker, then told as failed."""
    busy = small.submit(slow())
    after = small.submit(article("sau-do"))
    for _ in range(2):
        time.sleep(1.5)
        kill_workers(small)
    outcome = busy.result(60)
    assert outcome.fate in {FateWord.FAILED, FateWord.TOO_SLOW}
    assert after.result(60).fate is FateWord.STORED


def kill_workers(pool: AnalysisPool) -> None:
    for pid in pool._workers.pids():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
