"""The sheets that a person answers for: of a morning, of one office, of a week, of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from report.files import NAME_OF_DAY, stem_of
from vietnamese.numbers import long_date

if TYPE_CHECKING:
    from report.inputs import Office
    from report.kinds.period import Kind

OFFICES = "co-quan"
"""The folder of the sheets of single offices, beside that of the morning."""

_STEMS: dict[Kind, str] = {"weekly": "bao-cao-tuan-{:%Y-%m-%d}", "monthly": "bao-cao-thang-{:%Y-%m}"}
_TITLE = "Báo cáo tổng hợp thông tin báo chí"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signable:
    """One sheet as the store and the disk know it."""

    report_id: str
    """Of its reports row: `daily-2026-09-10`, `daily-2026-09-10-so-xay-dung`, `weekly-2026-09-10`, `monthly-2026-09`.
    """
    kind: str
    """daily, office, weekly, monthly: as the reports row has it."""
    day: date
    stem: str
    """The name of its files without their ending."""
    title: str
    """Of the mail that carries it."""
    option: str = ""
    """What names it on the command line behind its day: ` --kind weekly`."""
    office: str | None = None
    """The id of the one agency or unit it is for."""

    @property
    def drafts_in(self) -> str:
        """The report under which the store remembers the files that we wrote."""
        return daily_id(self.day) if self.office else self.report_id

    @property
    def words(self) -> str:
        """Its name in a message."""
        whose = f" for {self.office}" if self.office else ""
        return f"the {'' if self.kind in {'daily', 'office'} else f'{self.kind} '}sheet of {self.day}{whose}"

    @property
    def maker(self) -> str:
        """The command that makes it."""
        if self.kind in {"daily", "office"}:
            return f"diembao report --date {self.day}{self.option}"
        return f"diembao report {self.kind} --date {self.day}"

    def folder(self, reports: Path) -> Path:
        """Where its files lie below `reports/`."""
        return reports / self.day.isoformat() / (OFFICES if self.office else "")


def daily_id(day: date) -> str:
    """The id of a morning's daily report: `daily-2026-09-10`."""
    return f"daily-{day.isoformat()}"


def daily(day: date) -> Signable:
    """The sheet of the morning `day`."""
    return Signable(
        report_id=daily_id(day),
        kind="daily",
        day=day,
        stem=NAME_OF_DAY.format(day=day.isoformat()),
        title=f"{_TITLE}, {long_date(day)}",
    )


def of_office(day: date, office: Office) -> Signable:
    """The sheet of the morning `day` for one agency or unit."""
    return Signable(
        report_id=f"{daily_id(day)}-{office.body_id}",
        kind="office",
        day=day,
        stem=stem_of(day, office.body_id),
        title=f"{_TITLE} liên quan đến {office.inside or office.name}, {long_date(day)}",
        option=f" --for {office.body_id}",
        office=office.body_id,
    )


def of_period(kind: Kind, day: date) -> Signable:
    """The sheet of the week that ends on `day`, or of the month whose last day it is (`report.kinds.period.day_of`)."""
    word = "tuần" if kind == "weekly" else "tháng"
    return Signable(
        report_id=f"weekly-{day.isoformat()}" if kind == "weekly" else f"monthly-{day:%Y-%m}",
        kind=kind,
        day=day,
        stem=_STEMS[kind].format(day),
        title=f"{_TITLE} {word}, đến {long_date(day)}",
        option=f" --kind {kind}",
    )
