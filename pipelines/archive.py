"""Scrapy shell: every page is kept in a WARC file before it is read, and knows where."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.context import Context, context_of
from vietnamese.clock import to_local, to_utc

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler

    from crawler.visited import Visited
    from storage.records import Page


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
        """Write request and response of `page`; returns `FILE#OFFSET` of the response record, FILE below the folder."""
        file = self._file or self._open(page)
        writer = WARCWriter(file, gzip=True)
        date = to_utc(page.fetched_at).strftime("%Y-%m-%dT%H:%M:%SZ")
        offset = file.tell()
        response = writer.create_warc_record(
            page.url,
            "response",
            payload=BytesIO(page.body),
            http_headers=StatusAndHeaders(
                visited.status_line.partition(" ")[2], list(visited.response_headers), "HTTP/1.1"
            ),
            warc_headers_dict={"WARC-Date": date},
        )
        target = page.url.partition("//")[2].partition("/")
        request = writer.create_warc_record(
            page.url,
            "request",
            http_headers=StatusAndHeaders(
                f"/{target[2]} HTTP/1.1",
                [("Host", target[0]), *visited.request_headers],
                is_http_request=True,
                protocol="GET",
            ),
            warc_headers_dict={"WARC-Date": date},
        )
        writer.write_record(response)
        writer.write_record(request)
        file.flush()
        return f"{self._name}#{offset}"

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
    """Gives each page its `raw_ref`."""

    def __init__(self, context: Context) -> None:
        self._archive = Archive(context.where.archive, context.run_id)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """As Scrapy makes it."""
        context = context_of(crawler)
        if context is None:
            from scrapy.exceptions import NotConfigured

            raise NotConfigured
        return cls(context)

    def process_item(self, item: Any) -> Any:
        """The item, its page archived."""
        if item.page is None:
            return item
        return replace(item, page=replace(item.page, raw_ref=self._archive.add(item.page, item)))

    def close_spider(self) -> None:
        """Close the file."""
        self._archive.close()
