"""Killable workers: untrusted bytes are parsed in processes that may be shot.

A page that holds a worker longer than `page_seconds` of wall time is killed there, tried once more in a fresh worker
(a busy machine may have been the cause) and then gets the fate `too-slow`; one over which two workers die is `failed`,
with an error id that the log explains. Nothing a page does reaches the caller as an exception.
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from pebble import ProcessExpired

from crawler.workers import DIED, TRIES, Workers, confine
from pipelines.read import Reading
from storage.records import FateWord, Outcome, Page, Teaser

if TYPE_CHECKING:
    from config.loader import Config
    from config.model import Outlet
    from gazetteer.records import Gazetteer

log = logging.getLogger(__name__)

MEMORY_BYTES = 3 * 1024**3
"""Address space of a worker: a page is at most 5 MB, its tree some 50 times that, the gazetteer and models 0.5 GB."""
TASKS_PER_WORKER = 5000
"""Pages after which a worker is replaced."""

Task = tuple[Page, Teaser | None, bool]
"""A page, what its feed said of it, and whether outlet rules are used."""
_Args = tuple[Page, Teaser | None, bool, bool, tuple[Page, ...]]
"""The arguments of `_work`."""
Done = tuple[Outcome, Reading | None]
"""What a page came to and what it says; the reading is missing where no worker lived to tell."""


class AnalysisPool:
    """Runs `analyse` in `workers` processes.

    `overlays` are configuration folders over the built-in one (`Config.folders[1:]`); every worker loads configuration
    and gazetteer once. Use as a context manager, or call `stop`.
    """

    def __init__(
        self,
        overlays: Sequence[Path] = (),
        *,
        workers: int = 2,
        page_seconds: float = 1.0,
        tagging: bool = True,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self.page_seconds = page_seconds
        begins_with = (tuple(overlays), tagging, memory_bytes)
        self._workers = Workers(workers, tasks=TASKS_PER_WORKER, initializer=_start, initargs=begins_with)

    def submit(
        self,
        page: Page,
        *,
        teaser: Teaser | None = None,
        rules: bool = True,
        trusted: bool = True,
        further: tuple[Page, ...] = (),
    ) -> Future[Outcome]:
        """A future that always gets an Outcome; usable with `asyncio.wrap_future`.

        `trusted=False`: rules count only where the generic reader agrees, as they must for a drifted outlet. `further`:
        the pages that go on with the article.
        """
        result: Future[Outcome] = Future()
        read = self._read((page, teaser, rules, trusted, further))
        read.add_done_callback(lambda done: _first_of(done, result))
        return result

    def _read(self, task: _Args) -> Future[Done]:
        """What a page comes to with all that was read: also of pages that are no articles."""
        result: Future[Done] = Future()
        self._schedule(task, result, tries=1)
        return result

    def map(self, tasks: Iterable[Task], *, ahead: int = 8) -> Iterator[Done]:
        """What each of `tasks` came to, in their order, at most `ahead` in flight."""
        waiting: deque[Future[Done]] = deque()
        for page, teaser, rules in tasks:
            waiting.append(self._read((page, teaser, rules, True, ())))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def warm(self) -> None:
        """Wait until a worker has loaded everything and answers; raises what its start raised."""
        self._workers.schedule(_ready).result()

    def _schedule(self, task: _Args, result: Future[Done], *, tries: int) -> None:
        seconds = self.page_seconds * (1 + len(task[-1]))
        future = self._workers.schedule(_work, seconds, args=task)
        future.add_done_callback(lambda done: self._settle(task, result, done, tries))

    def _settle(self, task: _Args, result: Future[Done], done: Future[Done], tries: int) -> None:
        if result.done():
            return
        if done.cancelled():
            result.cancel()
            return
        error = done.exception()
        if error is None:
            result.set_result(done.result())
        elif not self._tried_again(task, result, error, tries):
            result.set_result((_failed(task[0], error), None))

    def _tried_again(self, task: _Args, result: Future[Done], error: BaseException, tries: int) -> bool:
        """Whether another worker got the page once more: where one was killed over it, and the pool does not end."""
        if not isinstance(error, (TimeoutError, *DIED)) or tries >= TRIES or self._workers.ended:
            return False
        try:
            self._schedule(task, result, tries=tries + 1)
        except RuntimeError:  # it ended just now: nobody may wait for this page for ever
            return False
        return True

    def close(self) -> None:
        """Finish what is scheduled, then end the workers."""
        self._workers.close()

    def stop(self) -> None:
        """End the workers at once; what was under way is cancelled."""
        self._workers.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.stop()


def _first_of(done: Future[Done], result: Future[Outcome]) -> None:
    if done.cancelled():
        result.cancel()
    else:
        result.set_result(done.result()[0])


def _failed(page: Page, error: BaseException) -> Outcome:
    """The outcome for a page whose worker was killed, died or raised."""
    slow = isinstance(error, TimeoutError)
    error_id = uuid.uuid4().hex[:8]
    if not slow:
        how = f"worker ended with code {error.exitcode}" if isinstance(error, ProcessExpired) else "unexpected error"
        log.error("analysis failed, error id %s, %s: %s", error_id, how, page.requested_url, exc_info=error)
    return Outcome(
        url=page.requested_url,
        outlet_id=page.outlet_id or "",
        fate=FateWord.TOO_SLOW if slow else FateWord.FAILED,
        detail="took longer than a page may take" if slow else f"error id {error_id}",
        etag=page.etag,
        last_modified=page.last_modified,
    )


class _Worker:
    """What a worker process holds from its start to its end."""

    config: Config
    gazetteer: Gazetteer | None = None
    press: frozenset[str] = frozenset()


def _start(overlays: tuple[Path, ...], tagging: bool, memory_bytes: int) -> None:  # noqa: FBT001 - called by position by the pool
    """Load configuration and gazetteer, bring the heavy imports in, set the memory limit."""
    from config.loader import load
    from pipelines.read import press_names

    _Worker.config = load(overlays)
    _Worker.press = press_names(_Worker.config.outlets.values())
    if tagging:
        from gazetteer.load import load as load_gazetteer

        _Worker.gazetteer = load_gazetteer(_Worker.config.folders)
    _warm_up()
    confine(memory_bytes)


def _warm_up() -> None:
    """Import what the first page would otherwise pay for."""
    from trafilatura import bare_extraction

    bare_extraction("<html><body><p>Khởi động.</p></body></html>", fast=True, with_metadata=False)


def _ready() -> bool:
    return True


def _work(page: Page, teaser: Teaser | None, rules: bool, trusted: bool, further: tuple[Page, ...]) -> Done:  # noqa: FBT001 - called by position by the pool
    from pipelines.analyse import outcome_of
    from pipelines.join import joined
    from pipelines.read import read_page

    config = _Worker.config
    outlet = config.outlets.get(page.outlet_id or "") or _by_host(config, page)
    if outlet is not None and not trusted:
        outlet = msgspec.structs.replace(outlet, verified=False)
    reading = read_page(page, outlet=outlet, rules=rules, press=_Worker.press)
    if further and reading.fate is None:
        rest = (read_page(each, outlet=outlet, rules=rules, press=_Worker.press) for each in further)
        reading = joined([reading, *rest])
    return outcome_of(page, reading, outlet=outlet, teaser=teaser, gazetteer=_Worker.gazetteer), reading


def _by_host(config: Config, page: Page) -> Outlet | None:
    from urllib.parse import urlsplit

    return config.outlet_of_host((urlsplit(page.url).hostname or "").lower())
