"""Downloader middleware: redirects, each judged like a new request; loops and endless chains end in an error."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy.exceptions import NotConfigured
from w3lib.url import safe_url_string

from crawler.context import context_of
from crawler.errors import RedirectLoopError, RefusedAddressError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST = 8_192
"""Bytes of a Location: servers refuse request lines that are longer."""


class RedirectMiddleware:
    """Follows Location up to `crawl.max_redirects` times. Bodies, Refresh headers and meta tags are not obeyed."""

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RedirectMiddleware:
        """Off without a context: Scrapy's own is off too, so `scrapy shell` shows the redirect itself."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        return cls(context.crawl.max_redirects)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request for the target, or the response when it is no redirect. RedirectLoopError when it goes round."""
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location:
            return response
        target = resolved(response.url, location)
        been = (*request.meta.get("been", ()), request.url)
        if target in been:
            raise RedirectLoopError(f"back to {target} after {len(been)} redirect(s)")
        if len(been) > self._most:
            raise RedirectLoopError(f"more than {self._most} redirects")
        meta = {key: value for key, value in request.meta.items() if key not in {"download_slot", "tries"}}
        return request.replace(url=target, meta=meta | {"been": been}, dont_filter=True)


def resolved(base: str, location: bytes) -> str:
    """The absolute URL of a Location header, without fragment; UTF-8 in it is taken as such.

    RefusedAddressError for what is no address at all (`http://[`) or longer than `LONGEST`.
    """
    if len(location) > LONGEST:
        raise RefusedAddressError(f"an address of {len(location)} bytes")
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        return safe_url_string(urljoin(base, text.strip())).partition("#")[0]
    except ValueError:
        raise RefusedAddressError("not a web address") from None
