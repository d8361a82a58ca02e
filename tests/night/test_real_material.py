"""Real captured pages and feeds, served on loopback under their real host names and crawled like any outlet's."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import pytest

from config.places import CHECKOUT

CORPUS = CHECKOUT.parent / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the real material (../shared/corpus) is not beside the checkout"),
]


class Mirror(ThreadingHTTPServer):
    """Answers by host and path from what was captured; everything else is a 404."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.pages: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.asked: Counter[str] = Counter()

    def put(self, url: str, body: bytes, kind: str = "text/html") -> None:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.pages[parts.hostname, path] = (kind, body)


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        self.server.asked[host] += 1
        kind, body = self.server.pages.get((host, self.path), ("text/plain", b""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the test reads the store."""


def feed_of(rows) -> bytes:
    items = "".join(
        f"<item><title>Trang đã lưu {n}</title><link>{escape(r['url'])}</link></item>" for n, r in enumerate(rows)
    )
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{items}</channel></rss>".encode()


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """One night over all captured outlets; returns the store's rows."""
    folder = tmp_path_factory.mktemp("real")
    rows = [json.loads(line) for line in (CORPUS / "pages" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    mirror = Mirror()
    outlets: dict[str, list[dict]] = {}
    for row in rows:
        mirror.put(row["url"], (CORPUS / "pages" / row["file"]).read_bytes())
        outlets.setdefault(row["outlet"], []).append(row)
    (folder / "config" / "outlets").mkdir(parents=True)
    (folder / "config" / "settings.toml").write_text(
        "builtin_outlets = false\n[crawl]\npace_seconds = 0.01\ntimeout_seconds = 5.0\n", encoding="utf-8"
    )
    hosts = set()
    for domain, of_outlet in outlets.items():
        feeds = [f"http://{domain}/feed-of-captures.rss"]
        mirror.put(feeds[0], feed_of(of_outlet), "application/rss+xml")
        for number, file in enumerate(sorted((CORPUS / "feeds" / "rss" / domain).glob("*.xml"))):
            feeds.append(f"http://{domain}/real-{number}.rss")
            mirror.put(feeds[-1], file.read_bytes(), "application/rss+xml")
            hosts |= set(re.findall(rf"//((?:[\w-]+\.)*{re.escape(domain)})/", file.read_text(encoding="utf-8")))
        domains = sorted({domain, *(urlsplit(row["url"]).hostname for row in of_outlet)})
        hosts |= set(domains)
        (folder / "config" / "outlets" / f"{domain}.toml").write_text(
            f'id = "{domain.replace(".", "-")}"\nname = "{domain}"\ndomains = {json.dumps(domains)}\n'
            f'tier = "central"\nfeeds = {json.dumps(feeds)}\n',
            encoding="utf-8",
        )
    port = mirror.server_address[1]
    (folder / "hosts.toml").write_text(
        "".join(f'"{h}" = "127.0.0.1:{port}"\n' for h in sorted(hosts)), encoding="utf-8"
    )
    threading.Thread(target=mirror.serve_forever, args=(0.05,), daemon=True).start()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "diembao", "nightly", "--config", str(folder / "config"),
             "--hosts", str(folder / "hosts.toml"), "--at", "2026-03-08T05:30"],
            env=os.environ
            | {"DIEMBAO_HOME": str(folder / "home"), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""},
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
    finally:
        mirror.shutdown()
        mirror.server_close()
    with sqlite3.connect(folder / "home" / "diembao.db") as store:
        store.row_factory = sqlite3.Row
        fates = {row["url"]: (row["fate"], row["detail"]) for row in store.execute("select * from v1_fates")}
        articles = [dict(row) for row in store.execute("select * from v1_articles")]
    return {"done": done, "fates": fates, "articles": articles, "rows": rows}


def _urls(night, kind: str) -> list[str]:
    return [row["url"] for row in night["rows"] if row["kind"] == kind]


def test_the_night_ends_with_a_sheet(night) -> None:
    assert night["done"].returncode in {0, 3}, night["done"].stderr[-2000:]
    assert night["done"].stdout.strip().endswith(".html")


def test_every_captured_article_is_stored(night) -> None:
    fates = {url: night["fates"][url] for url in _urls(night, "article")}
    assert {url: fate for url, fate in fates.items() if fate[0] != "stored"} == {}
    assert all(article["title"] for article in night["articles"])


def test_listing_pages_are_no_articles(night) -> None:
    # One home page was captured under http and under https: one key, one fate.
    fates = {url: night["fates"][url] for url in _urls(night, "listing") if url in night["fates"]}
    assert len(fates) >= 15
    wrong = {url: fate for url, fate in fates.items() if fate[0] not in {"not-article", "off-language", "duplicate"}}
    assert wrong == {}


def test_links_that_were_not_captured_are_4xx(night) -> None:
    captured = {row["url"] for row in night["rows"]}
    others = Counter(fate for url, (fate, _) in night["fates"].items() if url not in captured)
    assert others["http-4xx"] > 50
    assert set(others) <= {"http-4xx", "not-article"}
