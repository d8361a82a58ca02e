"""Single questions through the whole polite machine: guard, robots.txt, pace, limits. Nothing is stored.

`probe(context, work)` runs `work(fetch)` inside a crawl; `fetch(url)` answers with what came, and never raises on what
a site does. Used to check outlets and to draft new ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http.request import NO_CALLBACK

from crawler.context import Context
from crawler.failure import error_id
from crawler.fates import feed_error, feed_failure
from crawler.run import project_settings
from crawler.settings import configured
from crawler.visited import header
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What came of one question."""

    url: str
    """As asked."""
    final_url: str
    """Where the answer came from, after redirects."""
    status: int = 0
    """0 when there was no answer."""
    body: bytes = b""
    content_type: str | None = None
    error: str | None = None
    """`http-404`, `timeout`, `robots`, `unreachable` …; None when the answer is to be read."""
    detail: str | None = None


class Fetch(Protocol):
    """Ask for one address."""

    async def __call__(
        self, url: str, *, domains: tuple[str, ...] | None = None, pace: float | None = None, robots: bool = False
    ) -> Fetched:
        """Answer or error; `domains`: hosts it may lead to (None: any public one); `robots`: it is robots.txt."""


class ProbeSpider(Spider):
    """Asks what `work` wants to know. Has no name of its own: it is not to be run by `scrapy crawl`."""

    custom_settings: ClassVar[dict[str, Any]] = {"ITEM_PIPELINES": {}}  # type: ignore[misc]
    context: Context
    work: Callable[[Fetch], Awaitable[Any]]
    failure: BaseException | None = None
    result: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, context: Context, work: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - Scrapy's signature
        """Scrapy's way in."""
        spider = super().from_crawler(crawler, *args, name="probe", **kwargs)
        spider.context, spider.work = context, work
        crawler.settings.setdict(configured(context.crawl), priority="spider")
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """All the work, before the first request of the crawl proper, of which there is none."""
        try:
            self.result = await self.work(self.fetch)
        except BaseException as error:  # noqa: BLE001 - handed to who asked for the work
            self.failure = error
        return
        yield

    async def fetch(
        self, url: str, *, domains: tuple[str, ...] | None = None, pace: float | None = None, robots: bool = False
    ) -> Fetched:
        """See `Fetch`."""
        crawl = self.context.crawl
        meta = {"outlet": "probe", "pace": crawl.pace_seconds if pace is None else pace, "domains": domains}
        meta |= {"download_maxsize": max(crawl.max_feed_bytes, crawl.max_page_bytes)}
        if robots:
            meta["robots"] = True
        try:
            request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
            response = await self.crawler.engine.download_async(request)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - told as the answer
            word, detail = feed_failure(error) or ("failed", error_id(error))
            return Fetched(url=url, final_url=url, error=word, detail=detail)
        return Fetched(
            url=url,
            final_url=response.url,
            status=response.status,
            body=response.body,
            content_type=header(response, "Content-Type"),
            error=feed_error(response.status),
        )


async def probe(context: Context, work: Callable[[Fetch], Awaitable[_T]]) -> _T:
    """What `work` returns; raises what it raises. To be run by `crawler.run.run_all`."""
    runner = AsyncCrawlerRunner(project_settings())
    crawler = runner.create_crawler(ProbeSpider)
    await runner.crawl(crawler, context=context, work=work)
    spider = crawler.spider
    if not isinstance(spider, ProbeSpider):
        raise RuntimeError("the probe did not begin")  # noqa: TRY004 - not a caller's mistake
    if spider.failure is not None:
        raise spider.failure
    result: _T = spider.result
    return result
