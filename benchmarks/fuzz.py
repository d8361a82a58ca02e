"""Hostile inputs over feeds, sitemaps, sections, pages, configurations, robots.txt, redirects and addresses.

usage: python benchmarks/fuzz.py [INPUTS] [--seed N] [--processes N] [--only TARGET[,TARGET]]

INPUTS (default 100000) are made by mutation of pages, feeds and files written by us, each from (seed, target, number)
alone, so that a finding can be made again. They are read in processes with bounded memory, in chunks; one that crashes,
holds its process longer than a second of CPU, or kills it, is a finding. What was found stands as tests in
`tests/pipelines/test_hostile_input.py`. Writes `fuzz.json`; exit 1 when there is a finding.
"""

# All changes have one signature; processes and queues have no types; tables of hostile pieces are wide:
# ruff: noqa: ARG001, ARG005, ANN401, E501

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

SECONDS = 1.0
"""CPU that one input may take."""
KILL_AFTER = 30.0
"""Wall seconds without a finished input, after which a process counts as hung."""
MEMORY_BYTES = 2 * 1024**3
CHUNK = 1_000
MOST_BYTES = 300_000
"""Size of an input: the larger ones are cut by the limits of the crawl before they are read."""
NOW = datetime(2026, 9, 9, 20, tzinfo=UTC)
HOST = "bao-la.example"

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


@cache
def _outlet() -> Any:
    from config.model import Outlet

    return Outlet(id="bao-la", name="Báo Lạ", domains=(HOST,), tier="local", feeds=(f"https://{HOST}/rss",))


def _feed(body: bytes) -> None:
    from spiders.read_feed import parse_feed

    parse_feed(body, feed_url=f"https://{HOST}/rss", now=NOW, outlet=_outlet())


def _sitemap(body: bytes) -> None:
    from spiders.read_sitemap import parse_sitemap

    parse_sitemap(body, feed_url=f"https://{HOST}/s.xml", now=NOW, outlet=_outlet())


def _section(body: bytes) -> None:
    from spiders.read_section import parse_section

    parse_section(body, feed_url=f"https://{HOST}/tin", now=NOW, outlet=_outlet())


def _page(body: bytes) -> None:
    from pipelines.analyse import outcome_of
    from pipelines.files import page_of
    from pipelines.read import read_page

    page = page_of(body, url=f"https://{HOST}/tin-3.html", outlet_id="bao-la", fetched_at=NOW)
    outcome_of(page, read_page(page, outlet=_outlet()), outlet=_outlet())


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="diembao-fuzz-"))
    (folder / "outlets").mkdir()
    return folder


def _loaded(file: str, body: bytes) -> None:
    """As an overlay over nothing of ours: `builtin_outlets` is off where the input leaves it so."""
    from config.loader import ConfigError, load

    folder = _folder()
    (folder / "settings.toml").write_bytes(b"builtin_outlets = false\n")
    (folder / "outlets" / "x.toml").write_bytes(OUTLET)
    (folder / file).write_bytes(body)
    try:
        load((folder,))
    except ConfigError:
        return


def _config(body: bytes) -> None:
    _loaded("outlets/x.toml", body)


def _settings(body: bytes) -> None:
    _loaded("settings.toml", body)


def _robots(body: bytes) -> None:
    from crawler.errors import RobotsForbiddenError
    from crawler.robots import read

    try:
        assert read(200, body).judge(f"https://{HOST}/a/b", "diembao") >= 0
    except RobotsForbiddenError:
        return


def _address(body: bytes) -> None:
    from crawler.errors import RefusedAddressError
    from crawler.guard import Guard, host_of
    from crawler.pace import retry_after
    from crawler.redact import hide_secrets, one_line
    from crawler.redirect import resolved
    from storage.urls import url_key

    text = body.decode("utf-8", "replace")
    with contextlib.suppress(RefusedAddressError):
        text = resolved(f"https://{HOST}/", body)
        if Guard().refuses(text) is None:
            url_key(text)
    host_of(text)
    Guard().refuses(text)
    retry_after(text[:200])
    one_line(hide_secrets(text))


TARGETS: dict[str, tuple[Callable[[bytes], None], float]] = {
    "feed": (_feed, 0.28),
    "sitemap": (_sitemap, 0.14),
    "section": (_section, 0.10),
    "page": (_page, 0.20),
    "config": (_config, 0.08),
    "settings": (_settings, 0.06),
    "robots": (_robots, 0.06),
    "address": (_address, 0.08),
}
"""Each reader and its share of the inputs."""


def made(seed: int, target: str, number: int) -> bytes:
    """The input of that number: the same one every time."""
    chooser = random.Random(f"{seed}/{target}/{number}")
    if target in {"config", "settings"} and number % 3:
        return written(seeds_of(target)[0].decode(), chooser)
    return mutated(seeds_of(target), chooser)


@dataclass
class Finding:
    """An input that a reader did not survive."""

    target: str
    number: int
    kind: str
    what: str


@dataclass
class Tally:
    """What the inputs of one target came to."""

    inputs: int = 0
    cpu_seconds: float = 0.0
    slowest_seconds: float = 0.0
    slowest: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)


