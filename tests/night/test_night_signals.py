"""A night that is told to end (SIGTERM, Ctrl-C) ends in order, and the next start continues it: real processes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from config.places import CHECKOUT
from demo.long import morning
from night.lock import holder

sys.path.insert(0, str(CHECKOUT / "benchmarks"))
from thirty_nights import Nights, town

IN_TIME = 60.0


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    """What the store says; nothing when it is not there yet."""
    try:
        with closing(sqlite3.connect(f"file:{home}/diembao.db?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


class Told:
    """A night that is told to end as soon as something is so."""

    def __init__(self, played: Nights, number: signal.Signals, when: Callable[[], bool]) -> None:
        self.home = played.home
        process: subprocess.Popen[bytes] = played._start(morning(1).isoformat())
        deadline = time.monotonic() + IN_TIME
        while not when():
            assert process.poll() is None, "it ended before it could be told"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(number)
        self.code = process.wait(IN_TIME)

    def screen(self) -> str:
        return " ".join((self.home / "night.log").read_text(encoding="utf-8").split())

    def stored(self) -> int:
        return sum(number for (number,) in rows(self.home, "SELECT count(*) FROM v1_articles"))

    def log(self) -> str:
        [file] = (self.home / "logs").glob("nightly-*.log")
        return file.read_text(encoding="utf-8")


def test_sigterm_and_ctrl_c_end_a_night_in_order_and_the_next_start_continues_it(tmp_path: Path) -> None:
    """In the crawl, later in the crawl, and while issues and sheet are made; against the town's ledger at the end."""

    def stored(more_than: int) -> Callable[[], bool]:
        return lambda: rows(tmp_path, "SELECT count(*) FROM v1_articles") > [(more_than,)]

    def issues_are_made() -> bool:
        return rows(tmp_path, "SELECT count(*) FROM v1_issues") > [(0,)]

    with town(1, seed=6, troubles=()) as server:
        played = Nights(tmp_path, server, seed=1, spared=frozenset({1}))
        settings = tmp_path / "overlay" / "settings.toml"
        quick = settings.read_text(encoding="utf-8")
        slow = quick.replace("pace_seconds = 0.01", "pace_seconds = 0.1").replace('"json", "html"', '"html", "docx"')
        settings.write_text(slow, encoding="utf-8")
        seen = 5
        for number, in_the_crawl in ((signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGTERM, False)):
            told = Told(played, number, stored(seen) if in_the_crawl else issues_are_made)
            assert told.code == 2, told.screen()[-2000:]
            assert f"interrupted ({number.name})" in told.screen()
            assert f"interrupted ({number.name}), last stage: {'crawl' if in_the_crawl else ''}" in told.log()
            assert holder(tmp_path) is None, "the lock is free"
            [(run_id, finished_at, outcome)] = rows(tmp_path, "SELECT run_id, finished_at, outcome FROM v1_runs")
            assert (finished_at, outcome) == (None, "interrupted")
            assert rows(tmp_path, "SELECT count(*) FROM v1_fates WHERE fate IS NOT NULL") > [(0,)]
            assert told.stored() >= seen, "what was collected is stored"
            seen = told.stored()
            assert not list(tmp_path.glob("spool/*"))
        settings.write_text(quick, encoding="utf-8")
        row = played.play(1)
    assert row.good, row
    assert row.articles == row.owed > seen // 2
    assert rows(tmp_path, "SELECT run_id, outcome FROM v1_runs") == [(run_id, "done")]
