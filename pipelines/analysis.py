"""Scrapy shell: pages are read in worker processes, off the reactor; teasers are made where a page could not be had."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import NotConfigured

from crawler.context import Context, context_of
from crawler.failure import error_id
from crawler.run import at_end
from pipelines.analyse import teaser_article
from pipelines.pool import AnalysisPool
from storage.drift import drifted
from storage.records import FateWord, Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.visited import Visited
    from gazetteer.records import Gazetteer
    from storage.records import Article, FrontierRow, Page

logger = logging.getLogger(__name__)

_pools: dict[tuple[Any, ...], AnalysisPool] = {}


def shared_pool(context: Context) -> AnalysisPool:
    """The pool for this configuration: six nights in one process start their workers once."""
    wanted = context.config.settings.analysis
    key = (context.config.folders, wanted.workers, wanted.page_seconds)
    if key not in _pools:
        _pools[key] = AnalysisPool(context.config.folders[1:], workers=wanted.workers, page_seconds=wanted.page_seconds)
        at_end(stop_pools)
    return _pools[key]


def stop_pools() -> None:
    """End all workers."""
    while _pools:
        _pools.popitem()[1].stop()


@lru_cache(maxsize=1)
def _gazetteer(folders: tuple[Path, ...]) -> Gazetteer:
    from gazetteer.load import load

    return load(folders)


class AnalysisPipeline:
    """Turns a page into an outcome."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = shared_pool(context)
        # Their rules are not trusted in this crawl.
        self._drifted = frozenset(drifted(context.store, context.config.outlets.values(), now=context.clock()))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AnalysisPipeline:
        """As Scrapy makes it."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        return cls(context)

    async def process_item(self, item: Visited) -> Visited:
        """The item with its outcome."""
        outcome = item.outcome
        if outcome is not None:
            keep = item.keep_teaser
        else:
            assert item.page is not None  # noqa: S101 - one of the two is there, by the item's own rule
            further = tuple(each.page for each in item.more if each.page is not None)
            done = await self._read(item.page, item.row, further)
            outcome = replace(done, url=item.row.url, outlet_id=item.row.outlet_id)
            keep = outcome.fate == FateWord.TOO_SLOW
            if outcome.fate != FateWord.STORED and not keep:
                outcome = replace(outcome, article=None)
        if keep and outcome.article is None:
            outcome = replace(outcome, article=self._teaser(item.row))
        return replace(item, outcome=outcome)

    def close_spider(self) -> None:
        """End the workers where nobody else will: a `scrapy crawl` is the only crawl of its process."""
        if self._context.own_run:
            stop_pools()

    async def _read(self, page: Page, row: FrontierRow, further: tuple[Page, ...]) -> Outcome:
        """What a worker makes of the page; a pool that fails us is our failure, with an error id."""
        trusted = row.outlet_id not in self._drifted
        try:
            return await asyncio.wrap_future(
                self._pool.submit(page, teaser=row.teaser, trusted=trusted, further=further)
            )
        except Exception as error:
            told = error_id(error)
            self._context.tally.errors.append(told)
            logger.exception("error id %s at %s", told, row.url)
            return Outcome(url=row.url, outlet_id=row.outlet_id, fate=FateWord.FAILED, detail=f"error id {told}")

    def _teaser(self, row: FrontierRow) -> Article | None:
        """What the feed said, as an article; None where it gave no title."""
        outlet = self._context.config.outlets.get(row.outlet_id)
        if row.teaser is None or outlet is None:
            return None
        gazetteer = _gazetteer(self._context.config.folders)
        article = teaser_article(row.url, row.teaser, outlet=outlet, gazetteer=gazetteer, seen_at=self._context.clock())
        return replace(article, published_from="sitemap") if row.via == "sitemap" and article.published_at else article
