"""A night of 300 outlets and 12,000 pages of 250 KB, and the same night again; beside it others on the same server.

    python benchmarks/outlets300.py                        300 outlets, 40 articles each
    python benchmarks/outlets300.py --outlets 30           a small one

A server in a process of its own plays the outlets under as many mapped host names (press_server.py), pace 0.1 s a host.
Measured: wall and CPU seconds of the night, the most memory it and its workers held together, the bytes that travelled;
then the night of the next morning, on which nothing has changed; a bare Scrapy spider that only downloads the same
pages at the same pace; news-please's reader on pages of the same server, where DIEMBAO_OTHERS names a Python that has
it. Writes outlets300.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from program import command, environment

SERVER = Path(__file__).with_name("press_server.py")
SETTINGS = """builtin_outlets = false

[crawl]
user_agent = "diembao-benchmark/0.1 (+mailto:demo@example.invalid; loopback)"
pace_seconds = 0.1

[night]
limited = false
"""
OUTLET = """id = "o{n:03d}"
name = "Báo số {n}"
domains = ["o{n:03d}.example"]
tier = "central"
feeds = ["http://o{n:03d}.example/o{n:03d}/tin-moi.rss"]
verified = true

[[rule]]
name = "2026"
title = "h1.title"
sapo = "p.sapo"
published = "span.date"
body = "article.detail p"
"""
BARE = """
import sys, scrapy
from scrapy.crawler import CrawlerProcess
port, outlets, articles = map(int, sys.argv[1:4])

class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for number in range(articles):
            for outlet in range(outlets):
                url = f"http://127.0.0.1:{port}/o{outlet:03d}/bai-viet-{outlet}-{number}.htm"
                yield scrapy.Request(url, meta={"download_slot": f"o{outlet}"})
    def parse(self, response):
        assert len(response.body) > 1000

process = CrawlerProcess({
    "DOWNLOAD_DELAY": 0.1, "RANDOMIZE_DOWNLOAD_DELAY": False, "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Bare)
process.start()
"""
OTHER = """
import json, sys, time, urllib.request, logging, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
from newsplease import NewsPlease
import importlib.metadata
port, pages = map(int, sys.argv[1:3])
spent = began = 0.0
read = 0
for n in range(-1, pages):
    url = f"http://127.0.0.1:{port}/o{max(n, 0) % 30:03d}/bai-viet-{max(n, 0) % 30}-{max(n, 0) // 30}.htm"
    body = urllib.request.urlopen(url).read().decode()
    began = time.process_time()
    article = NewsPlease.from_html(body, url=url, fetch_images=False)
    if n >= 0:
        spent += time.process_time() - began
        read += bool(article.maintext)
print(json.dumps({"version": importlib.metadata.version("news-please"), "pages": pages, "read": read,
                  "cpu_ms_a_page": round(spent / pages * 1000, 1)}))
"""


@contextmanager
def press(outlets: int, articles: int) -> Iterator[int]:
    """The server in its own process; yields its port."""
    server = subprocess.Popen(
        [sys.executable, str(SERVER), "--outlets", str(outlets), "--articles", str(articles)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


def told(port: int, what: str) -> bytes:
    """What the server says at `/stats`, or after `/reset`."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{what}") as answer:
        content: bytes = answer.read()
    return content


def family(process: int) -> list[int]:
    """A process and all that it started."""
    found = [process]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text(encoding="ascii").split()]
            except OSError:
                continue
    return found


