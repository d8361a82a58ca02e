"""How much an outlet usually publishes, from its own history: what makes «nothing new» a fault or just a quiet day.

Pure. Counts are articles by the hour of publication; days are those of Hải Phòng. A holiday counts as a Sunday, and in
a long break (Tết) papers print little and at odd hours: there much less is expected of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from vietnamese.clock import to_local
from vietnamese.workdays import is_working_day

HISTORY = timedelta(days=35)
"""Five of each weekday."""

LEAST_DAYS = 10
"""Fewer days of history say nothing of what is usual."""

LEAST_OF_A_KIND = 3
"""Fewer of one weekday, and all working days (or all days off) stand for it."""

MISSING = 4.0
"""Articles that must be missing, cautiously counted, before silence is a fault (by chance once in fifty times)."""

LONGER_THAN_EVER = 1.25
"""A silence must also be this much longer than the second longest of the outlet's own history."""

FEW_SILENT_AFTER = timedelta(days=3)
"""A paper with too few articles to count what is missing is silent after this at the earliest."""

LONG_BREAK_DAYS = 5
"""So many days off in a row, a holiday among them, are Tết or its like."""

IN_A_BREAK = 0.2
"""The part of the usual volume that is expected in such a break."""

_SUNDAY = 6
_SATURDAY = 5
_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation, for a normal spread."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which days are off: `settings.calendar`."""

    holidays: Collection[date] = ()
    worked: Collection[date] = ()

    def kind(self, day: date) -> int:
        """0–6 as Monday to Sunday; a day off in the week is a Sunday, a worked day at the weekend a Monday."""
        working = is_working_day(day, self.holidays, self.worked)
        if working:
            return day.weekday() if day.weekday() < _SATURDAY else 0
        return day.weekday() if day.weekday() >= _SATURDAY else _SUNDAY

    def in_long_break(self, day: date) -> bool:
        """Whether `day` lies in a run of days off that is longer than a weekend with a holiday."""
        if is_working_day(day, self.holidays, self.worked):
            return False
        length = 1
        for step in (timedelta(days=-1), timedelta(days=1)):
            near = day + step
            while length < LONG_BREAK_DAYS and not is_working_day(near, self.holidays, self.worked):
                length, near = length + 1, near + step
        return length >= LONG_BREAK_DAYS


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What is usual for one outlet on days of one kind."""

    median: float
    """Articles a day."""
    spread: float
    """Half the width of what is usual, articles a day."""
    cautious: float
    """The lower quartile: what even a meagre day brings."""
    by_hour: tuple[float, ...]
    """The part of a day's articles in each hour, 24 numbers that add up to 1 (all 0 when there were none)."""

    @property
    def low(self) -> float:
        """Below this a day is unusually meagre."""
        return max(self.median - 3 * self.spread, self.median / 3)


