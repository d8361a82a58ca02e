"""The spider of a breaking topic: asks outlets what is new, and their search pages, then fetches the nearest first."""

# the signatures are Scrapy's:
# ruff: noqa: ANN401

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote_plus

from gazetteer.load import load
from spiders.base import OutletSpider
from spiders.read_feed import FeedResult
from spiders.visit import Ask, Kind, Visit
from storage.feeds import poll_history, worth_following
from storage.query import Limits, Names, Query, read_query, read_span, relevance
from storage.urls import url_key

if TYPE_CHECKING:
    from datetime import timedelta

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from config.model import Outlet
    from crawler.context import Context
    from storage.frontier import FeedState
    from storage.records import FrontierRow

NEAR = 0.5
"""A teaser that holds half of the query or more; what is further away gets at most half of the pages."""

FOUND_BY_SITE = 0.25
"""Relevance of what an outlet's own search page names, whatever its headline says: far, but worth a page."""

_NOT_SAID = re.compile(r'-"[^"]*"?|(?<!\S)-\S+|"')
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
    query: Query, rows: Sequence[FrontierRow], since: datetime | None = None, searched: Container[str] = ()
) -> list[tuple[float, FrontierRow]]:
    """The rows worth a visit with their relevance (0 to 1), nearest first, then newest, then by URL.

    A row whose teaser holds no word of the query is left for the night; one that says nothing of itself (a sitemap
    without titles) may fit and comes last. Rows dated before `since` are left out. `searched`: keys of the rows that an
    outlet's search page named.
    """
    found = []
    for row in rows:
        at = row.teaser.published_at if row.teaser else None
        score = relevance(query, row.teaser.title, row.teaser.sapo or "") if row.teaser else 0.0
        score = max(score, FOUND_BY_SITE if row.url_key in searched else 0.0)
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
        words: str = "",
        since: datetime | None = None,
        every: timedelta | None = None,
    ) -> None:
        """`words`: the query as it was typed, for search pages; `every`: how often we look, None for once."""
        super().__init__(context, outlet, kinds)
        self._query, self._budget, self._words, self._since = query, budget, words, since
        self._scores: dict[str, float] = {}
        self._searched: set[str] = set()
        before = len(self._asks)
        if outlet.search_url is not None:
            self._asks.append(Ask(kind="search", url=outlet.search_url))
        if every is not None:
            store, now = context.store, context.clock()
            kept = (ask for ask in self._asks if worth_following(poll_history(store, ask.url), now, every))
            self._asks = deque(kept)
        context.tally.step(outlet.id, feeds_all=len(self._asks) - before)

    def _feed_request(self, ask: Ask, state: FeedState | None) -> Request:
        """A search page is asked under the address that holds the words; the store knows it by the template alone."""
        if ask.kind == "search":
            said = quote_plus(" ".join(_NOT_SAID.sub(" ", self._words).split()))
            return super()._feed_request(replace(ask, page=ask.url.replace("{query}", said)), None)
        return super()._feed_request(ask, state)

    async def _parse(self, ask: Ask, response: Response, now: datetime) -> FeedResult:
        """What a search page names is found by the topic; a page that names nothing is an answer."""
        found = await super()._parse(ask, response, now)
        if ask.kind != "search":
            return found
        self._searched.update(url_key(item.url) for item in found.items)
        items = tuple(replace(item, via="topic") for item in found.items)
        return FeedResult(items=items, skipped=found.skipped) if found.error in {None, "not-a-feed"} else found

    def _next_ask(self) -> Request | None:
        if self._budget.over:
            self._asks.clear()
        return super()._next_ask()

    def _next_row(self) -> FrontierRow | None:
        """The nearest due row not tried yet, as long as the budget lasts."""
        if not self._rows:
            due = self._context.store.due(self._context.run_id, self.outlet.id)
            rows = [row for row in due if row.url_key not in self._tried]
            near = nearest(self._query, rows, self._since, self._searched)
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

    More arguments: `outlet=a,b`, `since=3d`, `pages=150`, `seconds=120`, and in the further rounds of one who follows
    `every=10m`.
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
        words = str(getattr(self, "q", ""))
        query = read_query(words, Names(load(self.context.config.folders)))
        budget = Budget(
            pages=int(getattr(self, "pages", Limits().pages)), seconds=float(getattr(self, "seconds", Limits().seconds))
        )
        since, every = (read_span(said) if (said := getattr(self, name, None)) else None for name in ("since", "every"))
        known: dict[str, Any] = {"query": query, "budget": budget, "words": words, "every": every}
        known["since"] = self.context.clock() - since if since else None
        return [
            TopicVisit(self.context, each, self.kinds, **known)
            for each in self.context.outlets(getattr(self, "outlet", None))
        ]
