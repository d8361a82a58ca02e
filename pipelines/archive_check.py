"""Is the archive whole? Every row of an index must lead to its page; what a kill left torn can be mended.

A file is read from its first record to its last, record by record (each its own gzip member). Removed pages
(`pipelines/removal.py`) are no damage. Mending never touches a readable record: it cuts off what is torn at the end of
a file, and writes rows for pages that lie there and that the index does not know.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.archive import INDEX_SUFFIX, SUFFIX, index_of, parsed_row, payload_digest, warc_of

Kind = Literal["torn-end", "torn-row", "no-row", "no-record", "unreadable", "other-bytes", "no-file"]
MENDABLE: frozenset[Kind] = frozenset({"torn-end", "torn-row", "no-row"})
"""What a kill leaves; the rest is damage by other hands: a disk, an editor."""
_CHUNK = 1 << 16
_PAGE = "response"
_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """One thing that is wrong."""

    file: Path
    kind: Kind
    offset: int
    """In the WARC file; for `torn-row` in its index."""
    what: str
    """For the operator."""
    row: str = ""
    """`no-row`: the line that the index lacks."""

    @property
    def mendable(self) -> bool:
        """Whether mending loses nothing."""
        return self.kind in MENDABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What one WARC file holds."""

    file: Path
    pages: int
    """Rows that lead to their page."""
    removed: int
    """Records that gave way because the outlet removed the page."""
    size: int
    """Bytes."""
    damage: tuple[Damage, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    start: int
    end: int
    content: bytes | None
    """None: it cannot be unpacked."""
    torn: bool = False
    """The file ends inside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    kind: str
    url: str
    status: int
    digest: str
    """Of the bytes as they lie there."""
    told: str
    """As the record itself says."""


def check_archive(folder: Path, day: str | None = None) -> Iterator[Checked]:
    """Check every WARC file under the archive `folder`, or of one `YYYY/MM/DD`, in order of name."""
    root = folder / day if day else folder
    files = set(root.rglob(f"*{SUFFIX}"))
    files |= {warc_of(index) for index in root.rglob(f"*{INDEX_SUFFIX}")}
    for file in sorted(files):
        yield check_file(file)


def check_file(warc: Path) -> Checked:
    """Check one WARC file against its index. OSError when it cannot be read."""
    index = index_of(warc)
    rows, damage = _rows(index) if index.is_file() else ({}, [])
    if not warc.is_file():
        gone = Damage(file=warc, kind="no-file", offset=0, what=f"the file is missing; {len(rows)} pages were in it")
        return Checked(file=warc, pages=0, removed=0, size=0, damage=(*damage, gone))
    pages, removed, left = 0, 0, dict(rows)
    for member in _members(warc, sorted(rows)):
        row = left.pop(member.start, None)
        record = _record(member.content) if member.content is not None else None
        if record is None or record.kind != _PAGE:
            removed += record is not None and record.kind == "metadata"
            damage += _no_page(warc, member, row, known=record is not None)
        elif row is None:
            damage.append(_missing_row(warc, member, record))
        elif row["digest"] == record.digest == record.told:
            pages += 1
        else:
            what = f"another page than its index says lies at {member.start}: {row['url']}"
            damage.append(Damage(file=warc, kind="other-bytes", offset=member.start, what=what))
    for offset, row in left.items():
        what = f"no record begins at {offset}: {row['url']}"
        damage.append(Damage(file=warc, kind="no-record", offset=offset, what=what))
    return Checked(file=warc, pages=pages, removed=removed, size=warc.stat().st_size, damage=tuple(damage))


def _no_page(warc: Path, member: _Member, row: dict[str, Any] | None, *, known: bool) -> list[Damage]:
    """What is wrong with a member that is no page; a removed page's note and a request are right as they are."""
    if known or member.content == b"":
        return []
    if member.torn and row is None:
        what = f"torn at {member.start}, {member.end - member.start} bytes: the night was killed there"
        return [Damage(file=warc, kind="torn-end", offset=member.start, what=what)]
    of = f": {row['url']}" if row else ""
    what = f"what lies at {member.start} cannot be read{of}"
    return [Damage(file=warc, kind="unreadable", offset=member.start, what=what)]


def _missing_row(warc: Path, member: _Member, record: _Record) -> Damage:
    row = {"digest": record.digest, "offset": member.start, "url": record.url, "status": record.status}
    what = f"the index does not know the page at {member.start}: {record.url}"
    line = json.dumps(row, ensure_ascii=False)
    return Damage(file=warc, kind="no-row", offset=member.start, what=what, row=line)


def _rows(index: Path) -> tuple[dict[int, dict[str, Any]], list[Damage]]:
    """The rows of an index by offset, blanked ones left out, and its torn lines."""
    rows: dict[int, dict[str, Any]] = {}
    damage = []
    warc, place = warc_of(index), 0
    for line in index.read_bytes().splitlines(keepends=True):
        row = parsed_row(line)
        if row is not None:
            rows[row["offset"]] = row
        elif line.strip():
            what = f"a torn line in {index.name} at {place}"
            damage.append(Damage(file=warc, kind="torn-row", offset=place, what=what))
        place += len(line)
    return rows, damage


def _members(warc: Path, known: list[int]) -> Iterator[_Member]:
    """The gzip members of a file; behind one that cannot be unpacked it goes on at the next that the index knows."""
    with warc.open("rb") as file:
        size, start = warc.stat().st_size, 0
        while start < size:
            member = _member(file, start, size)
            if member.content is None:
                member = _to_next(file, member, next((offset for offset in known if offset > start), size))
            yield member
            start = member.end


def _to_next(file: BinaryIO, member: _Member, following: int) -> _Member:
    """A member that cannot be unpacked, up to the next known one; torn, when nothing packed begins behind it.

    After a power failure the end of a file may be zeros: that is a torn end, too.
    """
    file.seek(member.start)
    rest = file.read(following - member.start)
    last = not file.read(1)
    torn = last and _GZIP not in rest[1:]
    return _Member(start=member.start, end=following, content=None, torn=torn)


def _member(file: BinaryIO, start: int, size: int) -> _Member:
    unpack, place, parts = zlib.decompressobj(zlib.MAX_WBITS | 16), start, []
    file.seek(start)
    try:
        while not unpack.eof:
            chunk = file.read(_CHUNK)
            if not chunk:
                return _Member(start=start, end=size, content=None)
            parts.append(unpack.decompress(chunk))
            place += len(chunk) - len(unpack.unused_data)
    except zlib.error:
        return _Member(start=start, end=size, content=None)
    return _Member(start=start, end=place, content=b"".join(parts))


def _record(content: bytes) -> _Record | None:
    """A WARC record; None where the bytes are none."""
    try:
        record = next(iter(ArchiveIterator(BytesIO(content))), None)
    except ArchiveLoadFailed:
        return None
    if record is None:
        return None
    headers = record.rec_headers
    status = record.http_headers.get_statuscode() if record.http_headers else ""
    return _Record(
        kind=record.rec_type or "",
        url=headers.get_header("WARC-Target-URI") or "",
        status=int(status) if status.isdigit() else 0,
        digest=payload_digest(record.content_stream().read()),
        told=headers.get_header("WARC-Payload-Digest") or "",
    )


def mend(checked: Checked) -> list[Damage]:
    """Mend what a kill left in one file; returns what was mended. Nobody may be writing to it."""
    wrong = [each for each in checked.damage if each.mendable]
    index = index_of(checked.file)
    torn = [each.offset for each in wrong if each.kind == "torn-row"]
    lines = [each.row for each in wrong if each.kind == "no-row"]
    if torn or lines:
        kept = index.read_bytes().splitlines(keepends=True) if index.is_file() else []
        whole = [line.rstrip(b"\n") + b"\n" for line in kept if parsed_row(line) is not None or not line.strip()]
        beside = index.with_name(index.name + ".mended")
        beside.write_bytes(b"".join(whole) + "".join(f"{line}\n" for line in lines).encode())
        beside.replace(index)
    for each in wrong:
        if each.kind == "torn-end":
            with checked.file.open("r+b") as file:
                file.truncate(each.offset)
    return wrong
