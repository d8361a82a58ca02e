"""Working days, against the calendar of 2026."""

from datetime import date, timedelta

import pytest

from vietnamese.workdays import is_working_day, previous_working_day

TET = tuple(date(2026, 2, 16) + timedelta(days=n) for n in range(5))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 11), True),  # Friday
        (date(2026, 9, 12), False),  # Saturday
        (date(2026, 9, 13), False),  # Sunday
        (date(2026, 9, 14), True),
        (date(2026, 2, 17), False),  # a holiday on a Tuesday
    ],
)
def test_weekends_and_holidays_are_off(day, expected):
    assert is_working_day(day, TET) is expected


def test_a_swapped_saturday_is_worked_even_if_it_is_a_holiday():
    saturday = date(2026, 2, 28)
    assert is_working_day(saturday, (saturday,), (saturday,))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 15), date(2026, 9, 14)),
        (date(2026, 9, 14), date(2026, 9, 11)),  # Monday looks back to Friday
        (date(2026, 9, 13), date(2026, 9, 11)),
        (date(2026, 2, 23), date(2026, 2, 13)),  # the Monday after Tết: nine days off
    ],
)
def test_previous_working_day(day, expected):
    assert previous_working_day(day, TET) == expected


def test_previous_working_day_stops_at_a_worked_saturday():
    assert previous_working_day(date(2026, 9, 14), (), (date(2026, 9, 12),)) == date(2026, 9, 12)


def test_a_calendar_without_working_days_is_refused():
    year = tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    with pytest.raises(ValueError, match="no working day"):
        previous_working_day(date(2027, 6, 1), year)
