"""Dates as Vietnamese news sites write them: own fast patterns first, dateparser only for what they do not know.

`parse_time` takes ISO 8601 in all its misspellings, RFC 822, Vietnamese visible forms («Thứ Ba, 09/08/2022 13:58»,
«13 giờ 58 phút ngày 9/8/2022», «Cập nhật: …») and relative ones («3 giờ trước», «hôm qua»). A time without a zone is
on the clock of Hải Phòng. Nothing later than now comes out: a page cannot have been published after it was read.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal

from vietnamese.clock import LOCAL, aware

Precision = Literal["minute", "day"]
Order = Literal["dmy", "mdy"]

TOLERANCE = timedelta(minutes=15)
"""How far another clock may run ahead of ours: a time up to this much after now is taken as now."""

LONGEST = 200
"""Characters that are looked at; a date is short, a page is not."""

EARLIEST_YEAR, LATEST_YEAR = 1990, 2200
_NOON = 12
_YEARS_AGO = 40
_FALLBACK_LENGTH = range(6, 81)


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedTime:
    """A moment and how far it may be trusted."""

    at: datetime
    """Aware; at midnight in Hải Phòng when only the day is known."""
    precision: Precision
    """`minute`, or `day` when the text gives no clock time (or only «3 giờ trước»)."""


_ISO = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|(?:UTC|GMT)?\s*[+-]\s*\d{1,2}(?::?\d{2})?|UTC|GMT)?)?\s*",
    re.IGNORECASE,
)
_MONTHS = {"janfebmaraprmayjunjulaugsepoctnovdec"[at : at + 3]: 1 + at // 3 for at in range(0, 36, 3)}
_NUMERALS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_NUMERAL = r"(?:muoi mot|muoi hai|muoi|gieng|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|chap)"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)"), "ymd"),
    (re.compile(r"(?<![\d:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])"), "numeric"),
    (re.compile(r"(?<![\d:/.-])(\d{1,2})([-/.])(\d{1,2})[\s,|]+((?:19|20)\d{2})(?![\d:])"), "numeric"),
    (
        re.compile(rf"(?<!\d)(\d{{1,2}})[,\s]*thang\s+(\d{{1,2}}|{_NUMERAL})\s*(?:[,./-]|nam\s)?\s*(\d{{4}})(?!\d)"),
        "dmy",
    ),
    (re.compile(rf"\bthang\s+(\d{{1,2}}|{_NUMERAL})\s+(\d{{1,2}})\s*,?\s*(\d{{4}})(?!\d)"), "mdy"),
    (re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+({_MONTH_NAME})[\s,-]+(\d{{4}}|\d{{2}})(?!\d)"), "dmy"),
    (re.compile(rf"\b({_MONTH_NAME})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)"), "mdy"),
    (re.compile(r"(?<!\d)(\d{1,2})\s(\d{1,2})\s(\d{4})(?!\d)"), "numeric3"),
)
_TIME = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s?(?::|h|gio|g)\s?(?:(\d{2})(?!\d)(?:\s?:\s?(\d{2})(?:[.,]\d+)?)?(?:\s?phut)?)?"
    r"[\s']*(am|pm|sa|ch|sang|trua|chieu|toi|dem)?(?![a-z])"
)
_ZONE = re.compile(
    r"(?:gmt|utc)\s*([+-]\s*\d\d?(?::?\d\d)?)|(?:(?:gmt|utc)|(?<![\d-])([+-]\d\d:?\d\d)|(?<=\d)(z))(?![a-z\d])"
)
"""What stands behind `GMT+7` may be glued to it, as the words of the next element are."""
_AGO = re.compile(
    r"(?:(\d+|mot|an?)\s*"
    r"(giay|phut|gio|tieng|ngay|tuan|thang|nam|second|minute|min|hour|day|week|month|year)s?(?:\s+dong ho)?"
    r"(?:\s*(\d+)\s*(phut|gio|minute)s?)?)\s*(?:truoc|ago)\b"
)
_STEPS = {
    "giay": 1, "second": 1, "phut": 60, "minute": 60, "min": 60, "gio": 3600, "tieng": 3600, "hour": 3600,
    "ngay": 86400, "day": 86400, "tuan": 604800, "week": 604800, "thang": 2592000, "month": 2592000,
    "nam": 31536000, "year": 31536000,
}  # fmt: skip
_DAYS_AGO = (
    (re.compile(r"\bhom kia\b"), 2),
    (re.compile(r"\b(?:hom qua|yesterday)\b"), 1),
    (re.compile(r"\b(?:hom nay|today)\b"), 0),
)
_JUST_NOW = re.compile(r"\b(?:vua xong|vua dang|vua moi|moi day|just now)\b")
_EVENING = {"pm", "ch", "chieu", "toi"}
_MORNING = {"am", "sa", "sang"}


def parse_time(raw: str | None, *, now: datetime, order: Order = "dmy", fallback: bool = True) -> ParsedTime | None:
    """The moment that `raw` names, or None when it names none that can be true.

    `now` (aware) is when the text was read: relative forms count from it and nothing later than it comes out. `order`
    decides 09/08/2022 when both readings are possible; 23/11 and 11/23 decide themselves, and so does a reading that
    would lie in the future. `fallback=False` leaves dateparser out: for text that may be no date at all.
    """
    if not raw:
        return None
    now = aware(now)
    text = html.unescape(html.unescape(raw[:LONGEST])) if "&" in raw else raw[:LONGEST]
    found = _iso(text) or _visible(_folded(text), now=now, order=order)
    if found is None and fallback:
        found = _fallback(text.strip(), now=now, order=order)
    return _not_after(found, now)


def local_clock(raw: str, *, now: datetime) -> datetime | None:
    """The clock time that `raw` shows, whatever offset it claims, taken as Hải Phòng's: for offsets that lie."""
    parsed = parse_time(_OFFSET.sub("", raw.replace("&#x2B;", "+")), now=now)
    return parsed.at if parsed else None


