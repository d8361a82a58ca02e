"""Look at a site that may become an outlet: front page, feeds, sitemaps, a few articles; then draft its block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from config.model import Outlet
from crawler.aside import TooSlowError, aside
from night.outlet_check import Answer, ask
from night.outlet_draft import Draft, host, outlet_id, outlet_name, tier_of
from night.outlet_selectors import Derived, derive
from spiders.discover_feeds import (
    USUAL_FEEDS,
    USUAL_LISTS,
    USUAL_SITEMAPS,
    Announced,
    discover_feeds,
    origin_of,
    robots_sitemaps,
)
from spiders.plain import title_text
from spiders.probe import Fetch, Fetched
from storage.records import Page
from vietnamese.clock import Clock

MOST_FEEDS, MOST_SITEMAPS, MOST_LISTS, MOST_PAGES = 6, 3, 2, 4
"""How many of each are asked for one draft: a look, not a crawl."""

_TITLE = re.compile(rb"<title[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</title>", re.DOTALL | re.IGNORECASE)


class SiteError(Exception):
    """The site could not be looked at: which address, why."""


@dataclass(kw_only=True)
class _Site:
    """What has been found so far."""

    fetch: Fetch
    outlet: Outlet
    now: datetime
    feeds: list[Answer] = field(default_factory=list)
    sitemaps: list[Answer] = field(default_factory=list)
    sections: list[Answer] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    async def get(self, url: str) -> Fetched:
        """Ask for one page of the site."""
        return await self.fetch(url, domains=self.outlet.domains)

    async def take(self, kind: Literal["feed", "sitemap", "section"], urls: Iterable[str], most: int) -> None:
        """Ask `urls` as `kind` and keep those that can be read, `most` at most asked."""
        for url in [each for each in dict.fromkeys(urls) if each not in self.asked][:most]:
            self.asked.add(url)
            answer = await ask(self.fetch, self.outlet, kind, url, self.now)
            if answer.error is None:
                {"feed": self.feeds, "sitemap": self.sitemaps, "section": self.sections}[kind].append(answer)


async def draft_outlet(fetch: Fetch, url: str, clock: Clock, *, known_id: str | None = None) -> Draft:
    """A draft of the outlet at `url` (front page, section, article or feed). SiteError when it cannot be had.

    `known_id` keeps the id of an outlet that is configured already.
    """
    came = await fetch(url)
    if came.error is not None:
        raise SiteError(f"{url}: {came.error} {came.detail or ''}".strip())
    domain = host(came.final_url)
    outlet = Outlet(id=known_id or outlet_id(domain), name=domain, domains=(domain,), tier=tier_of(domain))
    site = _Site(fetch=fetch, outlet=outlet, now=clock())
    front = await _front(site, came)
    await _find_feeds(site, came, front)
    await _find_sitemaps(site, came)
    if not (site.feeds or site.sitemaps):
        await site.take("section", [came.final_url, front.final_url], 2)
    if not (site.feeds or site.sitemaps or site.sections):
        raise SiteError(f"{url}: no feed, no sitemap, no listing page; give the address of one")
    pages = await _articles(site, came, clock)
    return _draft(site, front, await _derived(pages))


async def _front(site: _Site, came: Fetched) -> Fetched:
    """The front page; what was asked for when that is the front page, or when the front page cannot be had."""
    if urlsplit(came.final_url).path in {"", "/"}:
        return came
    front = await site.get(origin_of(came.final_url) + "/")
    return front if front.error is None else came


async def _find_feeds(site: _Site, came: Fetched, front: Fetched) -> None:
    """Feeds named by the pages, by their lists of feeds, or in the usual places; the first way that works."""
    origin = origin_of(came.final_url)
    if not _is_html(came):
        await site.take("feed", [came.url], 1)
    named = [await _announced(page) for page in {each.final_url: each for each in (front, came)}.values()]
    heads = [url for each in named for url in each.feeds]
    lists = [url for each in named for url in each.lists]
    await site.take("feed", heads, MOST_FEEDS)
    if len(site.feeds) <= 1:
        await _from_lists(site, lists)
    if not site.feeds:
        await _from_lists(site, [urljoin(origin, path) for path in USUAL_LISTS], most=len(USUAL_LISTS))
    if not site.feeds:
        await site.take("feed", [urljoin(origin, path) for path in USUAL_FEEDS], len(USUAL_FEEDS))


async def _from_lists(site: _Site, urls: Sequence[str], most: int = MOST_LISTS) -> None:
    """Read pages that list feeds (or are one) and ask the feeds that promise most."""
    for url in [each for each in dict.fromkeys(urls) if each not in site.asked][:most]:
        page = await site.get(url)
        if page.error is not None:
            continue
        if not _is_html(page):
            await site.take("feed", [url], 1)
        else:
            await site.take("feed", (await _announced(page)).feeds, MOST_FEEDS)
        if site.feeds:
            return


async def _find_sitemaps(site: _Site, came: Fetched) -> None:
    """Sitemaps that robots.txt names, else the usual places; only those that announce news."""
    origin = origin_of(came.final_url)
    robots = await site.fetch(origin + "/robots.txt", domains=site.outlet.domains, robots=True)
    named = robots_sitemaps(robots.body.decode("utf-8", "replace"), origin) if robots.error is None else ()
    news = [each for each in named if "news" in each.lower()]
    wanted = news or list(named) or [urljoin(origin, path) for path in USUAL_SITEMAPS]
    await site.take("sitemap", wanted, len(USUAL_SITEMAPS) if not named else MOST_SITEMAPS)
    site.sitemaps = [answer for answer in site.sitemaps if answer.items][:1]


async def _articles(site: _Site, came: Fetched, clock: Clock) -> list[Page]:
    """A few article pages: the one given, and the first that feeds, sitemaps or the list announce."""
    pages = [_page(came, site, clock())] if _is_html(came) else []
    answers = [*site.feeds, *site.sitemaps, *site.sections]
    # One of each answer in turn: several sections of a paper may look different.
    turns = max((len(answer.items) for answer in answers), default=0)
    urls = [answer.items[n].url for n in range(turns) for answer in answers if n < len(answer.items)]
    for url in [each for each in dict.fromkeys(urls) if each != came.url][:MOST_PAGES]:
        page = await site.get(url)
        if page.error is None and _is_html(page):
            pages.append(_page(page, site, clock()))
    return pages


async def _derived(pages: list[Page]) -> Derived:
    try:
        return await aside(derive, pages)
    except TooSlowError:
        return Derived()


async def _announced(page: Fetched) -> Announced:
    try:
        return await aside(discover_feeds, page.body, url=page.final_url, content_type=page.content_type)
    except TooSlowError:
        return Announced()


def _draft(site: _Site, front: Fetched, derived: Derived) -> Draft:
    domain = site.outlet.domains[0]
    return Draft(
        id=site.outlet.id,
        name=outlet_name(domain, derived, _title(front)),
        domain=domain,
        tier=site.outlet.tier,
        feeds=tuple(answer.url for answer in site.feeds),
        sitemaps=tuple(answer.url for answer in site.sitemaps),
        sections=tuple(answer.url for answer in site.sections[:1]),
        derived=derived,
    )


def _title(page: Fetched) -> str | None:
    found = _TITLE.search(page.body[:100_000])
    return title_text(found[1].decode("utf-8", "replace")) if found else None


def _is_html(page: Fetched) -> bool:
    head = page.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"<html" in head or head.startswith((b"<!doctype html", b"<head", b"<body"))


def _page(came: Fetched, site: _Site, now: datetime) -> Page:
    return Page(
        url=came.final_url, requested_url=came.url, status=came.status, body=came.body,
        content_type=came.content_type, fetched_at=now, outlet_id=site.outlet.id,
    )  # fmt: skip
