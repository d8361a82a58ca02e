"""Which morning a night works for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from vietnamese.clock import to_local

EVENING_STARTS_AT_HOUR = 18
"""A night that starts at 18:00 or later works for the next morning; any other for the sheet of its own day."""


def morning_of(moment: datetime) -> date:
    """The day whose sheet a night starting at `moment` (aware) prepares."""
    local = to_local(moment)
    return local.date() + timedelta(days=1 if local.hour >= EVENING_STARTS_AT_HOUR else 0)
