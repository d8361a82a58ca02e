"""The annexes as a workbook: to sort, filter and count in. Texts stay texts; nothing from outside becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gazetteer.records import WHOLE_CITY
from report.forms import phrases
from report.forms.linked import Link
from report.forms.printed import body_names, detail_of, office_link, printable, quoted_title, remarks
from vietnamese.clock import to_local
from vietnamese.numbers import LAST_PADDED_MONTH

if TYPE_CHECKING:
    from report.inputs import SheetArticle
    from report.sheet import IssueRow, OutletRow, Sheet
    from report.style import Style

_LONGEST_CELL = 32_000
"""Excel holds 32,767 characters in a cell; a text is at most 300 here, an analyst's summary may be longer."""


Value = str | int | float | datetime | Link | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One sheet of the workbook: columns as (title, width in characters), rows of values of constant type."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Value]]


def as_xlsx(sheet: Sheet, style: Style) -> bytes:
    """The workbook. The same sheet and words give the same bytes; times are on the clock of Hải Phòng."""
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties(
        {
            "title": f"Phụ lục báo cáo tổng hợp thông tin báo chí {sheet.day.isoformat()}",
            "author": " ".join(style.head.issuer.split()),
            "created": to_local(sheet.inputs.generated_at).replace(tzinfo=None),
        }
    )
    looks = _looks(book)
    for page in pages(sheet, style):
        _write(book.add_worksheet(page.name), page, looks)
    book.close()
    return stream.getvalue()


def pages(sheet: Sheet, style: Style) -> tuple[Page, ...]:
    """The sheets of the workbook: articles, issues, agencies and units, outlets."""
    return (_articles(sheet, style), _issues(sheet, style), _bodies(sheet), _outlets(sheet, style))


def _articles(sheet: Sheet, style: Style) -> Page:
    return Page(
        name="Phụ lục I - Tin, bài",
        columns=(
            ("STT", 6), ("Tiêu đề", 70), ("Báo", 26), ("Thời điểm đăng", 18), ("Lĩnh vực", 34),
            ("Cơ quan, địa bàn", 44), ("Mức độ", 9), ("Ghi chú", 22), ("Đoạn dẫn", 70), ("Vụ việc", 20),
        ),
        rows=[_article(sheet, style, at, article) for at, article in enumerate(sheet.articles, 1)],
    )  # fmt: skip


def _article(sheet: Sheet, style: Style, at: int, article: SheetArticle) -> tuple[Value, ...]:
    return (
        at,
        Link(quoted_title(article.title), article.url),
        sheet.inputs.outlets[article.outlet_id].name,
        article.published_at,
        style.fields.get(article.field_of, "") if article.field_of else "",
        body_names(sheet, article.bodies),
        article.level,
        remarks(article),
        article.excerpt or "",
        article.issue_id or "",
    )


def _issues(sheet: Sheet, style: Style) -> Page:
    return Page(
        name="Vụ việc",
        columns=(
            ("STT", 6), ("Vụ việc", 70), ("Mức độ", 9), ("Tên mức độ", 16), ("Lý do", 50), ("Lĩnh vực", 34),
            ("Tin, bài", 9), ("Báo", 8), ("Tự viết", 9), ("Cơ quan, địa phương", 50), ("Tóm tắt", 70),
            ("Đề xuất xử lý", 30), ("Hạn", 14), ("Điểm", 9), ("Mã vụ việc", 20),
        ),
        rows=[_issue(sheet, style, at, issue) for at, issue in enumerate(sheet.issues, 1)],
    )  # fmt: skip


def _issue(sheet: Sheet, style: Style, at: int, issue: IssueRow) -> tuple[Value, ...]:
    return (
        at,
        Link(quoted_title(issue.lead.title), issue.lead.url),
        issue.level,
        style.levels[issue.level],
        "; ".join(issue.reasons),
        style.fields[issue.field_of],
        len(issue.articles),
        issue.newsrooms,
        issue.independent_newsrooms,
        phrases.named_bodies(sheet, issue),
        phrases.summary(issue),
        issue.edit.proposal,
        issue.edit.deadline,
        float(issue.score.total),
        issue.issue_id,
    )


