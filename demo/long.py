"""A press town of thirty and more days, made up day by day: its rhythm, its outages, and its ledger of truth.

Nothing is random between two askings: every text, time and fault follows from the seed. A working day brings each
outlet its number of articles, a Saturday two thirds, a Sunday a third, a holiday as little as a Sunday, a long break a
seventh. `TROUBLES` are what happens to one outlet for some nights; beside them single pages and feeds fail at random.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from html import escape
from typing import Literal

from demo.answer import Answer, page, plain, validated
from demo.model import ICT

FIRST = date(2026, 8, 3)
"""The day before the first night: a Monday; night 1 stands at 05:30 of the Tuesday."""
HOLIDAYS = (date(2026, 8, 12), date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 24))
"""A Wednesday by itself; Thursday to Monday is a long break."""
BREAK = (date(2026, 8, 20), date(2026, 8, 24))
WINDOW = timedelta(hours=96)
"""So long a feed lists an article: an outage of two days loses none."""
HOURS = (6, 22)
"""Articles are published between these hours of the day."""

What = Literal["stopped", "markup", "blocked", "slow", "empty", "forbidden"]
PageFault = Literal["error", "once", "cut", "drip", "busy"]
FeedFault = Literal["error", "once", "garbage"]

_PAGE_FAULTS: tuple[PageFault, ...] = ("error", "once", "cut", "drip", "busy")
_FEED_FAULTS: tuple[FeedFault, ...] = ("error", "once", "garbage")
_ONSETS = (
    "b", "c", "ch", "d", "đ", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
_RHYMES = (
    "a", "á", "ai", "an", "ang", "ành", "ao", "át", "âm", "ân", "âu", "ây", "o", "ó", "oa", "oan", "oi", "on", "ong",
    "ô", "ồ", "ôi", "ôn", "ông", "ơ", "ơi", "ơn", "u", "ú", "ua", "ui", "ung", "uốn", "ương", "ười", "ứt",
)  # fmt: skip
_SYLLABLES = tuple(onset + rhyme for onset in _ONSETS for rhyme in _RHYMES)
_COMMON = ("của", "và", "là", "được", "trong", "cho", "các", "những", "người", "không", "có", "đã", "với", "này", "đến")
"""What every Vietnamese text holds, and by which its language is known."""
_OWN_SYLLABLES = 70
"""An article has so many of its own: two of them seldom look like one matter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What happens to one outlet from night `first` to night `last`."""

    outlet: str
    what: What
    first: int
    last: int

    def at(self, night: int) -> bool:
        """Whether it is there in that night."""
        return self.first <= night <= self.last


SIZES = {
    "bao-mot": 20, "bao-hai": 16, "bao-ba": 14, "bao-bon": 12, "bao-nam": 10, "bao-sau": 8, "bao-dung": 12,
    "bao-mau": 12, "bao-chan": 10, "bao-cham": 8, "bao-rong": 12, "bao-it": 2,
}  # fmt: skip
"""Outlets and their articles on a working day."""
TROUBLES = (
    Trouble(outlet="bao-dung", what="stopped", first=12, last=13),
    Trouble(outlet="bao-mau", what="markup", first=15, last=99),
    Trouble(outlet="bao-chan", what="blocked", first=17, last=19),
    Trouble(outlet="bao-cham", what="slow", first=8, last=9),
    Trouble(outlet="bao-rong", what="empty", first=25, last=27),
    Trouble(outlet="bao-sau", what="forbidden", first=28, last=29),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LongArticle:
    """One article as its newsroom wrote it."""

    outlet: str
    number: int
    published: datetime
    title: str
    sapo: str
    paragraphs: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where its page stands."""
        return f"http://{host(self.outlet)}{self.path}"

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/tin/{self.published:%Y%m%d}-{self.number}.html"


def host(outlet: str) -> str:
    """The host name of an outlet."""
    return f"{outlet}.example"


def day_share(day: date) -> float:
    """Which part of a working day's articles `day` brings."""
    if BREAK[0] <= day <= BREAK[1]:
        return 1 / 7
    if day in HOLIDAYS or day.weekday() == 6:  # noqa: PLR2004 - Sunday
        return 1 / 3
    return 2 / 3 if day.weekday() == 5 else 1.0  # noqa: PLR2004 - Saturday


@dataclass(frozen=True, kw_only=True)
class Night:
    """What goes wrong at random in one night."""

    pages: dict[str, PageFault]
    """By URL."""
    feeds: dict[str, FeedFault]
    """By outlet."""


