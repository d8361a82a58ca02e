"""What a night ends in does not depend on who answers first, nor on how visits are batched."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.records import Discovered, FateWord, FeedPoll, Outcome, Teaser
from storage.schema import articles, fates, frontier, mentions, revisions
from storage.store import Store, open_store
from vietnamese.clock import fixed_clock

URLS = [f"https://bao.vn/{n}" for n in range(24)]


def first_night(article: Any, mention: Any) -> list[Outcome]:
    """Stored ones, twins that name another as canonical, teasers, failures."""
    made = []
    for n, url in enumerate(URLS):
        canonical = URLS[n - 1] if n % 6 == 1 else url
        full = article(url, f"Tin {n}", canonical_url=canonical, mentions=(mention(),))
        teaser = article(url, f"Tin {n}", body=None)
        by_kind = {
            2: Outcome(url=url, outlet_id="bao", fate=FateWord.HTTP_5XX, article=teaser),
            3: Outcome(url=url, outlet_id="bao", fate=FateWord.NOT_ARTICLE),
            4: Outcome(url=url, outlet_id="bao", fate=FateWord.ROBOTS, article=teaser),
        }
        made.append(by_kind.get(n % 6, Outcome(url=url, outlet_id="bao", fate=FateWord.STORED, article=full)))
    return made


def second_night(article: Any, mention: Any) -> list[Outcome]:
    """Revisions, upgrades (one of them found to be another's twin), removals."""
    made = []
    for n, url in enumerate(URLS):
        if n % 12 == 0:
            made.append(Outcome(url=url, outlet_id="bao", fate=FateWord.GONE))
        elif n % 6 == 2:
            canonical = URLS[n + 3] if n == 2 else url
            full = article(url, f"Tin {n} đủ", canonical_url=canonical, mentions=(mention(),))
            made.append(Outcome(url=url, outlet_id="bao", fate=FateWord.STORED, article=full))
        elif n % 6 == 5:
            full = article(url, f"Tin {n} sửa", mentions=(mention(), mention(start=9, end=13)))
            made.append(Outcome(url=url, outlet_id="bao", fate=FateWord.STORED, article=full))
    return made


def play(store: Store, nights: list[list[Outcome]], chance: random.Random | None, morning: Any) -> dict[str, Any]:
    for outcomes in nights:
        run_id = store.begin_run("nightly", morning).run_id
        feeds = ["https://bao.vn/1.rss", "https://bao.vn/2.rss"]
        if chance:
            chance.shuffle(feeds)
        for feed in feeds:
            poll = FeedPoll(feed_url=feed, outlet_id="bao", polled_at=store.clock(), status=200)
            teaser = Teaser(title="Tin", sapo=feed)
            items = [Discovered(url=url, outlet_id="bao", via="feed", via_url=feed, teaser=teaser) for url in URLS]
            store.discover(run_id, poll, chance.sample(items, len(items)) if chance else items)
        left = chance.sample(outcomes, len(outcomes)) if chance else list(outcomes)
        while left:
            size = chance.randint(1, 9) if chance else len(left)
            store.commit(run_id, left[:size])
            left = left[size:]
        store.close_fates(run_id)
        store.finish_run(run_id, "done")
    tables = (articles, revisions, mentions, fates, frontier)
    return {table.name: sorted(repr(sorted(row.items())) for row in store.rows(select(table))) for table in tables}


def test_any_order_and_any_batches_end_in_the_same_rows(
    tmp_path: Path, article: Any, mention: Any, morning: Any
) -> None:
    nights = [first_night(article, mention), second_night(article, mention)]
    clock = fixed_clock(datetime(2026, 9, 9, 20, 0, tzinfo=UTC))
    calm = open_store(tmp_path / "calm.db", clock)
    expected = play(calm, nights, None, morning)
    calm.close()
    words = [row.split("'fate', '")[1].split("'")[0] for row in expected["fates"]]
    assert set(words) >= {"stored", "duplicate", "http-5xx", "robots", "gone", "revised", "not-article", "unchanged"}
    for seed in range(8):
        store = open_store(tmp_path / f"{seed}.db", clock)
        assert play(store, nights, random.Random(seed), morning) == expected, seed
        store.close()
