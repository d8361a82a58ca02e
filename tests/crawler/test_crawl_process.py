"""Crawls as processes: `scrapy` as its users know it, kill -9, Ctrl-C, a store that fails."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.places import CHECKOUT
from crawler.context import chosen
from storage.errors import StoreError

B = "bao.example"
OUTLET = """
id = "bao"
name = "Báo"
domains = ["bao.example"]
tier = "local"
feeds = ["http://bao.example/rss"]
"""
SETTINGS = """
builtin_outlets = false
[crawl]
pace_seconds = {pace}
retries = 0
[analysis]
workers = 1
page_seconds = 10.0
"""


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(file)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


class Scrapy:
    """`scrapy …` in a home of its own."""

    def __init__(self, home: Path, site: Any, pace: float = 0.01) -> None:
        self.home, self.site = home, site
        overlay = home / "overlay" / "outlets"
        overlay.mkdir(parents=True)
        (overlay / "bao.toml").write_text(OUTLET)
        (overlay.parent / "settings.toml").write_text(SETTINGS.format(pace=pace))
        (home / "hosts.toml").write_text(f'"{B}" = "127.0.0.1:{site.port}"\n')
        self.env = os.environ | {
            "DIEMBAO_HOME": str(home),
            "DIEMBAO_CONFIG": str(overlay.parent),
            "DIEMBAO_HOSTS": str(home / "hosts.toml"),
            "DIEMBAO_DATABASE_URL": "",
            "PYTHONPATH": str(CHECKOUT),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", *words],
            cwd=CHECKOUT, env=self.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words)
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        return subprocess.CompletedProcess(words, 0, out, error)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return _rows(self.home / "diembao.db", query)

    def wait_for(self, path: str) -> None:
        until = time.monotonic() + 30
        while not self.site.paths(B, path):
            assert time.monotonic() < until
            time.sleep(0.005)


def test_scrapy_lists_and_crawls_as_its_users_expect(tmp_path: Path, site: Any) -> None:
    scrapy = Scrapy(tmp_path, site)
    site.feed(B, f"http://{B}/a.html", "http://127.0.0.99/x")
    site.article(B, "/a.html")
    assert scrapy.run("list").stdout.split()[:2] == ["feeds", "nightly"]
    log = scrapy.run("crawl", "feeds", "-a", "outlet=bao").stderr
    assert scrapy.rows("SELECT url, fate FROM v1_fates ORDER BY url") == [
        ("http://127.0.0.99/x", "private-address"),
        (f"http://{B}/a.html", "stored"),
    ]
    [(kind, finished, outcome)] = scrapy.rows("SELECT kind, finished_at, outcome FROM v1_runs")
    assert (kind, finished is not None, outcome) == ("feeds", True, "done")
    assert "stored http://bao.example/a.html" in log
    assert "đi đường vòng" not in log, "no page text in the log"


def test_strange_outlet_is_named(night: Any) -> None:
    night.outlet()
    with pytest.raises(ValueError, match="no such outlet: la, strange"):
        chosen(night.config(), "bao,strange,la")
    assert [each.id for each in chosen(night.config(), "bao, bao")] == ["bao"]


@pytest.mark.slow
def test_killed_crawl_is_continued_under_its_run_id_and_ends_the_same(night: Any, tmp_path: Path, site: Any) -> None:
    links = [f"http://{B}/{n}.html" for n in range(8)]
    site.feed(B, *links)
    for number in range(0, 8, 2):
        site.article(B, f"/{number}.html", f"Tin số {number} về cầu")
    killed = Scrapy(tmp_path / "killed", site, pace=0.3)
    first = killed.start("crawl", "nightly")
    killed.wait_for("/5.html")
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    asked = len(site.asked)
    killed.run("crawl", "nightly")
    assert len(site.paths(B, "/rss")) == 1, "a feed asked before the kill is not asked again"
    assert len(site.asked) - asked < 11, "what was stored is not asked again"
    night.now = datetime.now(UTC)
    night.outlet()
    night.run()
    for query in (
        "SELECT url, outlet_id, fate, detail FROM v1_fates ORDER BY url",
        "SELECT article_id, url, title, kind, published_at FROM v1_articles ORDER BY article_id",
        "SELECT kind, outcome FROM v1_runs",
    ):
        assert killed.rows(query) == _rows(tmp_path / "test.db", query) != []
    parts = sorted(path.name for path in (tmp_path / "killed" / "archive").rglob("*.warc.gz"))
    assert [name.rpartition("-")[2] for name in parts] == ["1.warc.gz", "2.warc.gz"]


def test_ctrl_c_finishes_what_is_under_way_and_stores_it(tmp_path: Path, site: Any) -> None:
    site.feed(B, *(f"http://{B}/{n}.html" for n in range(8)))
    scrapy = Scrapy(tmp_path, site, pace=0.3)
    process = scrapy.start("crawl", "nightly")
    scrapy.wait_for("/2.html")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    decided = scrapy.rows("SELECT url FROM v1_fates WHERE fate IS NOT NULL")
    assert 3 <= len(decided) <= 4
    assert scrapy.rows("SELECT finished_at FROM v1_runs") == [(None,)]
    scrapy.run("crawl", "nightly")
    assert len(site.paths(B, "/0.html")) == 1
    assert len(scrapy.rows("SELECT url FROM v1_fates")) == 8
    assert len(scrapy.rows("SELECT run_id FROM v1_runs WHERE finished_at IS NOT NULL")) == 1


RUN_ALL = """
import asyncio, sys, time
from crawler.run import run_all

