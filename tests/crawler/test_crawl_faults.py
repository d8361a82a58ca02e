"""What goes wrong in a night, caused in a real crawl: what is collected stays, what could not be written follows."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator

from crawler.aside import _Shared, aside
from crawler.run import run_all
from storage import database
from storage.backup import back_up
from storage.errors import StoreError
from storage.schema import articles
from storage.spool import spooled
from storage.store import open_store
from storage.upkeep import put_back

B = "bao.example"


def press(night: Any, site: Any, number: int = 6) -> list[str]:
    night.outlet()
    site.feed(B, *(f"http://{B}/{n}.html" for n in range(number)))
    for n in range(number):
        site.article(B, f"/{n}.html", title=f"Sửa cầu Bính, tin số {n}")
    return [f"http://{B}/{n}.html" for n in range(number)]


def full(store: Any) -> list[str]:
    return sorted(row["url"] for row in store.rows(articles.select()) if row["kind"] == "full")


def then(site: Any, path: str, act: Any) -> None:
    """Have `act` done when `path` is asked for the first time."""
    page = site.pages[B, path]

    def answer(before: int, _headers: dict[str, str]) -> Any:
        if before == 0:
            act()
        return page

    site.pages[B, path] = answer


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer waits 0.1 s instead of 30 for another one."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)


def test_a_store_that_is_locked_in_the_middle_of_a_crawl(impatient: None, night: Any, site: Any) -> None:
    urls = press(night, site)
    other = sqlite3.connect(night.home / "test.db", isolation_level=None, check_same_thread=False)
    then(site, "/3.html", lambda: other.execute("BEGIN IMMEDIATE"))
    with pytest.raises(StoreError, match="another process is writing"):
        night.run(finish=False)
    other.close()
    asked = {row.path for row in site.paths(B) if row.path.endswith(".html")}
    assert "/3.html" in asked
    assert spooled(night.home / "spool"), "what was read waits"
    waiting = len(full(night.store))
    site.asked.clear()
    night.run()
    assert waiting < len(urls)
    assert full(night.store) == urls
    assert spooled(night.home / "spool") == []
    again = {row.path for row in site.paths(B) if row.path.endswith(".html")}
    assert len(asked & again) <= 1, "what was spooled is not asked for again; at most the page under way is"
    assert list(night.fates().values()) == ["stored"] * len(urls)


def test_a_store_that_is_deleted_in_the_middle_of_a_crawl(night: Any, site: Any) -> None:
    urls = press(night, site)
    night.store.sync_outlets(night.outlets)
    copy = back_up(f"sqlite:///{night.home / 'test.db'}", night.home / "backup" / "copy.db")
    then(site, "/2.html", (night.home / "test.db").unlink)
    with pytest.raises(StoreError, match="removed or replaced"):
        night.run(finish=False)
    night.store.close()
    put_back(copy, f"sqlite:///{night.home / 'test.db'}", night.home / "aside.db")
    night.store = open_store(f"sqlite:///{night.home / 'test.db'}", night.store.clock)
    night.run()
    assert full(night.store) == urls
    assert spooled(night.home / "spool") == []


@contextmanager
def quota(folder: Path) -> Iterator[None]:
    """No file of this process may grow over 1.5 MB (RLIMIT_FSIZE; the signal is ignored, as Python does)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """`folder` is a file system of its own of 2 MB."""
    folder.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "t", str(folder)], check=False).returncode
    ):
        pytest.skip("may not mount a file system here; the quota is tested all the same")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("kind", [quota, small_disk])
