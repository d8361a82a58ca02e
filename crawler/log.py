"""Log lines a person can read: one a request, none with page text."""

# the signatures are Scrapy's:
# ruff: noqa: ANN401

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter

from crawler.redact import hide_secrets, one_line

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class Formatter(LogFormatter):
    """Items are never logged: they hold pages."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> Any:  # noqa: ARG002 - Scrapy's signature
        """`200 https://… (12,345 bytes)`."""
        return {
            "level": logging.INFO,
            "msg": "%(status)s %(url)s (%(size)s bytes)",
            "args": {
                "status": response.status,
                "url": one_line(hide_secrets(request.url)),
                "size": f"{len(response.body):,}",
            },
        }

    def scraped(self, item: Any, response: Any, spider: Spider) -> Any:  # noqa: ARG002 - Scrapy's signature
        """Nothing."""
        return None

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> Any:  # noqa: ARG002
        """The item's URL and the error's kind."""
        return {"level": logging.ERROR, "msg": "error while storing %(item)r", "args": {"item": item}}
