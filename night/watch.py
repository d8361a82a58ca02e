"""A look around in the day: feeds that are worth asking now, their new articles, their issues; no sheet."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.context import Context
from crawler.run import crawl
from crawler.tally import Tally
from issues.update import update_issues
from night.alerts import alerts_stage
from night.entities import sync_configuration
from night.visited import visited
from storage.activity import fate_counts
from storage.feeds import feeds_due
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from crawler.guard import HostMap
    from crawler.tally import Listener
    from storage.store import Store
    from vietnamese.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look around came to."""

    run_id: str | None = None
    """None: no feed was worth asking."""
    feeds: int = 0
    """Feeds, sitemaps and sections asked."""
    known: int = 0
    """Those there are."""
    fates: Mapping[str, int] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)


async def look(
    *,
    store: Store,
    config: Config,
    where: Places,
    clock: Clock,
    hosts: HostMap | None = None,
    on_progress: Listener | None = None,
    until: float | None = None,
) -> Look:
    """Ask each feed that its own history makes worth asking now, fetch what is new, and place it in issues.

    `until` is a moment of `time.monotonic()`: what was not come to stays due for the night. Raises StoreError when the
    store cannot be used; everything committed stays.
    """
    outlets = {outlet.id: (*outlet.feeds, *outlet.sitemaps, *outlet.sections) for outlet in visited(config, hosts)}
    announced = [url for urls in outlets.values() for url in urls]
    worth = frozenset(feeds_due(store, announced, clock()))
    if not worth:
        return Look(known=len(announced))
    sync_configuration(store, config)
    run = store.begin_own_run("watch", to_local(clock()).date())
    logger.info("watch: %d of %d feeds are worth asking", len(worth), len(announced))
    around = Context(
        store=store,
        config=config,
        where=where,
        hosts=hosts,
        run_id=run.run_id,
        clock=clock,
        tally=Tally(listener=on_progress),
        until=until,
        feeds=worth,
    )
    await crawl("nightly", around, outlets=[outlet for outlet, urls in outlets.items() if worth.intersection(urls)])
    store.close_fates(run.run_id)
    placed = update_issues(store, config.settings, folders=config.folders, now=clock())
    alerts_stage(store, config.settings, (), now=clock())
    store.finish_run(run.run_id, "done")
    return Look(
        run_id=run.run_id,
        feeds=len(worth),
        known=len(announced),
        fates=fate_counts(store, run.run_id),
        issues=placed,
    )
