"""The WARC archive: every page found again by its place, a torn end harms nobody, no cookies, no pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.visited import Visited
from pipelines.archive import Archive, _readable, index_of, payload_digest, raw_page
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


def warcs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.warc.gz"))


def test_pages_are_found_by_their_address(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "nightly-20260910")
    bodies = [f"<p>{number}</p>".encode() * 9000 for number in range(3)]
    addresses = [add(archive, visited(number, body)) for number, body in enumerate(bodies)]
    assert addresses[0] == "2026/09/10#" + payload_digest(bodies[0])
    for address, body in zip(addresses, bodies, strict=True):  # while the file is still being written
        assert raw_page(tmp_path, address) == body
    archive.close()
    with warcs(tmp_path)[0].open("rb") as file:
        records = [(each.rec_type, each.rec_headers["WARC-Target-URI"]) for each in ArchiveIterator(file)]
    assert records[:2] == [("response", "http://bao.vn/0?a=1"), ("request", "http://bao.vn/0?a=1")]
    assert raw_page(tmp_path, "2026/09/10#sha1:" + "A" * 32) is None
    assert raw_page(tmp_path, "2020/01/01#sha1:" + "A" * 32) is None


def test_the_address_is_the_digest_that_other_tools_see(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run")
    address = add(archive, visited(1))
    archive.close()
    with warcs(tmp_path)[0].open("rb") as file:
        record = next(iter(ArchiveIterator(file)))
        assert address == "2026/09/10#" + record.rec_headers["WARC-Payload-Digest"]


def test_a_crawl_that_goes_on_over_midnight_keeps_each_page_under_its_own_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "watch")
    late, early = visited(1, b"<p>Khuya</p>"), visited(2, b"<p>Som</p>")
    assert early.page is not None
    early = replace(early, page=replace(early.page, fetched_at=NOW + timedelta(hours=24)))
    addresses = [add(archive, each) for each in (late, early, late)]
    archive.close()
    assert [address[:10] for address in addresses] == ["2026/09/10", "2026/09/11", "2026/09/10"]
    bodies = [b"<p>Khuya</p>", b"<p>Som</p>", b"<p>Khuya</p>"]
    assert [raw_page(tmp_path, address) for address in addresses] == bodies


def test_each_process_writes_a_part_of_its_own_and_the_address_stays(tmp_path: Path) -> None:
    first, second = Archive(tmp_path, "run"), Archive(tmp_path, "run")
    assert add(first, visited(1)) == add(second, visited(1))
    first.close()
    second.close()
    assert [file.name for file in warcs(tmp_path)] == ["run-1.warc.gz", "run-2.warc.gz"]


def test_torn_end_leaves_what_stands_before_it_readable(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run")
    bodies = [bytes(range(256)) * 400, bytes(range(255, -1, -1)) * 400]
    addresses = [add(archive, visited(number, body)) for number, body in enumerate(bodies)]
    archive.close()
    [warc] = warcs(tmp_path)
    index = index_of(warc)
    second = json.loads(index.read_text(encoding="utf-8").splitlines()[1])["offset"]
    warc.write_bytes(warc.read_bytes()[: second + 60])
    index.write_text(index.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert raw_page(tmp_path, addresses[0]) == bodies[0]
    assert raw_page(tmp_path, addresses[1]) is None
    later = Archive(tmp_path, "run")
    assert add(later, visited(1, bodies[1])) == addresses[1]
    later.close()
    assert raw_page(tmp_path, addresses[1]) == bodies[1]


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
