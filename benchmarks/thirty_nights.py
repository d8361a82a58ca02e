"""Thirty nights of a town that changes each day, one kill -9 a night, against the town's own ledger.

    python benchmarks/thirty_nights.py                     thirty nights
    python benchmarks/thirty_nights.py --nights 4          a short one

`demo/long.py` is the town: weekday rhythm, quiet Sundays, a holiday, a long break, an outlet that stops, one that
changes its markup, one that blocks us, one slow to death, one with an empty feed, one that forbids us, and pages and
feeds that fail at random. Every night is the plain command, killed after a random number of answers or while issues and
sheet are made, and started again (in one night of three one of its workers is killed then). After each night: every
article that a readable feed has announced is in the store once and with its body (its teaser, while its page fails),
nothing else is; every outage stands on that night's sheet; no outlet without trouble is called silent, broken, blocked
or forbidden. Writes thirty_nights.json; exit 1 when anything of that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from program import command, environment  # noqa: E402

from demo.long import HOLIDAYS, SIZES, TROUBLES, LongTown, Trouble, host, morning  # noqa: E402
from demo.server import TownServer  # noqa: E402
from demo.town import Town  # noqa: E402

SETTINGS = f"""builtin_outlets = false

[crawl]
user_agent = "diembao-nights/0.1 (+mailto:demo@example.invalid; loopback)"
pace_seconds = 0.01
timeout_seconds = 1.5
retry_after_wait_seconds = 3.0
retries = 1
recheck_hours = [20]
reach_timeout_seconds = 2.0

[analysis]
workers = 1
page_seconds = 5.0

[sheet]
formats = ["json", "html"]

[night]
limited = false

[calendar]
holidays = [{", ".join(day.isoformat() for day in HOLIDAYS)}]
"""
OUTLET = """id = "{id}"
name = "{id}"
domains = ["{host}"]
tier = "local"
feeds = ["http://{host}/tin-moi.rss"]
verified = true

[[rule]]
name = "2026"
title = "h1.tieu-de"
sapo = "p.sapo"
body = "div.noi-dung p"
"""
EXPECTED = {
    "stopped": {"broken", "blocked"}, "blocked": {"blocked"}, "slow": {"broken"}, "forbidden": {"forbidden"},
    "markup": {"healthy", "quiet"}, "empty": {"healthy", "quiet", "silent"},
}  # fmt: skip
"""States that are right for an outlet in trouble."""
ANSWER = re.compile(r"engine: \d{3} http")
CRAWLED = re.compile(r"engine: Spider closed")
"""What the log of a night says."""
BAD = {"silent", "broken", "blocked", "forbidden"}
MARKUP_SEEN_AFTER = 1
"""Four articles in a row make a drift: it is told in the first night, or in the next after a Sunday."""
LATE = 1 / 4
"""Share of the nights that are killed after the crawl."""
LATE_SECONDS = 0.5
"""How long after the crawl at the most: issues and sheet take longer."""
EMPTY_SILENT_AFTER = 2
"""A feed that is empty for so many nights is silent for certain."""


@dataclass(kw_only=True)
class NightRow:
    """What one night came to."""

    night: int
    day: str
    articles: int = 0
    """In the store, all nights."""
    owed: int = 0
    """By the ledger, all nights."""
    killed: str | None = None
    """Where: «after 37 answers», «0.3 s after the crawl»; null where the night was through before."""
    worker_killed: bool = False
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    without_body: list[str] = field(default_factory=list)
    outages: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Outages that do not stand on the sheet."""
    false_alarms: list[str] = field(default_factory=list)
    code: int = 0

    @property
    def good(self) -> bool:
        """Whether all is as it must be."""
        bad = (self.lost, self.doubled, self.strange, self.without_body, self.unseen, self.false_alarms)
        return not any(bad) and self.code in {0, 3}


