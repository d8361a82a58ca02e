"""The health of all outlets, judged from what the store counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from night.health import FeedAnswer, OutletFacts, OutletHealth, judge_outlet
from storage.activity import outlet_activity
from storage.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from config.model import Outlet
    from storage.store import Store


def outlet_health(store: Store, outlets: Iterable[Outlet], *, run_id: str | None, now: datetime) -> list[OutletHealth]:
    """The state of each outlet after the run `run_id` (None: each outlet's last run), in order of id."""
    outlets = sorted(outlets, key=lambda each: each.id)
    activity = outlet_activity(store, run_id)
    changed = drifted(store, outlets, now=now)
    states = []
    for outlet in outlets:
        seen = activity.get(outlet.id)
        if seen is None:
            states.append(judge_outlet(OutletFacts(outlet_id=outlet.id, name=outlet.name), now))
            continue
        answers = tuple(
            FeedAnswer(feed_url=poll.feed_url, status=poll.status, error=poll.error, detail=poll.detail)
            for poll in seen.polls
        )
        facts = OutletFacts(
            outlet_id=outlet.id,
            name=outlet.name,
            answers=answers,
            fates=seen.fates,
            last_success_at=seen.last_success_at,
            last_new_at=seen.last_new_at,
            first_polled_at=seen.first_polled_at,
            drift=changed.get(outlet.id),
        )
        states.append(judge_outlet(facts, now))
    return states
