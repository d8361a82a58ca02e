"""The workbook of the annexes, read back as a spreadsheet program would."""

from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from report.forms.as_xlsx import as_xlsx, pages
from vietnamese.clock import to_local


@pytest.fixture(scope="module")
def made(sheet, style):
    return as_xlsx(sheet, style)


@pytest.fixture(scope="module")
def book(made):
    return load_workbook(BytesIO(made))


def test_the_annexes_are_its_sheets(book):
    assert book.sheetnames == [
        "Phụ lục I - Tin, bài", "Vụ việc", "Cơ quan, địa phương", "Phụ lục II - Nguồn tin",
    ]  # fmt: skip


def test_every_head_row_is_frozen_filtered_and_repeated(book):
    for page in book:
        assert page.freeze_panes == "C2"
        assert page.auto_filter.ref == f"A1:{page.cell(page.max_row, page.max_column).coordinate}"
        assert page.print_title_rows == "$1:$1"
        assert page.page_setup.orientation == "landscape"
        assert all(page.column_dimensions[letter].width for letter in ("A", "B"))


def test_annex_one_holds_every_article_with_a_real_time_and_a_real_link(book, sheet):
    page = book["Phụ lục I - Tin, bài"]
    assert page.max_row == 1 + len(sheet.articles)
    for row, article in zip(page.iter_rows(min_row=2), sheet.articles, strict=True):
        assert row[1].hyperlink.target == article.url
        assert row[1].value == article.title
        when = article.published_at and to_local(article.published_at).replace(tzinfo=None)
        assert row[3].value == when
        assert isinstance(row[3].value, datetime | None)
        assert row[3].number_format == "hh:mm, dd/m/yyyy" or when is None
        assert row[6].value == article.level


def test_every_column_has_one_type(book):
    for page in book:
        for column in page.iter_cols(min_row=2):
            kinds = {cell.data_type for cell in column if cell.value not in {None, ""}}
            assert len(kinds) <= 1, f"{page.title} {column[0].coordinate}: {kinds}"
            assert "f" not in kinds


def test_the_issues_and_outlets_are_the_sheets(book, sheet, style):
    assert [row[0] for row in book["Vụ việc"].iter_rows(min_row=2, min_col=15, values_only=True)] == [
        issue.issue_id for issue in sheet.issues
    ]
    assert [row[0] for row in book["Phụ lục II - Nguồn tin"].iter_rows(min_row=2, min_col=3, values_only=True)] == [
        style.states[row.state.state] for row in sheet.outlets
    ]


def test_the_same_sheet_gives_the_same_bytes(made, sheet, style):
    assert as_xlsx(sheet, style) == made


def test_no_column_is_without_a_title_or_a_width(sheet, style):
    for page in pages(sheet, style):
        assert all(title and width >= 6 for title, width in page.columns)
        assert all(len(row) == len(page.columns) for row in page.rows)