def test_a_full_archive_costs_raw_pages_and_no_article(night: Any, site: Any, kind: Any) -> None:
    urls = press(night, site)
    for n, size in enumerate((10, 1_400_000, 1_400_000, 10, 1_400_000, 10)):
        noise = random.Random(n).randbytes(size // 2).hex()
        page = site.pages[B, f"/{n}.html"]
        page.body = page.body.replace(b"</body>", f"<!--{noise}--></body>".encode())
    archive = night.home / "archive"
    with kind(archive):
        result = night.run()
        assert full(night.store) == urls
        kept = sorted(row["url"] for row in night.store.rows(articles.select()) if row["raw_ref"])
        read = [url for file in archive.rglob("*.warc.gz") for url in responses(file)]
    assert sorted(read) == kept, "every record is whole, also after one that did not fit"
    assert len(result.errors) == len(urls) - len(kept) > 0, "the morning says that something of ours failed"
    assert kept[-1] == urls[-1], "a page that fits is kept, also after one that did not"


def responses(file: Path) -> list[str]:
    with file.open("rb") as opened:
        records = [record for record in ArchiveIterator(opened, verify_digests=True)]  # noqa: C416
        return [each.headers["WARC-Target-URI"] for each in records if each.headers["WARC-Type"] == "response"]


def test_without_dns_every_outlet_is_told_and_the_night_ends_soon(
    night: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", dead)
    night.live = True
    for n in range(20):
        night.outlet(f"bao{n}.example")
    began = time.monotonic()
    result = night.run()
    assert time.monotonic() - began < 5
    assert result.unreachable == {f"bao{n}": "unknown host name" for n in range(20)}
    assert site.asked == []


def test_half_of_the_outlets_slow_to_death_do_not_hold_the_others(night: Any, site: Any) -> None:
    """They accept and then say nothing: each costs its own time-out, side by side, and keeps what its feed told."""
    night.crawl_settings = {"timeout_seconds": 1.0, "retries": 0}
    hang = threading.Event()
    for n in range(12):
        host = f"bao{n}.example"
        night.outlet(host)
        site.feed(host, *(f"http://{host}/{m}.html" for m in range(2)))
        for m in range(2):
            site.article(host, f"/{m}.html", title=f"Tin số {m} của báo {n}")
            if n % 2:
                slow = type(site.pages[host, "/rss"])(write=lambda _: hang.wait(20))
                site.pages[host, f"/{m}.html"] = slow
    began = time.monotonic()
    try:
        night.run()
    finally:
        hang.set()
    assert time.monotonic() - began < 15
    fates = night.fates()
    assert [fate for url, fate in sorted(fates.items()) if int(url[3 : url.index(".")]) % 2 == 0] == ["stored"] * 12
    assert sum(fate == "timeout" for fate in fates.values()) == 12
    assert len(night.store.rows(articles.select())) == 24, "what the feed told of them is there"


def test_a_crawl_that_runs_while_the_clock_jumps(night: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour back, then a day ahead, in the middle: nothing waits for it, nothing is left out."""
    from storage import frontier

    night.crawl_settings = {"pace_seconds": 0.05}
    urls = press(night, site)
    jump = [0.0]
    real = time.time
    monkeypatch.setattr(frontier.time, "time", lambda: real() + jump[0])
    then(site, "/1.html", lambda: jump.__setitem__(0, -3600.0))
    then(site, "/3.html", lambda: jump.__setitem__(0, 86_400.0))
    then(site, "/4.html", lambda: jump.__setitem__(0, -86_400.0))
    began = time.monotonic()
    night.run()
    assert time.monotonic() - began < 10
    assert full(night.store) == urls


def test_what_waits_in_the_spool_is_written_before_anything_is_asked(night: Any, site: Any) -> None:
    from storage import spool
    from storage.records import FateWord, Outcome

    press(night, site, 1)
    night.store.sync_outlets(night.outlets)
    run_all([])
    late = Outcome(url=f"http://{B}/late.html", outlet_id="bao", fate=FateWord.HTTP_4XX, detail="404 Not Found")
    spool.keep(night.home / "spool", "nightly-20260908", [late])
    there: list[bool] = []
    then(site, "/0.html", lambda: there.append(bool(spooled(night.home / "spool"))))
    night.run()
    assert there == [False]


# the worker that reads feeds


def kill_reader() -> None:
    """As the kernel does when memory runs out."""
    assert _Shared.workers is not None
    for pid in _Shared.workers.pids():
        os.kill(pid, signal.SIGKILL)


def test_a_reader_of_feeds_that_is_killed_while_idle_is_replaced() -> None:
    """Pebble gives its whole pool up then; every feed of the rest of the night would have failed."""
    assert run_all([aside(len, "ab")]) == [2]
    kill_reader()
    time.sleep(0.7)
    assert run_all([aside(len, "abc")]) == [3]


def test_what_a_reader_was_killed_over_is_read_by_the_next_one() -> None:
    assert run_all([aside(len, "ab")]) == [2]
    threading.Timer(0.5, kill_reader).start()
    began = time.monotonic()
    assert run_all([aside(time.sleep, 1.0)]) == [None]
    assert time.monotonic() - began > 1.4, "begun twice"
