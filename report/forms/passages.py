"""The standing passages of the sheet: what each section says where there is nothing, too much, or no comparison."""

from __future__ import annotations

from dataclasses import dataclass

from report.forms import phrases
from report.sheet import IssueRow, Sheet
from report.style import Style
from vietnamese.numbers import count, number

DRAFT = "Mức độ, lĩnh vực và việc gộp vụ việc là gợi ý tự động; văn bản là dự thảo cho đến khi được duyệt, ký"
"""True of the draft and of what was signed: the words of a file do not change when it is approved."""

_REASONS = 3
"""Reasons that are printed beside a level; all of them, with the words they rest on, are in JSON and workbook."""

_TOTALS = (
    ("Tin, bài", "articles"),
    ("Vụ việc", "issues"),
    ("Vụ việc cần phản hồi (mức 2, 3)", "attention"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """A line of the first table of section I."""

    label: str
    now: str
    yesterday: str
    """`31 (+4)`; `–` without a sheet of yesterday."""
    mean: str
    """The same against the mean of seven days."""


def totals(sheet: Sheet) -> tuple[Total, ...]:
    """Articles, issues and issues that need an answer, against yesterday and the mean."""
    return tuple(
        Total(
            label=label,
            now=number(getattr(sheet.counts, key)),
            yesterday=_against(sheet, key, sheet.yesterday, 0),
            mean=_against(sheet, key, sheet.mean, 1),
        )
        for label, key in _TOTALS
    )


def _against(sheet: Sheet, key: str, before: object, digits: int) -> str:
    return "–" if before is None else phrases.change(getattr(sheet.counts, key), getattr(before, key), digits)


def compared_with(sheet: Sheet) -> str:
    """What the comparison rests on."""
    if sheet.inputs.office:
        return "Bản tin của một cơ quan, địa phương không so sánh với những ngày trước."
    if sheet.mean is None:
        return "Chưa có bản tin của những ngày trước để so sánh."
    longer = sheet.yesterday.days if sheet.yesterday else 1
    note = f" Bản tin hôm qua gồm {count(longer)} ngày." if longer > 1 else ""
    return (
        "Trong ngoặc là chênh lệch của kỳ này; trung bình tính trên "
        f"{count(sheet.mean.sheets)} bản tin của 7 ngày trước.{note}"
    )


def days_off(sheet: Sheet) -> str:
    """That the window holds days off; empty for one day."""
    days = sheet.window.days
    return f"Kỳ báo cáo gồm {count(days)} ngày, trong đó có ngày nghỉ." if days > 1 else ""


def health_sentence(sheet: Sheet, style: Style) -> str:
    """`43/45 nguồn đủ tin; Báo A: … . Có 44/45 nguồn trả lời.` with every trouble; where all did, that is not said."""
    line = "; ".join((phrases.health_line(sheet), *phrases.troubles(sheet, style)))
    if sheet.reached == sheet.full:
        return f"{line}."
    return f"{line}. Có {number(sheet.reached)}/{number(len(sheet.outlets))} nguồn trả lời."


def attention_left(rest: int) -> str:
    """Where the issues are that section II had no room for; empty where it had."""
    return f"Còn {count(rest)} vụ việc khác ở mức 2, 3; xem mục III." if rest > 0 else ""


def attention_none(sheet: Sheet) -> str:
    """What section II says without a row: nothing found, or nothing known."""
    if sheet.crawl_failed:
        return "Không xác định được, do đợt thu thập tin thất bại."
    if sheet.counts.unplaced:
        return (
            f"Chưa xác định được, do {count(sheet.counts.unplaced)} tin, bài chưa được xếp vào vụ việc (xem mục III)."
        )
    return "Không có."


def nothing(sheet: Sheet, words: str) -> str:
    """`words` on a day without articles; that there are no data where the crawl failed."""
    return "Không có dữ liệu." if sheet.crawl_failed else words


def reasons(issue: IssueRow) -> str:
    """Why this level, in few words: the weightiest reasons without the words they rest on."""
    heads = dict.fromkeys(reason.partition(": «")[0] for reason in issue.reasons)
    return "; ".join([*heads][:_REASONS])
