"""The clock is injected: nothing below the command line asks the machine for the time.

Aware datetimes only; UTC in the store, Asia/Ho_Chi_Minh at the edges.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of every outlet, report and deadline (UTC+7, no summer time since 1975)."""

Clock = Callable[[], datetime]
"""A function that tells the time as an aware datetime."""


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """A clock that stands still at `moment`.

    Raises ValueError when `moment` is naive: a time without a zone is never guessed.
    """
    aware(moment)
    return lambda: moment


def aware(moment: datetime) -> datetime:
    """Return `moment`, or raise ValueError when it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}: give it a zone (Asia/Ho_Chi_Minh at the edges, UTC inside)")
    return moment


def to_utc(moment: datetime) -> datetime:
    """`moment` in UTC; a naive one raises ValueError."""
    return aware(moment).astimezone(UTC)


def to_local(moment: datetime) -> datetime:
    """`moment` on the clock of Hải Phòng; a naive one raises ValueError."""
    return aware(moment).astimezone(LOCAL)


def iso(moment: datetime) -> str:
    """ISO 8601 with +07:00 and whole seconds, as files and JSON carry it."""
    return to_local(moment).replace(microsecond=0).isoformat()
