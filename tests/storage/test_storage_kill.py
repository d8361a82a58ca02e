"""Processes: two that share a host's pace, one that is killed in the middle of everything."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import storage.commit
from gazetteer.mention import Mention
from storage.records import Article, Discovered, FateWord, FeedPoll, FrontierRow, Outcome, Teaser
from storage.schema import articles, fates, feeds, frontier, mentions, revisions, runs
from storage.store import Store, open_store
from storage.urls import article_id

NIGHT = datetime(2026, 9, 9, 20, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")
"""Forked, not started anew: the test is about the store, not about how long Python takes to begin."""


def claim(address: str, moments: Any, start: Any) -> None:
    store = open_store(address)
    start.wait()
    for _ in range(8):
        before = time.time()
        while wait := store.claim_host("bao.vn", 0.05):
            time.sleep(wait)
            before = time.time()
        moments.put((before, time.time()))
    moments.close()
    moments.join_thread()


def two_nights(address: str, begun: Any) -> None:
    """Two mornings; the second finds every title changed."""
    store = open_store(address, lambda: NIGHT)
    for morning in (date(2026, 9, 10), date(2026, 9, 11)):
        done = select(runs.c.run_id).where(runs.c.morning == morning.isoformat(), runs.c.finished_at.is_not(None))
        if not store.rows(done):
            one_night(store, morning, begun)
    store.close()


def one_night(store: Store, morning: date, begun: Any) -> None:
    run_id = store.begin_run("nightly", morning).run_id
    begun.set()
    for number in range(4):
        feed = f"https://bao.vn/{number}.rss"
        if not store.feed_polled(run_id, feed):
            poll = FeedPoll(feed_url=feed, outlet_id="bao", polled_at=NIGHT, status=200)
            urls = [f"https://bao.vn/{n}" for n in range(number * 20, number * 20 + 40)]
            store.discover(run_id, poll, [announced(url, feed, morning) for url in urls])
    due = store.due(run_id, "bao")
    for start in range(0, len(due), 10):
        store.commit(run_id, [visited(row) for row in due[start : start + 10]])
    store.close_fates(run_id)
    store.finish_run(run_id, "done")


def announced(url: str, feed: str, morning: date) -> Discovered:
    return Discovered(url=url, outlet_id="bao", via="feed", via_url=feed, teaser=Teaser(title=f"{url} {morning}"))


def visited(row: FrontierRow) -> Outcome:
    title = row.teaser.title if row.teaser else ""
    article = Article(
        article_id=article_id(row.url),
        outlet_id="bao",
        url=row.url,
        canonical_url=row.url,
        title=title,
        sapo="Sapo",
        paragraphs=("Thân " * 300,),
        about_city=True,
        content_hash=title[-20:],
        mentions=(
            Mention(entity_id="a", kind="agency", field="text", start=0, end=4, surface="Thân", rule="r", confidence=1),
        ),
    )
    return Outcome(url=row.url, outlet_id="bao", fate=FateWord.STORED, article=article)


def dump(address: str) -> dict[str, list[Any]]:
    """Every row that must not depend on kills, in order."""
    store = open_store(address)
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    tables = (articles, revisions, mentions, fates, frontier, feeds, runs)
    found: dict[str, list[Any]] = {
        table.name: sorted(repr(sorted(row.items())) for row in store.rows(select(table))) for table in tables
    }
    found["search"] = sorted(hit.article_id for hit in store.search("than", 500))
    store.close()
    return found


def test_two_processes_keep_one_hosts_pace(store_url: str) -> None:
    open_store(store_url).close()
    moments, start = FORK.Queue(), FORK.Event()
    both = [FORK.Process(target=claim, args=(store_url, moments, start)) for _ in range(2)]
    for process in both:
        process.start()
    start.set()
    at = sorted(moments.get(timeout=60) for _ in range(16))
    for process in both:
        process.join()
        process.close()
    moments.close()
    # A turn was given somewhere between its two moments: on a busy machine the later one is noted long after it.
    apart = [max(later[1] - earlier[0], earlier[1] - later[0]) for earlier, later in pairwise(at)]
    assert min(apart) >= 0.05 - 0.001
    assert at[-1][1] - at[0][0] >= 0.05 * 15 - 0.001


def test_hold_lasts_and_never_shortens(store: Any) -> None:
    store.hold_host("bao.vn", 50)
    store.hold_host("bao.vn", 1)
    assert 40 < store.claim_host("bao.vn", 10) <= 50
    assert 40 < store.claim_host("bao.vn", 10) <= 50, "nothing is reserved by asking"
    assert store.claim_host("khac.vn", 1.0) == 0


def test_a_longer_pace_counts_from_the_last_request_of_anybody(store: Any) -> None:
    assert store.claim_host("bao.vn", 0.01) == 0
    time.sleep(0.02)
    assert 5 < store.claim_host("bao.vn", 10) <= 10, "robots.txt was asked at our pace, pages at the site's"
    assert store.claim_host("bao.vn", 0.01) == 0


def test_nights_killed_at_any_moment_end_as_undisturbed_ones(store_url: str, tmp_path: Path) -> None:
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    started = time.monotonic()
    two_nights(calm, FORK.Event())
    lasts = time.monotonic() - started
    chance = random.Random(7)
    kills = 0
    for _ in range(8):
        begun = FORK.Event()
        process = FORK.Process(target=two_nights, args=(store_url, begun))
        process.start()
        begun.wait(5)
        time.sleep(chance.uniform(0, lasts / 4))
        process.kill()
        process.join()
        kills += process.exitcode == -signal.SIGKILL
        process.close()
    two_nights(store_url, FORK.Event())
    assert kills >= 2
    assert dump(store_url) == dump(calm)
    assert len(dump(calm)["revisions"]) == 100


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        # Articles, revisions and mentions are written, index, frontier and fates are not.
        patched.setattr(storage.commit, "index_articles", die)
        process = FORK.Process(target=two_nights, args=(store_url, FORK.Event()))
        process.start()
        process.join()
    assert process.exitcode == -signal.SIGKILL
    process.close()
    store = open_store(store_url)
    assert store.rows(select(articles)) == store.rows(select(mentions)) == []
    assert len(store.rows(select(fates).where(fates.c.fate.is_(None)))) == 100
    assert len(store.due("nightly-20260910", "bao")) == 100
    store.close()
