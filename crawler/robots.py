"""robots.txt (RFC 9309): asked for once a host and run, obeyed, Crawl-delay included."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protego import Protego
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.context import context_of
from crawler.errors import HeldError, RobotsForbiddenError, RobotsUnavailableError, TooBigError, UnreachableError
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.context import Context

logger = logging.getLogger(__name__)

MOST_BYTES = 512 * 1024
"""RFC 9309 asks for at least 500 KiB to be read."""


@dataclass(frozen=True, kw_only=True)
class Robots:
    """What a host's robots.txt says to us."""

    rules: Protego | None = None
    """None: no rules, everything is allowed."""
    problem: Exception | None = None
    """Why it could not be had; then nothing may be asked for."""

    def judge(self, url: str, agent: str) -> float:
        """Seconds of Crawl-delay (0 without one). RobotsForbiddenError, or the reason it could not be had."""
        if self.problem is not None:
            raise self.problem
        if self.rules is None:
            return 0.0
        if not self.rules.can_fetch(url, agent):
            raise RobotsForbiddenError("robots.txt forbids it")
        return delay(self.rules, agent)


def delay(rules: Protego, agent: str) -> float:
    """Seconds between two requests that the rules ask for: Crawl-delay or Request-rate, the longer; never negative."""
    rate = rules.request_rate(agent)
    by_rate = rate.seconds / rate.requests if rate and rate.requests > 0 else 0.0
    return max(float(rules.crawl_delay(agent) or 0.0), by_rate, 0.0)


def product(user_agent: str) -> str:
    """The name robots.txt knows us by: `diembao` of `diembao/0.1 (…)`."""
    return user_agent.partition("/")[0].strip() or user_agent


def read(status: int, body: bytes) -> Robots:
    """robots.txt by RFC 9309: 2xx its rules, 4xx no rules, everything else (429 too) nothing for now."""
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP status classes
        return Robots(rules=Protego.parse(body.decode("utf-8-sig", "replace").replace("\x00", "")))
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return Robots()
    return Robots(problem=RobotsUnavailableError(f"robots.txt could not be had ({status})"))


class RobotsMiddleware:
    """Judges each request by its host's robots.txt and sets its pace by Crawl-delay."""

    def __init__(self, context: Context, ask: Callable[[Request], Awaitable[Response]]) -> None:
        self._context, self._ask = context, ask
        self._agent = product(context.crawl.user_agent)
        self._known: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Off without a context."""
        context = context_of(crawler)
        if context is None or not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured

        async def ask(request: Request) -> Response:
            return await crawler.engine.download_async(request)  # there is no engine yet while this is made

        return cls(context, ask)

    async def process_request(self, request: Request) -> None:
        """Let the request pass at the right pace, or raise why it may not."""
        if request.meta.get("robots"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._known:
            self._known[origin] = asyncio.ensure_future(self._fetch(origin, request.meta))
        found = await asyncio.shield(self._known[origin])
        wanted = min(found.judge(request.url, self._agent), self._context.crawl.max_crawl_delay_seconds)
        request.meta["pace"] = max(request.meta.get("pace", 0.0), wanted)

    async def _fetch(self, origin: str, meta: dict[str, Any]) -> Robots:
        request = Request(
            f"{origin}/robots.txt",
            meta={"robots": True, "pace": meta.get("pace", 0.0), "download_maxsize": MOST_BYTES},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self._ask(request)
            found = read(response.status, response.body)
        except (UnreachableError, HeldError) as error:
            found = Robots(problem=error)
        except StoreError:
            raise
        except TooBigError:
            found = Robots(problem=RobotsUnavailableError("robots.txt is too big"))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, without robots.txt nothing may be asked
            found = Robots(problem=RobotsUnavailableError(f"robots.txt could not be had ({type(error).__name__})"))
        self._context.tally.robots += 1
        logger.info("robots.txt of %s: %s", origin, found.problem or ("rules" if found.rules else "none"))
        return found
