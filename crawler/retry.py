"""Downloader middleware: a few further tries for 5xx, timeouts and broken connections; Retry-After obeyed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, NotConfigured, ResponseDataLossError
from twisted.internet.error import ConnectionClosed

from crawler.context import Context, context_of
from crawler.errors import HeldError, UnreachableError
from crawler.guard import host_of
from crawler.pace import retry_after
from crawler.visited import header

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

PASSING = (DownloadTimeoutError, DownloadFailedError, ResponseDataLossError, ConnectionClosed, UnreachableError)
"""Failures that another try may mend."""

REACH_TRIES = 1
"""Further tries when no connection could be made at all: a second no is believed, so that a dead network ends soon."""

UNNAMED_PAUSE = 4
"""A 429 without Retry-After: this many paces of rest before the next try, doubled each time."""


class RetryMiddleware:
    """Tries again within the run; how often is `crawl.retries`. Each try takes its turn at the host's pace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryMiddleware:
        """Off without a context."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        return cls(context)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Another request, or the response as it is. HeldError when the host wants a longer pause than we wait."""
        if response.status != 429 and not 500 <= response.status < 600:  # noqa: PLR2004 - HTTP
            return response
        pause = None
        if response.status in {429, 503}:
            pause = retry_after(header(response, "Retry-After"), header(response, "Date"))
        if response.status == 429 and pause is None:  # noqa: PLR2004 - HTTP
            pause = request.meta.get("pace", 0.0) * UNNAMED_PAUSE * 2 ** request.meta.get("tries", 0)
        if pause:
            self._context.store.hold_host(host_of(request.url), pause)
            if pause > self._context.longest_wait:
                raise HeldError(f"{response.status}, to be asked again in {pause:.0f} s", pause)
        return self._again(request, self._context.crawl.retries, str(response.status)) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Another request for a failure that may pass, else None."""
        if not isinstance(exception, PASSING):
            return None
        tries = self._context.crawl.retries
        if isinstance(exception, UnreachableError):
            tries = min(REACH_TRIES, tries)
        return self._again(request, tries, type(exception).__name__)

    def _again(self, request: Request, most: int, why: str) -> Request | None:
        tries = request.meta.get("tries", 0)
        if tries >= most:
            return None
        logger.info("again (%d of %d): %s, %s", tries + 1, most, request.url, why)
        meta = {key: value for key, value in request.meta.items() if key != "download_slot"}
        return request.replace(meta=meta | {"tries": tries + 1}, dont_filter=True)
