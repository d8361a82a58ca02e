"""The town as plain data: outlets, feeds, articles, faults. Everything here is invented; nothing knows the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

ICT = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh has had this one offset since 1975: the town needs no time zone database."""

FIRST_MORNING = datetime(2026, 9, 10, 5, 30, tzinfo=ICT)
NIGHTS = 6
"""Mornings Thu 2026-09-10 to Tue 2026-09-15; each night's crawl stands at 05:30 of its morning."""

RECHECK_HOURS = (20, 44)
"""As in `demo/config/settings.toml`: a stored article is asked again on the two nights after it was first seen."""

Kind = Literal["original", "independent", "follow-up", "correction", "reprint"]
How = Literal["verbatim", "trimmed", "extended", "title-only"]
FeedForm = Literal["rss", "atom", "rdf", "sitemap"]
Lie = Literal["", "late", "future", "garbage"]


def morning(night: int) -> datetime:
    """The moment at which the town stands still during night `night` (1 to 6)."""
    return FIRST_MORNING + timedelta(days=night - 1)


def night_of(moment: datetime) -> int:
    """The first night whose crawl can see what was published at `moment` (may be beyond the last)."""
    night = 1
    while morning(night) < moment:
        night += 1
    return night


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """One feed or news sitemap of an outlet."""

    path: str
    form: FeedForm
    sections: tuple[str, ...] = ()
    """Only articles of these sections; empty = all."""
    lie: Lie = ""
    """How its dates lie: seven hours late, in the future, or no date at all."""
    empty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TownOutlet:
    """A fictitious outlet: where it lives, how it marks up its pages, whom it plants as authors."""

    id: str
    host: str
    name: str
    page: str
    """Template under `demo/pages/`."""
    address: str
    """Path of an article: `{section}`, `{slug}`, `{number}`, `{day}` are filled in."""
    feeds: tuple[Feed, ...]
    bylines: tuple[str, ...]
    """Invented pen names printed on the pages: must never leave the raw pages."""
    commenters: tuple[str, ...] = ()
    window_hours: int = 48
    """How long an article stays in the feeds."""
    sections: Mapping[str, str]
    """Slug of a section and its printed name; the first is the default."""
    search: str = ""
    """Path of its search page, asked with `?q=WORDS`; empty = it has none."""
    robots: str = ""
    """robots.txt; empty = 404, nothing forbidden."""
    teaser_only: bool = False
    """The crawl is configured not to ask for the pages (`fetch_pages = false`)."""
    nfd: bool = False
    tone: Literal["old", "new"] = "old"
    """Tone placement the newsroom writes: old `hòa, ủy`, new `hoà, uỷ`."""
    header: str = "text/html; charset=utf-8"
    """The Content-Type header, which may lie: the bytes are always UTF-8."""
    dateline: str = ""
    """What the sapo begins with on the page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A silent edit: from `night` on, paragraph `paragraph` (0-based) reads `text`."""

    night: int
    paragraph: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """A removal: from `night` on the page answers `status`; `listed` feeds still carry it."""

    night: int
    status: int
    listed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TownArticle:
    """One article of one outlet, as its newsroom wrote it (NFC, the outlet's own tone placement)."""

    key: str
    """`outlet/slug`."""
    outlet_id: str
    slug: str
    url: str
    section: str
    published: datetime
    title: str
    sapo: str
    paragraphs: tuple[str, ...]
    caption: str = ""
    matter: str
    kind: Kind
    reprint_of: str | None = None
    """Key of the article that the text was taken from."""
    how: How | None = None
    credit: str | None = None
    """Name of the outlet that the source line names."""
    about: bool = True
    """Is Hải Phòng the place or authority of the main event?"""
    means: Mapping[str, str]
    """Gazetteer id -> one surface by which the text refers to it; empty and `marked` = refers to none."""
    may: tuple[str, ...] = ()
    """Ids that are neither right nor wrong to find."""
    marked: bool = True
    """False: the mentions of this article are not part of the truth."""
    level: int
    field: int
    edit: Edit | None = None
    gone: Gone | None = None
    retry_after: bool = False
    """The first request for it is answered 429, Retry-After: 1."""
    header: str | None = None
    """A Content-Type header other than the outlet's."""

    @property
    def first_night(self) -> int:
        """The first night whose feeds list it."""
        return night_of(self.published)

    @property
    def in_scope(self) -> bool:
        """Belongs to the sheet's scope: about the city, or naming one of its bodies or units."""
        return self.about or bool(self.means)


Behaviour = Literal[
    "error-500", "redirect-loop", "endless", "drip", "bomb", "redirect-private", "missing", "gallery", "english",
    "listing", "amp", "tracking", "forbidden", "elsewhere",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """An address that an outlet announces and that does not behave."""

    url: str
    outlet_id: str
    behaviour: Behaviour
    nights: tuple[int, ...]
    """The nights on which the outlet's first feed lists it."""
    published: datetime
    title: str
    sapo: str
    fate: str
    """The one word that is right for it, every night it is listed."""
    teaser: bool = False
    """True: a teaser article is kept."""
    twin_of: str | None = None
    """Key of the article whose page it repeats."""
    matter: str
    about: bool = True
    level: int = 0
    field: int = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """One matter: all articles that cover it."""

    id: str
    name: str
    field: int
    level: int
    articles: tuple[TownArticle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TownData:
    """All that the data files say."""

    outlets: Mapping[str, TownOutlet]
    matters: tuple[Matter, ...]
    faults: tuple[Fault, ...]

    @property
    def articles(self) -> tuple[TownArticle, ...]:
        """Every article, by time of publication."""
        return tuple(sorted((a for m in self.matters for a in m.articles), key=lambda a: (a.published, a.key)))

    @property
    def planted(self) -> tuple[str, ...]:
        """Every byline and commenter printed somewhere in the town."""
        names = {n for o in self.outlets.values() for n in (*o.bylines, *o.commenters)}
        return tuple(sorted(names))
