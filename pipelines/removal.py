"""A page that its outlet has removed leaves the archive too: its records are overwritten where they lie.

Nothing moves: other records keep their place, and a process that is appending to the same file is not disturbed. What
stands there afterwards is a WARC record of the same length that says so; the line of the index is blanked.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import select
from warcio.warcwriter import WARCWriter

from pipelines.archive import INDEX_SUFFIX, parsed_row, warc_of
from storage.schema import articles
from storage.urls import url_key
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from storage.store import Store

NOTE = b"removed by its outlet\n"
_CHUNK = 65_536
_HEADER = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff"
"""Of a gzip member with an extra field, in which the padding stands."""
_MOST_EXTRA = 65_535


def forget_removed(store: Store, folder: Path) -> int:
    """Overwrite the archived pages of all articles that are gone; returns how many records went.

    Called at the end of every crawl. Killed in between it is done by the next one: the store forgets the address of a
    page last.
    """
    a = articles.c
    columns = select(a.article_id, a.url, a.canonical_url, a.first_seen_at, a.gone_at)
    gone = store.rows(columns.where(a.gone_at.is_not(None), a.raw_ref.is_not(None)))
    erased = sum(_erase(folder, row) for row in gone)
    if gone:
        store.forget_pages([row["article_id"] for row in gone])
    return erased


def _erase(folder: Path, row: RowMapping) -> int:
    """Overwrite every record of one article's page, from the day it was first seen to the day it was gone."""
    keys = {url_key(row["url"]), url_key(row["canonical_url"])}
    return sum(erase_urls(folder / day, keys) for day in _days(row["first_seen_at"], row["gone_at"]))


def _days(first: datetime, last: datetime) -> Iterator[str]:
    day, end = to_local(first).date(), to_local(last).date()
    while day <= end:
        yield _folder(day)
        day += timedelta(days=1)


def _folder(day: date) -> str:
    return day.strftime("%Y/%m/%d")


def erase_urls(day: Path, keys: Iterable[str]) -> int:
    """Overwrite the records of pages with these URL keys in the archive folder of one day; returns how many."""
    wanted, erased = set(keys), 0
    for index in sorted(day.glob(f"*{INDEX_SUFFIX}")):
        warc = warc_of(index)
        if not warc.is_file():
            continue
        for place, line in list(_lines(index)):
            row = parsed_row(line)
            if row is not None and wanted & {url_key(row["url"]), url_key(row.get("of", row["url"]))}:
                _overwrite_record(warc, row["offset"], row["url"])
                _blank(index, place, len(line))
                erased += 1
    return erased


def _lines(index: Path) -> Iterator[tuple[int, bytes]]:
    place = 0
    with index.open("rb") as file:
        for line in file:
            yield place, line.rstrip(b"\n")
            place += len(line)


def _overwrite_record(warc: Path, offset: int, url: str) -> None:
    """Response and request that begin at `offset` give way to notes of the same length."""
    with warc.open("r+b") as file:
        end = _member_end(file, _member_end(file, offset))
        file.seek(offset)
        file.write(_filler(url, end - offset))
        file.flush()
        os.fsync(file.fileno())


def _member_end(file: BinaryIO, start: int) -> int:
    """Where the gzip member that begins at `start` ends; ValueError when it is torn."""
    unpack, place = zlib.decompressobj(zlib.MAX_WBITS | 16), start
    file.seek(start)
    while not unpack.eof:
        chunk = file.read(_CHUNK)
        if not chunk:
            raise ValueError(f"{file.name}: the record at {start} is torn")
        unpack.decompress(chunk)
        place += len(chunk) - len(unpack.unused_data)
    return place


def _filler(url: str, length: int) -> bytes:
    """`length` bytes of gzip members: a WARC record that says what stood there, padded, or as many as it takes."""
    note = _note(url)
    least = len(_member(note, 0))
    if least > length:  # a page shorter than the note: an empty member does
        note, least = b"", len(_member(b"", 0))
    filled = b""
    while (left := length - len(filled)) > _MOST_EXTRA + least:
        filled += _member(note, min(_MOST_EXTRA, left - 2 * least))
    return filled + _member(note, left - least)


def _note(url: str) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=False)
    writer.write_record(writer.create_warc_record(url, "metadata", payload=BytesIO(NOTE), length=len(NOTE)))
    return out.getvalue()


def _member(content: bytes, padding: int) -> bytes:
    """A gzip member with `padding` zeros in its extra field."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = pack.compress(content) + pack.flush()
    tail = struct.pack("<II", zlib.crc32(content), len(content))
    return _HEADER + struct.pack("<H", padding) + bytes(padding) + packed + tail


def _blank(index: Path, place: int, length: int) -> None:
    with index.open("r+b") as file:
        file.seek(place)
        file.write(b" " * length)
