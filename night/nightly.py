"""One night: discover, fetch, analyse, store, group, sheet, summary. Killed anywhere, the next start continues it."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.context import Context
from crawler.run import crawl, end_if_asked
from crawler.tally import Tally
from issues.update import update_issues
from night.alerts import alerts_stage
from night.entities import sync_configuration
from night.health import TROUBLED, OutletHealth
from night.judge import outlet_health
from night.morning import crawl_time
from night.saved_topics import mark_topics
from night.visited import visited
from report.write import write_sheet
from storage.activity import fate_counts
from storage.errors import StoreError
from storage.runs import INTERRUPTED

if TYPE_CHECKING:
    from config.loader import Config
    from config.model import Outlet
    from config.places import Places
    from crawler.guard import HostMap
    from crawler.tally import Listener
    from storage.store import Store
    from vietnamese.clock import Clock

logger = logging.getLogger(__name__)

BAD_STATES = TROUBLED - {"silent"}
"""States that make a night partial: silence is the outlet's, a crawl that found nothing new has still done its work."""


@dataclass(frozen=True, kw_only=True)
class NightResult:
    """What a night came to."""

    run_id: str
    morning: date
    sheet: Path
    """The HTML sheet; the folder of all reports where the sheet could not be written."""
    health: tuple[OutletHealth, ...]
    fates: Mapping[str, int]
    issues: Mapping[str, int]
    failed_stages: tuple[str, ...]
    seconds: float
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def nothing_reached(self) -> bool:
        """No outlet answered at all: the crawl failed, whatever the sheet holds."""
        return bool(self.health) and all(state.state == "broken" for state in self.health)

    @property
    def outcome(self) -> str:
        """`done`; `partial` when an outlet or a stage failed; `failed` when no outlet answered."""
        if self.nothing_reached:
            return "failed"
        bad = self.failed_stages or any(state.state in BAD_STATES for state in self.health)
        return "partial" if bad else "done"


async def run_night(
    *,
    store: Store,
    config: Config,
    where: Places,
    morning: date,
    clock: Clock,
    hosts: HostMap | None = None,
    on_progress: Listener | None = None,
    crawl_for: timedelta | None = None,
) -> NightResult:
    """Run, or continue, the night of `morning` and return what it came to.

    The crawl ends in time for the sheet (`settings.night`), or after `crawl_for`; what it did not come to stays due.

    Everything derived carries the moment of `clock`. The run is marked finished as the very last act, so a night that
    was killed before is continued under the same run id and ends in the same rows. Raises StoreError when the store
    cannot be used; any other stage that fails is logged, named in the result, and the stages after it still run.
    """
    started = time.monotonic()
    outlets = visited(config, hosts)
    sync_configuration(store, config)
    run = store.begin_run("nightly", morning)
    stages = _Stages()
    around = Context(
        store=store,
        config=config,
        where=where,
        hosts=hosts,
        run_id=run.run_id,
        clock=clock,
        tally=Tally(listener=on_progress),
        until=_until(crawl_for or crawl_time(clock(), morning, config.settings.night)),
    )
    with _closed_in_order(store, run.run_id, stages):
        with stages.stage("crawl"):
            await crawl("nightly", around, outlets=[outlet.id for outlet in outlets])
        end_if_asked()
        result = _after_the_crawl(around, stages, outlets, morning=morning, started=started)
        store.finish_run(run.run_id, result.outcome)
    return result


def _after_the_crawl(
    around: Context, stages: _Stages, outlets: list[Outlet], *, morning: date, started: float
) -> NightResult:
    """Issues, topics, health, sheet and alerts of what the crawl of `outlets` has brought.

    `started` is the moment of `time.monotonic()` at which the night began: `around.clock` stands still.
    """
    store, config, run_id, clock = around.store, around.config, around.run_id, around.clock
    store.close_fates(run_id)
    counts: Mapping[str, int] = {}
    with stages.stage("issues"):
        counts = update_issues(store, config.settings, folders=config.folders, now=clock())
    with stages.stage("topics"):
        mark_topics(store, config, run_id)
    health = tuple(outlet_health(store, outlets, run_id=run_id, now=clock(), calendar=config.settings.calendar))
    with stages.stage("sheet"):
        files = write_sheet(
            store, config, morning, health=health, run_id=run_id, now=clock(), folder=around.where.reports
        )
        stages.sheet = files.html
    alerts_stage(store, config.settings, health, now=clock() + timedelta(seconds=time.monotonic() - started))
    return NightResult(
        run_id=run_id,
        morning=morning,
        sheet=stages.sheet or around.where.reports,
        health=health,
        fates=fate_counts(store, run_id),
        issues=counts,
        failed_stages=tuple(stages.failed),
        seconds=time.monotonic() - started,
        stage_seconds=dict(stages.seconds),
    )


@contextmanager
def _closed_in_order(store: Store, run_id: str, stages: _Stages) -> Iterator[None]:
    """A night that is told to end says so in its run, which stays open for the next start."""
    try:
        yield
    except KeyboardInterrupt as signal:
        logger.warning(
            "run %s: interrupted%s, last stage: %s; what was stored stays, the rest is due",
            run_id, f" ({signal})" if str(signal) else "", stages.last,
        )  # fmt: skip
        with suppress(StoreError):  # a kill would leave it open too
            store.finish_run(run_id, INTERRUPTED)
        raise


def _until(limit: timedelta | None) -> float | None:
    return None if limit is None else time.monotonic() + limit.total_seconds()


class _Stages:
    """Runs the stages of a night: one that fails is logged and named, and the night goes on."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.seconds: Counter[str] = Counter()
        self.sheet: Path | None = None
        self.last = "none"

    def stage(self, name: str) -> _Stage:
        self.last = name
        return _Stage(self, name)


class _Stage:
    def __init__(self, stages: _Stages, name: str) -> None:
        self._stages, self._name, self._started = stages, name, 0.0

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        self._stages.seconds[self._name] += time.monotonic() - self._started  # type: ignore[assignment]
        if error is None or not isinstance(error, Exception) or isinstance(error, StoreError):
            return False
        logger.error("stage %s failed: %s", self._name, error, exc_info=error)
        self._stages.failed.append(self._name)
        return True
