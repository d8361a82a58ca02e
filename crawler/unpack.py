"""Downloader middleware: Scrapy's decompression, with bombs and broken streams told apart from our own failures."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

from crawler.errors import BrokenAnswerError, TooBigError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class UnpackMiddleware(HttpCompressionMiddleware):
    """Unpacks gzip, deflate, br and zstd up to the size limit."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The unpacked response. TooBigError for a bomb, BrokenAnswerError for a stream that cannot be unpacked."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise TooBigError(
                f"more than {request.meta.get('download_maxsize', self._max_size)} bytes unpacked"
            ) from error
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise BrokenAnswerError(f"broken compression ({type(error).__name__})") from error
