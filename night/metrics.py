"""The state of outlets and of the last night as Prometheus text, for whoever watches machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from night.health import OutletHealth
from report.inputs import OUTLET_STATES
from storage.activity import fate_counts, newest_run

if TYPE_CHECKING:
    from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class LastRun:
    """The newest run of the store."""

    run_id: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    fates: Mapping[str, int] = field(default_factory=dict)
    asked_at: datetime | None = None
    """When it last asked a feed."""

    @property
    def seen_at(self) -> datetime:
        """As of when it knows the outlets: one that was cut off knows nothing of the days since."""
        return self.finished_at or self.asked_at or self.started_at


def last_run(store: Store) -> LastRun | None:
    """The newest run with its fates counted; None in an empty store."""
    from sqlalchemy import func, select

    from storage.schema import feed_polls, runs

    newest = newest_run(store)
    if newest is None:
        return None
    c = runs.c
    row = store.rows(select(c.run_id, c.kind, c.started_at, c.finished_at, c.outcome).where(c.run_id == newest))[0]
    polled_at = feed_polls.c.polled_at
    last = select(func.max(polled_at, type_=polled_at.type).label("at")).where(feed_polls.c.run_id == newest)
    return LastRun(**row, fates=fate_counts(store, newest), asked_at=store.rows(last)[0]["at"])


def last_night(store: Store) -> datetime | None:
    """When a night last finished (aware), whatever it came to; None when none has. One that was cut off has not."""
    from sqlalchemy import func, select

    from storage.runs import INTERRUPTED
    from storage.schema import runs

    row = store.rows(
        select(func.max(runs.c.finished_at, type_=runs.c.finished_at.type)).where(
            runs.c.kind == "nightly", runs.c.outcome != INTERRUPTED
        )
    )[0]
    found: datetime | None = next(iter(row.values()))
    return found


def prometheus_text(health: Iterable[OutletHealth], run: LastRun | None) -> str:
    """Prometheus' text form: gauges by outlet, and the newest run. Times are Unix seconds, missing ones left out."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    state = Gauge("diembao_outlet_state", "1 for the state an outlet is in", ["outlet", "state"], registry=registry)
    success = Gauge("diembao_outlet_last_success_seconds", "when a feed last answered", ["outlet"], registry=registry)
    new = Gauge("diembao_outlet_last_new_seconds", "when an article was last new", ["outlet"], registry=registry)
    stored = Gauge("diembao_outlet_stored", "articles stored in the newest run", ["outlet"], registry=registry)
    failed = Gauge("diembao_outlet_failed", "pages that failed in the newest run", ["outlet"], registry=registry)
    for each in health:
        for name in OUTLET_STATES:
            state.labels(each.id, name).set(each.state == name)
        stored.labels(each.id).set(each.stored)
        failed.labels(each.id).set(each.failed)
        if each.last_success_at is not None:
            success.labels(each.id).set(each.last_success_at.timestamp())
        if each.last_new_at is not None:
            new.labels(each.id).set(each.last_new_at.timestamp())
    if run is not None:
        started = Gauge("diembao_run_started_seconds", "when the newest run began", ["kind"], registry=registry)
        started.labels(run.kind).set(run.started_at.timestamp())
        done = Gauge(
            "diembao_run_finished", "1 when the newest run has finished", ["kind", "outcome"], registry=registry
        )
        done.labels(run.kind, run.outcome or "unfinished").set(run.finished_at is not None)
        fates = Gauge("diembao_run_fates", "URLs of the newest run by fate", ["fate"], registry=registry)
        for fate, number in run.fates.items():
            fates.labels(fate).set(number)
    return generate_latest(registry).decode()
