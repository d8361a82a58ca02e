"""The Word file measured against Decree 30/2020, from the file itself; its template; what it says."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH

from config.loader import BUILTIN, ConfigError
from report.forms import decree30 as d
from report.forms import docx_template
from report.forms.as_docx import as_docx
from report.forms.docx_package import packed
from report.forms.paper import LONG_SHEET, Paper
from report.sheet import build_sheet

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CENTRE, BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY

BOLD_CAPITALS = {"A": 722, "C": 722, "D": 722, "Ô": 778, "Ộ": 778, "Ò": 778, "O": 778, "N": 722, "G": 778, "H": 778,
                 "X": 722, "Ã": 722, "I": 389, "Ủ": 722, "U": 722, "Ĩ": 389, "Ệ": 667, "T": 667, "M": 944,
                 "S": 556, "Ở": 778, "V": 722, "Ă": 722, "Ó": 778, "Ể": 667, "À": 722, "L": 667, "Ị": 389,
                 ",": 250, " ": 250}  # fmt: skip
"""Advance widths of Times bold, thousandths of the size."""


@pytest.fixture(scope="module")
def made(sheet, style, folders):
    return as_docx(sheet, style, folders)


@pytest.fixture(scope="module")
def document(made):
    return Document(BytesIO(made))


def text_of(paragraph):
    return "".join(piece.text or "" for piece in paragraph.iter(f"{W}t"))


def everything(document):
    """All text, tables included, in order."""
    return "\n".join(map(text_of, document.element.body.iter(f"{W}p")))


def paragraphs(document, style):
    return [p for p in document.element.body.iter(f"{W}p") if (p.pPr is not None and p.pPr.style == style)]


def look(document, style):
    return next(each for each in document.styles if each.style_id == style)


def within(measure, value):
    return measure.least - 0.05 <= value <= measure.most + 0.05


def test_every_page_is_a4_with_the_margins_of_the_decree(document):
    for section in document.sections:
        assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [210, 297]
        for measure, value in (
            (d.TOP_MM, section.top_margin),
            (d.BOTTOM_MM, section.bottom_margin),
            (d.LEFT_MM, section.left_margin),
            (d.RIGHT_MM, section.right_margin),
        ):
            assert within(measure, value.mm)


def test_wide_tables_lie_across_and_the_rest_stands(document):
    turned = [section.orientation for section in document.sections]
    across, upright = WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT
    assert turned == [upright, across, upright, across, across]
    for section in document.sections:
        assert (section.page_width > section.page_height) == (section.orientation == across)


def test_page_numbers_stand_in_the_middle_of_the_top_margin_but_not_on_a_first_page(document):
    first, *inner, annex1, annex2 = document.sections
    for section in (first, annex1, annex2):
        assert section.different_first_page_header_footer
        assert not list(section.first_page_header._element.iter(f"{W}r"))
        assert section._sectPr.find(f"{W}pgNumType").get(f"{W}start") == "1", "every annex counts its own pages"
    for section in inner:
        assert not section.different_first_page_header_footer
        assert section._sectPr.find(f"{W}pgNumType") is None, "the report's own pages go on"
    for section in document.sections:
        assert any("PAGE" in (field.text or "") for field in section.header._element.iter(f"{W}instrText"))
        assert section.header_distance < section.top_margin
    assert look(document, "Header").paragraph_format.alignment == CENTRE
    assert within(d.PAGE_NUMBER_PT, look(document, "Header").font.size.pt)


def test_everything_is_black_times_new_roman(document, made):
    defaults = document.styles.element.find(f"{W}docDefaults")
    fonts = next(defaults.iter(f"{W}rFonts"))
    assert {fonts.get(f"{W}{kind}") for kind in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    with zipfile.ZipFile(BytesIO(made)) as package:
        text = b"".join(package.read(name) for name in package.namelist() if name.startswith("word/"))
    assert set(re.findall(rb'w:ascii="([^"]*)"', text)) == {b"Times New Roman"}
    assert set(re.findall(rb'<w:color w:val="([^"]*)"', text)) == {b"000000"}
    assert b"<w:shd" not in text


@pytest.mark.parametrize(
    ("key", "measure", "bold", "italic", "align"),
    [
        ("Nation", d.NATION_PT, True, None, CENTRE),
        ("Motto", d.MOTTO_PT, True, None, CENTRE),
        ("Superior", d.SUPERIOR_PT, None, None, CENTRE),
        ("Issuer", d.ISSUER_PT, True, None, CENTRE),
        ("DocNumber", d.NUMBER_PT, None, None, CENTRE),
        ("DocDate", d.DATE_PT, None, True, CENTRE),
        ("Title", d.KIND_PT, True, None, CENTRE),
        ("Subtitle", d.SUBJECT_PT, True, None, CENTRE),
        ("To", d.TO_PT, None, None, WD_ALIGN_PARAGRAPH.LEFT),
        ("BodyText", d.BODY_PT, None, None, BOTH),
        ("Heading1", d.BODY_PT, True, None, WD_ALIGN_PARAGRAPH.LEFT),
        ("Heading2", d.BODY_PT, True, None, WD_ALIGN_PARAGRAPH.LEFT),
        ("RecipientsHead", d.RECIPIENTS_HEAD_PT, True, True, WD_ALIGN_PARAGRAPH.LEFT),
        ("Recipients", d.RECIPIENTS_PT, None, None, WD_ALIGN_PARAGRAPH.LEFT),
        ("Signer", d.SIGNER_PT, True, None, CENTRE),
        ("Annex", d.ANNEX_PT, True, None, CENTRE),
        ("AnnexTitle", d.ANNEX_TITLE_PT, True, None, CENTRE),
        ("AnnexOf", d.ANNEX_OF_PT, None, True, CENTRE),
    ],
)
def test_sizes_and_faces_are_the_decrees(document, key, measure, bold, italic, align):
    found = look(document, key)
    assert within(measure, found.font.size.pt)
    assert (found.font.bold, found.font.italic) == (bold, italic)
    assert found.paragraph_format.alignment == align
    assert paragraphs(document, key), "the style is used"
    for paragraph in paragraphs(document, key):
        assert not list(paragraph.iter(f"{W}sz")), "no run has a size of its own"


def test_paragraphs_stand_as_the_decree_has_them(document):
    form = look(document, "BodyText").paragraph_format
    assert within(d.FIRST_LINE_MM, form.first_line_indent.mm)
    assert within(d.BETWEEN_PARAGRAPHS_PT, form.space_after.pt)
    assert within(d.LINE_SPACING, form.line_spacing)


def test_the_head_has_its_blocks_left_and_right(document):
    head = document.tables[0]
    left, right = head.rows[0].cells
    assert [p.text for p in left.paragraphs] == [
        "ỦY BAN NHÂN DÂN", "THÀNH PHỐ HẢI PHÒNG", "SỞ VĂN HÓA, THỂ THAO", "VÀ DU LỊCH", "",
    ]  # fmt: skip
    assert [p.text for p in right.paragraphs] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "",
    ]  # fmt: skip
    assert re.fullmatch(r"Số:\s+/BC-SVHTTDL", head.rows[1].cells[0].text)
    assert head.rows[1].cells[1].text == "Hải Phòng, ngày 10 tháng 9 năm 2026"
    texts = [p.text for p in document.paragraphs if p.text]
    assert texts[0] == "BÁO CÁO"
    assert texts[1:3] == [
        "Tổng hợp thông tin báo chí phản ánh về thành phố Hải Phòng",
        "(từ 06 giờ 00 ngày 09/9/2026 đến 06 giờ 00 ngày 10/9/2026)",
    ]
    assert texts[3:6] == ["Kính gửi:", "- Thường trực Thành ủy;", "- Lãnh đạo Ủy ban nhân dân thành phố."]


def rule_mm(paragraph, room_mm):
    indent = paragraph.pPr.find(f"{W}ind")
    assert paragraph.pPr.find(f"{W}pBdr").find(f"{W}top").get(f"{W}val") == "single", "a full line"
    return room_mm - (int(indent.get(f"{W}left")) + int(indent.get(f"{W}right"))) / d.TWIPS_A_MM


def test_the_lines_have_the_lengths_of_the_decree(document):
    issuer, motto, subject = paragraphs(document, "Rule")[:3]
    assert abs(rule_mm(motto, 93) - 55.9) < 1, "as long as the words above it"
    line = sum(BOLD_CAPITALS[letter] for letter in "SỞ VĂN HÓA, THỂ THAO") / 1000 * d.ISSUER_PT.ours * 25.4 / 72
    assert line / 3 <= rule_mm(issuer, 72) <= line / 2
    assert 1 / 3 <= rule_mm(subject, 165) / 125 <= 1 / 2, "the subject's longest line is 125 mm"


def test_the_foot_has_recipients_left_and_the_signer_right(document):
    left, right = next(table for table in document.tables if "Nơi nhận" in table.cell(0, 0).text).rows[0].cells
    assert [p.text for p in left.paragraphs] == ["Nơi nhận:", "- Như trên;", "- Lưu: VT, QLBC."]
    assert right.paragraphs[0].text == "GIÁM ĐỐC"


def test_annexes_have_roman_numbers_and_are_named_in_the_text(document):
    assert [text_of(p) for p in paragraphs(document, "Annex")] == ["Phụ lục I", "Phụ lục II"]
    assert "có tại Phụ lục I, Phụ lục II" in everything(document)


def test_every_wide_table_repeats_its_head_and_splits_no_row(document):
    ruled = [table for table in document.tables if table._tbl.tblPr.find(f"{W}tblBorders") is not None]
    assert len(ruled) == 7
    for table in ruled:
        assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
        assert all(row._tr.trPr.find(f"{W}cantSplit") is not None for row in table.rows)


def test_sections_are_real_headings_in_order(document):
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [head.split(".")[0] for head in heads] == ["I", "II", "III", "IV", "V", "VI"]
    assert next(p.text for p in document.paragraphs if p.style.name == "Heading 2").startswith("1. Đất đai")


def test_titles_lead_to_their_articles(document, sheet):
    links = [link for link in document.element.body.iter(f"{W}hyperlink") if link.get(f"{R}id")]
    targets = {document.part.rels[link.get(f"{R}id")].target_ref for link in links}
    assert targets == {article.url for article in sheet.articles}
    assert all(document.part.rels[link.get(f"{R}id")].is_external for link in links)


def test_section_two_has_eight_columns_and_the_analysts_words(style, folders, inputs):
    from report.inputs import Edits, IssueEdit

    edits = Edits(
        issues={"i1": IssueEdit(proposal="Giao phường kiểm tra", deadline="12/9/2026", summary="Tóm tắt đã sửa.")},
        forecast="Dự báo một.\nDự báo hai.",
    )
    edited = Document(BytesIO(as_docx(build_sheet(replace(inputs, edits=edits)), style, folders)))
    table = next(table for table in edited.tables if table.rows[0].cells[-1].text == "Hạn")
    assert len(table.rows[0].cells) == 8
    cells = [cell.text for cell in table.rows[1].cells]
    assert cells[3] == "Tóm tắt đã sửa."
    assert cells[6:] == ["Giao phường kiểm tra", "12/9/2026"]
    assert "Dự báo một.\nDự báo hai." in everything(edited)
    assert "Chuyên viên tổng hợp ghi" not in everything(edited)


def test_a_day_without_need_for_answers_stays_upright_until_the_annexes(style, folders, inputs):
    quiet = replace(inputs, articles=(), issues={}, scores={}, bodies={})
    document = Document(BytesIO(as_docx(build_sheet(quiet), style, folders)))
    assert [section.orientation for section in document.sections] == [0, 1, 1]
    assert document.sections[0].different_first_page_header_footer
    assert "Không có." in everything(document)


def test_a_failed_crawl_is_told(style, folders, inputs, state):
    lost = tuple(state(id=name, name=name, state="broken", last_success_at=None) for name in "AB")
    document = Document(BytesIO(as_docx(build_sheet(replace(inputs, articles=(), health=lost)), style, folders)))
    assert "không được hiểu là ngày không có tin" in everything(document)
    assert "Không có tin, bài" not in everything(document)


def test_a_long_sheet_has_a_table_of_contents_and_a_short_one_has_none(style, folders, inputs, make_article, document):
    from report.inputs import IssueScore, SheetIssue

    many = [f"m{n}" for n in range(LONG_SHEET + 1)]
    long = replace(
        inputs,
        articles=tuple(make_article(n, name) for n, name in enumerate(many)),
        issues={n: SheetIssue(issue_id=n, title=n, level=0, field_of=1 + at % 3) for at, n in enumerate(many)},
        scores={n: IssueScore(total=1, parts={}) for n in many},
    )
    made = Document(BytesIO(as_docx(build_sheet(long), style, folders)))
    lines = [p.text for p in made.paragraphs if p.style.style_id in {"TOC1", "TOC2"}]
    assert lines[0] == "I. TỔNG QUAN\t"
    assert len(lines) == 6 + 3 + 2
    assert lines[-1] == "Phụ lục II. TÌNH TRẠNG NGUỒN TIN\t"
    anchors = {link.get(f"{W}anchor") for link in made.element.body.iter(f"{W}hyperlink")} - {None}
    assert anchors == {mark.get(f"{W}name") for mark in made.element.body.iter(f"{W}bookmarkStart")}
    asked = [field.text.split()[:2] for field in made.element.body.iter(f"{W}instrText")]
    assert asked == [["PAGEREF", line] for line in sorted(anchors)]
    assert not [p for p in document.paragraphs if p.style.style_id == "TOC1"]
    assert "MỤC LỤC" not in everything(document)


def test_the_same_sheet_gives_the_same_bytes_and_names_no_person(made, sheet, style, folders):
    assert as_docx(sheet, style, folders) == made
    properties = Document(BytesIO(made)).core_properties
    assert properties.author == properties.last_modified_by == "Sở Văn hóa, Thể thao và Du lịch"
    assert properties.created.isoformat() == properties.modified.isoformat() == "2026-09-09T23:20:00+00:00"


def test_our_template_is_what_the_program_writes():
    assert docx_template.FILE.read_bytes() == docx_template.template(), "python -m report.forms.docx_template"


def changed_template(tmp_path, old, new):
    """A copy of our template in an overlay, with one text changed as an office would in Word."""
    folder = tmp_path / "report"
    folder.mkdir()
    with zipfile.ZipFile(docx_template.FILE) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before = parts["word/document.xml"].decode()
    assert old in before
    parts["word/document.xml"] = before.replace(old, new).encode()
    (folder / "sheet.docx").write_bytes(packed(parts))
    return (BUILTIN, tmp_path)


def test_an_office_changes_the_template_without_code(tmp_path, sheet, style):
    folders = changed_template(tmp_path, "I. TỔNG QUAN", "I. TÌNH HÌNH CHUNG NGÀY {{ short_date }}")
    assert "I. TÌNH HÌNH CHUNG NGÀY 10/9/2026" in everything(Document(BytesIO(as_docx(sheet, style, folders))))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("{{ symbol }}", "{{ simbol }}", "simbol"),
        ("{{ article.outlet }}", "{{ article.outlets }}", "article.outlets"),
        ("{{ source.published }}", "{{ source.date }}", "source.date"),
        ("{%tr for outlet in outlets %}", "{%tr for outlet in sources %}", "sources"),
        ("{%p if failure %}", "{%p if failed %}", "failed"),
    ],
)
def test_an_unknown_field_is_an_error_with_its_name(tmp_path, sheet, style, old, new, named):
    folders = changed_template(tmp_path, old, new)
    with pytest.raises(ConfigError) as error:
        as_docx(sheet, style, folders)
    assert error.value.key == named
    assert error.value.file == tmp_path / "report" / "sheet.docx"


@pytest.mark.parametrize(("old", "new"), [("{%p endfor %}", "{%p endfo %}"), ("{{ city }}", "{{ city | nothing }}")])
def test_a_broken_template_is_an_error_with_its_file(tmp_path, sheet, style, old, new):
    with pytest.raises(ConfigError, match="sheet.docx"):
        as_docx(sheet, style, changed_template(tmp_path, old, new))


def test_a_file_that_is_no_word_file_is_an_error(tmp_path, sheet, style):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "sheet.docx").write_text("plain text")
    with pytest.raises(ConfigError, match="no Word file"):
        as_docx(sheet, style, (BUILTIN, tmp_path))


def test_a_template_cannot_reach_into_the_program(tmp_path, sheet, style):
    with pytest.raises(ConfigError):
        as_docx(sheet, style, changed_template(tmp_path, "{{ city }}", "{{ city.__class__.__mro__ }}"))


def test_every_field_is_described():
    page = (BUILTIN.parent / "docs" / "sheet.md").read_text()
    for name in Paper.__dataclass_fields__:
        assert f"`{name}`" in page, name
