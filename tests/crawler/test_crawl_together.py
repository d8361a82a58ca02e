"""Two processes on one store, a night and a topic: what a recording server sees of them together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.places import CHECKOUT
from storage.store import open_store

A, B = "bao.example", "dai.example"
PACE, DELAY = 0.25, 0.6
"""Seconds between two requests: by the settings, and by the robots.txt of B."""
SLACK = 0.12
"""Seconds that a busy machine may need between giving the turn and noting the request."""

OUTLET = """
id = "{id}"
name = "{id}"
domains = ["{host}"]
tier = "local"
feeds = ["http://{host}/rss"]
"""
SETTINGS = f"""
builtin_outlets = false
[crawl]
max_requests_per_host = 0
pace_seconds = {PACE}
retries = 0
[analysis]
workers = 1
page_seconds = 10.0
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the store of both processes lies; for SQLite the one in DIEMBAO_HOME."""
    if request.param == "sqlite":
        yield ""
        return
    yield request.getfixturevalue("postgres_url")


def _environment(home: Path, site: Any, address: str) -> dict[str, str]:
    overlay = home / "overlay" / "outlets"
    overlay.mkdir(parents=True)
    for host in (A, B):
        name = host.partition(".")[0]
        (overlay / f"{name}.toml").write_text(OUTLET.format(id=name, host=host))
    (overlay.parent / "settings.toml").write_text(SETTINGS)
    (home / "hosts.toml").write_text("".join(f'"{host}" = "127.0.0.1:{site.port}"\n' for host in (A, B)))
    return os.environ | {
        "DIEMBAO_HOME": str(home),
        "DIEMBAO_CONFIG": str(overlay.parent),
        "DIEMBAO_HOSTS": str(home / "hosts.toml"),
        "DIEMBAO_DATABASE_URL": address,
        "PYTHONPATH": str(CHECKOUT),
    }


def _start(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", *words],
        cwd=CHECKOUT, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def gaps(rows: list[Any]) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(sorted(rows, key=lambda row: row.at))]


@pytest.mark.slow
def test_a_night_and_a_topic_keep_the_pace_of_each_host_together(tmp_path: Path, site: Any, address: str) -> None:
    for host in (A, B):
        site.feed(host, *(f"http://{host}/{n}.html" for n in range(4)), f"http://{host}/kin/7.html")
        for number in range(4):
            site.article(host, f"/{number}.html", f"Tin số {number} về cầu Bính")
        site.article(host, "/kin/7.html")
    site.put(A, "/robots.txt", "User-agent: *\nDisallow: /kin/\n", Content_Type="text/plain")
    site.put(B, "/robots.txt", f"User-agent: *\nDisallow: /kin/\nCrawl-delay: {DELAY}\n", Content_Type="text/plain")
    env = _environment(tmp_path, site, address)
    open_store(address or f"sqlite:///{tmp_path / 'diembao.db'}").close()
    night = _start(env, "scrapy", "crawl", "nightly")
    topic = _start(env, "scrapy", "crawl", "topic", "-a", "q=cầu Bính")
    for process in (night, topic):
        _, error = process.communicate(timeout=90)
        assert process.returncode == 0, error[-2000:]
    for host, pace in ((A, PACE), (B, DELAY)):
        rows = site.paths(host)
        robots = [row for row in rows if row.path == "/robots.txt"]
        assert len(robots) == 2, "each process reads the rules itself"
        assert len(rows) >= 2 * 2 + 4
        # Until a process has read the rules it knows the settings' pace alone.
        known = [row for row in rows if row.at >= robots[-1].at]
        assert min(gaps(rows)) >= PACE - SLACK, gaps(rows)
        assert min(gaps(known)) >= pace - SLACK, gaps(known)
        assert not [row for row in rows if row.path.startswith("/kin/")], "robots.txt is obeyed by both"
    everything = [row.path for host in (A, B) for row in site.paths(host) if row.path.endswith(".html")]
    assert len(set(everything)) == 4


CAP = 7


def test_a_night_and_a_topic_at_once_keep_the_cap_of_each_host_together(tmp_path: Path, site: Any) -> None:
    """Either of them alone would ask more often."""
    for host in (A, B):
        site.feed(host, *(f"http://{host}/{n}.html" for n in range(9)))
        for number in range(9):
            site.article(host, f"/{number}.html", f"Tin số {number} về cầu Bính")
    env = _environment(tmp_path, site, "")
    settings = tmp_path / "overlay" / "settings.toml"
    settings.write_text(
        SETTINGS.replace("max_requests_per_host = 0", f"max_requests_per_host = {CAP}").replace(str(PACE), "0.05")
    )
    open_store(f"sqlite:///{tmp_path / 'diembao.db'}").close()
    words = (("scrapy", "crawl", "nightly"), ("scrapy", "crawl", "topic", "-a", "q=cầu Bính"))
    for process in [_start(env, *each) for each in words]:
        _, error = process.communicate(timeout=90)
        assert process.returncode == 0, error[-2000:]
    assert [len(site.paths(host)) for host in (A, B)] == [CAP, CAP]
