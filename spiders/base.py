"""The spider that all discovery shares: ask what is new, then fetch what is due, outlets side by side."""

# the signatures are Scrapy's:
# ruff: noqa: ANN401

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scrapy import Request, Spider

from crawler.context import Context, from_environment
from crawler.settings import configured
from spiders.visit import Kind, Visit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.visited import Visited


class OutletSpider(Spider):
    """Each outlet is a chain: one request, its answer, the next request. Subclasses say what is asked."""

    kinds: ClassVar[tuple[Kind, ...]] = ()
    rests: ClassVar[bool] = False
    """True: feeds that have been dead for long are asked only every third night."""
    context: Context

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, context: Context | None = None, **kwargs: Any) -> Self:
        """Scrapy's way in. Without a context (`scrapy crawl`) one is made from the environment."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.context = context or from_environment(cls.name, kwargs.get("outlet"))
        crawler.settings.setdict(configured(spider.context.crawl), priority="spider")
        return spider

    def visits(self) -> list[Visit]:
        """One visit for each outlet of `-a outlet=a,b`, or for all active ones. ValueError for a strange id."""
        chosen = self.context.outlets(getattr(self, "outlet", None))
        return [Visit(self.context, each, self.kinds, rests=self.rests) for each in chosen]

    async def start(self) -> AsyncIterator[Any]:
        """The first request of every outlet. Scrapy 2.19 ignores `start_requests` without a word."""
        for visit in self.visits():
            for step in visit.steps():
                yield self._sent(step, visit)

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Any]:
        """An answer came: what it came to, then the outlet's next request."""
        for step in self._next(await kwargs["visit"].answered(response), kwargs["visit"]):
            yield step

    def failed(self, failure: Any) -> Iterator[Any]:
        """No answer came."""
        visit: Visit = failure.request.cb_kwargs["visit"]
        yield from self._next(visit.failed(failure.value), visit)

    def _next(self, came: list[Visited], visit: Visit) -> Iterator[Any]:
        yield from came
        for step in visit.steps():
            yield self._sent(step, visit)

    def _sent(self, step: Request | Visited, visit: Visit) -> Request | Visited:
        if not isinstance(step, Request):
            return step
        return step.replace(callback=self.parse, errback=self.failed, cb_kwargs={"visit": visit})
