"""Feed discovery from pages and robots.txt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.discover_feeds import discover_feeds, origin_of, robots_sitemaps

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "pages"
URL = "https://bao.vn/xa-hoi.htm"


def test_head_links_come_first_and_comments_are_left_out() -> None:
    found = discover_feeds(
        b"""<head><link rel=alternate type=application/rss+xml href=/feed/>
        <link rel='alternate' type='application/atom+xml' href='https://bao.vn/atom.xml'>
        <link rel=alternate type=application/rss+xml href=/comments/feed/>
        <link rel=alternate hreflang=en href=https://en.bao.vn/></head>
        <a href=/rss/the-gioi.rss>RSS</a><a href=/rss/tin-moi-nhat.rss>RSS</a><a href=/rss/phap-luat.rss>RSS</a>
        <a href=/rss.htm>RSS</a><a href=/xa-hoi/cuoc-thi-rss-123456.htm>tin</a>""",
        url=URL,
    )
    assert found.feeds == (
        "https://bao.vn/feed/",
        "https://bao.vn/atom.xml",
        "https://bao.vn/rss/tin-moi-nhat.rss",
        "https://bao.vn/rss/phap-luat.rss",
        "https://bao.vn/rss/the-gioi.rss",
    )
    assert found.lists == ("https://bao.vn/rss.htm",)


def test_robots_lines() -> None:
    text = (
        "User-agent: *\nDisallow: /tim-kiem\n"
        "Sitemap: https://bao.vn/sitemap.xml\nSITEMAP:/google-news-sitemap.xml # tin\n Sitemap: javascript:x\n"
    )
    assert robots_sitemaps(text, origin_of(URL)) == (
        "https://bao.vn/google-news-sitemap.xml",
        "https://bao.vn/sitemap.xml",
    )
    assert robots_sitemaps("", origin_of(URL)) == ()


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_never_raises(body: bytes) -> None:
    discover_feeds(body, url=URL)
    robots_sitemaps(body.decode("latin-1"), "https://bao.vn")


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real pages is not beside the project")
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("html/baodautu.vn/2.html", "https://baodautu.vn/rssMain.html"),
        ("html/dantri.com.vn/2.html", "https://dantri.com.vn/rss.htm"),
        ("html/genk.vn/2.html", "http://genk.vn/rss.chn"),
        ("html/tuoitre.vn/7.html", "https://tuoitre.vn/rss.htm"),
        ("html/vnexpress.net/7.html", "http://vnexpress.net/gl/rss/"),
    ],
)
def test_real_pages_name_their_list_of_feeds(file: str, expected: str) -> None:
    rows = map(json.loads, (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    url = next(row["url"] for row in rows if row["file"] == file)
    assert expected in discover_feeds((CORPUS / file).read_bytes(), url=url).lists
