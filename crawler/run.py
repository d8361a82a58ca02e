"""Run crawls inside this process, as many in a row as wanted: `run_all([night(), night(), …])`.

Twisted's reactor cannot be started twice, so it is started once a process and its asyncio loop is run as often as
needed. Ctrl-C once ends the crawl in order (requests under way are finished and stored) and then raises
KeyboardInterrupt; twice raises it at once. Either way what was committed stays and the rest is still due.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor, is_reactor_installed

from crawler.aside import stop_aside
from crawler.settings import TWISTED_REACTOR
from crawler.tally import OutletProgress

if TYPE_CHECKING:
    from crawler.context import Context

logger = logging.getLogger(__name__)

_running: set[AsyncCrawlerRunner] = set()
_at_end: list[Callable[[], None]] = []
_signals: list[str] = []
"""Names of the signals that asked the last `run_all` to end, in order."""


@dataclass(frozen=True, kw_only=True)
class CrawlResult:
    """What one crawl came to."""

    run_id: str
    outlets: tuple[OutletProgress, ...]
    fates: dict[str, int]
    """Fates that this process decided; the store has those of the whole run."""
    requests: int
    not_modified: int
    bytes: int
    """As they travelled."""
    robots: int
    errors: tuple[str, ...] = field(default=())
    """Ids of failures of ours; the log explains them."""

    @property
    def unreachable(self) -> dict[str, str]:
        """Outlets that no connection could be made to, with the reason."""
        return {outlet.outlet_id: outlet.unreachable for outlet in self.outlets if outlet.unreachable}


async def crawl(
    spider_name: str, context: Context, *, outlets: Sequence[str] | None = None, **arguments: str
) -> CrawlResult:
    """Run one spider to its end in `context`, under its run, and return its counts.

    `outlets` are ids (None: all active ones), `arguments` go to the spider. The run is neither begun nor finished here,
    and a context serves one crawl.
    Raises StoreError when the store failed (all that was committed stays), KeyboardInterrupt after Ctrl-C, ValueError
    for an outlet that is not configured.
    """
    if outlets is not None:
        arguments["outlet"] = ",".join(outlets)
    runner = AsyncCrawlerRunner(project_settings())
    _running.add(runner)
    try:
        await runner.crawl(spider_name, context=context, **arguments)
    finally:
        _running.discard(runner)
    return _result(context)


def _result(context: Context) -> CrawlResult:
    """The counts of a crawl that came to its end; raises what ended it before."""
    if context.failure is not None:
        raise context.failure
    if context.reason == "shutdown":
        raise KeyboardInterrupt(*_signals[:1])
    if context.reason != "finished":
        raise RuntimeError(f"the crawl ended early: {context.reason or 'it did not begin'}")
    tally = context.tally
    return CrawlResult(
        run_id=context.run_id,
        outlets=tuple(tally.outlets.values()),
        fates=dict(tally.fates),
        requests=tally.requests,
        not_modified=tally.not_modified,
        bytes=tally.bytes,
        robots=tally.robots,
        errors=tuple(tally.errors),
    )


def project_settings() -> Settings:
    """`crawler.settings` as Scrapy settings, whatever the working folder."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    return settings


def run_all(coroutines: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Run coroutines one after another on the reactor's loop and return their results; may be called again.

    The first exception ends it; coroutines not begun are closed. What `at_end` was given is called at the end.
    """
    loop = _loop()
    rest = iter(coroutines)
    results = []
    try:
        with _interrupts(loop):
            for coroutine in rest:
                if _signals:  # it came too late to stop the one before
                    coroutine.close()
                    end_if_asked()
                results.append(loop.run_until_complete(coroutine))
    finally:
        for coroutine in rest:
            coroutine.close()
        stop_aside()
        while _at_end:
            _at_end.pop()()
    return results


def at_end(close: Callable[[], None]) -> None:
    """Have `close` called when `run_all` ends: for what several crawls share, such as worker processes."""
    _at_end.append(close)


def interrupted() -> bool:
    """Whether Ctrl-C came during the last `run_all`, even when the crawl was through before it could be stopped."""
    return bool(_signals)


def end_if_asked() -> None:
    """Raise KeyboardInterrupt when Ctrl-C came during this `run_all`: too late to stop a crawl, it must not be lost."""
    if _signals:
        raise KeyboardInterrupt(_signals[0])


def _loop() -> asyncio.AbstractEventLoop:
    """The reactor's loop; the reactor is installed and started on first use."""
    if not is_reactor_installed():  # each call of install_reactor makes a loop, even one that is then not used
        install_reactor(TWISTED_REACTOR)
    from twisted.internet import reactor

    if not reactor.running:
        # What reactor.run() does, without its endless loop.
        reactor.startRunning(installSignalHandlers=False)
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # noqa: SLF001 - Twisted has no other way to it
    return loop


@contextmanager
def _interrupts(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """SIGINT and SIGTERM: the first stops a running crawl in order, the next one at once.

    What is raised, KeyboardInterrupt, says by its name which signal it was.
    """
    _signals.clear()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is signal's
        _signals.append(signal.Signals(number).name)
        if len(_signals) > 1 or not _running:
            raise KeyboardInterrupt(_signals[-1])
        logger.warning("%s: finishing what is under way; interrupt again to stop at once", _signals[-1])
        loop.call_soon_threadsafe(lambda: [asyncio.ensure_future(runner.stop()) for runner in _running])

    try:
        before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: signals are somebody else's there
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
