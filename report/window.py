"""The window of a sheet: which hours the sheet of a morning answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from vietnamese.clock import LOCAL
from vietnamese.workdays import is_working_day, previous_working_day

if TYPE_CHECKING:
    from config.model import Calendar


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Half-open: `start` belongs to it, `end` does not. Aware, Asia/Ho_Chi_Minh."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether `moment` (aware) lies inside."""
        return self.start <= moment < self.end

    @property
    def days(self) -> int:
        """How many days it spans: 1, more after non-working days."""
        return (self.end - self.start).days


def window_for(day: date, calendar: Calendar, starts_at: str = "06:00") -> Window:
    """The window of the sheet of the morning `day`: [D-1 06:00, D 06:00) on the clock of Hải Phòng.

    The sheet of the first working day after days off reaches back to the morning of the last working day, so that
    Monday's carries what was published from Friday 06:00 on; Saturday's and Sunday's own sheets carry one day.
    `starts_at` is `settings.sheet.day_starts_at`, HH:MM; a wrong one raises ValueError.
    """
    first = day - timedelta(days=1)
    if is_working_day(day, calendar.holidays, calendar.worked):
        first = previous_working_day(day, calendar.holidays, calendar.worked)
    hour = time.fromisoformat(starts_at)
    return Window(start=datetime.combine(first, hour, LOCAL), end=datetime.combine(day, hour, LOCAL))
