"""A page that its outlet removed: overwritten where it lies, while others read and write the same file."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as OtherReader
from warcio.archiveiterator import ArchiveIterator

from crawler.visited import Visited
from pipelines.archive import Archive, raw_page
from pipelines.removal import _filler, erase_urls
from storage.records import FrontierRow, Page
from storage.urls import url_key

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
DAY = "2026/09/10"


def add(archive: Archive, name: str, body: bytes) -> str:
    url = f"http://bao.vn/{name}"
    row = FrontierRow(
        url_key=name, url=url, outlet_id="bao", via="feed", teaser=None, attempts=0, article_id=None, etag=None,
        last_modified=None,
    )  # fmt: skip
    page = Page(
        url=url, requested_url=url, status=200, body=body, content_type="text/html", fetched_at=NOW, outlet_id="bao"
    )
    return archive.add(page, Visited(row=row, page=page))


def noise(size: int) -> bytes:
    """Does not pack: a record as long as the page."""
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, 300, 70_000, 200_000])
def test_a_removed_page_is_overwritten_and_the_others_stay(tmp_path: Path, size: int) -> None:
    archive = Archive(tmp_path, "nightly-1")
    secret = b"Bi mat " + noise(size)
    before, gone = add(archive, "truoc", b"<p>Truoc</p>"), add(archive, "go", secret)
    [warc] = tmp_path.rglob("*.warc.gz")
    length = warc.stat().st_size
    assert erase_urls(tmp_path / DAY, {url_key("http://bao.vn/go")}) == 1
    assert warc.stat().st_size == length
    after = add(archive, "sau", b"<p>Sau</p>")  # the process that writes goes on in the same file
    archive.close()
    assert raw_page(tmp_path, gone) is None
    assert [raw_page(tmp_path, each) for each in (before, after)] == [b"<p>Truoc</p>", b"<p>Sau</p>"]
    assert secret not in gzip.decompress(warc.read_bytes())
    assert secret[7:] not in warc.read_bytes() or size < 20
    with warc.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert [kinds.count(kind) for kind in ("response", "request")] == [2, 2]
    with warc.open("rb") as file:
        assert sum(1 for _ in OtherReader(file)) == len(kinds)
    assert erase_urls(tmp_path / DAY, {url_key("http://bao.vn/go")}) == 0, "done once"


def test_every_archived_copy_of_the_page_goes(tmp_path: Path) -> None:
    for run in ("nightly-1", "topic-1"):
        archive = Archive(tmp_path, run)
        add(archive, "go", b"<p>Mot</p>")
        add(archive, "khac", b"<p>Khac</p>")
        add(archive, "go", b"<p>Hai</p>")
        archive.close()
    assert erase_urls(tmp_path / DAY, {url_key("http://bao.vn/go")}) == 4
    for warc in tmp_path.rglob("*.warc.gz"):
        assert b"Mot" not in gzip.decompress(warc.read_bytes())
        assert b"Khac" in gzip.decompress(warc.read_bytes())


@pytest.mark.parametrize("length", [40, 300, 65_000, 65_600, 65_900, 131_300, 500_000])
def test_the_filler_has_the_length_asked_for_and_unpacks(length: int) -> None:
    filler = _filler("http://bao.vn/go", length)
    assert len(filler) == length
    gzip.decompress(filler)


def test_a_line_of_the_index_that_is_no_row_stops_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "nightly-1")
    add(archive, "go", b"<p>Bi mat</p>")
    archive.close()
    [index] = tmp_path.rglob("*.index.jsonl")
    index.write_text("7\n[]\n{}\n" + index.read_text(encoding="utf-8"), encoding="utf-8")
    assert erase_urls(tmp_path / DAY, {url_key("http://bao.vn/go")}) == 1