async def crawl_like():
    print("up", flush=True)
    await asyncio.sleep(30)

try:
    run_all([crawl_like(), crawl_like()])
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


NIGHT = """
from dataclasses import replace

from crawler.context import from_environment
from crawler.run import crawl, run_all

if __name__ == "__main__":
    made = from_environment("nightly")
    try:
        run_all([crawl("nightly", replace(made, own_run=False))])
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_second_ctrl_c_stops_at_once_and_loses_nothing(tmp_path: Path, site: Any) -> None:
    scrapy = Scrapy(tmp_path, site)
    site.feed(B, f"http://{B}/1.html", f"http://{B}/2.html")
    release = threading.Event()
    site.pages[B, "/2.html"] = lambda *_: release.wait(30) and type(site.pages[B, "/rss"])(404)
    (tmp_path / "night.py").write_text(NIGHT)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "night.py")], env=scrapy.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    until = time.monotonic() + 30
    while len(site.asked) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "the first one waits for what is under way"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)
    release.set()
    assert out == "interrupted\n", error
    assert time.monotonic() - began < 4
    assert scrapy.rows("SELECT count(*) FROM frontier") == [(2,)]
    assert scrapy.rows("SELECT finished_at FROM v1_runs") == [(None,)]


def test_ctrl_c_outside_of_a_crawl_stops_at_once() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN_ALL], cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10)[0] == "interrupted\n"


@pytest.mark.parametrize("method", ["commit", "discover", "claim_host", "due"])
def test_store_that_fails_stops_the_crawl_and_loses_nothing(
    night: Any, site: Any, method: str, monkeypatch: Any
) -> None:
    night.outlet()
    links = [f"http://{B}/{n}.html" for n in range(4)]
    site.feed(B, *links)
    broken = StoreError("cannot write: the disk is full", "test.db", "Free some space")

    def full(*_: Any, **__: Any) -> Any:
        raise broken

    with monkeypatch.context() as patch:
        patch.setattr(night.store, method, full)
        with pytest.raises(StoreError, match="the disk is full"):
            night.run(finish=False)
    night.run()
    assert set(night.fates().values()) == {"http-4xx"}
    assert len(night.fates()) == 4
