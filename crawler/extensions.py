"""Scrapy extension: how the crawl ended, in the log and in the result; a run of our own is finished here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.aside import stop_aside
from crawler.context import Context, context_of
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class ProgressExtension:
    """Counts go to the listener while the crawl runs (`crawler.tally`); this one tells the end."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        """Off without a context."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        extension = cls(context)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        """Say that the crawl begins."""
        logger.info("run %s: begins", self._context.run_id)

    def closed(self, spider: Spider, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Say how it ended; finish a run that `scrapy crawl` began. One that was interrupted stays open: it goes on."""
        context = self._context
        context.reason = reason
        if context.own_run:
            stop_aside()
        fates = ", ".join(f"{word} {count}" for word, count in sorted(context.tally.fates.items())) or "none"
        logger.info("run %s: %s after %d requests, fates: %s", context.run_id, reason, context.tally.requests, fates)
        if reason == "finished" and context.failure is None:
            try:
                context.finish("partial" if context.tally.troubled else "done")
            except StoreError as error:
                context.failure = error
                logger.exception("the run could not be finished")
