"""Whether a link leads to an article: by the shapes of addresses that Vietnamese newsrooms use. Pure."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from vietnamese.normal import clean, unaccent

Likeness = Literal["numbered", "worded", "no"]
"""numbered: the address carries an article's number or date; worded: only a slug as long as a headline."""

LEAST_NUMBERED = 3
"""Numbered links that make a page one of a site that numbers its articles."""

_EXTENSION = re.compile(r"\.(?:s?html?|aspx?|php|chn|ldo|vnp|epi|antd|vov|tpo|amp|cand|bld|rfi)$")
_NUMBER = re.compile(r"(?:(?P<slug>.*[a-z].*?)[-_.~])?(?P<mark>(?:c\d+a)|[a-z]{0,6})(?P<digits>\d{3,})(?P<rest>[a-z]?)")
_LIST_MARKS = frozenset(
    {"e", "t", "sk", "tag", "topic", "cd", "p", "page", "trang", "cat", "cate", "chuyende", "event"}
)
"""Letters before the number of a topic, tag or page; `post`, `d`, `a`, `c`, `i` … stand before an article's."""

_PLAIN_DIGITS, _MARKED_DIGITS = 5, 3
"""Digits of a number that is an article's: bare (a year has four), or behind letters."""

_LISTS = frozenset(
    {"event", "events", "topic", "topics", "chu-de", "chude", "chuyen-de", "dong-su-kien", "nhom-chu-de", "collection"}
    | {"tag", "tags", "tu-khoa", "tac-gia", "author", "authors", "nhan-vat-su-kien", "category", "page", "trang"}
    | {"video", "videos", "podcast", "podcasts", "clip", "truyen-hinh", "phat-thanh", "audio", "radio"}
    | {
        "rss",
        "search",
        "tim-kiem",
        "user",
        "login",
        "dang-nhap",
        "dang-ky",
        "dang-tin",
        "rao-vat",
        "raovat",
        "views_ads",
    }
)
_LIST_OPENINGS = ("tacgia-", "topic-", "tag-", "author-")
_SIDE_HOSTS = frozenset(
    {"raovat", "rao-vat", "thitruong", "quangcao", "shop", "id", "sso", "order", "pay", "ads", "adx", "mail", "event"}
    | {"video", "tv", "podcast", "vieclam", "diendan", "forum", "apps"}
)
"""First labels of hosts that hold classified ads, shops, accounts or films, under a newspaper's name."""

_HOUSE = re.compile(
    r"(?:chinh sach (?:bao mat|quyen rieng)|dieu khoan (?:su dung|dich vu)|lien he quang cao|bao gia quang cao"
    r"|quy che hoat dong|thong tin toa soan|gioi thieu (?:toa soan|ve chung toi))\b"
)
_YEAR_FOLDER = re.compile(r"(?:19|20)\d\d")
_DAY_FOLDER = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_STAMP_FOLDER = re.compile(r"20\d{10,15}(?:p\d+c\d+)?")
_HEADLINE_WORDS = 5


def likeness(url: str, text: str = "") -> Likeness:
    """How much `url` looks like an article's address, given the words of the link (may be empty)."""
    parts = urlsplit(url)
    host, segments = (parts.hostname or "").lower(), [unquote(part).lower() for part in parts.path.split("/") if part]
    if not segments or host.partition(".")[0] in _SIDE_HOSTS:
        return "no"
    if _HOUSE.match(unaccent(clean(text))):
        return "no"
    last = _EXTENSION.sub("", segments[-1])
    if _of_a_list(segments, last):
        return "no"
    if _numbered(last, segments[:-1]) or _dated(last, segments[:-1]):
        return "numbered"
    long_enough = _slug_words(last) >= _HEADLINE_WORDS and len(text.split()) >= _HEADLINE_WORDS
    return "worded" if long_enough else "no"


def _of_a_list(segments: list[str], last: str) -> bool:
    """A folder of lists, or `slug-e2029`, `slug-tag553`, `page-3`."""
    if any(segment in _LISTS or segment.startswith(_LIST_OPENINGS) for segment in segments):
        return True
    found = _NUMBER.fullmatch(last)
    return found is not None and (found["mark"] in _LIST_MARKS or found["slug"] in _LIST_MARKS)


def _numbered(last: str, before: list[str]) -> bool:
    """`slug-123456`, `slug-post123`, `slug-20260307080054340`, `slug/123456`, `123456/slug`."""
    found = _NUMBER.fullmatch(last)
    if found is not None:
        slug, mark, digits = found["slug"] or "", found["mark"], len(found["digits"])
        if not slug:
            return digits >= _PLAIN_DIGITS and bool(before) and _slug_words(before[-1]) > 1
        return digits >= (_MARKED_DIGITS if mark and not found["rest"] else _PLAIN_DIGITS)
    behind = bool(before) and before[-1].isdecimal() and len(before[-1]) >= _MARKED_DIGITS
    return behind and _YEAR_FOLDER.fullmatch(before[-1]) is None and _slug_words(last) > 2  # noqa: PLR2004 - a slug


def _dated(last: str, before: list[str]) -> bool:
    """`2012/12/slug`, `2015/03/22/…/slug`, `20150322/slug`, `20121226051446379p0c1019/slug`."""
    if not any(character.isalpha() for character in last):
        return False
    for at, folder in enumerate(before):
        month = before[at + 1] if at + 1 < len(before) else ""
        if _STAMP_FOLDER.fullmatch(folder) or _DAY_FOLDER.fullmatch(folder):
            return True
        if _YEAR_FOLDER.fullmatch(folder) and month.isdecimal() and len(month) <= 2:  # noqa: PLR2004 - a month
            return True
    return False


def _slug_words(segment: str) -> int:
    return sum(any(character.isalpha() for character in word) for word in re.split(r"[-_]", segment))
