"""Downloader middleware: judges every request before anything is sent, redirects and robots.txt included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.context import context_of
from crawler.errors import ForeignHostError, RefusedAddressError
from crawler.guard import Guard, host_of, within

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class GateMiddleware:
    """Private addresses and foreign hosts stay outside; every request says who asks."""

    def __init__(self, crawler: Crawler) -> None:
        context = context_of(crawler)
        self._guard = context.guard if context else Guard()
        self._user_agent = context.crawl.user_agent if context else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GateMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """RefusedAddressError or ForeignHostError when the request may not be made."""
        check(self._guard, request.url, request.meta)
        if self._user_agent:
            request.headers["User-Agent"] = self._user_agent


def check(guard: Guard, url: str, meta: dict[str, Any]) -> None:
    """Raise RefusedAddressError or ForeignHostError when `url` may not be asked for.

    `meta["domains"]` are the domains this request may go to; without them any public host will do.
    """
    if reason := guard.private(url):
        raise RefusedAddressError(reason)
    domains = meta.get("domains")
    if domains is not None and not within(host_of(url), domains):
        raise ForeignHostError(f"foreign-host: {host_of(url)}")
    if reason := guard.refuses(url):
        raise RefusedAddressError(reason)