def tried(seed: int, target: str, numbers: range, at: Callable[[int], None] = lambda number: None) -> Tally:
    """Read the inputs of these numbers; `at` is told each number before it is read."""
    read, tally = TARGETS[target][0], Tally()
    for number in numbers:
        body = made(seed, target, number)
        at(number)
        began = time.process_time()
        try:
            read(body)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            tally.findings.append(Finding(target, number, "crash", f"{type(error).__name__}: {error}"[:200]))
        took = time.process_time() - began
        if took > SECONDS:
            tally.findings.append(Finding(target, number, "slow", f"{took:.2f} s of CPU"))
        if took > tally.slowest_seconds:
            tally.slowest_seconds, tally.slowest = took, number
        tally.cpu_seconds += took
        tally.inputs += 1
        tally.bytes += len(body)
    return tally


def _worker(seed: int, jobs: Any, results: Any, busy: Any, slot: int) -> None:
    """Take chunks until there are none; `busy[slot]` says which input is being read."""
    import logging

    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for target, start, end in iter(jobs.get, None):

        def at(number: int) -> None:
            busy[slot] = number

        tally = tried(seed, target, range(start, end), at)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        results.put((target, tally, peak))
    results.put(None)


def _run(seed: int, chunks: list[tuple[str, int, int]], processes: int) -> tuple[dict[str, Tally], int, list[Finding]]:
    """All chunks in processes that may die; each death is a finding, and its chunk is gone on with behind it."""
    spawn = multiprocessing.get_context("spawn")
    totals, peak, dead = {target: Tally() for target in TARGETS}, 0, []
    for first in range(0, len(chunks), processes):
        running = []
        for target, start, end in chunks[first : first + processes]:
            running.append(_Chunk(spawn, seed, target, start, end))
        for each in running:
            tallies, grown, lost = each.finish()
            peak = max(peak, grown)
            dead += lost
            for tally in tallies:
                _add(totals[each.target], tally)
        told = sum(tally.inputs for tally in totals.values())
        print(
            f"\r{told:,} inputs, {sum(len(t.findings) for t in totals.values()) + len(dead)} findings",
            end="",
            flush=True,
        )
    print()
    return totals, peak, dead


class _Chunk:
    """One chunk in a process of its own, started again behind an input that killed it."""

    def __init__(self, spawn: Any, seed: int, target: str, start: int, end: int) -> None:
        self._spawn, self._seed, self.target, self._end = spawn, seed, target, end
        self._begin(start)

    def _begin(self, start: int) -> None:
        self._jobs, self._results = self._spawn.Queue(), self._spawn.Queue()
        self._busy = self._spawn.Array("q", [start], lock=False)
        self._jobs.put((self.target, start, self._end))
        self._jobs.put(None)
        given = (self._seed, self._jobs, self._results, self._busy, 0)
        self._process = self._spawn.Process(target=_worker, args=given, daemon=True)
        self._process.start()

    def finish(self) -> tuple[list[Tally], int, list[Finding]]:
        """Tallies, peak bytes and deaths."""
        lost: list[Finding] = []
        while True:
            kind = self._wait()
            if kind is None:
                _, tally, peak = self._results.get()
                self._process.join()
                return [tally], peak, lost
            number = self._busy[0]
            lost.append(Finding(self.target, number, kind, "the process ended with this input"))
            if number + 1 >= self._end:
                return [], 0, lost
            self._begin(number + 1)

    def _wait(self) -> str | None:
        """None when there is a result, else how the process ended."""
        seen, since = -1, time.monotonic()
        while self._results.empty():
            if self._busy[0] != seen:
                seen, since = self._busy[0], time.monotonic()
            if not self._process.is_alive() and self._results.empty():
                return "died"
            if time.monotonic() - since > KILL_AFTER:
                self._process.kill()
                self._process.join()
                return "hung"
            time.sleep(0.01)
        return None


def _add(total: Tally, more: Tally) -> None:
    total.inputs += more.inputs
    total.cpu_seconds += more.cpu_seconds
    total.bytes += more.bytes
    total.findings += more.findings
    if more.slowest_seconds > total.slowest_seconds:
        total.slowest_seconds, total.slowest = more.slowest_seconds, more.slowest


def main() -> int:
    """Run, print a table, write the figures."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("inputs", type=int, nargs="?", default=100_000)
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--only", default=",".join(TARGETS))
    given = asked.parse_args()
    shares = {target: TARGETS[target][1] for target in given.only.split(",")}
    chunks: list[tuple[str, int, int]] = []
    for target, share in shares.items():
        number = round(given.inputs * share / sum(shares.values()))
        chunks += [(target, start, min(start + CHUNK, number)) for start in range(0, number, CHUNK)]
    began = time.monotonic()
    totals, peak, dead = _run(given.seed, chunks, given.processes)
    findings = [asdict(each) for tally in totals.values() for each in tally.findings] + [asdict(each) for each in dead]
    rows = {
        target: {
            "inputs": tally.inputs,
            "megabytes": round(tally.bytes / 1e6, 1),
            "mean_ms": round(1000 * tally.cpu_seconds / max(tally.inputs, 1), 2),
            "slowest_ms": round(1000 * tally.slowest_seconds),
            "slowest": tally.slowest,
            "findings": sum(each["target"] == target for each in findings),
        }
        for target, tally in totals.items()
        if tally.inputs
    }
    for target, row in rows.items():
        print(f"{target:10}", *(f"{key} {value}" for key, value in row.items()), sep="  ")
    for each in findings[:40]:
        print(each)
    told = {
        "seed": given.seed,
        "inputs": sum(row["inputs"] for row in rows.values()),
        "seconds": round(time.monotonic() - began),
        "peak_megabytes": round(peak / 1e6),
        "memory_limit_megabytes": round(MEMORY_BYTES / 1e6),
        "targets": rows,
        "findings": findings,
    }
    if given.only == ",".join(TARGETS):
        (HERE / "fuzz.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