class Nights:
    """A town, a home, and the nights played in it."""

    def __init__(self, home: Path, server: TownServer, seed: int, spared: frozenset[int] = frozenset()) -> None:
        self.home, self.server, self.spared = home, server, spared
        self.town = cast("LongTown", server.town)
        self.chance = random.Random(seed)
        self.lasted = [6.0]
        config = home / "overlay"
        (config / "outlets").mkdir(parents=True)
        (config / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        for each in SIZES:
            text = OUTLET.format(id=each, host=host(each))
            (config / "outlets" / f"{each}.toml").write_text(text, encoding="utf-8")
        self.hosts = server.write_hosts(home / "hosts.toml")

    def play(self, night: int) -> NightRow:
        """Kill a night, run it again, compare."""
        self.town.set_day(night)
        at = morning(night)
        row = NightRow(night=night, day=f"{at:%a %Y-%m-%d}")
        if night not in self.spared:
            row.killed = self._killed(night)
            row.worker_killed = self.chance.random() < 1 / 3
        began = time.monotonic()
        row.code = self._whole(at.isoformat(), worker=row.worker_killed)
        row.seconds = round(time.monotonic() - began, 1)
        self.lasted.append(row.seconds)
        self._ledger(row)
        self._health(row)
        return row

    def _start(self, at: str) -> subprocess.Popen[bytes]:
        config, hosts = str(self.home / "overlay"), str(self.hosts)
        nightly = command("nightly", "--config", config, "--hosts", hosts, "--at", at)
        with (self.home / "night.log").open("ab") as log:
            return subprocess.Popen(nightly, env=environment(self.home), stdout=log, stderr=log)

    def _killed(self, night: int) -> str | None:
        """Start a night, kill it by what its log says, so that a busy machine moves no kill past the night's end."""
        new = len(self.owed(night)[0]) - len(self.owed(night - 1)[0])
        line, lines, wait = ANSWER, self.chance.randint(1, max(new, 1)), 0.0
        if self.chance.random() < LATE:
            line, lines, wait = CRAWLED, 1, self.chance.uniform(0, LATE_SECONDS)
        log = self.home / "logs" / f"nightly-{morning(night):%Y%m%d}.log"
        process = self._start(morning(night).isoformat())
        while process.poll() is None:
            if log.exists() and len(line.findall(log.read_text(encoding="utf-8"))) >= lines:
                time.sleep(wait)
                process.send_signal(signal.SIGKILL)
                through = process.wait() != -signal.SIGKILL
                return None if through else f"{wait:.2f} s after the crawl" if wait else f"after {lines} answers"
            time.sleep(0.01)
        return None

    def _whole(self, at: str, *, worker: bool) -> int:
        process = self._start(at)
        if worker:
            threading.Thread(target=self._kill_a_worker, args=(process,), daemon=True).start()
        return process.wait(600)

    def _kill_a_worker(self, process: subprocess.Popen[bytes]) -> None:
        time.sleep(min(self.lasted[-3:]) * self.chance.uniform(0.3, 0.7))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            found = [int(child) for child in children.read_text(encoding="ascii").split()]
            os.kill(self.chance.choice(found), signal.SIGKILL)
        except (OSError, IndexError):
            return  # the night was through

    def owed(self, night: int) -> tuple[set[str], set[str]]:
        """URLs that must be in the store after a night, and those of them whose page could not be had so far."""
        seen: dict[str, bool] = {}
        for each in range(1, night + 1):
            faulty = {url for url, fault in self.town.faults(each).pages.items() if fault in {"error", "cut", "drip"}}
            for outlet in SIZES:
                if not self.town.readable(outlet, each):
                    continue
                for article in self.town.listed(outlet, each):
                    seen[article.url] = seen.get(article.url, False) or article.url not in faulty
        return set(seen), {url for url, had in seen.items() if not had}

    def _ledger(self, row: NightRow) -> None:
        owed, without = self.owed(row.night)
        with sqlite3.connect(self.home / "diembao.db") as store:
            stored = store.execute("select url, kind, title from articles").fetchall()
        urls = [url for url, _, _ in stored]
        titles = [title for _, _, title in stored]
        bodies = {url for url, kind, _ in stored if kind == "full"}
        row.articles, row.owed = len(urls), len(owed)
        row.lost = sorted(owed - set(urls))
        row.strange = sorted(set(urls) - owed)
        row.doubled = sorted({url for url in urls if urls.count(url) > 1} | {t for t in titles if titles.count(t) > 1})
        row.without_body = sorted(owed - without - bodies)

    def _health(self, row: NightRow) -> None:
        sheets = sorted(self.home.glob(f"reports/{morning(row.night):%Y-%m-%d}/*.json"))
        sheet = json.loads(sheets[0].read_text(encoding="utf-8"))
        states = {each["id"]: each for each in sheet["outlets"]}
        notes = " ".join(sheet["health"]["notes"])
        for outlet in SIZES:
            state = states[outlet]
            trouble = self.town.trouble(outlet, row.night)
            ill = _ill(self.town, outlet, row.night)
            told = f"{outlet} {ill or ''}: {state['state']} ({state['reason']})"
            if ill is None and trouble is None:
                if state["state"] in BAD:
                    row.false_alarms.append(told)
                continue
            row.outages.append(told)
            if not _seen(ill or "", trouble, row.night, state, noted=outlet in notes):
                row.unseen.append(told)


def _ill(town: LongTown, outlet: str, night: int) -> str | None:
    trouble = town.trouble(outlet, night)
    if trouble is not None:
        return trouble.what
    fault = town.faults(night).feeds.get(outlet)
    return f"feed {fault}" if fault in {"error", "garbage"} else None


def _seen(ill: str, trouble: Trouble | None, night: int, state: dict[str, Any], *, noted: bool) -> bool:
    """Whether the sheet tells of an outage, in the right state."""
    if trouble is None:
        return state["state"] == "broken" and noted
    if state["state"] not in EXPECTED[ill]:
        return False
    nights = night - trouble.first
    if ill == "empty":
        return noted and (nights < EMPTY_SILENT_AFTER or state["state"] == "silent")
    return noted or (ill == "markup" and nights <= MARKUP_SEEN_AFTER)


@contextmanager
def town(nights: int, seed: int, troubles: tuple[Trouble, ...] = TROUBLES) -> Iterator[TownServer]:
    """The town, served by a thread of this process."""
    with TownServer(cast("Town", LongTown(nights=nights, seed=seed, troubles=troubles))) as server:
        yield server


def run(home: Path, nights: int, seed: int) -> list[NightRow]:
    """Play the nights; a line each."""
    with town(nights, seed) as server:
        played = Nights(home, server, seed)
        rows = []
        for night in range(1, nights + 1):
            row = played.play(night)
            rows.append(row)
            said = "good" if row.good else "BAD"
            print(
                f"{row.night:2} {row.day} {said:4} {row.articles:5}/{row.owed:5} killed {row.killed}"
                f"{', worker too' if row.worker_killed else ''}; {row.seconds} s; {'; '.join(row.outages)}",
                flush=True,
            )
            if not row.good:
                wrong = {name: value for name, value in asdict(row).items() if isinstance(value, list) and value}
                print("   ", json.dumps({k: v[:4] for k, v in wrong.items() if k != "outages"}, ensure_ascii=False))
    return rows


def main() -> int:
    """Play, print, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder in which the home stays")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="diembao-nights-") as folder:
        rows = run(options.keep or Path(folder), options.nights, options.seed)
    result = {
        "nights": len(rows),
        "articles": rows[-1].articles,
        "seconds": round(time.monotonic() - began),
        "kills": sum(row.killed is not None for row in rows),
        "worker_kills": sum(row.worker_killed for row in rows),
        **{
            name: sum(len(getattr(row, name)) for row in rows)
            for name in ("lost", "doubled", "strange", "without_body", "outages", "unseen", "false_alarms")
        },
        "bad_nights": [row.night for row in rows if not row.good],
        "rows": [asdict(row) for row in rows],
    }
    options.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({key: value for key, value in result.items() if key != "rows"}, indent=1))
    return 1 if result["bad_nights"] else 0


if __name__ == "__main__":
    sys.exit(main())