def resident(process: int) -> int:
    """Bytes of resident memory of one process; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def watched(command: list[str], environment: dict[str, str], log: Path) -> dict[str, float]:
    """Run a command: wall and CPU seconds (with all that it waited for) and the most memory held together."""
    began, most, ended = time.monotonic(), 0, threading.Event()
    with log.open("a", encoding="utf-8") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)

        def look() -> None:
            nonlocal most
            while not ended.wait(0.25):
                most = max(most, sum(map(resident, family(process.pid))))

        looking = threading.Thread(target=look)
        looking.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        ended.set()
        looking.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise RuntimeError(f"{command[-3:]} ended with {process.returncode}: {log.read_text(encoding='utf-8')[-2000:]}")
    return {
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "most_memory_mb": round(most / 1e6),
    }


class Bench:
    """One server, one home, several runs."""

    def __init__(self, folder: Path, port: int, outlets: int, articles: int) -> None:
        self.folder, self.port, self.outlets, self.articles = folder, port, outlets, articles
        (folder / "config" / "outlets").mkdir(parents=True)
        (folder / "config" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        for n in range(outlets):
            (folder / "config" / "outlets" / f"o{n:03d}.toml").write_text(OUTLET.format(n=n), encoding="utf-8")
        hosts = "".join(f'"o{n:03d}.example" = "127.0.0.1:{port}"\n' for n in range(outlets))
        (folder / "hosts.toml").write_text(hosts, encoding="utf-8")

    def night(self, at: str) -> dict[str, Any]:
        """One nightly; its cost, what travelled, what the store holds after it."""
        told(self.port, "reset")
        home = self.folder / "home"
        config, hosts = self.folder / "config", self.folder / "hosts.toml"
        nightly = command("nightly", "--config", str(config), "--hosts", str(hosts), "--at", at)
        cost = watched(nightly, environment(home), self.folder / "night.log")
        cost["load_average"] = round(os.getloadavg()[0], 1)  # above the number of cores others took their part
        with sqlite3.connect(home / "diembao.db") as store:
            stored = store.execute("select count(*) from articles").fetchone()[0]
            bodies = store.execute("select count(*) from articles where kind = 'full'").fetchone()[0]
            issues = store.execute("select count(*) from issues").fetchone()[0]
        size = sum(file.stat().st_size for file in (home / "archive").rglob("*.warc.gz"))
        return {
            **cost, "server": json.loads(told(self.port, "stats")), "articles": stored, "with_body": bodies,
            "issues": issues, "archive_mb": round(size / 1e6, 1),
        }  # fmt: skip

    def bare(self) -> dict[str, Any]:
        """The bare spider."""
        told(self.port, "reset")
        script = self.folder / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        cost = watched(
            [sys.executable, str(script), str(self.port), str(self.outlets), str(self.articles)],
            dict(os.environ), self.folder / "bare.log",
        )  # fmt: skip
        return {**cost, "server": json.loads(told(self.port, "stats"))}

    def other(self, python: str | None, pages: int = 120) -> dict[str, Any]:
        """news-please's reader."""
        if not python or not Path(python).is_file():
            return {"missing": "DIEMBAO_OTHERS names no Python with news-please"}
        done = subprocess.run(
            [python, "-c", OTHER, str(self.port), str(pages)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            return {"missing": done.stderr.strip().splitlines()[-1]}
        figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return figures


def main() -> int:
    """Run all, print and write JSON; exit 1 when an article is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outlets", type=int, default=300)
    parser.add_argument("--articles", type=int, default=40)
    parser.add_argument("--only-nights", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder in which store, archive and logs stay")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="diembao-300-") as temporary,
        press(options.outlets, options.articles) as port,
    ):
        bench = Bench(options.keep or Path(temporary), port, options.outlets, options.articles)
        result: dict[str, Any] = {"outlets": options.outlets, "pages": options.outlets * options.articles}
        result["first_night"] = bench.night("2026-09-10T05:30")
        print(json.dumps(result, indent=1), flush=True)
        result["second_night"] = bench.night("2026-09-11T05:30")
        if not options.only_nights:
            result["bare_scrapy"] = bench.bare()
            result["news_please"] = bench.other(os.environ.get("DIEMBAO_OTHERS"))
    first, second = result["first_night"], result["second_night"]
    result["again_bytes_share"] = round(second["server"]["bytes"] / first["server"]["bytes"], 4)
    result["again_cpu_share"] = round(second["cpu_seconds"] / first["cpu_seconds"], 4)
    result["pages_a_second"] = round(result["pages"] / first["wall_seconds"], 1)
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0 if first["with_body"] == second["with_body"] == result["pages"] else 1


if __name__ == "__main__":
    sys.exit(main())
