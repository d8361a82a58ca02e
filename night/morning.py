"""Which morning a night works for, and how long it may crawl."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from vietnamese.clock import LOCAL, to_local

if TYPE_CHECKING:
    from config.model import Night

EVENING_STARTS_AT_HOUR = 18
"""A night that starts at 18:00 or later works for the next morning; any other for the sheet of its own day."""


def morning_of(moment: datetime) -> date:
    """The day whose sheet a night starting at `moment` (aware) prepares."""
    local = to_local(moment)
    return local.date() + timedelta(days=1 if local.hour >= EVENING_STARTS_AT_HOUR else 0)


LEAST_CRAWL = timedelta(minutes=1)
"""What a night that begins just before its time gets all the same."""


def crawl_time(now: datetime, morning: date, night: Night) -> timedelta | None:
    """How long a night that begins `now` (aware) may crawl so that its sheet is there in time.

    None without a limit: `night.limited` is false, or it begins when the sheet should have been there already (by
    hand, in the day).
    """
    sheet_by = datetime.combine(morning, night.sheet_by, LOCAL)
    if not night.limited or now >= sheet_by:
        return None
    return max(sheet_by - timedelta(minutes=night.reserve_minutes) - now, LEAST_CRAWL)
