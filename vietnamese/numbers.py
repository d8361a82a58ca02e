"""Numbers, dates and times as Vietnamese offices write them (Decree 30/2020, annex I)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from vietnamese.clock import to_local

if TYPE_CHECKING:
    from datetime import date, datetime

LAST_PADDED_MONTH = 2
"""The decree puts a leading zero before months 1 and 2 only."""


def number(value: float | Decimal, digits: int = 0) -> str:
    """`1234` -> `1.234`; with `digits` places after the comma, `0.5` -> `0,5` (halves round up, as people do)."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{exact:,f}".translate(str.maketrans(",.", ".,"))


def signed(value: float | Decimal, digits: int = 0) -> str:
    """`3` -> `+3`, `-3` -> `−3` (a true minus), `0` -> `0`."""
    text = number(value, digits).lstrip("-")
    if not text.strip("0,."):
        return text
    return ("+" if value > 0 else "−") + text


def percent(part: int, whole: int) -> str:
    """`part` of `whole` with one place: `12,5%`; `–` when there is no whole."""
    return f"{number(Decimal(100 * part) / whole, 1)}%" if whole else "–"


def count(value: int) -> str:
    """A count in running text: below ten with a leading zero, as offices write it (`05 vụ việc`); none is `0`."""
    return f"{value:02d}" if 0 < value < 10 else number(value)  # noqa: PLR2004 (ten is the decree's own figure)


def short_date(day: date) -> str:
    """`08/8/2026`, `10/02/2027`: days below 10 and months 1 and 2 have a leading zero, other months none."""
    return f"{day.day:02d}/{_month(day)}/{day.year}"


def long_date(day: date) -> str:
    """`ngày 08 tháng 8 năm 2026`."""
    return f"ngày {day.day:02d} tháng {_month(day)} năm {day.year}"


def clock_time(moment: datetime) -> str:
    """`14:05` on the clock of Hải Phòng; a naive moment raises ValueError."""
    return to_local(moment).strftime("%H:%M")


def spoken_time(moment: datetime) -> str:
    """`06 giờ 00` on the clock of Hải Phòng; a naive moment raises ValueError."""
    return to_local(moment).strftime("%H giờ %M")


def date_time(moment: datetime) -> str:
    """`14:05, 08/8/2026` on the clock of Hải Phòng; a naive moment raises ValueError."""
    return f"{clock_time(moment)}, {short_date(to_local(moment).date())}"


def _month(day: date) -> str:
    return f"{day.month:02d}" if day.month <= LAST_PADDED_MONTH else str(day.month)
