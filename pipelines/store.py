"""Scrapy shell: outcomes are committed in batches; a store that fails stops the crawl, what it missed is spooled."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

from crawler.context import Context, context_of
from crawler.failure import error_id
from pipelines.removal import forget_removed
from storage import spool
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.visited import Visited
    from storage.records import Outcome

logger = logging.getLogger(__name__)

BATCH = 50
BATCH_SECONDS = 1.0


class StorePipeline:
    """Commits after `BATCH` outcomes or `BATCH_SECONDS`, and at the end whatever is left."""

    def __init__(self, context: Context, crawler: Crawler) -> None:
        self._context, self._crawler = context, crawler
        self._waiting: list[Outcome] = []
        self._told: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """As Scrapy makes it."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        return cls(context, crawler)

    def open_spider(self) -> None:
        """Write what an earlier crawl had to spool, before anything is asked."""
        try:
            written = spool.drain(self._context.where.spool, self._context.store)
        except StoreError as error:
            logger.warning("what waits in the spool goes on waiting: %s", error)
        else:
            if written:
                logger.info("%d outcomes came from the spool", written)

    def process_item(self, item: Visited) -> Visited:
        """The item, its outcome on its way into the store."""
        if item.outcome is not None:
            self._waiting.append(item.outcome)
        if len(self._waiting) >= BATCH:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._flush)
        return item

    def close_spider(self) -> None:
        """Commit what is left; overwrite the pages of what turned out to be gone."""
        self._flush()
        if self._context.failure is not None:
            return
        try:
            erased = forget_removed(self._context.store, self._context.where.archive)
        except StoreError as error:
            self._context.failure = error
        except (OSError, ValueError) as error:
            told = error_id(error)
            self._context.tally.errors.append(told)
            logger.error("error id %s: a removed page could not leave the archive", told, exc_info=error)  # noqa: TRY400
        else:
            if erased:
                logger.info("%d records of removed pages left the archive", erased)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        if self._context.failure is not None:
            self._keep(batch)
            return
        try:
            fates = self._context.store.commit(self._context.run_id, batch)
        except StoreError as error:
            self._keep(batch)
            self._stop(error)
            return
        tally = self._context.tally
        for fate in fates:
            if fate.url in self._told:
                continue
            self._told.add(fate.url)
            tally.fates[str(fate.fate)] += 1
            logger.info("%s %s%s", fate.fate, fate.url, f" ({fate.detail})" if fate.detail else "")
        tally.tell()

    def _keep(self, batch: list[Outcome]) -> None:
        """Spool what the store did not take; where the disk takes nothing either, the pages are asked for again."""
        try:
            file = spool.keep(self._context.where.spool, self._context.run_id, batch)
        except OSError as error:
            logger.error("%d outcomes are lost, their pages will be asked for again: %s", len(batch), error)  # noqa: TRY400
        else:
            logger.warning("%d outcomes wait in %s", len(batch), file)

    def _stop(self, error: StoreError) -> None:
        """Nothing more is asked: what cannot be stored would be asked again anyway."""
        self._context.failure = error
        logger.error("%s; the crawl stops, what was stored stays", error)
        engine = self._crawler.engine
        if engine.running and engine.spider is not None:
            self._stopping = asyncio.ensure_future(engine.close_spider_async(reason="store-error"))
