"""Numbers, dates and the alphabetical order as a Vietnamese reader expects them."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.alphabet import sort_key
from vietnamese.numbers import (
    clock_time,
    count,
    date_time,
    long_date,
    number,
    percent,
    short_date,
    signed,
    spoken_time,
)


def shuffled(names):
    return random.Random(7).sample(names, len(names))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1234, 0, "1.234"),
        (1234567, 0, "1.234.567"),
        (Decimal("12.25"), 1, "12,3"),
        (0.5, 0, "1"),
        (-1234.5, 1, "-1.234,5"),
    ],
)
def test_numbers_have_points_between_thousands_and_a_decimal_comma(value, digits, text):
    assert number(value, digits) == text


def test_signed_changes_say_their_direction():
    assert [signed(3), signed(-1200), signed(0), signed(Decimal("-0.04"), 1)] == ["+3", "−1.200", "0", "0,0"]


def test_percent_has_one_place_and_no_whole_is_a_dash():
    assert [percent(1, 8), percent(2, 2), percent(0, 7), percent(1, 0)] == ["12,5%", "100,0%", "0,0%", "–"]


def test_counts_below_ten_have_a_leading_zero():
    assert [count(0), count(7), count(10), count(1234)] == ["0", "07", "10", "1.234"]


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2026, 8, 8), "08/8/2026", "ngày 08 tháng 8 năm 2026"),
        (date(2027, 2, 10), "10/02/2027", "ngày 10 tháng 02 năm 2027"),
        (date(2027, 1, 5), "05/01/2027", "ngày 05 tháng 01 năm 2027"),
        (date(2026, 12, 31), "31/12/2026", "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_dates_have_the_decrees_leading_zeros(day, short, long):
    assert (short_date(day), long_date(day)) == (short, long)


def test_times_are_told_on_the_clock_of_hai_phong():
    moment = datetime(2026, 8, 7, 23, 5, tzinfo=UTC)
    assert (clock_time(moment), spoken_time(moment), date_time(moment)) == ("06:05", "06 giờ 05", "06:05, 08/8/2026")


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        date_time(datetime(2026, 8, 7, 23, 5))  # noqa: DTZ001


def test_names_stand_in_the_order_of_the_vietnamese_alphabet():
    ordered = [
        "Phường 2", "Phường 10", "Phường Ái Quốc", "Phường An Biên", "Phường Đồ Sơn", "Phường Đông Hải",
        "Phường Gia Viên", "Phường Hải An", "Phường Hồng An", "Sở Công Thương", "Sở Xây dựng", "Sở Y tế",
        "Ủy ban nhân dân thành phố", "Xã An Hưng", "Xã Vĩnh Am", "Xã Vĩnh Bảo",
    ]  # fmt: skip
    assert sorted(shuffled(ordered), key=sort_key) == ordered


def test_letters_before_tones_and_tones_in_the_order_of_dictionaries():
    ordered = ["ba", "ba ba", "bà", "bả", "bã", "bá", "bạ", "bạ bè", "bác", "băng", "bâng", "cá", "da", "đa", "em", "ê"]
    assert sorted(shuffled(ordered), key=sort_key) == ordered


@given(st.text())
def test_any_text_has_a_key_that_ignores_case_and_normal_form(text):
    assert sort_key(text) <= sort_key(text)
    assert sort_key("Đồ SƠN") == sort_key("đồ sơn")