def _bodies(sheet: Sheet) -> Page:
    return Page(
        name="Cơ quan, địa phương",
        columns=(("STT", 6), ("Tên", 60), ("Loại", 14), ("Tin, bài", 10), ("Vụ việc", 10), ("Cần phản hồi", 14)),
        rows=[
            (
                at,
                row.body.name,
                "cơ quan" if row.body.kind == "agency" else "địa phương",
                row.articles,
                row.issues,
                row.attention,
            )
            for at, row in enumerate((row for row in sheet.bodies if row.body.body_id not in WHOLE_CITY), 1)
        ],
    )


def _outlets(sheet: Sheet, style: Style) -> Page:
    return Page(
        name="Phụ lục II - Nguồn tin",
        columns=(
            ("STT", 6), ("Nguồn", 34), ("Tình trạng", 24), ("Chi tiết", 60), ("Lần cuối trả lời", 18),
            ("Tin mới gần nhất", 18), ("Mới lưu", 9), ("Trang lỗi", 10), ("Trong bản tin", 13),
        ),
        rows=[_outlet(style, at, row) for at, row in enumerate(sheet.outlets, 1)],
    )  # fmt: skip


def _outlet(style: Style, at: int, row: OutletRow) -> tuple[Value, ...]:
    state = row.state
    word = style.states.get(state.state, state.state)
    return (
        at,
        state.name,
        word,
        detail_of(state, word),
        state.last_success_at,
        state.last_new_at,
        state.stored,
        state.failed,
        row.articles,
    )


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401 (XlsxWriter has no types)
    base = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "border": 1}
    return {
        "head": book.add_format(base | {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "text": book.add_format(base | {"text_wrap": True}),
        "number": book.add_format(base | {"align": "center", "num_format": "#,##0"}),
        "share": book.add_format(base | {"align": "center", "num_format": "0.00"}),
        "time": book.add_format(base | {"num_format": "hh:mm, dd/m/yyyy", "align": "center"}),
        "early": book.add_format(base | {"num_format": "hh:mm, dd/mm/yyyy", "align": "center"}),
        "link": book.add_format(base | {"text_wrap": True, "underline": 1}),
    }


def _write(page: Any, content: Page, looks: dict[str, Any]) -> None:  # noqa: ANN401
    """Head row frozen, filtered and repeated in print; landscape A4, one page wide."""
    for column, (title, width) in enumerate(content.columns):
        page.set_column(column, column, width)
        page.write_string(0, column, title, looks["head"])
    for at, row in enumerate(content.rows, 1):
        _write_row(page, at, row, looks)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(len(content.rows), 1), len(content.columns) - 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_header("&C&P")


def _write_row(page: Any, at: int, row: Iterable[Value], looks: dict[str, Any]) -> None:  # noqa: ANN401
    for column, value in enumerate(row):
        match value:
            case None:
                page.write_blank(at, column, None, looks["text"])
            case datetime():
                local = to_local(value).replace(tzinfo=None)
                page.write_datetime(at, column, local, looks["early" if local.month <= LAST_PADDED_MONTH else "time"])
            case int():
                page.write_number(at, column, value, looks["number"])
            case float():
                page.write_number(at, column, value, looks["share"])
            case Link():
                _write_link(page, at, column, value, looks)
            case _:
                page.write_string(at, column, printable(value)[:_LONGEST_CELL], looks["text"])


def _write_link(page: Any, at: int, column: int, link: Link, looks: dict[str, Any]) -> None:  # noqa: ANN401
    address = office_link(link.url)
    if address is None:
        page.write_string(at, column, printable(link.text), looks["text"])
    else:
        page.write_url(at, column, address, looks["link"], printable(link.text))
