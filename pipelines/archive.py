"""Scrapy shell: every page is kept in a WARC file before it is read, and can be found again.

A page is addressed by its day and the digest of its bytes (`2026/09/10#sha1:…`, the digest being the record's own
WARC-Payload-Digest), not by file and offset: a night that was killed and continued keeps the page in another file, and
the rows of the store must be the same all the same. An index of JSON lines beside each WARC file leads to the record.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import zlib
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from scrapy.exceptions import NotConfigured
from warcio.archiveiterator import ArchiveIterator
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

SUFFIX, INDEX_SUFFIX = ".warc.gz", ".index.jsonl"
LEVEL = 5
"""Of compression: half the time of warcio's 9 for files 3 % larger (real pages)."""
_GZIP = zlib.MAX_WBITS | 16
_DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
"""What may be joined to the folder: an address out of a store is not to be trusted with dots."""


class Archive:
    """Appends pages to `archive/YYYY/MM/DD/<run>-<part>.warc.gz`; a new part for every process.

    Each record is its own gzip member and is flushed, then told in the index, before its address is handed out: what a
    kill leaves torn is at the end of files that nobody writes to again.
    """

    def __init__(self, folder: Path, run_id: str) -> None:
        self._folder, self._run_id = folder, run_id
        self._day = ""
        self._file: BinaryIO | None = None
        self._index: TextIO | None = None

    def add(self, page: Page, visited: Visited) -> str:
        """Write response and request of `page`; returns its address, `YYYY/MM/DD#sha1:…`."""
        file, index = self._opened(page)
        offset = file.tell()
        status = StatusAndHeaders(str(page.status), list(visited.response_headers), "HTTP/1.1")
        host, slash, path = page.url.partition("//")[2].partition("/")
        line = f"GET {slash or '/'}{path} HTTP/1.1"
        asked = StatusAndHeaders(line, [("Host", host), *visited.request_headers], is_http_request=True)
        digest = payload_digest(page.body)
        row = {"digest": digest, "offset": offset, "url": page.url, "status": page.status}
        if visited.row.url != page.url:
            row["of"] = visited.row.url
        try:
            for kind, headers, body in (("response", status, page.body), ("request", asked, b"")):
                _write_whole(file, self._record(page, kind, headers, body))
            index.write(json.dumps(row, ensure_ascii=False) + "\n")
            index.flush()
        except OSError:
            self._abandon(offset)
            raise
        return f"{_day(page)}#{digest}"

    def _abandon(self, offset: int) -> None:
        """Take back what a full disk left torn, and leave these files: a page after it begins new ones."""
        with suppress(OSError):
            if self._file is not None:
                self._file.truncate(offset)
        for file in (self._file, self._index):
            with suppress(OSError):
                if file is not None:
                    file.close()
        self._file = self._index = None

    @staticmethod
    def _record(page: Page, kind: str, headers: StatusAndHeaders, body: bytes) -> bytes:
        plain = BytesIO()
        writer = WARCWriter(plain, gzip=False)
        record = writer.create_warc_record(
            page.url,
            kind,
            payload=BytesIO(body),
            length=len(body),  # told, so that nothing is copied into a temporary file
            http_headers=headers,
            warc_headers_dict={"WARC-Date": to_utc(page.fetched_at).strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        writer.write_record(record)
        pack = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
        return pack.compress(plain.getbuffer()) + pack.flush()

    def close(self) -> None:
        """Close the files, if any were needed."""
        for file in (self._file, self._index):
            if file is not None:
                file.close()
        self._file = self._index = None

    def _opened(self, page: Page) -> tuple[BinaryIO, TextIO]:
        """The first part of this run and of the page's day that did not exist yet, and its index."""
        day = _day(page)
        if self._file is not None and self._index is not None and day == self._day:
            return self._file, self._index
        self.close()
        folder = self._folder / day
        folder.mkdir(parents=True, exist_ok=True)
        part = 1
        while True:
            name = folder / f"{self._run_id}-{part}{SUFFIX}"
            try:
                self._file = name.open("xb", buffering=0)  # what a full disk refuses must not wait in a buffer
            except FileExistsError:
                part += 1
            else:
                self._day, self._index = day, index_of(name).open("a", encoding="utf-8")
                return self._file, self._index


def _write_whole(file: BinaryIO, record: bytes) -> None:
    """All of it: a disk that is nearly full takes a part without an error."""
    rest = memoryview(record)
    while rest:
        rest = rest[file.write(rest) :]


def _day(page: Page) -> str:
    return to_local(page.fetched_at).strftime("%Y/%m/%d")


def payload_digest(body: bytes) -> str:
    """The digest that a WARC record carries of its payload (`WARC-Payload-Digest`)."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


def index_of(warc: Path) -> Path:
    """The index beside a WARC file: JSON lines with digest, offset, url, status, and of which article it is a page."""
    return warc.with_name(warc.name.removesuffix(SUFFIX) + INDEX_SUFFIX)


def warc_of(index: Path) -> Path:
    """The WARC file that an index lies beside."""
    return index.with_name(index.name.removesuffix(INDEX_SUFFIX) + SUFFIX)


def parsed_row(line: bytes | str) -> dict[str, Any] | None:
    """A line of an index; None for a blanked or a torn one."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(row, dict) and isinstance(row.get("offset"), int) and {"digest", "url"} <= row.keys()
    return row if whole else None


def raw_page(folder: Path, raw_ref: str) -> bytes | None:
    """The bytes of the page with that address; None when they are not (or no longer) in the archive `folder`."""
    day, _, digest = raw_ref.partition("#")
    if not _DAY.fullmatch(day) or not digest:
        return None
    for index in sorted((folder / day).glob(f"*{INDEX_SUFFIX}")):
        for line in index.read_bytes().splitlines():
            row = parsed_row(line) if digest.encode() in line else None
            if row is not None and row["digest"] == digest:
                return _payload(warc_of(index), row["offset"])
    return None


def _payload(warc: Path, offset: int) -> bytes:
    with warc.open("rb") as file:
        file.seek(offset)
        content: bytes = next(iter(ArchiveIterator(file))).content_stream().read()
        return content


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
            for each in item.more:
                if each.page is not None:
                    self._archive.add(each.page, each)
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
