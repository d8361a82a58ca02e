"""Feed items from a file: JSON lines in, checked items out, in order of `fetched`. Pure but for reading the file.

Keys of a row: title, link, fetched (needed); summary, source, published (may be missing or null).
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.model import Outlet
from spiders.plain import sapo_text, title_text
from spiders.read_feed import link
from storage.records import Teaser
from storage.urls import url_key
from vietnamese.clock import LOCAL, to_utc
from vietnamese.dates import parse_time

if TYPE_CHECKING:
    from config.loader import Config

MOST_FAULTS_NAMED = 20
"""Lines named in a report of faults; the others are counted."""
_NEEDED = ("title", "link", "fetched")
_LONGEST_RAW = 200
_LONGEST_MARKUP = 20_000
"""Characters looked at: some feeds put a whole page into the description, and only its beginning is kept anyway."""


class ItemFileError(Exception):
    """The file cannot be read as feed items; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One row of the file, checked."""

    line: int
    url: str
    title: str
    """Plain text."""
    summary: str
    """As the file has it; HTML is taken out when the teaser is made."""
    published: str | None
    fetched: datetime
    """Aware, UTC: when the feed announced it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A row that no article can be made of."""

    line: int
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemFile:
    """What a file holds."""

    name: str
    items: tuple[Item, ...]
    """One a URL key (the first in order of `fetched`), in order of (fetched, line)."""
    repeated: int
    """Rows whose link is that of an earlier item."""
    faults: tuple[Fault, ...]


def read_items(path: Path) -> ItemFile:
    """Read and check a whole `.jsonl` or `.jsonl.xz`; a bad row is a fault and stops nothing.

    A time without a zone is on the clock of Hải Phòng. Raises ItemFileError when the file is damaged or no row of it is
    usable; OSError when it cannot be opened.
    """
    items: list[Item] = []
    faults: list[Fault] = []
    for number, raw in _lines(path):
        try:
            items.append(_item(number, raw))
        except ValueError as error:
            faults.append(Fault(line=number, problem=str(error)))
    if faults and not items:
        raise ItemFileError(
            f"{path}: no usable row in {len(faults)}; line {faults[0].line}: {faults[0].problem}. "
            "Give JSON lines with the keys title, link, summary, source, published, fetched"
        )
    items.sort(key=lambda item: (item.fetched, item.line))
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(url_key(item.url), item)
    return ItemFile(name=path.name, items=tuple(first.values()), repeated=len(items) - len(first), faults=tuple(faults))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers from 1."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            yield from ((number, raw) for number, raw in enumerate(file, 1) if raw.strip())
    except (lzma.LZMAError, EOFError) as error:
        raise ItemFileError(f"{path}: damaged xz file ({error}). Get the file again") from error


def _item(number: int, raw: bytes) -> Item:
    row = _row(raw)
    missing = [key for key in _NEEDED if row.get(key) in {None, ""}]
    if missing:
        raise ValueError(f"no {', '.join(missing)}")
    url, title = link(row["link"], ""), title_text(row["title"][:_LONGEST_MARKUP])
    if url is None:
        raise ValueError("link is no web address")
    if not title:
        raise ValueError("title holds no text")
    return Item(
        line=number,
        url=url,
        title=title,
        summary=(row.get("summary") or "")[:_LONGEST_MARKUP],
        published=(row.get("published") or "").strip()[:_LONGEST_RAW] or None,
        fetched=_moment(row["fetched"]),
    )


def _row(raw: bytes) -> dict[str, Any]:
    """The JSON object of a line, all of whose values that we read are text."""
    try:
        row = json.loads(raw)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(row, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - a fault of the row like any other
    for key in (*_NEEDED, "summary", "published"):
        if not isinstance(row.get(key), str | None):
            raise ValueError(f"{key} is no text")  # noqa: TRY004 - a fault of the row like any other
    return row


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        return to_utc(at if at.tzinfo else at.replace(tzinfo=LOCAL))
    except (ValueError, OverflowError):
        raise ValueError(f"fetched is no time: {text[:40]!r}") from None


def teaser_of(item: Item, outlet: Outlet) -> Teaser:
    """What the item says: plain text, the date read as of the moment the item was fetched."""
    at = parse_time(item.published, now=item.fetched, order=outlet.date_order) if item.published else None
    return Teaser(
        title=item.title,
        sapo=sapo_text(item.summary),
        published_at=at.at if at else None,
        published_raw=item.published,
    )


def strangers(items: Iterable[Item], config: Config) -> dict[str, Outlet]:
    """By host: an outlet row for each host that no configured outlet has. Inactive: it is not in the configuration.

    Nothing is known of such a site, so nothing is claimed: as an aggregator it counts as no newsroom of its own.
    """
    found: dict[str, Outlet] = {}
    for host in sorted({host_of(item.url) for item in items}):
        if config.outlet_of_host(host) is None:
            bare = host.removeprefix("www.")
            found[host] = Outlet(
                id=_slug(bare, config),
                name=f"{bare} (chưa cấu hình)",
                domains=(bare,),
                tier="aggregator",
                active=False,
                permission="not configured: known only from imported items; its pages are not asked for",
            )
    return found


def host_of(url: str) -> str:
    """The host of a link, lower case."""
    return urlsplit(url).hostname or ""


def _slug(host: str, config: Config) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in host).strip("-") or "host"
    while plain in config.outlets:
        plain += "-host"
    return plain
