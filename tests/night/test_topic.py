"""A breaking topic in the demo town, as a user asks for it: beside a night, following, by Scrapy's own command."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.loader import load
from config.places import CHECKOUT
from demo.model import morning
from demo.server import TownServer
from demo.town import CONFIG, Town
from demo.truth import build_ledger
from gazetteer.load import load as load_gazetteer
from night.saved_topics import mark_topics, refusal, save_topic
from night.topic import asked
from storage.query import Names
from storage.store import open_store

COMMAND = [sys.executable, "-P", "-m"]


def environment(home: Path, **more: str) -> dict[str, str]:
    return os.environ | {"DIEMBAO_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""} | more


def diembao(home: Path, *arguments: str, module: str = "diembao", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, module, *arguments],
        env=environment(home, **env), capture_output=True, text=True, timeout=60, check=False, cwd=CHECKOUT,
    )  # fmt: skip


def links(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The articles of the brief, whose path is the last line."""
    page = Path(done.stdout.strip().splitlines()[-1])
    assert page.is_absolute()
    return set(re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8")))


def of_matter(matter: str, day: int) -> set[str]:
    return {article.url for article in build_ledger().upto(day) if article.matter == matter}


def begun(home: Path) -> int:
    """How many nights have begun."""
    try:
        with closing(sqlite3.connect(f"file:{home}/demo/diembao.db?mode=ro", uri=True)) as store:
            return store.execute("select count(*) from v1_runs where kind = 'nightly'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


@pytest.mark.slow
def test_beside_a_night_it_finds_the_whole_matter_and_little_else(tmp_path) -> None:
    night = subprocess.Popen(
        [*COMMAND, "diembao", "nightly", "--demo"],
        env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while begun(tmp_path) < 2:
            assert night.poll() is None
            time.sleep(0.05)
        for query, matter in (("rác An Biên", "rac-an-bien"), ("dau thai song da do", "song-da-do")):
            started = time.monotonic()
            done = diembao(tmp_path, "topic", query, "--demo")
            assert time.monotonic() - started < 30
            assert done.returncode in {0, 3}, done.stderr[-2000:]
            day = int(re.search(r"Lập lúc 05:30, (\d+)/9", done.stdout)[1]) - 9
            wanted, found = of_matter(matter, day), links(done)
            assert wanted, "nothing to find on that day"
            assert wanted <= found
            # The night goes on meanwhile: it may have stored the next day's articles of the matter already.
            assert len(found - of_matter(matter, 6)) <= 0.1 * len(found)
        assert night.poll() is None, "the night was over before the topic"
    finally:
        night.kill()
        night.wait()
    with closing(sqlite3.connect(tmp_path / "demo" / "diembao.db")) as store:
        kinds = dict(store.execute("select kind, count(*) from v1_runs group by 1"))
        log = store.execute("select command, query, asked_by from query_log order by asked_at, query desc").fetchall()
    assert kinds["topic"] == 2
    assert [row[:2] for row in log] == [("topic", "rác An Biên"), ("topic", "dau thai song da do")]
    assert all(row[2] for row in log)


@pytest.fixture
def town():
    with TownServer(Town(day=1)) as server:
        yield server


def hosted(town: TownServer, folder: Path, day: int) -> list[str]:
    hosts = town.write_hosts(folder / "hosts.toml")
    return ["--config", str(CONFIG), "--hosts", str(hosts), "--at", morning(day).isoformat()]


@pytest.mark.slow
def test_following_shows_what_comes_meanwhile_within_two_rounds(town, tmp_path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "diembao", "topic", "sông Đa Độ", "--follow", "1s", *hosted(town, tmp_path, 2)],
        env=environment(tmp_path / "home"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    planted: int | None = None
    rounds, shown = 0, 0
    lines = []
    for line in process.stdout:
        lines.append(line)
        rounds += "asking the outlets" in line
        if rounds == 2 and planted is None:
            town.town.set_day(2)
            planted = rounds
        if "Đa Độ" in line and "[" in line and not shown:
            assert planted is not None, "shown before it was there"
            shown = rounds
            process.send_signal(signal.SIGINT)
        if rounds > 5:
            process.kill()
    process.stdout.close()
    assert process.wait() == 0, lines[-20:]
    assert shown, lines
    assert shown - planted <= 2
    page = Path(lines[-1].strip()).read_text(encoding="utf-8")
    assert of_matter("song-da-do", 2) & set(re.findall(r'href="([^"]+)"', page))


def stored(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "diembao.db")) as store:
        return {row[0] for row in store.execute("select url from v1_articles")}


@pytest.fixture(scope="module")
def asked_once(tmp_path_factory):
    """One topic on an empty store, by command and by `scrapy crawl`."""
    folder = tmp_path_factory.mktemp("topic")
    with TownServer(Town(day=1)) as town:
        rest = hosted(town, folder, 1)
        done = diembao(folder / "command", "topic", "rác phường An Biên", "--save", "rac", *rest)
        scrapy = diembao(
            folder / "scrapy", "crawl", "topic", "-a", "q=rác phường An Biên", module="scrapy",
            DIEMBAO_HOSTS=rest[3], DIEMBAO_CONFIG=str(CONFIG),
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert scrapy.returncode == 0, scrapy.stderr[-2000:]
    return folder, done


def test_scrapy_crawl_stores_the_same_articles(asked_once) -> None:
    folder, _ = asked_once
    found = stored(folder / "command")
    assert of_matter("rac-an-bien", 1) <= found
    assert stored(folder / "scrapy") == found
    assert len(found) < len(build_ledger().upto(1)) / 2, "it fetches what fits, not everything"


@pytest.mark.slow
def test_the_search_page_of_an_outlet_finds_what_its_feeds_list_no_more(tmp_path) -> None:
    with TownServer(Town(day=6)) as town:
        done = diembao(tmp_path, "topic", "phường An Biên", "--outlets", "bao-cang,tin-mai", *hosted(town, tmp_path, 6))
        asked_of = {
            host: [one.path for one in town.seen if one.host == host] for host in ("bao-cang.example", "tinmai.example")
        }
    assert done.returncode == 0, done.stderr[-2000:]
    first = min(
        (a for a in build_ledger().upto(6) if a.matter == "rac-an-bien" and a.outlet_id == "bao-cang"),
        key=lambda a: a.night,
    )
    assert first.night == 1, "long out of every feed"
    assert first.url in links(done)
    assert sum("tim-kiem" in path for path in asked_of["bao-cang.example"]) == 1
    assert not any("tim-kiem" in path for path in asked_of["tinmai.example"]), "its robots.txt forbids the search"


def test_what_does_not_fit_stays_due_for_the_night(asked_once) -> None:
    folder, _ = asked_once
    with closing(sqlite3.connect(folder / "command" / "diembao.db")) as store:
        fates = dict(store.execute("select fate, count(*) from v1_fates group by 1"))
        left = store.execute("select count(*) from frontier where fate is null").fetchone()[0]
        run = store.execute("select kind, outcome from v1_runs").fetchall()
    assert fates["deferred"] == left > 10
    assert run == [("topic", "done")]


def test_the_brief_names_the_first_and_no_byline(asked_once) -> None:
    _, done = asked_once
    page = Path(done.stdout.strip().splitlines()[-1]).read_text(encoding="utf-8")
    assert "Đưa tin đầu tiên" in page
    assert [name for name in build_ledger().planted if name in page or name in done.stdout] == []
    for quote in re.findall(r'<p class="adds"><bdi>(.*?)</bdi>', page):
        assert len(quote.split()) <= 60


def test_a_saved_topic_is_marked_by_the_night_once(asked_once) -> None:
    folder, _ = asked_once
    config = load((CONFIG,))
    with closing(open_store(folder / "command" / "diembao.db", lambda: morning(1))) as store:
        (topic,) = store.topics()
        assert (topic.name, topic.query, topic.since_hours) == ("rac", "rác phường An Biên", 168)
        before = topic.articles
        assert before >= 4
        other = asked("phường An Biên", config, since=timedelta(days=3))
        assert save_topic(store, config, "phuong", other, by="ban-tin") is None
        run_id = store.begin_run("nightly", morning(1).date()).run_id
        marked = mark_topics(store, config, run_id)
        assert marked["rac"] == 0
        assert marked["phuong"] >= 4
        assert mark_topics(store, config, run_id) == {"phuong": 0, "rac": 0}
        store.close_topic("rac", "lan")
        assert set(mark_topics(store, config, run_id)) == {"phuong"}


NAMES = Names(load_gazetteer(load(()).folders))


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("Nguyễn Văn An", False),
        ('"Nguyễn Văn An"', False),
        ("nguyen van an", False),
        ("tran thi hoa", False),
        ("ông Trần Hùng", False),
        ("Hùng", False),
        ("Trần Hùng -rác", False),
        ("-rác", False),
        ("phóng viên Trần Hà", False),
        ("Nhà báo Hùng", False),
        ("phong vien tran ha", False),
        ("nguyên Phó Giám đốc Phùng Văn Thanh", False),
        ("Chủ tịch Nguyễn Văn An", False),
        ("bị can Lê Thị B", False),
        ("Lê Chân", True),
        ("phóng viên bị hành hung", True),
        ("nhà báo", True),
        ("Chủ tịch UBND", True),
        ("Sở GTVT", True),
        ("UBND TP", True),
        ("giám đốc bệnh viện", True),
        ("Giám đốc Sở Xây dựng", True),
        ("Nguyễn Văn An Sở Xây dựng", True),
        ("cảng Đình Vũ", True),
        ("giá thị trường", True),
        ("bãi rác", True),
        ("Hải Phòng", True),
    ],
)
def test_a_persons_name_alone_is_no_topic(words: str, allowed: bool) -> None:
    assert (refusal(words, NAMES) is None) is allowed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "what is the topic"),
        (("--", "-rác"), "what is the topic"),
        (("rác", "--since", "soon"), "no length of time"),
        (("rác", "--outlets", "khong-co"), "no such outlet"),
        (("rác", "--for", "1h"), "give --follow"),
        (("--saved", "khong-co"), "no open topic"),
        (("--close", "khong-co"), "no open topic"),
        (("--save", "x", "Nguyễn Văn An"), "person's name alone"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told(arguments, says, tmp_path, monkeypatch) -> None:
    from typer.testing import CliRunner

    from diembao.main import app

    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.setenv("DIEMBAO_DATABASE_URL", "")
    done = CliRunner().invoke(app, ["topic", *arguments])
    assert done.exit_code == 2
    assert says in re.sub(r"\s+", " ", done.stderr)


def test_search_narrows_by_body_and_prints_lines_and_csv(asked_once, monkeypatch) -> None:
    from typer.testing import CliRunner

    from diembao.main import app

    folder, _ = asked_once
    monkeypatch.setenv("DIEMBAO_HOME", str(folder / "command"))
    monkeypatch.setenv("DIEMBAO_DATABASE_URL", "")

    def search(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["search", *arguments])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    lines = [json.loads(line) for line in search("rac", "--json", "--limit", "3").splitlines()]
    assert len(lines) == 3
    keys = ["article_id", "title", "outlet", "published_at", "url", "excerpt", "why"]
    assert all(list(line)[:7] == keys and line["published_at"].endswith("+07:00") for line in lines)
    table = list(csv.DictReader(io.StringIO(search("rác", "--body", "phường An Biên", "--csv"))))
    assert len(table) >= 4
    assert search("rác", "--body", "phường Đồ Sơn", "--json") == ""
    assert search("rác", "--outlet", "bao-cang", "--json").count("\n") == 1
    assert search("rác", "--until", "2026-09-01", "--json") == ""
    assert CliRunner().invoke(app, ["search", "rác", "--body", "khong-co"]).exit_code == 2
    nothing = CliRunner().invoke(app, ["search", "rac thải quặng"])
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "without any (rac thai quang) none" in nothing.stderr
    assert "diacritic" not in CliRunner().invoke(app, ["search", "qwx"]).stderr
    with closing(sqlite3.connect(folder / "command" / "diembao.db")) as store:
        rows = store.execute("select query, filters, found from query_log where command = 'search'").fetchall()
    assert len(rows) == 7
    assert any(json.loads(row[1]) == {"body": ["phường An Biên"]} and row[2] >= 4 for row in rows)
