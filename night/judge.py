"""The health of all outlets, judged from what the store counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from night.expected import HISTORY, LEAST_DAYS, Calendar, Volume
from night.health import FeedAnswer, OutletFacts, OutletHealth, judge_outlet
from storage.activity import (
    Coverage,
    OutletActivity,
    days_looked,
    field_coverage,
    outlet_activity,
    published_by_hour,
)
from storage.drift import drifted
from storage.feeds import failed_nights, poll_history

if TYPE_CHECKING:
    from config import model
    from config.model import Outlet
    from storage.doubt import Drift
    from storage.store import Store

LAST_DAY = timedelta(hours=26)
"""Articles of the last day: a night that begins two hours later than the one before still counts them all."""


def outlet_health(
    store: Store,
    outlets: Iterable[Outlet],
    *,
    run_id: str | None,
    now: datetime,
    calendar: model.Calendar,
) -> list[OutletHealth]:
    """The state of each outlet after the run `run_id` (None: that of `newest_run`), in order of id.

    `calendar` tells holidays, on which less is expected of a paper.
    """
    outlets = sorted(outlets, key=lambda each: each.id)
    seen = _Seen(store, outlets, run_id, now, calendar)
    return [judge_outlet(seen.facts(outlet), now) for outlet in outlets]


class _Seen:
    """All that the store knows of the outlets, read once."""

    def __init__(
        self, store: Store, outlets: list[Outlet], run_id: str | None, now: datetime, calendar: model.Calendar
    ) -> None:
        self._store, self._now = store, now
        self._activity: Mapping[str, OutletActivity] = outlet_activity(store, run_id)
        self._changed: Mapping[str, Drift] = drifted(store, outlets, now=now)
        self._hours = published_by_hour(store, now - HISTORY)
        self._looked = days_looked(store, now - HISTORY)
        self._coverage = field_coverage(store, now - LAST_DAY, now + timedelta(seconds=1))
        self._usual = field_coverage(store, now - HISTORY, now - LAST_DAY)
        self._calendar = Calendar(holidays=calendar.holidays, worked=calendar.worked)

    def facts(self, outlet: Outlet) -> OutletFacts:
        """What is known of one outlet."""
        seen = self._activity.get(outlet.id)
        if seen is None:
            return OutletFacts(outlet_id=outlet.id, name=outlet.name)
        hours = {at: number for at, number in self._hours.get(outlet.id, {}).items() if at <= self._now}
        return OutletFacts(
            outlet_id=outlet.id,
            name=outlet.name,
            answers=tuple(
                FeedAnswer(
                    feed_url=poll.feed_url,
                    status=poll.status,
                    error=poll.error,
                    detail=poll.detail,
                    items=poll.items,
                )
                for poll in seen.polls
            ),
            fates=seen.fates,
            last_success_at=seen.last_success_at,
            last_new_at=seen.last_new_at,
            first_polled_at=seen.first_polled_at,
            drift=self._changed.get(outlet.id),
            volume=self._volume(hours, seen.first_polled_at, self._looked.get(outlet.id, frozenset())),
            last_published_at=max(hours, default=None),
            coverage=self._coverage.get(outlet.id, Coverage()),
            usual_coverage=self._usual.get(outlet.id, Coverage()),
            failed_nights=self._failed_nights(seen),
        )

    def _volume(
        self, hours: Mapping[datetime, int], first_polled_at: datetime | None, looked: frozenset[date]
    ) -> Volume | None:
        """The history, when we have been asking for long enough: a first visit sees only what a feed still holds."""
        if first_polled_at is None or self._now - first_polled_at < timedelta(days=LEAST_DAYS):
            return None
        return Volume(hours, now=self._now, calendar=self._calendar, looked=looked)

    def _failed_nights(self, seen: OutletActivity) -> int:
        """Nights running on which every feed failed; asked only of outlets that fail now."""
        if not seen.polls or any(not poll.error for poll in seen.polls):
            return 0
        return min(failed_nights(poll_history(self._store, poll.feed_url)) for poll in seen.polls)
