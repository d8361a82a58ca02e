"""Sentences that a reader would stumble over: for whom a sheet is, whose words these are, what is compared."""

import email
from dataclasses import replace
from datetime import date, datetime
from email.policy import default
from io import BytesIO

import openpyxl
import pytest
from docx import Document
from lxml import etree

from config.loader import BUILTIN
from gazetteer.load import load
from report.forms import passages, phrases
from report.forms.as_docx import as_docx
from report.forms.as_html import as_html
from report.forms.as_mail import as_mail
from report.forms.as_xlsx import as_xlsx
from report.forms.linked import Link, Relations, pieces_of, plain, said
from report.inputs import Edits, IssueEdit
from report.kinds.as_period import _dates
from report.kinds.office import office_of
from report.laid import sheet_of
from report.sheet import build_sheet
from storage.report_records import EntityRecord
from vietnamese.clock import LOCAL

UNIT = "n11413"


@pytest.fixture(scope="module")
def book():
    return load([BUILTIN])


def for_unit(inputs, book):
    """The sheet of phường Hải An, with the fire moved there."""
    articles = tuple(
        replace(article, bodies=tuple(UNIT if body == "n1" else body for body in article.bodies))
        for article in inputs.articles
    )
    bodies = {**inputs.bodies, UNIT: replace(inputs.bodies["n1"], body_id=UNIT, name="Phường Hải An")}
    office = office_of(book, UNIT, inputs.city)
    return sheet_of(replace(inputs, articles=articles, bodies=bodies), office)


def text_of(html):
    return " ".join(" ".join(etree.fromstring(html, etree.HTMLParser()).itertext()).split())


def test_the_sheet_of_a_unit_is_addressed_to_its_committee_and_speaks_of_it(inputs, book, style, folders):
    sheet = for_unit(inputs, book)
    page = text_of(as_html(sheet, style, folders))
    words = "\n".join(p.text for p in Document(BytesIO(as_docx(sheet, style, folders))).paragraphs)
    for text in (page, words):
        assert "Kính gửi: Ủy ban nhân dân phường Hải An." in text
        assert "Thường trực Thành ủy" not in text
        assert "liên quan đến phường Hải An" in text
        assert "báo, trang tin liên quan đến phường Hải An, thuộc" in text
        assert "không so sánh với những ngày trước" in text
        assert "Chưa có bản tin" not in text


def test_the_sheet_of_an_agency_is_addressed_to_it(book, inputs):
    office = office_of(book, "so-xay-dung", inputs.city)
    assert (office.addressee, office.inside) == ("Sở Xây dựng", "Sở Xây dựng")


def test_yesterdays_sheet_of_several_days_is_told(inputs):
    longer = (inputs.earlier[0], replace(inputs.earlier[1], days=3))
    assert passages.compared_with(build_sheet(replace(inputs, earlier=longer))).endswith("Bản tin hôm qua gồm 03 ngày.")
    assert "hôm qua gồm" not in passages.compared_with(build_sheet(inputs))


def test_the_papers_words_stand_in_quotation_marks_everywhere(sheet, style, folders):
    first = sheet.attention[0]
    quoted = phrases.summary(first)
    assert quoted == f"“{first.summary}”"
    assert quoted in text_of(as_html(sheet, style, folders))
    table = next(t for t in Document(BytesIO(as_docx(sheet, style, folders))).tables if len(t.columns) == 8)
    assert quoted in [cell.text for cell in table.rows[1].cells]
    book = openpyxl.load_workbook(BytesIO(as_xlsx(sheet, style)))
    assert quoted in [cell.value for cell in book["Vụ việc"]["K"]]


def test_the_analysts_words_stand_without(inputs):
    edits = Edits(issues={"i1": IssueEdit(summary="Đã sửa.")})
    issue = next(issue for issue in build_sheet(replace(inputs, edits=edits)).issues if issue.issue_id == "i1")
    assert phrases.summary(issue) == "Đã sửa."


def test_a_quotation_inside_has_the_other_marks():
    assert phrases.inner("Ông nói “không”.") == "Ông nói ‘không’."


def test_what_says_draft_is_still_true_when_it_was_signed():
    assert "cho đến khi được duyệt, ký" in passages.DRAFT


def test_the_detail_of_an_outlet_never_repeats_its_state(sheet, style, folders):
    page = text_of(as_html(sheet, style, folders))
    assert "Đủ tin đủ tin" not in page
    assert "Đủ tin –" in page


def test_annexes_say_what_they_belong_to(sheet, style, folders):
    page = text_of(as_html(sheet, style, folders))
    assert page.count("/BC-SVHTTDL ngày 10 tháng 9 năm 2026 của Sở Văn hóa, Thể thao và Du lịch)") == 2


