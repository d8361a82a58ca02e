"""What one crawl works with: store, configuration, hosts file, clock. Hung on the spider, found by every component."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.loader import Config, load
from config.places import Places, places
from crawler.guard import Guard, HostMap
from crawler.tally import Tally
from vietnamese.clock import Clock, system_clock, to_local

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from config.model import Crawl, Outlet
    from storage.store import Store


@dataclass(kw_only=True)
class Context:
    """One crawl's surroundings."""

    store: Store
    config: Config
    where: Places
    run_id: str
    clock: Clock = system_clock
    hosts: HostMap | None = None
    tally: Tally = field(default_factory=Tally)
    validators: dict[str, tuple[str | None, str | None]] | None = None
    """ETag and Last-Modified by feed where the store is not to remember them: a topic's look must not turn the night's
    own poll into a 304 that lists nothing."""
    own_run: bool = False
    """True when the crawl began its run itself (`scrapy crawl`) and must finish it."""

    until: float | None = None
    """The moment (`time.monotonic()`) after which nothing more is asked; what is left stays due. None: no limit."""
    feeds: frozenset[str] | None = None
    """Only these feeds, sitemaps and sections are asked (in the day, those worth asking); None: all."""
    failure: Exception | None = None
    """What stopped the crawl: the store gave an error."""
    reason: str = ""
    """Scrapy's word for how it ended: `finished`, `shutdown`, `store-error`."""

    @property
    def crawl(self) -> Crawl:
        """How we visit."""
        return self.config.settings.crawl

    @property
    def time_is_up(self) -> bool:
        """Whether the crawl's time is spent."""
        return self.until is not None and time.monotonic() >= self.until

    @property
    def guard(self) -> Guard:
        """Where we may go."""
        return Guard(hosts=self.hosts)

    @property
    def longest_wait(self) -> float:
        """Seconds a host's pause is waited for within the run."""
        return self.crawl.retry_after_wait_seconds

    def pace(self, outlet: Outlet) -> float:
        """Seconds between two requests to one host of `outlet`."""
        return self.crawl.pace_seconds if outlet.pace_seconds is None else outlet.pace_seconds

    def outlets(self, wanted: str | None) -> list[Outlet]:
        """The outlets of `-a outlet=a,b`, or all active ones for None. ValueError for a strange id."""
        return chosen(self.config, wanted)

    def finish(self, outcome: str) -> None:
        """End a run of our own: every URL gets its fate, then the run is marked finished."""
        if self.own_run:
            self.store.close_fates(self.run_id)
            self.store.finish_run(self.run_id, outcome)


def context_of(crawler: Crawler) -> Context | None:
    """The context of the running spider; None for a spider without one (`scrapy shell`)."""
    found: Any = getattr(crawler.spider, "context", None)
    return found if isinstance(found, Context) else None


def chosen(config: Config, wanted: str | None) -> list[Outlet]:
    """The configured outlets with the ids `a,b`, or all active ones for None. ValueError for a strange id."""
    known = config.outlets
    if wanted is None:
        return [outlet for outlet in known.values() if outlet.active]
    ids = [each.strip() for each in wanted.split(",") if each.strip()]
    if strange := sorted(set(ids) - set(known)):
        raise ValueError(f"no such outlet: {', '.join(strange)}; `diembao outlets` lists them")
    return [known[each] for each in dict.fromkeys(ids)]


def from_environment(spider: str, wanted: str | None = None) -> Context:
    """The context of a `scrapy crawl`, which begins (or continues) a run of its own, of the spider's name and today.

    Places by `DIEMBAO_HOME` and `DIEMBAO_DATABASE_URL`, the overlays `$DIEMBAO_HOME/config` and `DIEMBAO_CONFIG`, the
    hosts file `DIEMBAO_HOSTS`. ValueError for a strange outlet in `wanted`, before anything is begun.
    """
    from storage.store import open_store

    where = places()
    extra = os.environ.get("DIEMBAO_CONFIG")
    config = load(where.overlays(*([Path(extra)] if extra else [])))
    chosen(config, wanted)
    hosts = os.environ.get("DIEMBAO_HOSTS")
    where.home.mkdir(parents=True, exist_ok=True)
    store = open_store(where.database_url, system_clock, config.settings)
    store.sync_outlets(config.outlets.values())
    begin = store.begin_own_run if spider == "topic" else store.begin_run
    run = begin(spider, to_local(system_clock()).date())
    return Context(
        store=store,
        config=config,
        where=where,
        run_id=run.run_id,
        hosts=HostMap.load(Path(hosts)) if hosts else None,
        validators={} if spider == "topic" else None,
        own_run=True,
    )
