"""The shells of analysis and store: batches, teasers beside fates, our own failures told with an id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.loader import BUILTIN, Config
from config.model import Outlet, Settings
from config.places import Places
from crawler.context import Context
from crawler.visited import Visited
from pipelines.analysis import AnalysisPipeline
from pipelines.store import BATCH, StorePipeline
from storage.records import FateWord, FeedPoll, FrontierRow, Outcome, Page, Teaser
from storage.schema import articles, fates
from storage.store import open_store
from vietnamese.clock import fixed_clock

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
OUTLET = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", feeds=("http://bao.vn/rss",))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    store = open_store(f"sqlite:///{tmp_path / 'test.db'}", fixed_clock(NOW))
    store.sync_outlets([OUTLET])
    run = store.begin_run("nightly", NOW.date())
    config = Config(settings=Settings(), outlets={"bao": OUTLET}, folders=(BUILTIN,))
    yield Context(
        store=store,
        config=config,
        where=Places(home=tmp_path, database_url=""),
        run_id=run.run_id,
        clock=fixed_clock(NOW),
    )
    store.close()


def row(number: int = 0, *, via: Any = "feed") -> FrontierRow:
    return FrontierRow(
        url_key="", url=f"http://bao.vn/{number}", outlet_id="bao", via=via,
        teaser=Teaser(title="Cầu Bính", sapo="Sửa cầu", published_at=NOW), attempts=0, article_id=None, etag=None,
        last_modified=None,
    )  # fmt: skip


def settled(number: int, fate: FateWord = FateWord.HTTP_4XX, *, keep: bool = False, via: Any = "feed") -> Visited:
    outcome = Outcome(url=f"http://bao.vn/{number}", outlet_id="bao", fate=fate)
    return Visited(row=row(number, via=via), outcome=outcome, keep_teaser=keep)


class Pool:
    """Answers for the worker processes, whose own tests are elsewhere."""

    def __init__(self, answer: Outcome | Exception) -> None:
        self.answer = answer

    def submit(
        self, page: Page, *, teaser: Teaser | None, trusted: bool, further: tuple[Page, ...] = ()
    ) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        if isinstance(self.answer, Exception):
            future.set_exception(self.answer)
        else:
            future.set_result(self.answer)
        return future


def analysed(context: Context, item: Visited, pool: Pool | None = None) -> Outcome:
    pipeline = AnalysisPipeline.__new__(AnalysisPipeline)
    pipeline._context, pipeline._pool, pipeline._drifted = context, pool, frozenset()  # type: ignore[assignment]
    outcome = asyncio.run(pipeline.process_item(item)).outcome
    assert outcome is not None
    return outcome


def page() -> Visited:
    got = Page(
        url="http://bao.vn/0",
        requested_url="http://bao.vn/0",
        status=200,
        body=b"x",
        content_type=None,
        fetched_at=NOW,
        outlet_id="bao",
    )
    return Visited(row=row(), page=got)


def test_teaser_is_kept_where_the_page_could_not_be_had(context: Context) -> None:
    outcome = analysed(context, settled(1, FateWord.HTTP_5XX, keep=True))
    assert outcome.article is not None
    assert (outcome.fate, outcome.article.kind, outcome.article.title) == ("http-5xx", "teaser", "Cầu Bính")
    assert outcome.article.published_from == "feed"
    sitemap = analysed(context, settled(1, FateWord.HTTP_5XX, keep=True, via="sitemap")).article
    assert sitemap is not None
    assert sitemap.published_from == "sitemap"
    assert analysed(context, settled(1, FateWord.HTTP_4XX)).article is None


def test_no_title_no_teaser(context: Context) -> None:
    bare = settled(1, FateWord.TIMEOUT, keep=True)
    assert analysed(context, replace(bare, row=replace(bare.row, teaser=None))).article is None


@pytest.mark.parametrize(
    ("fate", "kept"), [(FateWord.TOO_SLOW, True), (FateWord.NO_TEXT, False), (FateWord.OFF_LANGUAGE, False)]
)
def test_page_without_article(context: Context, fate: FateWord, *, kept: bool) -> None:
    outcome = analysed(context, page(), Pool(Outcome(url="http://bao.vn/moved", outlet_id="", fate=fate)))
    assert (outcome.fate, outcome.url, outcome.outlet_id) == (fate, "http://bao.vn/0", "bao")
    assert (outcome.article is not None) is kept


def test_workers_that_fail_are_our_failure(context: Context) -> None:
    outcome = analysed(context, page(), Pool(RuntimeError("pool is gone")))
    assert outcome.fate == FateWord.FAILED
    assert outcome.detail == f"error id {context.tally.errors[0]}"
    again = analysed(context, page(), Pool(RuntimeError("pool is gone")))
    assert again.detail == outcome.detail, "the same defect has the same id"


def test_store_commits_in_batches_and_the_rest_at_the_end(context: Context) -> None:
    discovered = FeedPoll(feed_url="http://bao.vn/rss", outlet_id="bao", polled_at=NOW, status=200)
    context.store.discover(context.run_id, discovered, [])
    pipeline = StorePipeline(context, crawler=None)  # type: ignore[arg-type]

    async def go() -> list[int]:
        seen = []
        for number in range(BATCH + 3):
            pipeline.process_item(settled(number))
            seen.append(len(context.store.rows(fates.select())))
        pipeline.close_spider()
        return seen

    seen = asyncio.run(go())
    assert seen[BATCH - 2 :] == [0, BATCH, BATCH, BATCH, BATCH]
    assert len(context.store.rows(fates.select())) == BATCH + 3
    assert context.tally.fates == {"http-4xx": BATCH + 3}
    assert context.store.rows(articles.select()) == []


def test_store_commits_after_a_second_at_most(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.store.BATCH_SECONDS", 0.05)
    pipeline = StorePipeline(context, crawler=None)  # type: ignore[arg-type]

    async def go() -> None:
        pipeline.process_item(settled(1))
        await asyncio.sleep(0.15)

    asyncio.run(go())
    assert len(context.store.rows(fates.select())) == 1


def test_one_fate_a_url_however_often_it_comes(context: Context) -> None:
    pipeline = StorePipeline(context, crawler=None)  # type: ignore[arg-type]

    async def go() -> None:
        for fate in (FateWord.HTTP_5XX, FateWord.HTTP_4XX):
            pipeline.process_item(settled(1, fate))
            pipeline.close_spider()

    asyncio.run(go())
    assert [each["fate"] for each in context.store.rows(fates.select())] == ["http-5xx"]
    assert context.tally.fates == {"http-5xx": 1}
