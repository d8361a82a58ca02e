"""An import end to end: real stores, the real command, and a kill in the middle."""

from __future__ import annotations

import json
import lzma
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config.loader import load
from config.places import CHECKOUT
from night.import_file import Item, ItemFile, read_items
from night.importing import ItemClock, batches, chunks, import_items
from storage.records import Article, Discovered, FateWord, FeedPoll, Outcome, Teaser
from storage.store import open_store
from storage.urls import article_id
from storage.views import v1_articles, v1_fates, v1_issue_articles, v1_mentions, v1_outlets, v1_runs

CORPUS = CHECKOUT.parent / "shared" / "corpus" / "feeds" / "items-2026-06.jsonl.xz"
START = datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
PARTS = (
    "v1_articles",
    "v1_mentions",
    "v1_issue_articles",
    "v1_issues",
    "v1_fates",
    "v1_outlets",
    "v1_runs",
    "frontier",
)


def row(number: int, title: str, *, host: str = "vnexpress.net", seconds: float = 0, summary: str = "") -> dict:
    fetched = START + timedelta(seconds=seconds)
    return {
        "title": title,
        "link": f"https://{host}/bai-{number}.html",
        "summary": summary or f"<p>Đoạn mở đầu của bài số {number}.</p>",
        "source": "Nguồn",
        "published": (fetched - timedelta(hours=1)).isoformat(),
        "fetched": fetched.isoformat(),
    }


ROWS = [
    row(1, "Hải Phòng: Sở Xây dựng kiểm tra chung cư cũ ở phường Lê Chân", summary="Sở Xây dựng lập hai tổ kiểm tra."),
    row(2, "Giá vàng thế giới đi ngang", seconds=3),
    row(3, "Sở Xây dựng Hải Phòng kiểm tra chung cư cũ ở Lê Chân", host="tuoitre.vn", seconds=3_600,
        summary="Hai tổ kiểm tra của Sở Xây dựng làm việc tại phường Lê Chân."),
    row(4, "Thủy Nguyên khởi công trường mới", host="trang-la.vn", seconds=90_000),
]  # fmt: skip


