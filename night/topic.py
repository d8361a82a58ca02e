"""A breaking topic: search the store, crawl for what is new, search again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crawler.context import Context
from crawler.run import crawl
from crawler.tally import Tally
from gazetteer.load import load
from night.entities import sync_configuration
from night.matters import sort_out
from night.visited import visited
from storage.query import Limits, Names, Query, read_query
from storage.search import Filters, Hit
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from crawler.guard import HostMap
    from crawler.tally import Progress
    from storage.store import Store
    from vietnamese.clock import Clock

MOST_HITS = 200
"""Articles that one topic shows; who finds more should ask for less."""

SECONDS_BETWEEN_LOOKS = 0.5
"""How often the store is searched while a crawl goes on."""

Found = Callable[[Sequence[Hit]], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What somebody wants to know of."""

    words: str
    query: Query
    outlets: tuple[str, ...] = ()
    """Ids; empty = all active ones."""
    since: timedelta | None = None
    """Only articles at most this old; None = any."""
    limits: Limits = field(default_factory=Limits)

    def filters(self, clock: Clock) -> Filters:
        """The same as what narrows a search."""
        return Filters(since=clock() - self.since if self.since else None, outlets=self.outlets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one look around came to."""

    run_id: str
    fates: Mapping[str, int]
    requests: int
    unreachable: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    outlets: int = 0
    """How many were visited."""

    @property
    def nothing_reached(self) -> bool:
        """No outlet answered at all."""
        return 0 < self.outlets <= len(self.unreachable)

    @property
    def outcome(self) -> str:
        """`partial` when an outlet could not be reached or something of ours failed."""
        return "partial" if self.unreachable or self.errors else "done"


def asked(words: str, config: Config, **more: Any) -> Asked:  # noqa: ANN401 - the fields of Asked
    """Read a query with the names of the configured gazetteer."""
    return Asked(words=words, query=read_query(words, Names(load(config.folders))), **more)


class Watch:
    """Searches the store for a topic again and again and tells what it had not seen before."""

    def __init__(
        self,
        store: Store,
        config: Config,
        topic: Asked,
        on_found: Found | None = None,
        *,
        every: timedelta | None = None,
    ) -> None:
        """`every`: how often it is looked around, None for once."""
        self._store, self._config, self._topic, self._on_found = store, config, topic, on_found
        self.every = every
        self.validators: dict[str, tuple[str | None, str | None]] = {}
        """ETag and Last-Modified of the feeds between two looks around: see `Context.validators`."""
        self.about: dict[str, str] = {}
        """Articles about the topic as of the last look, with the reason why they were found."""
        self.passing: tuple[str, ...] = ()
        """Those that only mention it."""
        self._told: set[str] = set()
        self._fates: Mapping[str, int] = {}
        self._looked = 0.0

    def look(self, *, thorough: bool = True) -> list[Hit]:
        """Search; returns what is new, and tells the listener.

        A `thorough` look also brings what belongs to the same matter and was not placed by a night yet.
        """
        self._looked = time.monotonic()
        query, filters = self._topic.query, self._topic.filters(self._store.clock)
        hits = self._store.search(query, MOST_HITS, filters)
        seen = sort_out(self._store, self._config, query, hits, filters, thorough=thorough)
        self.about, self.passing = dict(seen.about), seen.passing
        fresh = {each: why for each, why in seen.about.items() if each not in self._told}
        self._told |= fresh.keys()
        new = [replace(hit, why=fresh[hit.article_id]) for hit in self._store.hits(query, list(fresh))]
        if new and self._on_found is not None:
            self._on_found(new)
        return new

    def progress(self, seen: Progress) -> None:
        """Listener of a crawl: look again when something was stored, now and then."""
        if seen.fates != self._fates and time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._fates = dict(seen.fates)
            self.look(thorough=False)


async def look_around(
    *,
    store: Store,
    config: Config,
    where: Places,
    clock: Clock,
    topic: Asked,
    watch: Watch,
    hosts: HostMap | None = None,
) -> Round:
    """Crawl once for the topic, in a run of kind `topic`, then search again: `watch` has what was found.

    May go on beside a night on the same store: hosts are claimed in the store, so together they keep the pace, and what
    is not fetched here stays due for the night. Raises StoreError, KeyboardInterrupt, or ValueError for an outlet that
    is not configured.
    """
    sync_configuration(store, config)
    run_id = store.begin_own_run("topic", to_local(clock()).date()).run_id
    around = Context(
        store=store,
        config=config,
        where=where,
        run_id=run_id,
        clock=clock,
        hosts=hosts,
        tally=Tally(listener=watch.progress),
        validators=watch.validators,
    )
    outlets = topic.outlets or [outlet.id for outlet in visited(config, hosts)]
    try:
        came = await crawl("topic", around, outlets=outlets, **_spider_arguments(topic, watch))
    except KeyboardInterrupt:
        # Whoever looks again wants a run of its own, not the rest of this one.
        store.close_fates(run_id)
        store.finish_run(run_id, "partial")
        watch.look()
        raise
    store.close_fates(run_id)
    result = Round(
        run_id=run_id,
        fates=came.fates,
        requests=came.requests,
        unreachable=came.unreachable,
        errors=came.errors,
        outlets=len(came.outlets),
    )
    store.finish_run(run_id, result.outcome)
    watch.look()
    return result


def _spider_arguments(topic: Asked, watch: Watch) -> dict[str, str]:
    """What the spider is told, as on Scrapy's command line; `every` only from the second look on."""
    spans = {"since": topic.since, "every": watch.every if watch.validators else None}
    told = {name: f"{max(1, round(span.total_seconds()))}s" for name, span in spans.items() if span}
    return told | {"q": topic.words, "pages": str(topic.limits.pages), "seconds": str(topic.limits.seconds)}
