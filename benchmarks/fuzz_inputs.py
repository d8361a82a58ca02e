"""The inputs of `fuzz.py`: pages, feeds and files written by us, changed; each from (seed, target, number) alone."""

# All changes have one signature; tables of hostile pieces are wide:
# ruff: noqa: ARG001, E501

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

MOST_BYTES = 300_000
"""Size of an input: the larger ones are cut by the limits of the crawl before they are read."""

TOKENS = [
    b"<", b">", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&#0;",
    b"&#xD800;", b"&#x110000;", b"&lt;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"'", b'"', b"=",
    b"<p>", b"<div>", b"<table>", b"<tr>", b"<a href=x>", b"<item>", b"<entry>", b"<url><loc>", b"<script>", b"<style>",
    b"<article>", b'<script type="application/ld+json">', b"{", b"[", b'"@graph":', b'{"@type":"NewsArticle"}', b"null",
    b"1e999", b"-1", b"99999999999999999999", b"0000-00-00T99:99:99+99:99", b"Wed, 99 Feb 99999", b"24:61", b"31/02/2026",
    b"http://[", b"http://a:b@c/", b"javascript:alert(1)", b"//", b"\\", b"%", b"%00", b"%ff", b"../", b"\r\n", b"\x1b[2J",
    "Ả".encode(), "e\u0301".encode() * 30, "\u202e".encode(), "\U0001f468\u200d".encode(), b"xmlns:x='y'", b"x:y", b"*",
    b"Disallow: /*a*a*a*a*a*a*a*a$", b"Crawl-delay: -9", b"Request-rate: 1/0", b"User-agent: *", b"[[outlet]]", b"[crawl]",
    b"{}", b"[]", b"true", b"nan", b"inf", b"a.b.c = 1", b"2026-09-10", b'"""', b"'''", b"#",
]  # fmt: skip
"""Pieces that mean something to one of the readers."""


def mutated(seeds: list[bytes], chooser: random.Random) -> bytes:
    """One seed after one to six changes."""
    body = chooser.choice(seeds)
    for _ in range(chooser.randint(1, 6)):
        body = chooser.choice(CHANGES)(body, chooser, seeds)[:MOST_BYTES]
    return body


def _at(body: bytes, chooser: random.Random) -> int:
    return chooser.randrange(len(body) + 1)


def _span(body: bytes, chooser: random.Random) -> tuple[int, int]:
    start = _at(body, chooser)
    return start, min(len(body), start + int(2 ** chooser.uniform(0, 12)))


