"""A small real web site on loopback, and a crawl of it through the real store, spiders and pipelines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.loader import BUILTIN, Config
from config.model import Analysis, Crawl, Outlet, Settings
from config.places import Places
from crawler.context import Context
from crawler.guard import HostMap
from crawler.run import CrawlResult, crawl, run_all
from crawler.tally import Listener, Tally
from storage.schema import fates
from storage.store import Store, open_store

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
TEXT = (
    "Cầu Bính được sửa mặt đường từ tối nay, xe khách đi đường vòng qua phà, người đi xe máy vẫn qua lại như cũ. " * 12
)


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Writes the whole answer itself."""


@dataclass
class Asked:
    at: float
    until: float
    host: str
    path: str
    headers: dict[str, str]
    status: int


class Site:
    """Answers by (host, path); a function gets the number of earlier requests to that address."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.pages: dict[tuple[str, str], Reply | Callable[[int, dict[str, str]], Reply]] = {}
        self.asked: list[Asked] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        at = time.monotonic()
        host, path = (handler.headers.get("Host") or "").split(":")[0], handler.path
        headers = {name.lower(): value for name, value in handler.headers.items()}
        before = len(self.paths(host, path))
        page = self.pages.get((host, path), Reply(404))
        reply = page(before, headers) if callable(page) else page
        row = Asked(at=at, until=at, host=host, path=path, headers=headers, status=reply.status)
        self.asked.append(row)
        try:
            if reply.write is not None:
                reply.write(handler)
            else:
                handler.send_response(reply.status)
                for name, value in ({"Content-Type": "text/html; charset=utf-8"} | reply.headers).items():
                    handler.send_header(name, value)
                if reply.status != 304:
                    handler.send_header("Content-Length", str(len(reply.body)))
                handler.end_headers()
                handler.wfile.write(reply.body)
        except OSError:
            handler.close_connection = True
        row.until = time.monotonic()

    def paths(self, host: str, path: str | None = None) -> list[Asked]:
        return [row for row in self.asked if row.host == host and path in {None, row.path}]

    def put(self, host: str, path: str, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.pages[host, path] = Reply(status, data, {k.replace("_", "-"): v for k, v in headers.items()})

    def feed(self, host: str, *links: str, path: str = "/rss", **headers: str) -> None:
        items = "".join(
            f"<item><title>Tin về cầu Bính số {n}</title><link>{link}</link><description>Sửa mặt cầu</description>"
            f"<pubDate>Wed, 09 Sep 2026 08:0{n}:00 +0700</pubDate></item>"
            for n, link in enumerate(links)
        )
        rss = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
        )
        self.put(host, path, rss, Content_Type="application/rss+xml", **headers)

    def article(self, host: str, path: str, title: str = "Sửa mặt cầu Bính", text: str = "", **headers: str) -> None:
        self.put(host, path, article(title, text or TEXT), **headers)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def article(title: str, text: str = TEXT) -> str:
    paragraphs = "".join(f"<p>{part} ({number})</p>" for number, part in enumerate([text] * 3))
    return (
        f"<!DOCTYPE html><html lang=vi><head><meta charset=utf-8><title>{title}</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">'
        '<meta property="article:published_time" content="2026-09-09T08:00:00+07:00"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


@dataclass
class Night:
    """Crawls of one site into one store."""

    site: Site
    home: Path
    hosts: HostMap | None = None
    crawl_settings: dict[str, Any] = field(default_factory=dict)
    outlets: list[Outlet] = field(default_factory=list)
    now: datetime = NOW
    live: bool = False
    """Without a hosts file, as a real night."""

    def __post_init__(self) -> None:
        self.store: Store = open_store(f"sqlite:///{self.home / 'test.db'}", lambda: self.now)

    def config(self) -> Config:
        fast = {"pace_seconds": 0.01, "timeout_seconds": 5.0, "reach_timeout_seconds": 2.0, "retries": 1}
        settings = Settings(crawl=Crawl(**(fast | self.crawl_settings)), analysis=Analysis(page_seconds=5.0))
        return Config(settings=settings, outlets={each.id: each for each in self.outlets}, folders=(BUILTIN,))

    def outlet(self, host: str = "bao.example", **more: Any) -> Outlet:
        given = {"domains": (host,), "feeds": (f"http://{host}/rss",)} | more
        outlet = Outlet(id=host.partition(".")[0], name=host, tier="local", **given)
        self.outlets.append(outlet)
        return outlet

    def run(
        self,
        spider: str = "nightly",
        *,
        finish: bool = True,
        on_progress: Listener | None = None,
        validators: dict[str, tuple[str | None, str | None]] | None = None,
        **arguments: Any,
    ) -> CrawlResult:
        hosts = self.hosts
        if hosts is None and not self.live:
            domains = [domain for outlet in self.outlets for domain in outlet.domains]
            hosts = HostMap(targets=dict.fromkeys(domains, ("127.0.0.1", self.site.port)))
        self.store.sync_outlets(self.outlets)
        self.run_id = self.store.begin_run("nightly", NOW.date()).run_id
        self.store.settings = self.config().settings
        around = Context(
            store=self.store,
            config=self.config(),
            where=Places(home=self.home, database_url=""),
            run_id=self.run_id,
            clock=self.store.clock,
            hosts=hosts,
            tally=Tally(listener=on_progress),
            validators=validators,
        )
        [result] = run_all([crawl(spider, around, **arguments)])
        if finish:
            self.store.close_fates(self.run_id)
            self.store.finish_run(self.run_id, "done")
        return result

    def fates(self) -> dict[str, str]:
        query = fates.select().where(fates.c.run_id == self.run_id)
        return {row["url"].partition("//")[2]: row["fate"] for row in self.store.rows(query)}

    def details(self) -> dict[str, str]:
        query = fates.select().where(fates.c.run_id == self.run_id)
        return {row["url"].partition("//")[2]: row["detail"] for row in self.store.rows(query)}


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()


@pytest.fixture
def private_site() -> Iterator[Site]:
    """Plays a machine of the inner network: must see no connection."""
    served = Site("127.0.0.99")
    yield served
    served.close()


@pytest.fixture
def night(site: Site, tmp_path: Path) -> Iterator[Night]:
    made = Night(site=site, home=tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="session", autouse=True)
def workers() -> Iterator[None]:
    """The same worker processes for all tests, as one process of many nights has them."""
    import crawler.run as runner
    import pipelines.analysis as shell

    kept, shell.at_end = shell.at_end, lambda close: None
    stop, runner.stop_aside = runner.stop_aside, lambda: None
    yield
    shell.at_end, runner.stop_aside = kept, stop
    shell.stop_pools()
    stop()
