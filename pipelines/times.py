"""When an article was published: what the machine-readable dates and the visible one say together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Literal

from lxml.html import HtmlElement

from pipelines.blocks import hidden, names_of
from pipelines.metadata import Metadata, Stamp
from pipelines.names import TIME_NAMES
from pipelines.text import clean
from storage.records import PublishedFrom
from vietnamese.clock import LOCAL
from vietnamese.dates import Order, ParsedTime, local_clock, parse_time

DATE_LIKE = re.compile(
    r"\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{2,4}|\d{4}-\d{2}-\d{2}|\b(?:19|20)\d\d\b"
    r"|\d\s+(?:phút|giờ|tiếng|ngày|tuần) trước|hôm (?:nay|qua|kia)|vừa xong",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"(?i)cập nhật|sửa|update|modified|chỉnh")
_HONEST = re.compile(r"(?:\+|&#x2B;)\s*0?7(?::?00)?\s*$|GMT\s*\+\s*7|Z\s*$", re.IGNORECASE)
"""Offsets that are believed: +07:00, and Z, which no template writes beside a local clock by mistake as +00:00 is."""
_OFFSET = re.compile(r"(?:[+-]\d{2}:?\d{2}|Z|GMT|UTC)\s*$", re.IGNORECASE)
_SHORTEST, _LONGEST, _MOST_PARTS = 4, 90, 8
_MOST_TEXTS = 40
_ISO_MINUTE = re.compile(r"\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_CERTAIN = 6
"""To the minute, named as a time, not an update: no better one will come."""
_APART = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Published:
    """The time of an article and where it was read."""

    at: datetime
    precision: Literal["minute", "day"]
    source: PublishedFrom
    raw: str


def machine_time(meta: Metadata, *, now: datetime, order: Order) -> Published | None:
    """The first machine-readable date that parses, those to the minute first; wrong offsets set aside."""
    found = [published for stamp in meta.published if (published := _from_stamp(stamp, now=now, order=order))]
    return next((one for one in found if one.precision == "minute"), found[0] if found else None)


def _from_stamp(stamp: Stamp, *, now: datetime, order: Order) -> Published | None:
    raw = stamp.raw.strip()
    parsed = parse_time(raw, now=now, order=order)
    if _OFFSET.search(raw) and not _HONEST.search(raw) and (clock := local_clock(raw, now=now)):
        parsed = ParsedTime(at=clock, precision=parsed.precision if parsed else "minute")
    elif parsed is None and (clock := local_clock(raw, now=now)):
        parsed = ParsedTime(at=clock, precision="minute")
    return Published(at=parsed.at, precision=parsed.precision, source=stamp.source, raw=raw) if parsed else None


def modified_time(meta: Metadata, *, now: datetime, order: Order) -> datetime | None:
    """When the page says it was last changed."""
    for raw in meta.modified:
        if found := _from_stamp(Stamp(raw=raw, source="meta"), now=now, order=order):
            return found.at
    return None


def visible_time(
    elements: Iterable[HtmlElement], *, now: datetime, order: Order, behind: HtmlElement | None = None
) -> Published | None:
    """The time shown in `elements`, given nearest first: to the minute before to the day, named before unnamed.

    The text right behind an element counts too, and first of all the text right behind `behind`, the headline.
    """
    best: tuple[int, Published] | None = None
    for element, text, inside in _texts(elements, behind):
        found = _shown(element, text, now=now, order=order)
        if found is None:
            continue
        own = _named(element) if inside else -1
        score = 4 * (found.precision == "minute") + 2 * own - 3 * bool(_UPDATED.search(text))
        if best is None or score > best[0]:
            best = (score, found)
        if score == _CERTAIN:
            break
    return best[1] if best else None


def _texts(elements: Iterable[HtmlElement], behind: HtmlElement | None) -> Iterator[tuple[HtmlElement, str, bool]]:
    """Short texts that may show a time, each with the element it stands in (True) or behind."""
    for element in elements if behind is None else chain([behind], elements):
        if element is not behind and (text := _short_text(element)) is not None:
            yield element, text, True
        if element.tail and len(element.tail) <= _LONGEST and DATE_LIKE.search(element.tail):
            yield element, clean(element.tail), False


def _shown(element: HtmlElement, text: str, *, now: datetime, order: Order) -> Published | None:
    """The time an element shows; to the minute from its `datetime` or `title` where its words give only the day."""
    parsed = parse_time(text, now=now, order=order, fallback=False) if DATE_LIKE.search(text) else None
    if parsed is None or parsed.precision == "day":
        stamp = Stamp(raw=element.get("datetime") or element.get("title") or "", source="time-tag")
        if _ISO_MINUTE.match(stamp.raw) and (found := _from_stamp(stamp, now=now, order=order)):
            return found
    if parsed is None:
        return None
    source: PublishedFrom = "time-tag" if element.tag == "time" and element.get("datetime") else "visible"
    return Published(at=parsed.at, precision=parsed.precision, source=source, raw=date_only(text))


def date_only(text: str) -> str:
    """The parts of `text` that are words of a date: who wrote it stands in the same line on many sites."""
    return " ".join(match[0] for match in _DATE_PART.finditer(text)).strip(" ,-–|·(") or text


_WEEKDAY = r"hai|ba|tư|năm|sáu|bảy|bẩy"
_NUMERAL = rf"{_WEEKDAY}|giêng|một|bốn|tám|chín|mười(?:\s+(?:một|hai))?|chạp"
_DATE_PART = re.compile(
    rf"\(?(?:gmt|utc)\s*(?:[+-]\s*\d[\d:]*)?\)?|\b(?:thứ\s+(?:{_WEEKDAY})|chủ\s+nhật|tháng\s+(?:{_NUMERAL})|ngày|(?:tháng|năm)(?=\s+\d)|lúc|giờ|phút|tiếng|trước|am|pm|sa|ch"
    r"|sáng|trưa|chiều|tối|hôm\s+(?:nay|qua|kia)|vừa\s+xong|cập\s+nhật|đăng|viết|sửa|xuất\s+bản|mon|tue|wed|thu|fri|sat|sun"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february"
    r"|march|april|august|september|october|november|december|updated?|published|ago)\b[.,:]*"
    r"|[^\s\w]*\d[\w:./'+-]*[^\s\w]*|(?<!\S)[^\s\w]+(?!\S)",
    re.IGNORECASE,
)


def _short_text(element: HtmlElement) -> str | None:
    if element.tag in {"script", "style", "select", "noscript"} or hidden(element):
        return None
    if len(element) > _MOST_PARTS:
        return None
    text = clean(" ".join(islice(element.itertext("*"), _MOST_TEXTS))[: _LONGEST * 4])
    return text if _SHORTEST <= len(text) <= _LONGEST else None


def _named(element: HtmlElement) -> bool:
    parent = element.getparent()
    return (
        element.tag == "time"
        or bool(TIME_NAMES.search(names_of(element)))
        or (parent is not None and bool(TIME_NAMES.search(names_of(parent))))
    )


def settle(machine: Published | None, visible: Published | None) -> Published | None:
    """One time out of both: the reader's clock wins, unless it is about another moment or less exact.

    A visible time days away from the machine's is another date on the page; one marked as an update is not the
    publication.
    """
    if machine is None or visible is None:
        return visible or machine
    if _same_clock(machine, visible) or visible.precision == "day":
        return machine
    if abs(machine.at - visible.at) > _APART or _UPDATED.search(visible.raw):
        return machine
    return visible


def _same_clock(a: Published, b: Published) -> bool:
    return a.precision == "minute" and a.at.astimezone(LOCAL).replace(second=0, microsecond=0) == b.at.astimezone(
        LOCAL
    ).replace(second=0, microsecond=0)