_OFFSET = re.compile(r"(?<=\d)\s*(?:Z|(?:GMT|UTC)?\s*[+-]\d{1,2}:?\d{2}|GMT|UTC)\s*$", re.IGNORECASE)


def _not_after(found: ParsedTime | None, now: datetime) -> ParsedTime | None:
    if found is None or found.at > now + TOLERANCE:
        return None
    return ParsedTime(at=now, precision=found.precision) if found.at > now else found


def _iso(text: str) -> ParsedTime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    when = _date(int(year), int(month), int(day))
    if when is None or hour is None:
        return _day(when)
    return _moment(when, int(hour), int(minute), int(second or 0), _zone_of(zone))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Lower case, no diacritics, đ as d, white space folded: one spelling for every pattern."""
    marks = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in marks if not unicodedata.combining(c)).split())


def _visible(text: str, *, now: datetime, order: Order) -> ParsedTime | None:
    for pattern, shape in _DATES:
        match = pattern.search(text)
        if match is None:
            continue
        rest = f"{text[: match.start()]} | {text[match.end() :]}"
        for when in _readings(match, shape, order=order):
            found = _with_clock(when, rest)
            if found and found.at <= now + TOLERANCE:
                return found
        return None
    return _relative(text, now=now)


def _readings(match: re.Match[str], shape: str, *, order: Order) -> list[date]:
    """The dates a match can mean, the likelier first."""
    groups = match.groups()
    if shape == "ymd":
        triples = [(groups[0], groups[1], groups[2])]
    elif shape == "dmy":
        triples = [(groups[2], groups[1], groups[0])]
    elif shape == "mdy":
        triples = [(groups[2], groups[0], groups[1])]
    else:
        first, second, year = groups[0], groups[-2], groups[-1]
        triples = [(year, second, first), (year, first, second)]
        if order == "mdy":
            triples.reverse()
    return [when for y, m, d in triples if (when := _date(_year(y), _month(m), int(d)))]


def _with_clock(when: date, rest: str) -> ParsedTime | None:
    """`when` with the clock time in `rest`, the text around the date."""
    found = list(_TIME.finditer(rest))
    match = next((one for one in found if one[2]), found[0] if found else None)
    if match is None:
        return _day(when)
    hour = _hour(int(match[1]), match[4])
    zone = _ZONE.search(rest, match.end(3) if match[3] else match.end(2) if match[2] else match.end(1))
    offset = _zone_of("".join(group or "" for group in zone.groups()) or "gmt") if zone else None
    return _moment(when, hour, int(match[2] or 0), int(match[3] or 0), offset) or _day(when)


def _hour(hour: int, half: str | None) -> int:
    if half in _EVENING and hour < _NOON:
        return hour + _NOON
    return 0 if half in _MORNING and hour == _NOON else hour


def _relative(text: str, *, now: datetime) -> ParsedTime | None:
    if match := _AGO.search(text):
        count, unit, more, smaller = match.groups()
        seconds = int(count if count.isdigit() else 1) * _STEPS[unit] + int(more or 0) * _STEPS[smaller or "phut"]
        if seconds > _YEARS_AGO * _STEPS["nam"]:
            return None
        exact = _STEPS[smaller or unit] <= _STEPS["phut"]
        return ParsedTime(at=now - timedelta(seconds=seconds), precision="minute" if exact else "day")
    if _JUST_NOW.search(text):
        return ParsedTime(at=now, precision="minute")
    today = now.astimezone(LOCAL).date()
    for pattern, days in _DAYS_AGO:
        if pattern.search(text):
            return _with_clock(today - timedelta(days=days), text)
    return None


def _zone_of(zone: str | None) -> timezone | None:
    """The offset a zone names: `+07:00`, `GMT+7`, `z`; None for none."""
    if not zone:
        return None
    match = re.search(r"([+-])\s*(\d{1,2}):?(\d{2})?", zone)
    if match is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset) if offset < timedelta(hours=24) else None


def _moment(when: date, hour: int, minute: int, second: int, zone: timezone | None) -> ParsedTime | None:
    try:
        clock = time(hour, minute, second % 60)
    except ValueError:
        return None
    return ParsedTime(at=datetime.combine(when, clock, tzinfo=zone or LOCAL), precision="minute")


def _day(when: date | None) -> ParsedTime | None:
    return ParsedTime(at=datetime.combine(when, time(), tzinfo=LOCAL), precision="day") if when else None


def _date(year: int, month: int, day: int) -> date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) == len("2026") else 2000 + int(text)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _MONTHS.get(text[:3]) or _NUMERALS.get(text, 0)


def _fallback(text: str, *, now: datetime, order: Order) -> ParsedTime | None:
    """What dateparser makes of a form our patterns do not know: only whole dates, never relative ones."""
    if not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text) or len(text) not in _FALLBACK_LENGTH:
        return None
    when = _dateparser(text, order, now.astimezone(UTC).replace(second=0, microsecond=0))
    if when is None or when.year < EARLIEST_YEAR:
        return None
    clock = _TIME.search(_folded(text)) is not None
    return ParsedTime(at=when, precision="minute") if clock else _day(when.astimezone(LOCAL).date())


@lru_cache(maxsize=1024)
def _dateparser(text: str, order: str, now: datetime) -> datetime | None:
    import dateparser

    try:
        found: datetime | None = dateparser.parse(
            text,
            languages=["vi", "en"],
            settings={
                "DATE_ORDER": order.upper(),
                "TIMEZONE": "Asia/Ho_Chi_Minh",
                "RETURN_AS_TIMEZONE_AWARE": True,
                "PARSERS": ["absolute-time"],
                "REQUIRE_PARTS": ["day", "month", "year"],
                "RELATIVE_BASE": now.astimezone(LOCAL).replace(tzinfo=None),
            },
        )
    except (ValueError, OverflowError, ArithmeticError):  # what dateparser and pytz let through at the edges
        return None
    return found
