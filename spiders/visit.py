"""One outlet in one run: its announcements first, then its due pages, one request at a time. No Scrapy engine in here.

`steps()` gives what needs no request at once and ends with the next request; `answered` and `failed` take what came of
it. All state that matters lies in the store, so a visit that was killed is continued by a new one.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request
from scrapy.exceptions import CloseSpider

from crawler.aside import TooSlowError, aside
from crawler.errors import CrawlError, HeldError, RobotsUnavailableError, UnreachableError
from crawler.failure import error_id
from crawler.fates import Verdict, feed_error, feed_failure, of_error, of_status
from crawler.gate import check
from crawler.guard import host_of
from crawler.visited import Visited, header, visited_page, visited_verdict
from spiders.read_feed import FeedResult, parse_feed
from spiders.read_section import parse_section
from spiders.read_sitemap import parse_sitemap
from storage.errors import StoreError
from storage.feeds import RESTING, failed_nights, known_urls, poll_history, rests_until
from storage.records import Discovered, FateWord, FeedPoll

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response

    from config.model import Outlet
    from crawler.context import Context
    from storage.frontier import FeedState
    from storage.records import FrontierRow

logger = logging.getLogger(__name__)

Kind = Literal["feed", "sitemap", "section", "search"]

NOT_MODIFIED = 304

MOST_PAGES = 5
"""Pages of one section that are read in a night, back to what was seen before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A feed, sitemap or section to be asked, or (with `poll`) an index whose sitemaps have all been asked."""

    kind: Kind
    url: str
    child: bool = False
    poll: FeedPoll | None = None
    page: str | None = None
    """The older page of a section that comes next; the section is saved once, with all its pages."""
    number: int = 1
    """Which page of the section that is."""
    held: tuple[Discovered, ...] = ()
    """What the section's pages before it announced."""
    validators: tuple[str | None, str | None] = (None, None)
    """ETag and Last-Modified of the section's first page."""


