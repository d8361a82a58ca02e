"""Every shape of date that Vietnamese sites write, and properties that hold for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vietnamese.clock import LOCAL
from vietnamese.dates import TOLERANCE, local_clock, parse_time

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=LOCAL)

MINUTE = [
    ("2026-03-07T08:52:11.000 +07:00", "2026-03-07T08:52"),
    ("2018-06-29T15:25:08&#x2B;07:00", "2018-06-29T15:25"),
    ("2018-06-29T15:25:08&amp;#x2B;07:00", "2018-06-29T15:25"),
    ("2022-08-09T06:58:00Z", "2022-08-09T13:58"),
    ("2022-08-09T13:58+0700", "2022-08-09T13:58"),
    ("2022-08-09 13:58:09", "2022-08-09T13:58"),
    ("Tue, 09 Aug 2022 13:58:00 GMT+7", "2022-08-09T13:58"),
    ("Tue, 09 Aug 2022 13:58:00 +0700", "2022-08-09T13:58"),
    ("Tue, 09 Aug 2022 06:58:00 GMT", "2022-08-09T13:58"),
    ("9 Aug 2022 13:58", "2022-08-09T13:58"),
    ("August 9, 2022 1:58 PM", "2022-08-09T13:58"),
    ("Thứ Ba, 09/08/2022 13:58", "2022-08-09T13:58"),
    ("Thứ Ba, ngày 09/08/2022 - 13:58", "2022-08-09T13:58"),
    ("9/8/2022, 13:58 (GMT+7)", "2022-08-09T13:58"),
    ("09:15 | 08/08/2022", "2022-08-08T09:15"),
    ("13h58 ngày 9/8/2022", "2022-08-09T13:58"),
    ("13 giờ 58 phút ngày 9/8/2022", "2022-08-09T13:58"),
    ("13h ngày 9/8/2022", "2022-08-09T13:00"),
    ("Ngày 9 tháng 8 năm 2022, 13:58", "2022-08-09T13:58"),
    ("Tháng Tám 9, 2022 lúc 13:58", "2022-08-09T13:58"),
    ("Cập nhật: 09/08/2022 - 13:58", "2022-08-09T13:58"),
    ("Đăng lúc: 09/08/2022 01:58 CH", "2022-08-09T13:58"),
    ("12:30 SA 09/08/2022", "2022-08-09T00:30"),
    ("12:30 PM 09/08/2022", "2022-08-09T12:30"),
    ("15:20 PM | 21/12/2012", "2012-12-21T15:20"),
    ("Thứ Hai, 24/12/2012, 03:04 AM (GMT+7)", "2012-12-24T03:04"),
    ("07-03-2026 - 09:40 AM", "2026-03-07T09:40"),
    ("26.12.2022 | 14:03", "2022-12-26T14:03"),
    ("20:15' 09/08/2022", "2022-08-09T20:15"),
    ("11/23/2026 08:00:00 AM", "2026-11-23T08:00"),
    ("23/11/2026 08:00", "2026-11-23T08:00"),
    ("10-8-22 13:05", "2022-08-10T13:05"),
    ("Hôm qua, 08:15", "2026-11-22T08:15"),
    ("Hôm nay 08:15", "2026-11-23T08:15"),
    ("15 phút trước", "2026-11-23T11:45"),
    ("2 giờ 15 phút trước", "2026-11-23T09:45"),
    ("Vừa xong", "2026-11-23T12:00"),
]
DAY = [
    ("2022-08-09", "2022-08-09"),
    ("T3, 9/8/2022", "2022-08-09"),
    ("(HPĐT) 9/8/2022", "2022-08-09"),
    ("9 Tháng Tám, 2022", "2022-08-09"),
    ("26 - 12 - 2022", "2022-12-26"),
    ("Hôm qua", "2026-11-22"),
    ("hôm kia", "2026-11-21"),
    ("3 giờ trước", "2026-11-23"),
    ("2 ngày trước", "2026-11-21"),
]


@pytest.mark.parametrize(("raw", "wanted"), MINUTE)
def test_a_time_is_read_to_the_minute(raw: str, wanted: str) -> None:
    found = parse_time(raw, now=NOW)
    assert found is not None
    assert found.at.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M") == wanted
    assert found.precision == "minute"


@pytest.mark.parametrize(("raw", "wanted"), DAY)
def test_a_day_is_read_as_a_day(raw: str, wanted: str) -> None:
    found = parse_time(raw, now=NOW)
    assert found is not None
    assert found.at.astimezone(LOCAL).strftime("%Y-%m-%d") == wanted
    assert found.precision == "day"


@pytest.mark.parametrize(
    "raw", ["", None, "abc", "31/02/2022", "1900-01-01", "2027-01-01", "Tin 25", "9999/99/99 99:99"]
)
def test_what_names_no_possible_moment_is_none(raw: str | None) -> None:
    assert parse_time(raw, now=NOW) is None


def test_order_decides_what_could_be_both() -> None:
    day_first = parse_time("09/08/2022 13:58", now=NOW)
    month_first = parse_time("09/08/2022 13:58", now=NOW, order="mdy")
    assert day_first is not None
    assert month_first is not None
    assert (day_first.at.day, day_first.at.month) == (9, 8)
    assert (month_first.at.day, month_first.at.month) == (8, 9)


def test_the_reading_in_the_future_gives_way_to_the_one_in_the_past() -> None:
    found = parse_time("11/12/2026 08:00", now=NOW)
    assert found is not None
    assert (found.at.day, found.at.month) == (12, 11)


def test_a_clock_that_runs_ahead_a_little_means_now() -> None:
    found = parse_time("2026-11-23T12:10:00+07:00", now=NOW)
    assert found is not None
    assert found.at == NOW
    assert parse_time("2026-11-23T12:20:00+07:00", now=NOW) is None


def test_local_clock_sets_a_lying_offset_aside() -> None:
    wanted = datetime(2018, 7, 19, 15, 18, tzinfo=LOCAL)
    for raw in ("2018-07-19T15:18:00+08:00", "2018-07-19T15:18:00Z", "2018-07-19T15:18:00 +00:00", "2018-07-19 15:18"):
        assert local_clock(raw, now=NOW) == wanted


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        parse_time("09/08/2022", now=datetime(2022, 8, 9))  # noqa: DTZ001


MOMENTS = st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2026, 11, 23, 11, 59)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=LOCAL, second=0, microsecond=0)
)
FORMATS = [
    "%Y-%m-%dT%H:%M:%S+07:00", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M",
    "%H:%M %d/%m/%Y", "%H:%M | %d/%m/%Y", "%H:%M:%S %d/%m/%Y", "%Hh%M ngày %d/%m/%Y", "%H giờ %M phút ngày %d/%m/%Y",
    "Thứ Ba, %d/%m/%Y, %H:%M (GMT+7)", "Cập nhật: %d/%m/%Y - %H:%M", "ngày %d tháng %m năm %Y, %H:%M",
    "%d %b %Y %H:%M:%S +0700", "%d/%m/%Y %I:%M:%S %p", "%d tháng %m, %Y %H:%M", "%d - %m - %Y %H:%M", "%d %m %Y %H:%M",
    "%Y/%m/%d %H:%M", "%d/%m/%Y | %H:%M GMT+7", "%d/%m/%Y, %H:%M (GMT+7)Chia sẻ", "%d/%m/%Y %H:%M GMT+7Bình luận",
    "%H:%M %d/%m %Y", "Thứ Ba, %d/%m/%Y - %H:%M", "Ngày đăng: %d/%m/%Y %H:%M", "(%d/%m/%Y %I:%M %p)",
]  # fmt: skip


@given(at=MOMENTS, form=st.sampled_from(FORMATS))
def test_every_format_that_sites_write_is_read_back(at: datetime, form: str) -> None:
    found = parse_time(at.strftime(form), now=NOW)
    assert found is not None
    assert found.at == at
    assert found.precision == "minute"


@given(at=MOMENTS, form=st.sampled_from(["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m-%d-%Y %H:%M"]))
def test_month_first_outlets_are_read_back(at: datetime, form: str) -> None:
    found = parse_time(at.strftime(form), now=NOW, order="mdy")
    assert found is not None
    assert found.at == at


@settings(deadline=None)  # the first text for dateparser waits for its import
@given(
    raw=st.one_of(
        st.text(max_size=60),
        st.from_regex(
            r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}[T ,|]{1,3}[0-9]{1,2}[:h][0-9]{2}.{0,6}", fullmatch=True
        ),
        st.from_regex(r"[0-9]{1,12} (giờ|phút|ngày|năm) trước", fullmatch=True),
    ),
    now=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_nothing_ever_lies_in_the_future(raw: str, now: datetime) -> None:
    found = parse_time(raw, now=now)
    assert found is None or (found.at <= now and found.at.tzinfo is not None)


@given(ahead=st.integers(min_value=0, max_value=10_000_000))
def test_a_future_time_is_now_or_nothing(ahead: int) -> None:
    at = NOW.astimezone(timezone(timedelta(hours=7))) + timedelta(seconds=ahead)
    found = parse_time(at.isoformat(), now=NOW)
    assert (found is not None and found.at == NOW) if timedelta(seconds=ahead) <= TOLERANCE else found is None