class LongTown:
    """The town at one night. Threads may ask it at once; `TownServer` serves it as it serves the demo's."""

    def __init__(self, *, nights: int = 30, seed: int = 1, troubles: tuple[Trouble, ...] = TROUBLES) -> None:
        self.nights, self.seed, self.troubles = nights, seed, troubles
        self.day = 1
        self._lock = threading.Lock()
        self._asked: set[tuple[int, str]] = set()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names of all outlets."""
        return tuple(map(host, SIZES))

    def set_day(self, day: int) -> None:
        """Let the town stand at night `day`; ValueError for another than 1 to `nights`."""
        if not 1 <= day <= self.nights:
            raise ValueError(f"night {day}: the town has nights 1 to {self.nights}")
        self.day = day

    def reset(self) -> None:
        """Forget who has asked."""
        with self._lock:
            self._asked.clear()

    @cached_property
    def articles(self) -> dict[str, tuple[LongArticle, ...]]:
        """All articles of all days, by outlet, by time of publication."""
        days = [FIRST + timedelta(days=n) for n in range(-1, self.nights + 1)]
        return {outlet: tuple(a for day in days for a in of_day(self.seed, outlet, day)) for outlet in SIZES}

    @cached_property
    def _pages(self) -> dict[str, LongArticle]:
        return {article.url: article for each in self.articles.values() for article in each}

    def listed(self, outlet: str, night: int) -> list[LongArticle]:
        """What the outlet's feed lists in a night, newest first, where the outlet is at its best."""
        now = morning(night)
        return [a for a in reversed(self.articles[outlet]) if timedelta(0) <= now - a.published < WINDOW]

    def trouble(self, outlet: str, night: int) -> Trouble | None:
        """What has befallen the outlet in that night."""
        return next((each for each in self.troubles if each.outlet == outlet and each.at(night)), None)

    @cache  # noqa: B019 - a town lives as long as its server
    def faults(self, night: int) -> Night:
        """The random faults of a night: three pages, and every third night a feed."""
        chance = random.Random(self.seed * 1000 + night)  # noqa: S311 - nothing secret
        fresh = [a.url for outlet in SIZES for a in self.listed(outlet, night)[: SIZES[outlet] // 2]]
        chosen = chance.sample(sorted(fresh), min(3, len(fresh)))
        calm = sorted(outlet for outlet in SIZES if self.trouble(outlet, night) is None)
        feeds = {chance.choice(calm): chance.choice(_FEED_FAULTS)} if chance.random() < 1 / 3 else {}
        return Night(pages={url: chance.choice(_PAGE_FAULTS) for url in chosen}, feeds=feeds)

    def readable(self, outlet: str, night: int) -> bool:
        """Whether the outlet's feed can be had in that night."""
        trouble = self.trouble(outlet, night)
        ill = trouble is not None and trouble.what in {"stopped", "blocked", "empty", "slow", "forbidden"}
        return not ill and self.faults(night).feeds.get(outlet) not in {"error", "garbage"}

    def answer(self, asked_host: str, target: str) -> Answer:
        """The full answer to GET `target` at a host."""
        outlet, night = asked_host.removesuffix(".example"), self.day
        if outlet not in SIZES:
            return plain(404, "no such host in the town")
        trouble = self.trouble(outlet, night)
        if target == "/robots.txt":
            forbids = trouble is not None and trouble.what == "forbidden"
            return plain(200, "User-agent: *\nDisallow: /\n") if forbids else plain(404, "not found")
        if trouble is not None and trouble.what in _REFUSALS:
            return _REFUSALS[trouble.what]()
        if target == "/tin-moi.rss":
            return self._feed(outlet, night, trouble)
        article = self._pages.get(f"http://{asked_host}{target}")
        if article is None or article.published > morning(night):
            return page(404, "<!DOCTYPE html><title>404</title><h1>Không tìm thấy trang</h1>")
        return self._page(article, night)

    def _feed(self, outlet: str, night: int, trouble: Trouble | None) -> Answer:
        fault = self.faults(night).feeds.get(outlet)
        if fault == "error" or (fault == "once" and self._first(night, outlet)):
            return plain(500, "lỗi máy chủ")
        if fault == "garbage":
            return page(200, "<!DOCTYPE html><title>Bảo trì</title><p>Hệ thống đang bảo trì</p>")
        empty = trouble is not None and trouble.what == "empty"
        body = feed(outlet, [] if empty else self.listed(outlet, night))
        return validated(body, "application/rss+xml; charset=utf-8", morning(night))

    def _page(self, article: LongArticle, night: int) -> Answer:
        new_markup = any(t.what == "markup" and t.outlet == article.outlet and t.at(night) for t in self.troubles)
        whole = validated(written(article, new_markup=new_markup), "text/html; charset=utf-8", article.published)
        match self.faults(night).pages.get(article.url):
            case "error":
                return plain(500, "lỗi máy chủ")
            case "once" if self._first(night, article.url):
                return plain(503, "quá tải")
            case "busy" if self._first(night, article.url):
                return Answer(status=429, headers={"Retry-After": "1", "Content-Type": "text/plain"})
            case "cut":
                return Answer(status=200, headers=whole.headers, body=_cut())
            case "drip":
                return Answer(status=200, headers=whole.headers, body=_drip())
            case _:
                return whole

    def _first(self, night: int, what: str) -> bool:
        with self._lock:
            first = (night, what) not in self._asked
            self._asked.add((night, what))
        return first


def morning(night: int) -> datetime:
    """The moment at which the town stands still during a night."""
    day = FIRST + timedelta(days=night)
    return datetime(day.year, day.month, day.day, 5, 30, tzinfo=ICT)


@cache
def of_day(seed: int, outlet: str, day: date) -> tuple[LongArticle, ...]:
    """What an outlet publishes on a day."""
    chance = random.Random(f"{seed} {outlet} {day}")  # noqa: S311 - nothing secret
    usual = SIZES[outlet] * day_share(day)
    count = max(0, round(chance.gauss(usual, usual**0.5 / 3)))
    if outlet == "bao-it" and day.weekday() >= 5:  # noqa: PLR2004 - the smallest does not work at weekends
        count = 0
    minutes = sorted(chance.sample(range(HOURS[0] * 60, HOURS[1] * 60), count))
    midnight = datetime(day.year, day.month, day.day, tzinfo=ICT)
    return tuple(_article(chance, outlet, n, midnight + timedelta(minutes=m)) for n, m in enumerate(minutes, 1))


def _article(chance: random.Random, outlet: str, number: int, published: datetime) -> LongArticle:
    own = [*chance.sample(_SYLLABLES, _OWN_SYLLABLES), *_COMMON, *_COMMON]
    in_city = " tại phường Lê Chân, thành phố Hải Phòng" if chance.random() < 1 / 4 else ""
    return LongArticle(
        outlet=outlet,
        number=number,
        published=published,
        title=f"{_sentence(chance, own, 9)} ({outlet} {published:%d%m}-{number})",
        sapo=f"{_sentence(chance, own, 22)}{in_city}.",
        paragraphs=tuple(f"{_sentence(chance, own, chance.randint(30, 50))}." for _ in range(chance.randint(4, 7))),
    )


def _sentence(chance: random.Random, own: list[str], count: int) -> str:
    text = " ".join(chance.choices(own, k=count))
    return text[0].upper() + text[1:]


def feed(outlet: str, listed: list[LongArticle]) -> bytes:
    """RSS 2.0."""
    rows = "".join(
        f"<item><title>{escape(a.title)}</title><link>{a.url}</link><description>{escape(a.sapo)}</description>"
        f"<pubDate>{a.published:%a, %d %b %Y %H:%M:%S +0700}</pubDate></item>\n"
        for a in listed
    )
    told = f"<title>{outlet}</title><link>http://{host(outlet)}/</link><description>Tin mới</description>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>{told}\n{rows}</channel></rss>\n'.encode()
    )


def written(article: LongArticle, *, new_markup: bool) -> bytes:
    """The page of an article; with `new_markup` the outlet's rule finds nothing on it."""
    body = "".join(f"<p>{escape(p)}</p>\n" for p in article.paragraphs)
    kind = ("entry-new", "lead-new", "story-new") if new_markup else ("tieu-de", "sapo", "noi-dung")
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{escape(article.title)}</title>'
        f'<link rel="canonical" href="{article.url}"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{article.published.isoformat()}"></head><body>'
        f'<nav><a href="/">Trang chủ</a></nav><article><h1 class="{kind[0]}">{escape(article.title)}</h1>'
        f'<p class="{kind[1]}">{escape(article.sapo)}</p><div class="{kind[2]}">\n{body}</div></article>'
        "<footer>Ghi rõ nguồn khi dẫn lại</footer></body></html>"
    ).encode()


def _cut() -> Iterator[bytes]:
    """A page whose connection breaks in the middle."""
    yield b"<!DOCTYPE html><html><body><h1>"
    raise ConnectionResetError


def _drip() -> Iterator[bytes]:
    """A page that never comes to its end in time."""
    for _ in range(40):
        yield b"<!-- -->"
        time.sleep(0.1)


def _slow() -> Answer:
    return Answer(status=200, headers={"Content-Type": "application/rss+xml"}, body=_drip())


_REFUSALS = {"stopped": lambda: plain(503, "bảo trì"), "blocked": lambda: plain(403, "từ chối"), "slow": _slow}
