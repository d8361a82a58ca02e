"""The WARC archive: every page found again by its place, a torn end harms nobody, no cookies, no pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.visited import Visited
from pipelines.archive import Archive, _readable
from storage.records import FrontierRow, Page

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)


def visited(number: int, body: bytes = b"<p>Tin</p>") -> Visited:
    url = f"http://bao.vn/{number}?a=1"
    row = FrontierRow(
        url_key=str(number), url=url, outlet_id="bao", via="feed", teaser=None, attempts=0, article_id=None, etag=None,
        last_modified=None,
    )  # fmt: skip
    page = Page(
        url=url, requested_url=url, status=200, body=body, content_type="text/html", fetched_at=NOW, outlet_id="bao"
    )
    return Visited(
        row=row, page=page, response_headers=(("Content-Type", "text/html"),), request_headers=(("Accept", "*/*"),)
    )


def add(archive: Archive, item: Visited) -> str:
    assert item.page is not None
    return archive.add(item.page, item)


def body_at(folder: Path, place: str) -> tuple[str, bytes]:
    name, _, offset = place.partition("#")
    with (folder / name).open("rb") as file:
        file.seek(int(offset))
        record = next(iter(ArchiveIterator(file)))
        return record.rec_headers["WARC-Target-URI"], record.content_stream().read()


def test_pages_are_found_by_their_place(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "nightly-20260910")
    places = [add(archive, visited(number, f"<p>{number}</p>".encode() * 9000)) for number in range(3)]
    assert places[0] == "2026/09/10/nightly-20260910-1.warc.gz#0"
    for number, place in enumerate(places):  # while the file is still being written
        assert body_at(tmp_path, place) == (f"http://bao.vn/{number}?a=1", f"<p>{number}</p>".encode() * 9000)
    archive.close()
    with (tmp_path / places[0].partition("#")[0]).open("rb") as file:
        records = [(each.rec_type, each.raw_stream.readline()) for each in ArchiveIterator(file, no_record_parse=True)]
    assert records[:2] == [("response", b"HTTP/1.1 200\r\n"), ("request", b"GET /0?a=1 HTTP/1.1\r\n")]


def test_each_process_writes_a_part_of_its_own(tmp_path: Path) -> None:
    first, second = Archive(tmp_path, "run"), Archive(tmp_path, "run")
    assert add(first, visited(1)).startswith("2026/09/10/run-1.warc.gz#")
    assert add(second, visited(2)).startswith("2026/09/10/run-2.warc.gz#")
    first.close()
    second.close()


def test_torn_end_leaves_what_stands_before_it_readable(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run")
    places = [add(archive, visited(number, bytes(range(256)) * 400)) for number in range(2)]
    archive.close()
    file = tmp_path / places[0].partition("#")[0]
    file.write_bytes(file.read_bytes()[: int(places[1].partition("#")[2]) + 60])
    assert body_at(tmp_path, places[0])[1] == bytes(range(256)) * 400
    with pytest.raises((ArchiveLoadFailed, EOFError, StopIteration)):
        body_at(tmp_path, places[1])
    later = Archive(tmp_path, "run")
    assert "run-2" in add(later, visited(3))
    later.close()


def test_nothing_is_made_when_there_is_nothing_to_keep(tmp_path: Path) -> None:
    Archive(tmp_path, "run").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content_type", "kept"),
    [
        ("text/html; charset=utf-8", True),
        ("application/xhtml+xml", True),
        (None, True),
        ("image/png", False),
        ("application/pdf", False),
    ],
)
def test_only_what_may_become_an_article_is_kept(content_type: str | None, *, kept: bool) -> None:
    assert _readable(content_type) is kept