def file_of(folder, rows, name="items.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def clock() -> ItemClock:
    return ItemClock(START)


@pytest.fixture
def store(store_url, clock):
    opened = open_store(store_url, clock)
    yield opened
    opened.close()


@pytest.fixture
def play(store, clock):
    """Import a file into the store of the test."""
    return lambda path: import_items(read_items(path), store=store, clock=clock, config=load())


def test_items_become_tagged_and_grouped_teasers(play, store, tmp_path) -> None:
    result = play(file_of(tmp_path, ROWS))
    assert result.run_id == "import-20260604"
    assert (result.items, result.new, result.unconfigured) == (4, 4, ("trang-la.vn",))
    assert result.fates == {"teaser": 4}
    articles = {r["url"]: r for r in store.rows(select(v1_articles))}
    assert {r["kind"] for r in articles.values()} == {"teaser"}
    first = articles[ROWS[0]["link"]]
    assert first["about_city"] is True
    assert first["excerpt"] == "Sở Xây dựng lập hai tổ kiểm tra."
    assert first["published_at"] == START - timedelta(hours=1)
    assert first["first_seen_at"] == START + timedelta(seconds=3), "seen with the last item of its batch"
    assert articles[ROWS[2]["link"]]["first_seen_at"] == START + timedelta(hours=1)
    assert articles[ROWS[1]["link"]]["issue_id"] is None, "out of scope"
    assert first["issue_id"] is not None
    assert first["issue_id"] == articles[ROWS[2]["link"]]["issue_id"]
    assert len(store.rows(select(v1_issue_articles))) == result.issues["placed"]
    assert store.rows(select(v1_mentions).where(v1_mentions.c.article_id == first["article_id"]))
    outlets = {r["outlet_id"]: r for r in store.rows(select(v1_outlets))}
    assert outlets["trang-la-vn"]["active"] is False
    assert outlets["trang-la-vn"]["name"] == "trang-la.vn (chưa cấu hình)"
    assert outlets["vnexpress"]["active"] is True
    (run,) = store.rows(select(v1_runs))
    assert (run["kind"], run["outcome"], run["counts"]) == ("import", "done", {"teaser": 4})


def test_a_second_import_stores_nothing(play, store, tmp_path) -> None:
    path = file_of(tmp_path, ROWS)
    play(path)
    before = store.rows(select(v1_articles).order_by(v1_articles.c.article_id))
    result = play(path)
    assert (result.run_id, result.new) == ("import-20260604.2", 0)
    assert result.fates == {"unchanged": 4}
    assert result.issues["placed"] == 0
    assert store.rows(select(v1_articles).order_by(v1_articles.c.article_id)) == before


def test_another_title_in_the_same_file_later_is_a_revision(play, store, tmp_path) -> None:
    play(file_of(tmp_path, ROWS))
    changed = ROWS[1] | {"title": "Giá vàng thế giới bật tăng", "fetched": (START + timedelta(days=2)).isoformat()}
    result = play(file_of(tmp_path, [changed]))
    assert (result.new, result.fates) == (1, {"teaser": 1})
    (article,) = store.rows(select(v1_articles).where(v1_articles.c.url == changed["link"]))
    assert (article["title"], article["revision_count"]) == ("Giá vàng thế giới bật tăng", 1)
    assert article["first_seen_at"] == START + timedelta(seconds=3)


def test_what_the_crawl_knows_better_is_left_alone(play, store, clock, tmp_path) -> None:
    """A full article stays full; a URL that the crawl has yet to fetch stays due."""
    clock.at = START - timedelta(days=1)
    run = store.begin_run("nightly", START.date())
    found = [
        Discovered(url=r["link"], outlet_id="vnexpress", via="feed", via_url="f", teaser=Teaser(title=r["title"]))
        for r in ROWS[:2]
    ]
    poll = FeedPoll(feed_url="f", outlet_id="vnexpress", polled_at=clock(), status=200)
    store.discover(run.run_id, poll, found)
    url = ROWS[0]["link"]
    full = Article(
        article_id=article_id(url), outlet_id="vnexpress", url=url, canonical_url=url, title="Bản đầy đủ", sapo=None,
        paragraphs=("Thân bài.",), content_hash="x",
    )  # fmt: skip
    store.commit(run.run_id, [Outcome(url=url, outlet_id="vnexpress", fate=FateWord.STORED, article=full)])
    store.finish_run(run.run_id, "done")
    result = play(file_of(tmp_path, ROWS))
    assert result.new == 2
    fates = {r["url"]: r["fate"] for r in store.rows(select(v1_fates).where(v1_fates.c.run_id == result.run_id))}
    assert fates == {
        ROWS[0]["link"]: "unchanged",
        ROWS[1]["link"]: "deferred",
        ROWS[2]["link"]: "teaser",
        ROWS[3]["link"]: "teaser",
    }
    (kept,) = store.rows(select(v1_articles).where(v1_articles.c.url == url))
    assert (kept["kind"], kept["title"]) == ("full", "Bản đầy đủ")


def test_nothing_to_import_writes_nothing(store, clock) -> None:
    empty = ItemFile(name="a", items=(), repeated=0, faults=())
    assert import_items(empty, store=store, clock=clock, config=load()) is None
    assert store.rows(select(v1_runs)) == []


def test_batches_are_cut_by_the_items_alone() -> None:
    def item(n, seconds):
        at = START + timedelta(seconds=seconds)
        return Item(line=n, url=f"https://a.vn/{n}", title="t", summary="", published=None, fetched=at)

    items = [item(n, n // 300 * 60) for n in range(1_200)] + [item(1_200, 185), item(1_201, 191)]
    cut = list(batches(items))
    assert [len(batch) for batch in cut] == [200, 100, 200, 100, 200, 100, 200, 101, 1]
    assert [one for batch in cut for one in batch] == items
    assert [sum(map(len, chunk)) for chunk in chunks(iter(cut))] == [1_100, 102]
    assert [batch for chunk in chunks(iter(cut)) for batch in chunk] == cut


def diembao(home, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "diembao", *arguments]


def environment(home) -> dict[str, str]:
    return os.environ | {"DIEMBAO_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""}


def run(home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        diembao(home, *arguments), env=environment(home), capture_output=True, text=True, timeout=120, check=False
    )


def dump(home) -> dict[str, list]:
    with sqlite3.connect(home / "diembao.db") as store:
        return {part: sorted(store.execute(f"select * from {part}"), key=repr) for part in PARTS}


def test_the_command_names_bad_rows_and_ends_with_3(tmp_path) -> None:
    path = file_of(tmp_path, [*ROWS, {"title": "không có liên kết"}, *[{}] * 25])
    done = run(tmp_path / "home", "import", str(path))
    assert done.returncode == 3, done.stderr
    assert "import-20260604: 4 items, 4 stored, 0 known already" in done.stdout
    assert "hosts of no configured outlet: trang-la.vn" in done.stdout
    assert "26 rows could not be used" in done.stderr
    assert "line 5: no link, fetched" in done.stderr
    assert "and 6 more" in done.stderr
    assert run(tmp_path / "home", "import", str(file_of(tmp_path, ROWS))).returncode == 0


@pytest.mark.parametrize(
    ("body", "says"), [(b"<rss/>\n", "no usable row"), (None, "none.jsonl"), (b"\xfd7zXZ\x00bad", "damaged xz")]
)
def test_the_command_ends_with_2_where_it_cannot_read(tmp_path, body, says) -> None:
    path = tmp_path / ("none.jsonl.xz" if body and body.startswith(b"\xfd") else "none.jsonl")
    if body is not None:
        path.write_bytes(body)
    done = run(tmp_path / "home", "import", str(path))
    assert done.returncode == 2, done.stderr
    assert says in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_empty_file_is_done_and_writes_nothing(tmp_path) -> None:
    done = run(tmp_path / "home", "import", str(file_of(tmp_path, [])))
    assert (done.returncode, done.stdout) == (0, "items.jsonl: no items; nothing was written\n")
    assert not (tmp_path / "home").exists()


def test_the_demo_has_a_store_of_its_own(tmp_path) -> None:
    assert run(tmp_path / "home", "import", "--demo", str(file_of(tmp_path, ROWS))).returncode == 0
    assert (tmp_path / "home" / "demo" / "diembao.db").exists()
    assert not (tmp_path / "home" / "diembao.db").exists()


def test_killed_at_any_moment_it_continues_and_ends_in_the_same_rows(tmp_path) -> None:
    rows = [
        row(n, f"Hải Phòng: phường Lê Chân làm việc thứ {n % 40} trong tháng {n % 7}", seconds=n * 4)
        for n in range(600)
    ]  # fmt: skip
    path = file_of(tmp_path, rows)
    assert run(tmp_path / "whole", "import", str(path)).returncode == 0
    killed = 0
    for wanted in (1, 150, 600):
        home = tmp_path / "cut"
        process = subprocess.Popen(
            diembao(home, "import", str(path)), env=environment(home), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and _articles(home) < wanted:
            time.sleep(0.01)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert killed >= 2, "it was over before it could be killed"
    done = run(tmp_path / "cut", "import", str(path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("import-20260603: 600 items")
    assert dump(tmp_path / "cut") == dump(tmp_path / "whole")


def _articles(home) -> int:
    try:
        with sqlite3.connect(f"file:{home / 'diembao.db'}?mode=ro", uri=True) as store:
            return store.execute("select count(*) from articles").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_file(), reason="the June items (../shared/corpus/feeds) are not beside the checkout")
def test_items_as_real_feeds_announced_them(play, store, tmp_path) -> None:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as file:
        rows = sorted((json.loads(line) for line in file), key=lambda r: r["fetched"])[:1_200]
    path = file_of(tmp_path, rows)
    result = play(path)
    assert (result.items, result.new, result.fates) == (1_200, 1_200, {"teaser": 1_200})
    articles = store.rows(select(v1_articles))
    assert len({r["article_id"] for r in articles}) == 1_200
    assert all(r["published_at"] and "<" not in (r["excerpt"] or "") for r in articles)
    assert play(path).new == 0