def test_a_mail_quotes_titles_and_tells_levels_and_marks(inputs, style, folders):
    sheet = build_sheet(replace(inputs, marks={"i2": ("rising",)}))
    message = as_mail(sheet, style, folders)
    made = email.message_from_bytes(message, policy=default)
    text = made.get_body(("plain",)).get_content()
    page = "".join(etree.fromstring(made.get_body(("html",)).get_content().encode(), etree.HTMLParser()).itertext())
    for words in (text, page):
        assert "“Cháy kho hàng ở phường An Biên, khói bao trùm khu dân cư”, theo" in words
        assert "; mức 2 – cần phản hồi; tăng" in words


def test_times_of_a_workbook_are_written_as_the_decree_has_them(inputs, style):
    moved = replace(inputs, articles=tuple(
        replace(article, published_at=article.published_at and article.published_at.replace(month=2))
        for article in inputs.articles
    ))  # fmt: skip
    for made, form in ((inputs, "hh:mm, dd/m/yyyy"), (moved, "hh:mm, dd/mm/yyyy")):
        page = openpyxl.load_workbook(BytesIO(as_xlsx(build_sheet(made), style))).worksheets[0]
        assert {cell.number_format for cell in page["D"][1:] if cell.value} == {form}


def test_a_workbook_has_every_reason(inputs, style):
    reasons = tuple(f"lý do {n}: «từ»" for n in range(9))
    issues = {**inputs.issues, "i1": replace(inputs.issues["i1"], reasons=reasons)}
    page = openpyxl.load_workbook(BytesIO(as_xlsx(build_sheet(replace(inputs, issues=issues)), style)))["Vụ việc"]
    assert "; ".join(reasons) in [cell.value for cell in page["E"]]


def test_days_on_end_are_told_by_the_first_and_the_last():
    days = [date(2026, 9, n) for n in (1, 3, 4, 8, 9, 10)]
    assert _dates(days) == (
        "ngày 01/9/2026, ngày 03/9/2026, ngày 04/9/2026, các ngày từ 08/9/2026 đến 10/9/2026"
    )  # fmt: skip


def test_a_text_with_links_keeps_its_words_and_only_safe_addresses():
    text = said("“", Link("Bài", "https://a.example/x?a=1&b=2"), "”, ", Link("xấu", "javascript:alert(1)"), ".")
    assert plain(text) == "“Bài”, xấu."
    assert [href for _, href in pieces_of(text)] == [None, "https://a.example/x?a=1&b=2", None, None, None]
    relations = Relations()
    assert "javascript" not in relations.runs(text)
    assert relations.known == {"https://a.example/x?a=1&b=2": "rIdLink1"}
    assert said("a", "b") == "ab"


def test_what_is_no_longer_in_force_is_printed_as_such(morning):
    def entity(key, until):
        return EntityRecord(entity_id=key, kind="unit", name=key, valid_from=date(2010, 1, 1), valid_until=until)

    morning.store.sync_entities([entity("n11413", None), entity("q303", date(2025, 6, 30))])
    morning.name_of = {"n11413": "phường Hải An", "q303": "quận Lê Chân", "ubnd@q303": "UBND quận Lê Chân"}.get
    morning.add("a", datetime(2026, 9, 9, 8, tzinfo=LOCAL), bodies=("n11413", "q303", "ubnd@q303"))
    names = [body["name"] for body in morning.sheet()["bodies"]]
    assert names == ["Phường Hải An", "Quận Lê Chân (cũ)", "UBND quận Lê Chân (cũ)"]


def test_bodies_of_one_name_are_told_apart(morning):
    def entity(key, parent):
        return EntityRecord(
            entity_id=key, kind="unit", name=key, parent_id=parent,
            valid_from=date(2010, 1, 1), valid_until=date(2025, 6, 30),
        )  # fmt: skip

    morning.store.sync_entities([entity("c1", "q1"), entity("c2", "q2"), entity("c3", "q1")])
    morning.name_of = {
        "c1": "phường Quang Trung", "c2": "phường Quang Trung", "c3": "phường Hạ Lý", "q1": "quận Hồng Bàng",
        "q2": "thành phố Hải Dương",
    }.get  # fmt: skip
    morning.add("a", datetime(2026, 9, 9, 8, tzinfo=LOCAL), bodies=("c1", "c2", "c3"))
    assert {body["name"] for body in morning.sheet()["bodies"]} == {
        "Phường Hạ Lý (cũ)", "Phường Quang Trung, quận Hồng Bàng (cũ)", "Phường Quang Trung, thành phố Hải Dương (cũ)"
    }  # fmt: skip


def test_page_one_names_the_most_pressing_matters(inputs, sheet, style, folders):
    titles = [issue.lead.title for issue in sheet.attention]
    line = f"Đáng chú ý: “{titles[0]}” (3 – Khẩn); “{titles[1]}” (2 – Cần phản hồi)."
    document = Document(BytesIO(as_docx(sheet, style, folders)))
    assert line in [paragraph.text for paragraph in document.paragraphs]
    page = "".join(etree.fromstring(as_html(sheet, style, folders), etree.HTMLParser()).itertext())
    assert line in " ".join(page.split())
    quiet = replace(inputs, articles=(), issues={}, scores={}, bodies={})
    assert "Đáng chú ý" not in as_html(build_sheet(quiet), style, folders).decode()
