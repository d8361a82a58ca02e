"""The spider of a breaking topic: asks all outlets what is new, then fetches what fits the query, nearest first."""

# the signatures are Scrapy's:
# ruff: noqa: ANN401

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from gazetteer.load import load
from spiders.base import OutletSpider
from spiders.visit import Ask, Kind, Visit
from storage.query import Limits, Names, Query, read_query, read_span, relevance

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from config.model import Outlet
    from crawler.context import Context
    from storage.records import FrontierRow

NEAR = 0.5
"""A teaser that holds half of the query or more; what is further away gets at most half of the pages."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class Budget:
    """Pages and seconds that all outlets of one crawl share."""

    pages: int
    seconds: float
    used: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        """Whether nothing more may be asked."""
        return self.used >= self.pages or time.monotonic() - self.began >= self.seconds

    def take(self, score: float) -> bool:
        """Take one page for a row of that relevance, if there is one for it."""
        if self.over or (score < NEAR and self.used * 2 >= self.pages):
            return False
        self.used += 1
        return True


def nearest(
    query: Query, rows: Sequence[FrontierRow], since: datetime | None = None
) -> list[tuple[float, FrontierRow]]:
    """The rows worth a visit with their relevance (0 to 1), nearest first, then newest, then by URL.

    A row whose teaser holds no word of the query is left for the night; one that says nothing of itself (a sitemap
    without titles) may fit and comes last. Rows dated before `since` are left out.
    """
    found = []
    for row in rows:
        at = row.teaser.published_at if row.teaser else None
        score = relevance(query, row.teaser.title, row.teaser.sapo or "") if row.teaser else 0.0
        late = since is not None and at is not None and at < since
        if not late and (score > 0 or row.teaser is None):
            found.append((score, at or _LONG_AGO, row))
    found.sort(key=lambda each: (-each[0], -each[1].timestamp(), each[2].url))
    return [(score, row) for score, _, row in found]


class TopicVisit(Visit):
    """One outlet, asked for one topic."""

    def __init__(
        self,
        context: Context,
        outlet: Outlet,
        kinds: tuple[Kind, ...],
        *,
        query: Query,
        budget: Budget,
        since: datetime | None = None,
    ) -> None:
        super().__init__(context, outlet, kinds)
        self._query, self._budget, self._since = query, budget, since
        self._scores: dict[str, float] = {}
        self._ask_all(kinds)

    def _ask_all(self, kinds: tuple[Kind, ...]) -> None:
        """Also what an interrupted run of this day has asked hours ago: a topic wants what is new now."""
        named = {"feed": self.outlet.feeds, "sitemap": self.outlet.sitemaps, "section": self.outlet.sections}
        before = len(self._asks)
        self._asks = deque(Ask(kind=kind, url=url) for kind in kinds for url in named[kind])
        self._context.tally.step(self.outlet.id, feeds_all=len(self._asks) - before)

    def _next_ask(self) -> Request | None:
        if self._budget.over:
            self._asks.clear()
        return super()._next_ask()

    def _next_row(self) -> FrontierRow | None:
        """The nearest due row not tried yet, as long as the budget lasts."""
        if not self._rows:
            due = self._context.store.due(self._context.run_id, self.outlet.id)
            near = nearest(self._query, [row for row in due if row.url_key not in self._tried], self._since)
            self._scores = {row.url_key: score for score, row in near}
            self._rows = deque(row for _, row in near)
            self._context.tally.step(self.outlet.id, due=len(self._rows))
        if not self._rows or not self._budget.take(self._scores[self._rows[0].url_key]):
            return None
        row = self._rows.popleft()
        self._tried.add(row.url_key)
        return row


class TopicSpider(OutletSpider):
    """Finds, fetches and stores what fits a query: `scrapy crawl topic -a q='bãi rác Đình Vũ'`.

    More arguments: `outlet=a,b`, `since=3d`, `pages=150`, `seconds=120`.
    """

    name = "topic"
    kinds = ("feed", "sitemap", "section")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, context: Context | None = None, **kwargs: Any) -> Self:
        """Scrapy's way in. ValueError for a query without a word, before a run is begun."""
        if not read_query(str(kwargs.get("q") or "")).wanted:
            raise ValueError("what is the topic? give -a q='WORDS'")
        return super().from_crawler(crawler, *args, context=context, **kwargs)

    def visits(self) -> list[Visit]:
        """One visit an outlet, all with one budget. ValueError for an argument that cannot be read."""
        query = read_query(str(getattr(self, "q", "")), Names(load(self.context.config.folders)))
        budget = Budget(
            pages=int(getattr(self, "pages", Limits().pages)), seconds=float(getattr(self, "seconds", Limits().seconds))
        )
        wanted = getattr(self, "since", None)
        since = self.context.clock() - read_span(wanted) if wanted else None
        return [
            TopicVisit(self.context, each, self.kinds, query=query, budget=budget, since=since)
            for each in self.context.outlets(getattr(self, "outlet", None))
        ]
