"""A hostile article in every format: it stays text, the file stays whole, and nothing runs, loads or leaks."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from lxml import etree
from openpyxl import load_workbook
from pypdf import PdfReader

from report.forms.formats import FORMATS, render, render_all
from report.forms.printed import office_link, printable, quoted_title
from report.sheet import build_sheet

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)><b>đậm</b></td></table>",
    "wordprocessing": "</w:t></w:r><w:p/>]]><!-- <w:altChunk r:id='x'/> &lt;w:br/&gt; &#60;",
    "template": "{{ 7*7 }} {% for a in b %} {# c #} {%p endfor %} {{r x }} {{ self.__class__ }} {_{ 1 }_}",
    "formula": '=HYPERLINK("https://evil.example","bấm") ',
    "formula plus": "+cmd|' /C calc'!A0",
    "formula at": "@SUM(1+9)*cmd|' /C calc'!A0",
    "field": '{ INCLUDETEXT "C:\\\\secret.txt" } HYPERLINK "x"',
    "controls": "Tin\x00 nóng\x08\x1b[31m\x7f\x85 hôm nay\x0b\x0c\x07 \ud800 \ufffe \uffff",
    "direction": "\u202eđảo ngược\u202c \u2066cô lập \u200f\u061c שלום",
    "endless": "dài " * 1250,
    "one endless word": "a" * 5000,
    "web address": "https://evil.example/internal:Sheet2!A1",
    "empty": "",
}
MADE_TO_READ = ("html", "json", "docx", "xlsx")
"""The PDF is set once, with all of them: a process each would take a minute."""


def attacked(inputs, *texts, **changes):
    """The morning with its first articles, their outlet, their body and their issue turned hostile."""
    articles = list(inputs.articles)
    for at, text in enumerate(texts):
        articles[at] = replace(articles[at], title=text, excerpt=text, **changes)
    first = articles[0]
    outlets = {**inputs.outlets}
    outlets[first.outlet_id] = replace(outlets[first.outlet_id], name=texts[0] or "x")
    issues = {**inputs.issues}
    issues["i1"] = replace(issues["i1"], title=texts[0], reasons=(texts[0],))
    bodies = {**inputs.bodies}
    bodies["n1"] = replace(bodies["n1"], name=texts[0])
    return build_sheet(replace(inputs, articles=tuple(articles), outlets=outlets, issues=issues, bodies=bodies))


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE, scope="module")
def text(request):
    return request.param


@pytest.fixture(scope="module")
def files(inputs, style, folders, text):
    return render_all(MADE_TO_READ, attacked(inputs, text), style, folders).files


@pytest.fixture(scope="module")
def harmless(sheet, style, folders):
    return render_all(MADE_TO_READ, sheet, style, folders).files


def parts(content):
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def tags(content, part):
    """The elements of a part, without those that only a text of another length makes."""
    return {element.tag for element in etree.fromstring(parts(content)[part]).iter()}


def test_the_word_file_stays_whole_and_gains_no_element(files, harmless, text):
    made = parts(files["docx"])
    for name, content in made.items():
        etree.fromstring(content), name
    assert set(made) == set(parts(harmless["docx"]))
    assert tags(files["docx"], "word/document.xml") <= tags(harmless["docx"], "word/document.xml")
    before, after = Document(BytesIO(harmless["docx"])), Document(BytesIO(files["docx"]))
    assert len(before.tables) == len(after.tables)
    assert [len(table.rows) for table in before.tables] == [len(table.rows) for table in after.tables]


def test_the_word_file_prints_the_title_as_it_is(files, text):
    document = Document(BytesIO(files["docx"]))
    annex = next(table for table in document.tables if table.rows[0].cells[1].text == "Tiêu đề")
    shown = quoted_title(text).replace("{_{", "{{").replace("}_}", "}}")
    assert shown in [row.cells[1].text for row in annex.rows]


def test_the_workbook_stays_whole_and_holds_no_formula(files, text):
    book = load_workbook(BytesIO(files["xlsx"]))
    for name, content in parts(files["xlsx"]).items():
        assert b"<f>" not in content, name
        etree.fromstring(content)
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells if not str(cell.value).startswith(("=", "+", "@")))
    assert all(cell.hyperlink is None or cell.hyperlink.location is None for cell in cells)
    if text and "\x00" not in text:
        assert quoted_title(text) in [cell.value for cell in cells]


def test_the_json_keeps_the_title_exactly(files, text):
    whole = files["json"].decode()
    first = min(
        (article for issue in json.loads(whole)["issues"] for article in issue["articles"]),
        key=lambda article: article["article_id"],
    )
    assert first["title"] == text.replace("\ud800", "?")


def test_the_page_has_no_other_elements(files, harmless, text):
    def elements(page):
        return {
            element.tag for element in etree.fromstring(page, etree.HTMLParser()).iter() if isinstance(element.tag, str)
        }

    assert elements(files["html"]) <= elements(harmless["html"]) | {"br"}


def test_the_pdf_of_all_of_them_stays_whole(inputs, style, folders):
    made = render("pdf", attacked(inputs, *list(HOSTILE.values())[:12]), style, folders)
    reader = PdfReader(BytesIO(made))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "{{ 7*7 }}" in text
    assert "<script>alert(1)</script>" in text
    assert '=HYPERLINK("https://evil.example","bấm")' in text
    assert b"/JavaScript" not in made
    assert b"/Launch" not in made
    assert b"/EmbeddedFile" not in made


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "internal:Sheet1!A1", "external:c:\\x.xlsx",
        "https://a.example/\u202etxt", "http://[::1", "//x", "", "https://a.example/" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_linked_nowhere(inputs, style, folders, url):
    assert office_link(url) is None
    files = render_all(("docx", "xlsx"), attacked(inputs, "Tên bài", url=url), style, folders).files
    relations = [content for each in files.values() for name, content in parts(each).items() if name.endswith(".rels")]
    targets = {element.get("Target") for content in relations for element in etree.fromstring(content)}
    assert url not in targets
    assert not [target for target in targets if target.startswith(("javascript", "data:", "file:", "internal:"))]


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ('https://a.example/"x"<y> z', "https://a.example/%22x%22%3Cy%3E%20z"),
        ("https://a.example/Hải?q=100%&b=%20", "https://a.example/H%E1%BA%A3i?q=100%25&b=%20"),
        ("https://a.example/a?b=c#d", "https://a.example/a?b=c#d"),
    ],
)
def test_an_odd_address_is_escaped_as_word_and_excel_want_it(url, linked):
    assert office_link(url) == linked


def test_no_format_holds_more_than_the_excerpt(inputs, style, folders):
    """Sixty words of an article and not one more: what the sheet is made of is all that a format can print."""
    words = [f"chữ{n}" for n in range(60)]
    sheet = attacked(inputs, "Tên bài", "Tên bài hai")
    first = replace(sheet.inputs.articles[0], excerpt=" ".join(words))
    sheet = build_sheet(replace(sheet.inputs, articles=(first, *sheet.inputs.articles[1:])))
    for name, content in render_all(MADE_TO_READ, sheet, style, folders).files.items():
        text = content.decode() if name in {"html", "json"} else b"".join(parts(content).values()).decode()
        assert words[59] in text, name
        for longer in (article.excerpt for article in sheet.articles if article.excerpt):
            assert len(longer.split()) <= 60


def test_every_format_is_tried_here():
    assert {*MADE_TO_READ, "pdf"} <= set(FORMATS)
    assert printable("\u202ea") == "a"
