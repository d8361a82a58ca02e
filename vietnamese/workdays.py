"""Working days: Saturdays, Sundays and holidays off, unless a swap makes them worked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_SATURDAY = 5
_LONGEST_BREAK_DAYS = 366
"""A calendar in which nobody works for a year is a mistake, not a holiday."""


def is_working_day(day: date, holidays: Collection[date] = (), worked: Collection[date] = ()) -> bool:
    """Whether offices are open on `day`.

    `worked` (swapped days, announced each year) wins over `holidays` and over the weekend.
    """
    if day in worked:
        return True
    return day.weekday() < _SATURDAY and day not in holidays


def previous_working_day(day: date, holidays: Collection[date] = (), worked: Collection[date] = ()) -> date:
    """The last working day before `day` (never `day` itself).

    Raises ValueError when the calendar holds none in the year before.
    """
    for back in range(1, _LONGEST_BREAK_DAYS + 1):
        earlier = day - timedelta(days=back)
        if is_working_day(earlier, holidays, worked):
            return earlier
    raise ValueError(f"no working day in the year before {day}: check calendar.holidays")
