"""The main job, as a user runs it: `nightly --demo` from nothing to the sheet, against the ledger of the town."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from config.loader import BUILTIN, load
from config.places import CHECKOUT
from demo.ledger import build_ledger, compare
from demo.load import PRIVATE_PORT
from demo.model import NIGHTS, morning
from demo.town import CONFIG
from issues.explain import explain_issue
from issues.heading import is_correction
from report.gather import scope_for
from storage.sheet_queries import report
from storage.store import open_store
from storage.views import v1_issues

PARTS = ("v1_articles", "v1_mentions", "v1_issue_articles", "v1_fates", "revisions")
CLOCK_COLUMNS = {"first_seen_at", "updated_at", "gone_at", "seen_at", "replaced_at"}


def environment(home) -> dict[str, str]:
    return os.environ | {"DIEMBAO_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""}


def diembao(home, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "diembao", *arguments],
        env=environment(home), capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


def dump(home) -> dict[str, list]:
    with sqlite3.connect(home / "demo" / "diembao.db") as store:
        found = {}
        for part in PARTS:
            names = [row[1] for row in store.execute(f"pragma table_info({part})") if row[1] not in CLOCK_COLUMNS]
            columns = ", ".join(f'"{name}"' for name in names)
            found[part] = sorted(store.execute(f"select {columns} from {part}"), key=repr)
    return found


@pytest.fixture(scope="module")
def listener():
    """Plays the private address: it must see no connection."""
    seen: list[tuple[str, int]] = []
    with socket.create_server(("127.0.0.99", PRIVATE_PORT)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                seen.append(address)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield seen
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def night(tmp_path_factory, listener):
    """The demo played once, undisturbed."""
    home = tmp_path_factory.mktemp("night")
    started = time.monotonic()
    done = diembao(home, "nightly", "--demo")
    return {"home": home, "done": done, "seconds": time.monotonic() - started, "private": list(listener)}


@pytest.fixture(scope="module")
def ledger(night):
    return compare(f"sqlite:///{night['home']}/demo/diembao.db")


def test_it_ends_with_the_path_of_the_sheet(night) -> None:
    done = night["done"]
    assert done.returncode in {0, 3}, done.stderr[-3000:]
    sheet = done.stdout.strip().splitlines()[-1]
    assert sheet == str(night["home"] / "demo" / "reports" / "2026-09-15" / "diem-bao-2026-09-15.html")
    assert "<html" in Path(sheet).read_text(encoding="utf-8")[:200].lower()


def test_every_article_and_every_fate_is_as_the_ledger_says(ledger) -> None:
    assert ledger.articles_wrong == ()
    assert ledger.fates_wrong == ()


def test_titles_and_times(ledger) -> None:
    assert ledger.titles_right == 1.0
    assert ledger.times_right == 1.0


def test_matters_and_reprints(ledger) -> None:
    assert ledger.matters_f1 >= 0.95, ledger.matters_wrong
    assert ledger.reprints_right >= 0.95, ledger.reprints_wrong


def test_mentions(ledger) -> None:
    assert ledger.mentions_f1 >= 0.9, ledger.mentions_wrong
    assert ledger.about_right >= 0.95, ledger.about_wrong


def test_a_query_finds_its_matter_and_hardly_anything_else(night) -> None:
    """A sixth of the queries, in both spellings; `benchmarks/topic.py` looks for all."""
    spec = importlib.util.spec_from_file_location("topic_benchmark", CHECKOUT / "benchmarks" / "topic.py")
    sys.modules["topic_benchmark"] = bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    with closing(open_store(night["home"] / "demo" / "diembao.db", lambda: morning(NIGHTS))) as store:
        looked = list(bench.look(store, frozenset(list(bench.queries())[::6])))
    assert len(looked) >= 16
    assert [each for each in looked if not each.right] == []


def test_the_private_address_saw_no_connection(night) -> None:
    assert night["private"] == []


def test_every_number_of_every_sheet_agrees_with_the_store(night) -> None:
    for file in sorted((night["home"] / "demo" / "reports").glob("*/*.json")):
        done = diembao(night["home"], "report", "verify", str(file), "--demo")
        assert done.returncode == 0, done.stdout


def test_a_planted_number_is_found(night, tmp_path) -> None:
    (file,) = (night["home"] / "demo" / "reports" / "2026-09-14").glob("*.json")
    sheet = json.loads(file.read_text(encoding="utf-8"))
    sheet["counts"]["articles"] += 1
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps(sheet), encoding="utf-8")
    done = diembao(night["home"], "report", "verify", str(planted), "--demo")
    assert done.returncode == 3
    assert "counts.articles" in done.stdout


def test_rendering_a_sheet_again_gives_the_same_bytes(night, tmp_path) -> None:
    done = diembao(night["home"], "report", "--date", "2026-09-15", "--demo", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for kind in ("html", "json"):
        again = tmp_path / f"diem-bao-2026-09-15.{kind}"
        first = night["home"] / "demo" / "reports" / "2026-09-15" / again.name
        assert again.read_bytes() == first.read_bytes()


def test_no_byline_anywhere_but_in_the_archive(night) -> None:
    planted = build_ledger().planted
    assert len(planted) >= 10
    found = []
    for file in night["home"].rglob("*"):
        if not file.is_file() or "archive" in file.parts:
            continue
        content = file.read_bytes()
        texts = (content.decode("utf-8", "ignore"), unescape(content.decode("utf-8", "ignore")))
        found += [(file.name, name) for name in planted for text in texts if name in text]
    assert found == []


def test_planted_bylines_do_stand_in_the_pages(night) -> None:
    import gzip

    archived = b"".join(
        gzip.decompress(file.read_bytes()) for file in (night["home"] / "demo" / "archive").rglob("*.warc.gz")
    ).decode("utf-8", "ignore")
    seen = [name for name in build_ledger().planted if name in archived or name in unescape(archived)]
    assert len(seen) >= len(build_ledger().planted) // 2


def test_again_at_once_stores_nothing_new(night, tmp_path_factory) -> None:
    home = tmp_path_factory.mktemp("again")
    source = sqlite3.connect(night["home"] / "demo" / "diembao.db")
    (home / "demo").mkdir()
    target = sqlite3.connect(home / "demo" / "diembao.db")
    source.backup(target)
    source.close()
    target.close()
    before = dump(home)
    done = diembao(home, "nightly", "--demo")
    assert done.returncode in {0, 3}, done.stderr[-2000:]
    after = dump(home)
    for part in ("v1_articles", "v1_mentions", "v1_issue_articles", "revisions"):
        assert after[part] == before[part]
    with sqlite3.connect(home / "demo" / "diembao.db") as store:
        fates = dict(
            store.execute("select fate, count(*) from v1_fates where run_id = 'nightly-20260915.2' group by 1")
        )
        asked = store.execute("select count(*) from feed_polls where run_id = 'nightly-20260915.2'").fetchone()[0]
        first = store.execute("select count(*) from feed_polls where run_id = 'nightly-20260915'").fetchone()[0]
    assert not {"stored", "revised", "gone"} & set(fates)
    assert asked == first > 0


def finished(home) -> int:
    """How many nights the store says are finished."""
    try:
        with sqlite3.connect(f"file:{home}/demo/diembao.db?mode=ro", uri=True) as store:
            return store.execute("select count(*) from v1_runs where finished_at is not null").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize("nights", [0, 2, 5])
def test_killed_and_started_again_it_ends_in_the_same_store(night, tmp_path, nights) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "diembao", "nightly", "--demo"],
        env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while finished(tmp_path) < nights:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    time.sleep(random.Random(nights).uniform(0.1, 1.0))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    done = diembao(tmp_path, "nightly", "--demo")
    assert done.returncode in {0, 3}, done.stderr[-2000:]
    expected, got = dump(night["home"]), dump(tmp_path)
    for part in PARTS:
        assert got[part] == expected[part], part


def test_a_second_start_is_told_that_a_night_is_running(night, tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "diembao", "nightly", "--demo"],
        env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            if (tmp_path / "demo" / "night.lock").exists():
                break
            time.sleep(0.05)
        done = diembao(tmp_path, "nightly", "--demo")
        assert done.returncode == 2
        assert f"process {process.pid}" in done.stderr.replace("\n", " ")
    finally:
        process.kill()
        process.wait()


def test_nothing_reachable_is_said_by_exit_code_screen_and_sheet(tmp_path) -> None:
    hosts = tmp_path / "hosts.toml"
    from config import load

    names = sorted({domain for outlet in load().outlets.values() for domain in outlet.domains})
    feeds = {url for outlet in load().outlets.values() for url in (*outlet.feeds, *outlet.sitemaps)}
    names += sorted({re.sub(r"^https?://([^/:]+).*", r"\1", url) for url in feeds} - set(names))
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    hosts.write_text("".join(f'"{name}" = "127.0.0.1:{port}"\n' for name in names), encoding="utf-8")
    started = time.monotonic()
    done = diembao(tmp_path, "nightly", "--hosts", str(hosts), "--at", "2026-09-10T05:30")
    assert time.monotonic() - started < 120
    assert done.returncode == 2, done.stderr[-2000:]
    active = [outlet for outlet in load().outlets.values() if outlet.active]
    for outlet in active:
        assert done.stderr.count(f"unreachable: {outlet.name} (") == 1, outlet.name
    sheet = json.loads((tmp_path / "reports" / "2026-09-10" / "diem-bao-2026-09-10.json").read_text(encoding="utf-8"))
    assert sheet["health"]["outlets_ok"] == 0
    assert sheet["health"]["outlets_all"] == len(active)
    page = (tmp_path / "reports" / "2026-09-10" / "diem-bao-2026-09-10.html").read_text(encoding="utf-8")
    assert "không kết nối được" in page


PROBE = """<!doctype html><title>probe</title><iframe id=f width={width} height=900 src=/sheet.html></iframe>
<pre id=out></pre><script>f.onload = () => {{ const d = f.contentDocument;
out.textContent = JSON.stringify({{wide: d.documentElement.scrollWidth, room: d.documentElement.clientWidth,
scripts: d.scripts.length, heading: d.querySelector('h1') !== null}}) }}</script>"""


@pytest.mark.chromium
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize("width", [390, 1280])
def test_the_sheet_fits_a_phone_and_a_screen(night, tmp_path, width) -> None:
    page = (night["home"] / "demo/reports/2026-09-14/diem-bao-2026-09-14.html").read_bytes()
    pages = {"/sheet.html": page, "/probe.html": PROBE.format(width=width).encode()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        done = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=8000", "--window-size=1400,1000",
             "--dump-dom", f"http://127.0.0.1:{server.server_address[1]}/probe.html"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        server.shutdown()
    seen = json.loads(unescape(re.search(r"<pre id=\"out\">(.*?)</pre>", done.stdout)[1]))
    assert seen["wide"] <= seen["room"], "something is wider than the page"
    assert seen["scripts"] == 0
    assert seen["heading"]


def test_explain_adds_up_on_every_issue_and_says_what_the_sheet_says(night):
    day = morning(NIGHTS).date()
    folder = night["home"] / "demo" / "reports" / day.isoformat()
    sheet = json.loads((folder / f"diem-bao-{day}.json").read_text(encoding="utf-8"))
    settings = load((BUILTIN, CONFIG)).settings
    scores = {issue["id"]: issue for issue in sheet["issues"]}
    with closing(open_store(night["home"] / "demo" / "diembao.db")) as store:
        ids = [row["issue_id"] for row in store.rows(select(v1_issues)) if row["merged_into"] is None]
        made = store.rows(report(day.isoformat()))[0]
        scope = scope_for(day, settings, made["generated_at"])
        asked = {"scope": scope, "new_since": datetime.fromisoformat(made["inputs"]["new_since"])}
        told = {key: explain_issue(store, key, start=scope.start, end=scope.end, **asked) for key in ids}
    assert len(told) > 40
    for key, one in told.items():
        assert sum(map(Decimal, one["score_parts"].values())) == Decimal(one["score"])
        assert sum(day["articles"] for day in one["timeline"]) == len(one["members"]) > 0
        if key in scores:
            assert Decimal(one["score"]) == Decimal(str(scores[key]["score"]))
            assert {n: float(part) for n, part in one["score_parts"].items()} == scores[key]["score_parts"]
            assert one["newsrooms"] == scores[key]["newsrooms"]
            assert one["independent_newsrooms"] == scores[key]["independent_newsrooms"]
    assert scores.keys() <= told.keys()
    assert not any(is_correction(one["title"]) for one in told.values())