class Volume:
    """One outlet's history: asked what is usual, and what is missing."""

    def __init__(
        self,
        hours: Mapping[datetime, int],
        *,
        now: datetime,
        calendar: Calendar,
        looked: Collection[date] | None = None,
    ) -> None:
        """`hours`: articles by the full hour of publication (aware), of the days before `now` (aware).

        `looked`: the days on which the outlet was asked and answered; None for all. A day that was not looked back on
        the day after (our machine was off, the outlet's was down) says nothing of what is usual.
        """
        self._calendar, self._looked = calendar, looked
        self._now = to_local(now)
        self._moments = sorted(to_local(hour) for hour, number in hours.items() if number and hour <= now)
        self._days: dict[date, list[int]] = {}
        self._usual: dict[int, Usual] = {}
        if self._moments:
            first = self._moments[0].date() + timedelta(days=1)  # the first day may have been seen in part
            days = (first + timedelta(days=back) for back in range((self._now.date() - first).days))
            self._days = {day: [0] * 24 for day in days if self._seen(day)}
        for hour, number in hours.items():
            local = to_local(hour)
            if local.date() in self._days:
                self._days[local.date()][local.hour] += number

    def _seen(self, day: date) -> bool:
        return self._looked is None or day + timedelta(days=1) in self._looked

    @property
    def known(self) -> bool:
        """Whether the history is long enough to say what is usual."""
        return len(self._days) >= LEAST_DAYS

    def usual(self, day: date) -> Usual:
        """What is usual on a day like `day`."""
        kind = self._calendar.kind(day)
        if kind not in self._usual:
            self._usual[kind] = self._usual_of(kind)
        return self._usual[kind]

    def _usual_of(self, kind: int) -> Usual:
        # The days of the present silence are what is judged, and no measure of it.
        days = [day for day in self._days if day <= self._moments[-1].date()]
        alike = [self._days[each] for each in days if self._calendar.kind(each) == kind]
        if len(alike) < LEAST_OF_A_KIND:
            off = kind >= _SATURDAY
            alike = [self._days[each] for each in days if (self._calendar.kind(each) >= _SATURDAY) == off]
        return _usual(alike or [self._days[each] for each in days])

    def missing(self, since: datetime) -> float:
        """How many articles even meagre days would have brought between `since` (aware) and now."""
        total = 0.0
        hour = max(to_local(since), self._now - HISTORY)
        while hour < self._now:
            upto = min((hour + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0), self._now)
            part = (upto - hour) / timedelta(hours=1)
            total += part * self._rate(hour.date(), hour.hour)
            hour = upto
        return total

    def _rate(self, day: date, hour: int) -> float:
        usual = self.usual(day)
        return usual.cautious * usual.by_hour[hour] * (IN_A_BREAK if self._calendar.in_long_break(day) else 1.0)

    def longest_gap(self) -> timedelta:
        """The second longest silence of the history: the longest may have been a fault of ours.

        One in which there were days that nobody looked back on proves nothing, and does not count.
        """
        gaps = sorted(
            later - earlier
            for earlier, later in pairwise(self._moments)
            if all(self._seen(earlier.date() + timedelta(days=n)) for n in range((later.date() - earlier.date()).days))
        )
        return gaps[-2] if len(gaps) > 1 else HISTORY

    def is_silent(self, since: datetime) -> bool:
        """Whether nothing new since `since` (aware) is a fault.

        It is when too much is missing for longer than ever; of a paper with few articles, when the silence is twice as
        long as its longest and lasts three days. Days of a long break do not count.
        """
        local = to_local(since)
        days = (self._now.date() - local.date()).days
        breaks = sum(
            self._calendar.in_long_break(local.date() + timedelta(days=n)) for n in range(1, min(days, 99) + 1)
        )
        gap, longest = self._now - local - timedelta(days=breaks), self.longest_gap()
        if self.missing(since) >= MISSING and gap > longest * LONGER_THAN_EVER:
            return True
        return gap > max(longest * 2, FEW_SILENT_AFTER)

    def meagre(self, counted: int) -> Usual | None:
        """What is usual, when `counted` articles of the last full day are unusually few; else None."""
        day = self._now.date() - timedelta(days=1)
        if day not in self._days:
            return None
        usual = self.usual(day)
        enough = usual.median >= 2 * MISSING and not self._calendar.in_long_break(day)
        return usual if enough and counted < usual.low else None

    def yesterday(self) -> int:
        """Articles of the last full day."""
        return sum(self._days.get(self._now.date() - timedelta(days=1), ()))


def _usual(days: Sequence[Sequence[int]]) -> Usual:
    totals = sorted(sum(day) for day in days) or [0]
    middle = median(totals)
    everything = sum(totals)
    profile = tuple(sum(day[hour] for day in days) / everything if everything else 0.0 for hour in range(24))
    return Usual(
        median=middle,
        spread=_TO_SIGMA * median(abs(total - middle) for total in totals),
        cautious=float(totals[(len(totals) - 1) // 4]),
        by_hour=profile,
    )