class Visit:
    """What is left to do at one outlet."""

    def __init__(self, context: Context, outlet: Outlet, kinds: tuple[Kind, ...], *, rests: bool = False) -> None:
        """With `rests` feeds that have been dead for long are not asked every time."""
        self._context, self.outlet, self._rests = context, outlet, rests
        named: dict[Kind, tuple[str, ...]] = {
            "feed": outlet.feeds,
            "sitemap": outlet.sitemaps,
            "section": outlet.sections,
        }
        wanted = context.feeds
        asks = [Ask(kind=kind, url=url) for kind in kinds for url in named[kind] if wanted is None or url in wanted]
        self._asks = deque(ask for ask in asks if not context.store.feed_polled(context.run_id, ask.url))
        self._rows: deque[FrontierRow] = deque()
        self._tried: set[str] = set()
        self._closed: dict[str, CrawlError] = {}
        """Hosts that are not asked any more in this run, with the reason."""
        self._heard = False
        """True once any of its feeds has answered."""
        self._asking: tuple[Ask, FeedState | None] | FrontierRow | None = None
        context.tally.begin(outlet.id, pace_seconds=context.pace(outlet), feeds=len(self._asks))

    def steps(self) -> Iterator[Request | Visited]:
        """Visits that need no request, then one request; nothing when the outlet is done, or the crawl's time is up."""
        if self._context.time_is_up:
            return
        with _stopping(self._context):
            request = self._next_ask()
            while request is None and (row := self._next_row()) is not None:
                verdict = self._settled(row)
                if verdict is None:
                    request = self._page_request(row)
                else:
                    yield self._verdict(row, verdict)
        if request is not None:
            yield request

    async def answered(self, response: Response) -> list[Visited]:
        """Take an answer."""
        with _stopping(self._context):
            asking, self._asking = self._asking, None
            if asking is None:
                return []
            if isinstance(asking, tuple):
                await self._read(*asking, response)
                return []
            verdict = of_status(response.status, stored=asking.article_id is not None)
            if verdict is not None:
                return [self._verdict(asking, verdict)]
            self._context.tally.step(self.outlet.id, done=1)
            return [visited_page(asking, response, self._context.clock())]

    def failed(self, error: BaseException) -> list[Visited]:
        """Take a failure. One that is ours is told with an id that the log explains."""
        with _stopping(self._context, error):
            asking, self._asking = self._asking, None
            if asking is None:
                return []
            where = asking[0].url if isinstance(asking, tuple) else asking.url
            if isinstance(error, (UnreachableError, HeldError, RobotsUnavailableError)):
                self._close(host_of(where), error)
            if isinstance(asking, tuple):
                self._not_announced(*asking, error)
                return []
            return [self._verdict(asking, of_error(error) or self._ours(error, where))]

    # announcements

    def _next_ask(self) -> Request | None:
        """The request for the next feed that can be asked."""
        while self._asks:
            ask = self._asks.popleft()
            if ask.poll is not None:
                self._context.store.discover(self._context.run_id, ask.poll, [])
                continue
            state = self._state(ask)
            if (told := self._resting(ask)) is not None:
                self._polled(ask, state, status=0, error=RESTING, detail=told)
                continue
            closed = self._reason(ask.url)
            if closed is None:
                self._asking = (ask, state)
                return self._feed_request(ask, state)
            self._not_announced(ask, state, closed)
        return None

    def _state(self, ask: Ask) -> FeedState | None:
        """What is known of a feed; with the validators of this process where the store is not to keep any."""
        state, own = self._context.store.feed_state(ask.url), self._context.validators
        if state is None or own is None or ask.url not in own:
            return state
        etag, last_modified = own[ask.url]
        return replace(state, etag=etag, last_modified=last_modified)

    def _resting(self, ask: Ask) -> str | None:
        """Why a dead feed is not asked this time, and when it will be."""
        if not self._rests or ask.child or ask.page is not None:
            return None
        polls = poll_history(self._context.store, ask.url)
        again = rests_until(polls, self._context.clock())
        return None if again is None else f"failed {failed_nights(polls)} nights running; asked again on {again}"

    def _feed_request(self, ask: Ask, state: FeedState | None) -> Request:
        outlet = self.outlet
        named = (*outlet.feeds, *outlet.sitemaps, *outlet.sections, outlet.search_url or "")
        hosts = {host_of(url) for url in named} - {""}
        meta = {
            "domains": (*self.outlet.domains, *sorted(hosts)),
            "download_maxsize": self._context.crawl.max_feed_bytes,
        }
        # A 304 says that what failed to be read is still the same: after a failure the whole answer is asked for.
        fresh = ask.page is not None or (state is not None and state.last_error is not None)
        return self._request(ask.page or ask.url, meta, None if fresh else state)

    async def _read(self, ask: Ask, state: FeedState | None, response: Response) -> None:
        """Take a feed's answer; a defect of ours costs this feed, not the outlet."""
        self._heard = True
        try:
            await self._announced(ask, state, response)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - told with an error id
            self._not_announced(ask, state, error)

    async def _announced(self, ask: Ask, state: FeedState | None, response: Response) -> None:
        now = self._context.clock()
        status, word = response.status, feed_error(response.status)
        poll: dict[str, str | None] = {
            "etag": header(response, "ETag"),
            "last_modified": header(response, "Last-Modified"),
        }
        if status == NOT_MODIFIED and state is not None and state.last_error is not None:
            word = state.last_error
        if word is not None or status == NOT_MODIFIED:
            self._polled(ask, state, status=status, error=word)
            return
        found = await self._parse(ask, response, now)
        if found.error is not None:
            poll = {}  # validators of what could not be read would turn the failure into a 304
        elif ask.kind == "section":
            first = ask.validators if ask.page else (poll["etag"], poll["last_modified"])
            if self._goes_on(ask, state, found, first):
                return
            poll = {"etag": first[0], "last_modified": first[1]}
        if found.children and not ask.child:
            self._asks.appendleft(Ask(kind=ask.kind, url=ask.url, poll=self._poll(ask, status=status, items=0, **poll)))
            new = [url for url in found.children if not self._context.store.feed_polled(self._context.run_id, url)]
            self._asks.extendleft(Ask(kind=ask.kind, url=url, child=True) for url in reversed(new))
            self._context.tally.step(self.outlet.id, feeds_asked=1, feeds_all=len(new))
            return
        self._polled(ask, state, found, status=status, error=found.error, detail=found.detail, **poll)

    def _goes_on(
        self, ask: Ask, state: FeedState | None, found: FeedResult, validators: tuple[str | None, str | None]
    ) -> bool:
        """Whether an older page of the section is asked for: this one was mostly new, and we were here before."""
        urls = [item.url for item in found.items]
        mostly_new = 2 * len(known_urls(self._context.store, urls)) < len(urls)
        before = state is not None and state.last_success_at is not None
        if found.next_page is None or ask.number >= MOST_PAGES or not before or not mostly_new:
            return False
        self._asks.appendleft(
            Ask(
                kind="section", url=ask.url, page=found.next_page, number=ask.number + 1,
                held=(*ask.held, *found.items), validators=validators,
            )
        )  # fmt: skip
        self._context.tally.step(self.outlet.id, feeds_asked=1, feeds_all=1)
        return True

    async def _parse(self, ask: Ask, response: Response, now: datetime) -> FeedResult:
        said, url = header(response, "Content-Type"), ask.url
        known: dict[str, Any] = {"feed_url": url, "now": now, "outlet": self.outlet, "content_type": said}
        try:
            if ask.kind in {"section", "search"}:
                return await aside(parse_section, response.body, page=ask.number, base_url=response.url, **known)
            return await aside(parse_feed if ask.kind == "feed" else parse_sitemap, response.body, **known)
        except TooSlowError as error:
            return FeedResult(error="too-slow", detail=str(error))

    def _not_announced(self, ask: Ask, state: FeedState | None, error: BaseException) -> None:
        word, detail = feed_failure(error) or (FateWord.FAILED, self._ours(error, ask.url).detail)
        self._polled(ask, state, status=0, error=word, detail=detail)

    def _polled(
        self, ask: Ask, state: FeedState | None, found: FeedResult | None = None, *, status: int, **rest: str | None
    ) -> None:
        """Save the poll with what it announced, in one transaction."""
        if not rest.get("etag") and not rest.get("last_modified") and found is None and state is not None:
            rest |= {"etag": state.etag, "last_modified": state.last_modified}
        if ask.held and rest.get("error"):
            # What the newer pages of a section said stands, whatever became of an older one.
            status, found = 200, FeedResult()
            rest = {"etag": ask.validators[0], "last_modified": ask.validators[1]}
        items = {item.url: item for item in (*ask.held, *(found.items if found else ()))}.values()
        poll = self._poll(ask, status=status, items=len(items), **rest)
        self._context.store.discover(self._context.run_id, poll, list(items))
        self._context.tally.step(self.outlet.id, feeds_asked=1, found=len(items))
        told = f"{poll.error} {poll.detail or ''}".strip() if poll.error else f"{poll.items} items"
        logger.info("%s: %s %s: %s", self.outlet.id, ask.kind, ask.url, "unchanged" if status == NOT_MODIFIED else told)

    def _poll(self, ask: Ask, *, status: int, items: int = 0, **rest: str | None) -> FeedPoll:
        now, own = self._context.clock(), self._context.validators
        if own is not None:
            kept = (rest.pop("etag", None), rest.pop("last_modified", None))
            if status != NOT_MODIFIED and not rest.get("error"):
                own[ask.url] = kept
        return FeedPoll(feed_url=ask.url, outlet_id=self.outlet.id, polled_at=now, status=status, items=items, **rest)

    # pages

    def _next_row(self) -> FrontierRow | None:
        """The next due row not tried yet; asked for anew when the list is through, until none is due."""
        if not self._rows:
            due = self._context.store.due(self._context.run_id, self.outlet.id)
            self._rows = deque(row for row in due if row.url_key not in self._tried)
            self._context.tally.step(self.outlet.id, due=len(self._rows))
        if not self._rows:
            return None
        row = self._rows.popleft()
        self._tried.add(row.url_key)
        return row

    def _settled(self, row: FrontierRow) -> Verdict | None:
        """The verdict on a row that need not, or may not, be asked for."""
        try:
            check(self._context.guard, row.url, {"domains": self.outlet.domains})
        except CrawlError as error:
            return of_error(error)
        if not self.outlet.fetch_pages:
            return Verdict(fate=FateWord.TEASER, detail="pages are not asked for", keep_teaser=True)
        closed = self._reason(row.url)
        return of_error(closed) if closed is not None else None

    def _page_request(self, row: FrontierRow) -> Request:
        self._asking = row
        return self._request(row.url, {"domains": self.outlet.domains}, row if row.article_id else None)

    def _verdict(self, row: FrontierRow, verdict: Verdict) -> Visited:
        self._context.tally.step(self.outlet.id, done=1)
        return visited_verdict(row, verdict, self._context.clock())

    # both

    def _request(self, url: str, meta: dict[str, Any], kept: FrontierRow | FeedState | None) -> Request:
        """Asked with the validators we hold, never filtered as a duplicate: the store knows what was asked."""
        headers = {}
        if kept is not None and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept is not None and kept.last_modified:
            headers["If-Modified-Since"] = kept.last_modified
        pace = self._context.pace(self.outlet)
        return Request(url, headers=headers, dont_filter=True, meta=meta | {"outlet": self.outlet.id, "pace": pace})

    def _close(self, host: str, error: CrawlError) -> None:
        self._closed[host] = error
        if isinstance(error, UnreachableError):
            logger.warning("%s: %s: %s", self.outlet.id, host, error)
            self._context.tally.step(self.outlet.id, unreachable=str(error))

    def _reason(self, url: str) -> CrawlError | None:
        """Why the host of `url` is not asked any more. An outlet that never answered is not asked at any host."""
        first = next(iter(self._closed.values()), None)
        return self._closed.get(host_of(url)) or (
            first if isinstance(first, UnreachableError) and not self._heard else None
        )

    def _ours(self, error: BaseException, where: str) -> Verdict:
        told = error_id(error)
        self._context.tally.errors.append(told)
        logger.error("error id %s at %s", told, where, exc_info=error)
        return Verdict(fate=FateWord.FAILED, detail=f"error id {told}")


@contextmanager
def _stopping(context: Context, error: BaseException | None = None) -> Iterator[None]:
    """A store that fails, here or before as `error`, stops the crawl: what is stored stays, nothing more is asked."""
    try:
        if isinstance(error, StoreError):
            raise error
        yield
    except StoreError as failed:
        context.failure = context.failure or failed
        raise CloseSpider("store-error") from failed
