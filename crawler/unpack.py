"""Downloader middleware: Scrapy's decompression, with bombs and broken streams told apart from our own failures."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.errors import BrokenAnswerError, TooBigError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class UnpackMiddleware:
    """Unpacks gzip, deflate, br and zstd up to the size limit."""

    def __init__(self, crawler: Crawler) -> None:
        self._inner = HttpCompressionMiddleware.from_crawler(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UnpackMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say what we can unpack."""
        self._inner.process_request(request)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The unpacked response. TooBigError for a bomb, BrokenAnswerError for a stream that cannot be unpacked."""
        try:
            return self._inner.process_response(request, response)
        except IgnoreRequest as error:
            raise TooBigError("too big when unpacked") from error
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise BrokenAnswerError(f"broken compression ({type(error).__name__})") from error
