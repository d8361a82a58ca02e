"""Ask every feed, sitemap and section of outlets once and say what answered. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.model import Outlet
from crawler.aside import TooSlowError, aside
from crawler.guard import host_of
from spiders.probe import Fetch, Fetched
from spiders.read_feed import FeedResult, parse_feed
from spiders.read_section import parse_section
from spiders.read_sitemap import parse_sitemap
from storage.records import Discovered
from vietnamese.clock import Clock

MOST_CHILDREN = 3
"""Of a sitemap index, as many sitemaps are asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How one feed, sitemap or section answered."""

    outlet_id: str
    kind: str
    """`feed`, `sitemap` or `section`."""
    url: str
    status: int
    items: tuple[Discovered, ...] = ()
    error: str | None = None
    detail: str | None = None

    @property
    def newest(self) -> datetime | None:
        """The newest moment any of its items names; None where none has one (sections)."""
        times = [(item.teaser.published_at if item.teaser else None) or item.lastmod for item in self.items]
        return max((at for at in times if at is not None), default=None)


async def check_outlets(fetch: Fetch, outlets: Sequence[Outlet], clock: Clock) -> list[Answer]:
    """The answers of all outlets, side by side, in the order of the blocks."""
    found = await asyncio.gather(*(check_outlet(fetch, outlet, clock) for outlet in outlets))
    return [answer for answers in found for answer in answers]


async def check_outlet(fetch: Fetch, outlet: Outlet, clock: Clock) -> list[Answer]:
    """The answers of one outlet, one question after another."""
    asks = [("feed", url) for url in outlet.feeds] + [("sitemap", url) for url in outlet.sitemaps]
    asks += [("section", url) for url in outlet.sections]
    return [await ask(fetch, outlet, kind, url, clock()) for kind, url in asks]


async def ask(fetch: Fetch, outlet: Outlet, kind: str, url: str, now: datetime) -> Answer:
    """Ask one address of `outlet` and read the answer as a `kind`; a sitemap index is followed."""
    came = await fetch(url, domains=_domains(outlet), pace=outlet.pace_seconds)
    if came.error is not None:
        return Answer(outlet_id=outlet.id, kind=kind, url=url, status=came.status, error=came.error, detail=came.detail)
    found = await read(came, kind=kind, outlet=outlet, now=now)
    items = list(found.items)
    for child in found.children[:MOST_CHILDREN]:
        below = await fetch(child, domains=_domains(outlet), pace=outlet.pace_seconds)
        if below.error is None:
            items += (await read(below, kind=kind, outlet=outlet, now=now)).items
    error = found.error or ("not-a-feed" if found.children and not items else None)
    return Answer(
        outlet_id=outlet.id, kind=kind, url=url, status=came.status, items=tuple(items), error=error,
        detail=found.detail or ("none of its sitemaps announces news" if error and not found.error else None),
    )  # fmt: skip


async def read(came: Fetched, *, kind: str, outlet: Outlet, now: datetime) -> FeedResult:
    """Read an answer in the worker that may be killed."""
    known: dict[str, Any] = {"feed_url": came.url, "now": now, "outlet": outlet, "content_type": came.content_type}
    parse = {"feed": parse_feed, "sitemap": parse_sitemap, "section": parse_section}[kind]
    if kind == "section":
        known["base_url"] = came.final_url
    try:
        return await aside(parse, came.body, **known)
    except TooSlowError as error:
        return FeedResult(error="too-slow", detail=str(error))


def nothing_reached(answers: Iterable[Answer]) -> bool:
    """True when not one host could be connected to."""
    words = [answer.error for answer in answers]
    return bool(words) and all(word == "unreachable" for word in words)


def _domains(outlet: Outlet) -> tuple[str, ...]:
    """Hosts an answer may come from: the outlet's own, and those its addresses name (feeds may lie elsewhere)."""
    named = {host_of(url) for url in (*outlet.feeds, *outlet.sitemaps, *outlet.sections)} - {""}
    return (*outlet.domains, *sorted(named))
