"""Which hours a morning's sheet answers for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.model import Calendar
from report.window import window_for
from vietnamese.clock import LOCAL

CALENDAR = Calendar(holidays=(date(2026, 9, 1), date(2026, 9, 2)))


def local(month, day, hour=6):
    return datetime(2026, month, day, hour, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 9, 11), local(9, 10), local(9, 11)),  # an ordinary Friday
        (date(2026, 9, 12), local(9, 11), local(9, 12)),  # Saturday: one day
        (date(2026, 9, 13), local(9, 12), local(9, 13)),  # Sunday: one day
        (date(2026, 9, 14), local(9, 11), local(9, 14)),  # Monday: from Friday 06:00
        (date(2026, 9, 2), local(9, 1), local(9, 2)),  # a holiday's own sheet: one day
        (date(2026, 9, 3), local(8, 31), local(9, 3)),  # after two days off
    ],
)
def test_window(day, start, end):
    window = window_for(day, CALENDAR)
    assert (window.start, window.end) == (start, end)


def test_the_first_moment_belongs_to_it_and_the_last_does_not():
    window = window_for(date(2026, 9, 11), CALENDAR)
    assert window.holds(datetime(2026, 9, 9, 23, 0, tzinfo=UTC))
    assert window.holds(window.end - timedelta(microseconds=1))
    assert not window.holds(window.end)
    assert not window.holds(window.start - timedelta(microseconds=1))


def test_the_hour_comes_from_the_settings():
    assert window_for(date(2026, 9, 11), CALENDAR, "05:30").end.isoformat() == "2026-09-11T05:30:00+07:00"


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_no_moment_falls_between_two_windows(day):
    today, tomorrow = window_for(day, CALENDAR), window_for(day + timedelta(days=1), CALENDAR)
    assert tomorrow.start <= today.end < tomorrow.end
    assert today.days >= 1
