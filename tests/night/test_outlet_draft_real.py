"""`outlets add` on captured real pages, served under their own names: the right feed, a body selector that reads."""

from __future__ import annotations

import json
import runpy
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from config.loader import BUILTIN, Config
from config.model import Crawl, Outlet, Settings
from config.places import Places
from crawler.context import Context
from crawler.guard import HostMap
from crawler.run import run_all
from night.outlet_draft import block
from night.outlet_visit import SiteError, draft_outlet
from pipelines.read import read_page
from spiders.probe import probe
from storage.records import Page
from storage.store import Store, open_store

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGES = SHARED / "corpus" / "pages"
NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
FILES = ("vnexpress.net/1", "tuoitre.vn/1", "vietnamnet.vn/1", "laodong.vn/1", "thanhnien.vn/2", "cafef.vn/2")
LEAST = 0.95

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not PAGES.is_dir(), reason="the corpus of real pages is not beside the project"),
]


@dataclass
class Site:
    """Answers by (host, path with query)."""

    pages: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = (self.headers.get("Host") or "").split(":")[0]
                site.asked.append(f"{host}{self.path}")
                kind, body = site.pages.get((host, self.path), ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def hosts(self) -> HostMap:
        port = self.server.server_address[1]
        return HostMap(targets={host: ("127.0.0.1", port) for host, _ in self.pages})


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "t.db", lambda: NOW)
    yield opened
    opened.close()


def look(site: Site, store: Store, url: str) -> Any:
    settings = Settings(crawl=Crawl(pace_seconds=0.0, retries=0, timeout_seconds=5.0))
    config = Config(settings=settings, outlets={}, folders=(BUILTIN,))
    where = Places(home=BUILTIN, database_url="")
    around = Context(store=store, config=config, where=where, run_id="", clock=store.clock, hosts=site.hosts())
    [draft] = run_all([probe(around, lambda fetch: draft_outlet(fetch, url, store.clock))])
    return draft


def serve(site: Site, name: str) -> tuple[str, bytes]:
    """Serve a captured page with a front page and a feed of ours around it; returns its address and bytes."""
    rows = map(json.loads, (PAGES / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    url = next(row["url"] for row in rows if row["file"] == f"html/{name}.html")
    body = (PAGES / "html" / f"{name}.html").read_bytes()
    parts = urlsplit(url)
    host, html = parts.hostname or "", "text/html; charset=utf-8"
    site.pages[host, parts.path] = (html, body)
    front = (
        f"<html><head><title>Trang nhất</title></head><body><a href='/rss.htm'>RSS</a><a href='{url}'>tin</a></body>"
    )
    site.pages[host, "/"] = (html, front.encode())
    listed = "<html><body><a href='/rss/the-thao.rss'>RSS</a><a href='/rss/tin-moi-nhat.rss'>RSS</a></body></html>"
    site.pages[host, "/rss.htm"] = (html, listed.encode())
    feed = (
        f"<rss version='2.0'><channel><title>Tin mới</title><item><title>Một tin</title><link>{url}</link>"
        "<pubDate>Wed, 09 Sep 2026 08:00:00 +0700</pubDate></item></channel></rss>"
    )
    site.pages[host, "/rss/tin-moi-nhat.rss"] = ("application/rss+xml", feed.encode())
    return url, body


@pytest.mark.parametrize("name", FILES)
def test_a_captured_page_gives_a_block_that_reads_it(site: Site, store: Store, name: str) -> None:
    url, body = serve(site, name)
    parts = urlsplit(url)
    draft = look(site, store, f"{parts.scheme}://{parts.netloc}/")
    assert draft.feeds == (f"{parts.scheme}://{parts.netloc}/rss/tin-moi-nhat.rss",)
    raw = tomllib.loads(block(draft))
    raw["rules"] = [rule | {"verified": True} for rule in raw.pop("rule")]
    outlet = msgspec.convert(raw | {"verified": True}, Outlet)
    page = Page(
        url=url, requested_url=url, status=200, body=body, content_type=None, fetched_at=NOW, outlet_id=outlet.id
    )
    reading = read_page(page, outlet=outlet)
    assert reading.extractor == f"rule:{outlet.id}/draft"
    expected = json.loads((PAGES / "expected" / f"{name.replace('/', '_')}.json").read_text(encoding="utf-8"))
    score = runpy.run_path(str(SHARED / "check" / "score_extract.py"))
    shingles, words = score["shingles"], score["words"]
    *_, f1 = score["f1"](shingles(words(expected["body"])), shingles(words(reading.paragraphs)))
    assert f1 >= LEAST, outlet.rules
    assert reading.title == expected["title"]


def test_robots_is_obeyed_while_looking(site: Site, store: Store) -> None:
    url, _ = serve(site, FILES[0])
    host = urlsplit(url).hostname or ""
    site.pages[host, "/robots.txt"] = ("text/plain", b"User-agent: *\nDisallow: /rss\n")
    draft = look(site, store, f"https://{host}/".replace("https", "http"))
    assert draft.feeds == ()
    assert not any("/rss" in path for path in site.asked)


def test_a_site_that_cannot_be_had_is_told(site: Site, store: Store) -> None:
    site.pages["bao.example", "/"] = ("text/html", b"<html><body><p>Xin loi</p></body></html>")
    with pytest.raises(SiteError, match="no feed, no sitemap"):
        look(site, store, "http://bao.example/")
    with pytest.raises(SiteError, match="http-404"):
        look(site, store, "http://bao.example/khong-co")
