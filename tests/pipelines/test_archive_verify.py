"""`archive verify`: an archive is whole, torn by a kill (mended), or damaged (told); other tools read it."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as OtherReader
from fastwarc.warc import WarcRecordType
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from config.places import Places
from crawler.visited import Visited
from diembao.main import app
from night.upkeep import expired_files, remove
from pipelines.archive import Archive, index_of, raw_page
from pipelines.archive_check import Checked, check_archive, check_file, mend
from pipelines.removal import erase_urls
from storage.records import FrontierRow, Page
from storage.urls import url_key

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)


def visited(number: int, size: int = 4000) -> Visited:
    url = f"http://bao.vn/{number}"
    row = FrontierRow(
        url_key=str(number), url=url, outlet_id="bao", via="feed", teaser=None, attempts=0, article_id=None, etag=None,
        last_modified=None,
    )  # fmt: skip
    body = f"<p>Tin số {number}</p>".encode() + random.Random(number).randbytes(size)
    page = Page(
        url=url, requested_url=url, status=200, body=body, content_type="text/html", fetched_at=NOW, outlet_id="bao"
    )
    return Visited(row=row, page=page, response_headers=(("Content-Type", "text/html"),))


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    """Five pages of a night that ended well."""
    archive = Archive(tmp_path / "archive", "nightly-20260910")
    for number in range(5):
        item = visited(number)
        assert item.page is not None
        archive.add(item.page, item)
    archive.close()
    return tmp_path / "archive" / "2026/09/10/nightly-20260910-1.warc.gz"


def rows(warc: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in index_of(warc).read_text(encoding="utf-8").splitlines()]


def kinds(checked: Checked) -> list[str]:
    return [each.kind for each in checked.damage]


def test_a_whole_archive_is_whole(warc: Path) -> None:
    [checked] = check_archive(warc.parents[3])
    assert (checked.pages, checked.removed, checked.damage) == (5, 0, ())
    assert list(check_archive(warc.parents[3], "2026/09/11")) == []


def test_two_other_readers_find_the_same_pages(warc: Path) -> None:
    with warc.open("rb") as file:
        one = [
            (each.rec_headers["WARC-Target-URI"], each.content_stream().read())
            for each in ArchiveIterator(file, check_digests=True)
            if each.rec_type == "response"
        ]
    with warc.open("rb") as file:
        other = [
            (each.headers["WARC-Target-URI"], each.reader.read())
            for each in OtherReader(file, record_types=WarcRecordType.response, parse_http=True)
        ]
    assert one == other
    assert one == [(item.page.url, item.page.body) for item in map(visited, range(5)) if item.page]


@pytest.mark.parametrize("left", range(1, 5000, 613))
def test_whatever_a_kill_leaves_is_mended_and_no_page_that_was_told_is_lost(warc: Path, left: int) -> None:
    last = int(str(rows(warc)[4]["offset"]))
    with warc.open("r+b") as file:
        file.truncate(min(last + left, warc.stat().st_size))
    lines = index_of(warc).read_text(encoding="utf-8").splitlines(keepends=True)
    index_of(warc).write_text("".join(lines[:4]), encoding="utf-8")
    checked = check_file(warc)
    assert checked.pages == 4
    assert set(kinds(checked)) <= {"torn-end", "no-row"}
    assert checked.damage
    assert mend(checked) == list(checked.damage)
    again = check_file(warc)
    assert again.damage == ()
    assert again.pages >= 4


def test_a_torn_row_is_written_anew_from_its_page(warc: Path) -> None:
    index = index_of(warc)
    index.write_bytes(index.read_bytes()[:-30])
    checked = check_file(warc)
    assert sorted(kinds(checked)) == ["no-row", "torn-row"]
    mend(checked)
    assert check_file(warc).pages == 5
    address = "2026/09/10#" + str(rows(warc)[4]["digest"])
    item = visited(4)
    assert item.page is not None
    assert raw_page(warc.parents[3], address) == item.page.body


def test_a_lost_index_is_made_again(warc: Path) -> None:
    before = rows(warc)
    index_of(warc).unlink()
    mend(check_file(warc))
    assert rows(warc) == before


def test_damage_by_other_hands_is_told_and_left_alone(warc: Path) -> None:
    second, last = (int(str(rows(warc)[number]["offset"])) for number in (1, 4))
    content = bytearray(warc.read_bytes())
    content[second + 400] ^= 0xFF
    warc.write_bytes(content)
    index = index_of(warc)
    index.write_text(index.read_text(encoding="utf-8").replace(f'"offset": {last}', f'"offset": {last + 1}'))
    checked = check_file(warc)
    assert checked.pages == 3
    assert "unreadable" in kinds(checked)
    assert "no-record" in kinds(checked)
    size = warc.stat().st_size
    assert all(each.kind == "no-row" for each in mend(checked))
    assert warc.stat().st_size == size


def test_another_page_at_a_place_is_damage(warc: Path) -> None:
    first, second = (str(row["digest"]) for row in rows(warc)[:2])
    index = index_of(warc)
    index.write_text(index.read_text(encoding="utf-8").replace(first, second))
    assert kinds(check_file(warc)) == ["other-bytes"]


def test_a_missing_file_is_damage(warc: Path) -> None:
    warc.unlink()
    assert kinds(check_file(warc)) == ["no-file"]


@pytest.mark.parametrize("blanked", [True, False])
def test_a_removed_page_is_no_damage(warc: Path, *, blanked: bool) -> None:
    index = index_of(warc).read_bytes()
    assert erase_urls(warc.parent, [url_key("http://bao.vn/2")]) == 1
    if not blanked:  # killed between the record and its row
        index_of(warc).write_bytes(index)
    checked = check_file(warc)
    assert (checked.pages, checked.damage) == (4, ())
    assert checked.removed >= 1


def test_purge_takes_the_days_that_expired_and_no_other(warc: Path, tmp_path: Path) -> None:
    where = Places(home=tmp_path, database_url="")
    for keep, gone in ((NOW - timedelta(days=30), False), (NOW + timedelta(days=30), True)):
        remove(expired_files(where, keep), where.archive)
        assert warc.exists() is not gone
        assert index_of(warc).exists() is not gone


def test_the_command_tells_mends_and_ends_with_its_code(
    warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    run = CliRunner().invoke
    assert "5 pages" in run(app, ["archive", "list"]).output
    assert run(app, ["archive", "verify"]).exit_code == 0
    with warc.open("ab") as file:
        file.write(bytes(500))  # as a power failure leaves it
    told = run(app, ["archive", "verify", "--day", "2026-09-10"])
    assert told.exit_code == 3
    assert "can be mended" in told.output
    mended = run(app, ["archive", "verify", "--mend"])
    assert mended.exit_code == 0
    assert "5 pages in place" in mended.output
    assert "1 mended" in mended.output
    index_of(warc).write_text("", encoding="utf-8")
    warc.unlink()
    assert run(app, ["archive", "verify"]).exit_code == 3
