"""Scrapy shell: every page is kept in a WARC file before it is read, and knows where."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from scrapy.exceptions import NotConfigured
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.context import Context, context_of
from crawler.failure import error_id
from vietnamese.clock import to_local, to_utc

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler

    from crawler.visited import Visited
    from storage.records import Page

logger = logging.getLogger(__name__)


class Archive:
    """Appends pages to `archive/YYYY/MM/DD/<run>-<part>.warc.gz`; a new part for every process.

    Each record is its own gzip member and is flushed before its place is handed out: what a kill leaves torn is at
    the end of a file that nobody writes to again.
    """

    def __init__(self, folder: Path, run_id: str) -> None:
        self._folder, self._run_id = folder, run_id
        self._file: BinaryIO | None = None
        self._name = ""

    def add(self, page: Page, visited: Visited) -> str:
        """Write response and request of `page`; returns `FILE#OFFSET` of the response, FILE below the folder."""
        file = self._file or self._open(page)
        offset = file.tell()
        status = StatusAndHeaders(str(page.status), list(visited.response_headers), "HTTP/1.1")
        host, slash, path = page.url.partition("//")[2].partition("/")
        line = f"GET {slash or '/'}{path} HTTP/1.1"
        asked = StatusAndHeaders(line, [("Host", host), *visited.request_headers], is_http_request=True)
        for kind, headers, body in (("response", status, page.body), ("request", asked, b"")):
            self._write(file, page, kind, headers, body)
        file.flush()
        return f"{self._name}#{offset}"

    @staticmethod
    def _write(file: BinaryIO, page: Page, kind: str, headers: StatusAndHeaders, body: bytes) -> None:
        writer = WARCWriter(file, gzip=True)
        record = writer.create_warc_record(
            page.url,
            kind,
            payload=BytesIO(body),
            length=len(body),  # told, so that nothing is copied into a temporary file
            http_headers=headers,
            warc_headers_dict={"WARC-Date": to_utc(page.fetched_at).strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        writer.write_record(record)

    def close(self) -> None:
        """Close the file, if one was needed."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, page: Page) -> BinaryIO:
        """The first part of this run and day that does not exist yet."""
        day = to_local(page.fetched_at).strftime("%Y/%m/%d")
        folder = self._folder / day
        folder.mkdir(parents=True, exist_ok=True)
        part = 1
        while True:
            self._name = f"{day}/{self._run_id}-{part}.warc.gz"
            try:
                self._file = (self._folder / self._name).open("xb")
            except FileExistsError:
                part += 1
            else:
                return self._file


class ArchivePipeline:
    """Gives each page that may become an article its `raw_ref`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._archive = Archive(context.where.archive, context.run_id)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """As Scrapy makes it."""
        context = context_of(crawler)
        if context is None:
            raise NotConfigured
        return cls(context)

    def process_item(self, item: Visited) -> Visited:
        """The item, its page archived. A disk that is full costs the raw page, not the article."""
        if item.page is None or not _readable(item.page.content_type):
            return item
        try:
            raw_ref = self._archive.add(item.page, item)
        except OSError as error:
            told = error_id(error)
            self._context.tally.errors.append(told)
            logger.error("error id %s: the page of %s could not be archived", told, item.row.url, exc_info=error)  # noqa: TRY400
            return item
        return replace(item, page=replace(item.page, raw_ref=raw_ref))

    def close_spider(self) -> None:
        """Close the file."""
        self._archive.close()


def _readable(content_type: str | None) -> bool:
    """Text, HTML or XML, or not said: what an article may come from. Pictures and PDFs are not kept."""
    return content_type is None or any(word in content_type.lower() for word in ("text/", "html", "xml"))
