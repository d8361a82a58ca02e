"""News sitemaps, index files, gzip, plain sitemaps by lastmod, hostile ones."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest

from config.model import Outlet
from spiders.read_feed import FeedResult
from spiders.read_sitemap import MOST_CHILDREN, parse_sitemap

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
OUTLET = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", sitemaps=("https://bao.vn/s.xml",))
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def read(body: str | bytes) -> FeedResult:
    data = body.encode() if isinstance(body, str) else body
    return parse_sitemap(data, feed_url="https://bao.vn/s.xml", now=NOW, outlet=OUTLET)


def urls(*inner: str) -> str:
    return f'<?xml version="1.0"?><urlset {SPACES}>{"".join(f"<url>{each}</url>" for each in inner)}</urlset>'


NEWS = (
    "<image:image><image:loc>https://bao.vn/1.jpg</image:loc><image:title>Ảnh</image:title></image:image>"
    "<loc> https://bao.vn/a.html </loc><lastmod>2026-09-09T21:00:00+07:00</lastmod><news:news><news:publication>"
    "<news:name>Báo</news:name></news:publication><news:publication_date>2026-09-09T20:00:00+07:00"
    "</news:publication_date><news:title><![CDATA[Cầu &amp; đường]]></news:title></news:news>"
)


def test_news_sitemap() -> None:
    [item] = read(urls(NEWS)).items
    assert (item.url, item.via, item.lastmod) == (
        "https://bao.vn/a.html",
        "sitemap",
        datetime(2026, 9, 9, 14, tzinfo=UTC),
    )
    assert item.teaser is not None
    assert (item.teaser.title, item.teaser.sapo) == ("Cầu & đường", None)
    assert item.teaser.published_at == datetime(2026, 9, 9, 13, tzinfo=UTC)
    assert item.teaser.published_raw == "2026-09-09T20:00:00+07:00"


def test_gzip() -> None:
    assert len(read(gzip.compress(urls(NEWS).encode())).items) == 1


def test_gzip_bomb_is_cut() -> None:
    began = time.process_time()
    assert read(gzip.compress(b" " * 100_000_000)).error == "too-big"
    assert time.process_time() - began < 2


@pytest.mark.parametrize("body", ["", "<html/>", "<rss/>", "x", b"\x1f\x8bxx", b"\xff\xfe"])
def test_what_is_no_sitemap_says_so(body: str | bytes) -> None:
    assert read(body).error == "not-a-feed"


def test_plain_entries_count_when_they_are_fresh() -> None:
    found = read(
        urls(
            "<loc>https://bao.vn/moi</loc><lastmod>2026-09-08</lastmod>",
            "<loc>https://bao.vn/cu</loc><lastmod>2026-09-01</lastmod>",
            "<loc>https://bao.vn/khong-ngay</loc>",
        )
    )
    assert [(item.url, item.teaser) for item in found.items] == [("https://bao.vn/moi", None)]
    assert found.skipped == 2


def test_index_names_the_newest_sitemaps() -> None:
    rows = "".join(
        f"<sitemap><loc>https://bao.vn/{day}.xml</loc><lastmod>2026-09-{day:02}</lastmod></sitemap>"
        for day in range(1, 10)
    )
    found = read(f"<sitemapindex {SPACES}>{rows}<sitemap><loc>/khong-ngay.xml</loc></sitemap></sitemapindex>")
    assert found.children == tuple(f"https://bao.vn/{day}.xml" for day in (9, 8, 7, 6, 5))
    assert len(found.children) == MOST_CHILDREN
    assert read(f"<sitemapindex {SPACES}><sitemap><loc>/tin.xml</loc></sitemap></sitemapindex>").children == (
        "https://bao.vn/tin.xml",
    )


def test_entities_mean_nothing(tmp_path: object) -> None:
    bomb = '<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    found = read(bomb + urls(NEWS.replace("<![CDATA[Cầu &amp; đường]]>", "Tin &b;&f;")).partition("?>")[2])
    assert "haha" not in repr(found)
    assert [item.url for item in found.items] == ["https://bao.vn/a.html"]


def test_lying_dates() -> None:
    [item] = read(urls(NEWS.replace("2026-09-09T20", "2099-09-09T20"))).items
    assert item.teaser is not None
    assert item.teaser.published_at is None
