"""The truth: what a perfect crawl of the town must find, worked out from its data files alone.

Nothing here uses the pipeline's code. `demo.ledger` holds a store against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from demo.load import PRIVATE_PORT, load_town
from demo.model import NIGHTS, RECHECK_HOURS, Fault, TownArticle, TownData, morning


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerArticle:
    """One article that the store must hold after its night."""

    url: str
    """As announced; its canonical URL is the same."""
    outlet_id: str
    title: str
    sapo: str
    published_at: datetime
    kind: str
    """`full` or `teaser`."""
    night: int
    """First night it can be seen."""
    matter: str
    about_city: bool
    in_scope: bool
    level: int
    field: int
    story: str
    """original, independent, follow-up, correction, reprint, or the behaviour of a fault."""
    reprint_of: str | None = None
    """URL of the article it was taken from."""
    family: str
    """URL of the first of its reprint family (its own when it is nobody's reprint)."""
    means: frozenset[str] | None
    """Gazetteer ids it refers to (the city itself left out); None = not part of the truth."""
    may: frozenset[str] = frozenset()
    """Ids that are neither right nor wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedFate:
    """The one word for a URL in a night's run."""

    night: int
    url: str
    outlet_id: str
    fate: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The whole truth of the town."""

    articles: tuple[LedgerArticle, ...]
    """By time of publication."""
    fates: tuple[ExpectedFate, ...]
    matters: Mapping[str, tuple[str, ...]]
    """Matter -> URLs of its articles, first published first: the first one was first with the news."""
    planted: tuple[str, ...]
    """Byline strings that stand on pages and nowhere else."""

    def upto(self, night: int) -> tuple[LedgerArticle, ...]:
        """The articles that a store holds after night `night`."""
        return tuple(a for a in self.articles if a.night <= night)

    @property
    def revisions(self) -> tuple[ExpectedFate, ...]:
        """Silent edits, with the night each is seen."""
        return tuple(f for f in self.fates if f.fate == "revised")

    @property
    def removals(self) -> tuple[ExpectedFate, ...]:
        """Removals, with the night each is seen."""
        return tuple(f for f in self.fates if f.fate == "gone")


@cache
def build_ledger(private_port: int = PRIVATE_PORT) -> Ledger:
    """Work out the ledger; `private_port` must be the town's (it stands in planted links)."""
    town = load_town(private_port)
    roots = _roots(town)
    articles = [_of_article(a, town, roots) for a in town.articles]
    articles += [_of_fault(f) for f in town.faults if f.teaser]
    articles.sort(key=lambda a: (a.published_at, a.url))
    matters: dict[str, list[str]] = {}
    for article in articles:
        matters.setdefault(article.matter, []).append(article.url)
    fates = sorted((*_article_fates(town), *_fault_fates(town)), key=lambda f: (f.night, f.url))
    return Ledger(
        articles=tuple(articles),
        fates=tuple(fates),
        matters={m: tuple(urls) for m, urls in matters.items()},
        planted=town.planted,
    )


def _roots(town: TownData) -> dict[str, str]:
    """Key -> key of the first of its reprint family."""
    taken_from = {a.key: a.reprint_of for a in town.articles}
    roots = {}
    for key in taken_from:
        root = key
        while (source := taken_from[root]) is not None:
            root = source
        roots[key] = root
    return roots


def _of_article(article: TownArticle, town: TownData, roots: Mapping[str, str]) -> LedgerArticle:
    urls = {a.key: a.url for a in town.articles}
    teaser = town.outlets[article.outlet_id].teaser_only
    return LedgerArticle(
        url=article.url,
        outlet_id=article.outlet_id,
        title=article.title,
        sapo=article.sapo,
        published_at=article.published,
        kind="teaser" if teaser else "full",
        night=article.first_night,
        matter=article.matter,
        about_city=article.about,
        in_scope=article.in_scope,
        level=article.level,
        field=article.field,
        story=article.kind,
        reprint_of=urls[article.reprint_of] if article.reprint_of else None,
        family=urls[roots[article.key]],
        means=_means(article, teaser=teaser),
        may=frozenset(article.may),
    )


def _means(article: TownArticle, *, teaser: bool) -> frozenset[str] | None:
    """Of a teaser only what its title and sapo name."""
    if not article.marked:
        return None
    shown = f"{article.title}\n{article.sapo}"
    return frozenset(i for i, surface in article.means.items() if not teaser or surface in shown)


def _of_fault(fault: Fault) -> LedgerArticle:
    return LedgerArticle(
        url=fault.url,
        outlet_id=fault.outlet_id,
        title=fault.title,
        sapo=fault.sapo,
        published_at=fault.published,
        kind="teaser",
        night=min(fault.nights),
        matter=fault.matter,
        about_city=fault.about,
        in_scope=fault.about,
        level=fault.level,
        field=fault.field,
        story=fault.behaviour,
        family=fault.url,
        means=None,
    )


def _article_fates(town: TownData) -> Iterator[ExpectedFate]:
    for article in town.articles:
        outlet = town.outlets[article.outlet_id]
        window = timedelta(hours=outlet.window_hours)
        for night in range(article.first_night, NIGHTS + 1):
            removed = article.gone is not None and night >= article.gone.night
            listed = article.published > morning(night) - window
            if removed and article.gone is not None and not article.gone.listed:
                listed = False
            if listed or _rechecked(article, night, teaser=outlet.teaser_only):
                fate = _fate(article, night, teaser=outlet.teaser_only)
                yield ExpectedFate(night=night, url=article.url, outlet_id=article.outlet_id, fate=fate)


def _fate(article: TownArticle, night: int, *, teaser: bool) -> str:
    if night == article.first_night:
        return "teaser" if teaser else "stored"
    if article.gone is not None and night >= article.gone.night:
        return "gone"
    if article.edit is not None and night == article.edit.night:
        return "revised"
    return "unchanged"


def _rechecked(article: TownArticle, night: int, *, teaser: bool) -> bool:
    """Is a stored article in scope asked again in this night? It was first seen in its first night."""
    if teaser or not article.in_scope:
        return False
    if article.gone is not None and night > article.gone.night:
        return False
    hours = (morning(night) - morning(article.first_night)) / timedelta(hours=1)
    before = hours - 24
    return any(before < mark <= hours for mark in RECHECK_HOURS)


def _fault_fates(town: TownData) -> Iterator[ExpectedFate]:
    for fault in town.faults:
        for night in fault.nights:
            yield ExpectedFate(night=night, url=fault.url, outlet_id=fault.outlet_id, fate=fault.fate)
