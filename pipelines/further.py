"""Scrapy shell: the further pages of an article that its outlet has spread over several, as politely as any page."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.aside import TooSlowError, aside
from crawler.context import Context, context_of
from crawler.fates import of_error
from crawler.guard import host_of
from crawler.visited import Visited, visited_page, visited_verdict
from pipelines.join import next_page
from storage.errors import StoreError
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.fates import Verdict

logger = logging.getLogger(__name__)

MOST_FURTHER = 5
"""Pages asked for beside the first: longer articles are rare, and a site that counts on for ever is not followed."""

_OK = 200
_MAYBE = (
    re.compile(rb"""rel\s*=\s*["']?next"""),
    re.compile(rb"[-_/](?:trang|page|p)[-_/]?\d{1,2}(?!\d)"),
    re.compile(rb"[?&](?:amp;)?(?:p|page|trang)=\d{1,2}(?!\d)"),
)
"""Without any of these, in lower case, a page leads to no further one, and need not be parsed to see it. Three, because
each begins with what is searched for quickly: one pattern for all, that ignores case, takes three times as long."""


def _maybe(body: bytes) -> bool:
    lower = body.lower()
    return any(sign.search(lower) for sign in _MAYBE)


class FurtherPagesPipeline:
    """Adds to a page the pages that go on with its article."""

    def __init__(self, context: Context, ask: Callable[[Request], Awaitable[Response]]) -> None:
        self._context, self._ask = context, ask

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FurtherPagesPipeline:
        """As Scrapy makes it."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured

        async def ask(request: Request) -> Response:
            return await crawler.engine.download_async(request)  # there is no engine yet while this is made

        return cls(context, ask)

    async def process_item(self, item: Visited) -> Visited:
        """The item with the further pages of its article.

        When one cannot be had, what there is is an article all the same; one that is stored already is checked again
        later, so that a bad moment of the site is no revision.
        """
        more: list[Visited] = []
        seen = {url_key(item.row.url)}
        last: Visited | None = item
        while last is not None and len(more) < MOST_FURTHER and (url := await _next(last)) is not None:
            if url_key(url) in seen:
                break
            seen.add(url_key(url))
            came = await self._page(url, item)
            if came is None or isinstance(came, Visited):
                last = came
                more += [came] if came is not None else []
            elif item.row.article_id is not None:
                return visited_verdict(item.row, came, self._context.clock())
            else:
                break
        return replace(item, more=tuple(more)) if more else item

    async def _page(self, url: str, item: Visited) -> Visited | Verdict | None:
        """A further page, the verdict on a passing failure, or None where there is no such page for us."""
        outlet = self._context.config.outlets.get(item.row.outlet_id)
        pace = self._context.pace(outlet) if outlet else self._context.crawl.pace_seconds
        meta = {"domains": (host_of(url),), "outlet": item.row.outlet_id, "pace": pace}
        try:
            response = await self._ask(Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the first page is there
            logger.info("%s: the next page of %s could not be had: %s", item.row.outlet_id, item.row.url, error)
            return of_error(error)
        return visited_page(item.row, response, self._context.clock()) if response.status == _OK else None


async def _next(item: Visited) -> str | None:
    """Where the article of a page goes on; None when it ends there."""
    page = item.page
    if page is None or page.status != _OK or not _maybe(page.body):
        return None
    try:
        return await aside(next_page, page)
    except TooSlowError:
        return None