def _cut(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    start, end = _span(body, chooser)
    return body[:start] + body[end:]


def _end(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    return body[: _at(body, chooser)]


def _flip(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(chooser.randint(1, 40) if changed else 0):
        changed[chooser.randrange(len(changed))] ^= 1 << chooser.randrange(8)
    return bytes(changed)


def _token(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    where = _at(body, chooser)
    return body[:where] + chooser.choice(TOKENS) + body[where:]


def _many(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    where = _at(body, chooser)
    return body[:where] + chooser.choice(TOKENS) * int(2 ** chooser.uniform(2, 13)) + body[where:]


def _again(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    start, end = _span(body, chooser)
    return body[:end] + body[start:end] * chooser.randint(1, 60) + body[end:]


def _splice(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    other = chooser.choice(seeds)
    return body[: _at(body, chooser)] + other[_at(other, chooser) :]


def _swap(body: bytes, chooser: random.Random, seeds: list[bytes]) -> bytes:
    start, end = _span(body, chooser)
    return body[:start] + chooser.choice(TOKENS) + body[end:]


VALUES = [
    "1", "-1", "0", "1e999", "nan", "-inf", "99999999999999999999", "true", '""', '"x"', '"http://["', '"http://a:b/"', "[]",
    "{}", "[1, 2]", "[{}]", "[[]]", "{ a = 1 }", '["http://["]', '["//x"]', '["", "x"]', "2026-09-10", "06:30:00", "[-5, 0]",
    "2026-09-10T06:30:00Z", '"\\u0000"', '"../../x"', '"{{ 7 * 7 }}"', '"{query}"', '"p["', '":has(*)"', '"25:99"',
]  # fmt: skip
LINES = [
    "outlet = 1",
    "outlet = [1]",
    "[outlet]",
    "[[outlet]]",
    "rule = 3",
    "rule = [4]",
    "rules = {}",
    "[crawl.x]",
    "[[crawl]]",
]


def written(text: str, chooser: random.Random) -> bytes:
    """A configuration that is TOML nearly always, with values and lines that nobody meant."""
    lines = text.splitlines()
    for _ in range(chooser.randint(1, 3)):
        where = chooser.randrange(len(lines))
        key, equals, _ = lines[where].partition(" = ")
        if equals and chooser.random() < 0.7:
            lines[where] = f"{key} = {chooser.choice(VALUES)}"
        elif chooser.random() < 0.5:
            lines.insert(where, chooser.choice(LINES))
        else:
            del lines[where]
            lines = lines or ["#"]
    return "\n".join(lines).encode()


CHANGES: list[Callable[[bytes, random.Random, list[bytes]], bytes]] = [
    _cut, _end, _flip, _token, _token, _many, _again, _splice, _swap, _swap,
]  # fmt: skip


@cache
def _town() -> list[tuple[str, bytes]]:
    """Everything the demo town says on its second day: (content type, body)."""
    from demo.town import Town

    town = Town(day=2)
    paths = ["/", "/rss", "/robots.txt", "/sitemap.xml", "/sitemap-news.xml", "/feed", "/atom.xml", "/rss.xml"]
    said: list[tuple[str, bytes]] = []
    for host in town.hosts:
        for path in paths:
            answer = town.answer(host, path)
            if answer.status == 200 and isinstance(answer.body, bytes):
                said.append((answer.headers.get("Content-Type", ""), answer.body))
    return said


SITEMAP = (
    b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    b'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://bao-la.example/tin-1.html</loc>'
    b"<lastmod>2026-09-09T08:00:00+07:00</lastmod><news:news><news:publication_date>2026-09-09T08:00:00+07:00"
    b"</news:publication_date><news:title>Sua cau</news:title></news:news></url></urlset>"
)
INDEX = (
    b"<sitemapindex><sitemap><loc>https://bao-la.example/s-1.xml</loc><lastmod>2026-09-09</lastmod></sitemap>"
    b"</sitemapindex>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title type="html">Sửa &lt;b&gt;cầu&lt;/b&gt;</title>'
    '<link rel="alternate" href="https://bao-la.example/tin-2.html"/><published>2026-09-09T08:00:00+07:00</published>'
    "<summary>Từ tối nay</summary></entry></feed>"
).encode()
RSS = (
    '<rss version="2.0"><channel><title>t</title><item><title><![CDATA[Sửa cầu]]></title>'
    "<link>https://bao-la.example/tin-3.html</link><description>&lt;img src=x&gt; Từ tối nay</description>"
    "<pubDate>Wed, 09 Sep 2026 08:00:00 +0700</pubDate><guid>3</guid></item></channel></rss>"
).encode()
ROBOTS = b"User-agent: *\nDisallow: /a\nAllow: /a/b$\nCrawl-delay: 3\nRequest-rate: 1/5\nSitemap: https://bao-la.example/s.xml\n"
SETTINGS = (
    b"builtin_outlets = false\n[crawl]\npace_seconds = 3.0\nretries = 2\nrecheck_hours = [24, 48]\n[sheet]\ntop = 10\n"
    b'addressees = ["UBND"]\n[calendar]\nholidays = [2026-09-02]\n[night]\nsheet_by = 06:30:00\n'
)
OUTLET = (
    'id = "bao-la"\nname = "Báo Lạ"\ndomains = ["bao-la.example"]\ntier = "local"\nfeeds = ["https://bao-la.example/rss"]\n'
    '[[rule]]\nname = "2026"\nbody = "article p"\nvalid_from = 2026-01-01\n'
).encode()
ADDRESSES = [
    b"https://bao-la.example/tin-1.html?a=1#b", b"http://127.0.0.1:80/", b"http://[::ffff:7f00:1]/", b"//bao-la.example/x",
    b"http://user:pw@bao-la.example/", b"http://0x7f.1/", "http://báo-lạ.example/đường".encode(),
]  # fmt: skip


@cache
def seeds_of(target: str) -> list[bytes]:
    """What the inputs of a target are made from."""
    told = _town()
    if target == "feed":
        return [body for kind, body in told if "xml" in kind] + [RSS, ATOM]
    if target == "sitemap":
        return [SITEMAP, INDEX, gzip.compress(SITEMAP * 20, mtime=0)] + [body for _, body in told if b"<urlset" in body]
    if target in {"page", "section"}:
        pages = sorted((HERE.parent / "tests" / "pipelines" / "pages").glob("*.html"))
        return [page.read_bytes()[:60_000] for page in pages] + [body for kind, body in told if "html" in kind]
    return {"config": [OUTLET], "settings": [SETTINGS], "robots": [ROBOTS], "address": ADDRESSES}[target]


def made(seed: int, target: str, number: int) -> bytes:
    """The input of that number: the same one every time."""
    chooser = random.Random(f"{seed}/{target}/{number}")
    if target in {"config", "settings"} and number % 3:
        return written(seeds_of(target)[0].decode(), chooser)
    return mutated(seeds_of(target), chooser)
