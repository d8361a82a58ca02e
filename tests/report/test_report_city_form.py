"""The form of city portals: one text, titles quoted, papers named, only the hours that were asked for."""

import json
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import docx
import pytest
from lxml import etree
from sqlalchemy import text as statement

from config.loader import BUILTIN
from report.forms.document import Heading, as_page, as_text, as_word
from report.kinds.city_form import city_document, narrowed
from report.kinds.write_city import write_city
from report.laid import sheet_of
from report.sheet import build_sheet
from vietnamese.clock import LOCAL

THURSDAY = date(2026, 9, 10)


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


def told(sheet, style):
    return as_text(city_document(sheet, style)).decode()


def test_it_opens_as_portals_do(sheet, style):
    text = told(sheet, style)
    assert "Từ 06h00 ngày 9-9 đến 06h00 ngày 10-9, có khoảng 12 tin, bài báo viết về thành phố Hải Phòng." in text
    assert "Nổi bật là “Cháy kho hàng ở phường An Biên, khói bao trùm khu dân cư”, theo Báo Sông Cấm" in text
    assert "Trên lĩnh vực y tế, an toàn thực phẩm, có 01 vụ việc được phản ánh: “Sở Y tế khai trương" in text


def test_every_issue_is_told_once_with_its_paper(sheet, style):
    document = city_document(sheet, style)
    body = " ".join(block.text for block in document.blocks[1:])
    for issue in sheet.issues:
        assert body.count(f"“{issue.lead.title}”, theo ") == 1
    fields = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert len(fields) == len({issue.field_of for issue in sheet.issues})


def test_a_summary_is_quoted_and_the_analysts_own_is_not(inputs, style):
    text = told(build_sheet(inputs), style)
    assert ": “Đám cháy bùng lên lúc 14 giờ tại kho hàng" in text
    assert ".”." not in text


def test_the_hours_that_were_asked_for(inputs, style):
    some = sheet_of(narrowed(inputs, at(9, 16), None))
    assert 0 < some.counts.articles < 12
    assert "Từ 16h00 ngày 9-9 đến 06h00 ngày 10-9" in told(some, style)
    assert narrowed(inputs, None, None) is inputs
    for start, end in ((at(8, 6), None), (None, at(10, 7)), (at(9, 9), at(9, 9))):
        with pytest.raises(ValueError, match="06h00 ngày 9-9"):
            narrowed(inputs, start, end)


def test_a_failed_crawl_and_a_quiet_day_are_told_apart(inputs, style):
    empty = replace(inputs, articles=(), issues={}, scores={})
    broken = tuple(replace(state, state="broken") for state in inputs.health)
    assert "không ghi nhận tin, bài báo nào" in told(build_sheet(empty), style)
    failed = told(build_sheet(replace(empty, health=broken)), style)
    assert "thất bại" in failed
    assert "không ghi nhận" not in failed


def test_a_hostile_title_stays_text_in_all_three(inputs, style, folders):
    bad = '<script>x</script>{{ 7*7 }}\x00\ud800\u202e =HYPERLINK("x")\r\nBcc: a'
    first, *rest = inputs.articles
    document = city_document(
        build_sheet(replace(inputs, articles=(replace(first, title=bad, excerpt=bad), *rest))), style
    )
    page = etree.fromstring(as_page(document, style, folders), etree.HTMLParser())
    assert "script" not in {each.tag for each in page.iter()}
    words = " ".join(each.text for each in docx.Document(BytesIO(as_word(document, style))).paragraphs)
    for text in (" ".join(page.itertext()), words, as_text(document).decode()):
        assert "<script>x</script>{{ 7*7 }}" in text
        assert "\u202e" not in text


def test_every_title_leads_to_its_article(sheet, style, folders):
    document, wanted = city_document(sheet, style), {issue.lead.url for issue in sheet.issues}
    page = etree.fromstring(as_page(document, style, folders), etree.HTMLParser())
    assert {each.get("href") for each in page.iter("a")} == wanted
    word = docx.Document(BytesIO(as_word(document, style)))
    assert {rel.target_ref for rel in word.part.rels.values() if rel.is_external} == wanted
    linked = {link.text for paragraph in word.paragraphs for link in paragraph.hyperlinks}
    assert linked == {issue.lead.title for issue in sheet.issues}


def test_it_is_written_from_the_kept_sheet(full, tmp_path):
    files = write_city(full.store, full.config, THURSDAY, folder=tmp_path / "city")
    assert {file.suffix for file in files.values()} == {".html", ".docx", ".txt", ".json"}
    first = {name: file.read_bytes() for name, file in files.items()}
    again = write_city(full.store, full.config, THURSDAY, folder=tmp_path / "city")
    assert {name: file.read_bytes() for name, file in again.items()} == first
    assert "có khoảng 03 tin, bài báo" in first["txt"].decode()
    assert write_city(full.store, full.config, date(2026, 9, 1), folder=tmp_path) is None


def test_its_json_has_the_keys_of_its_schema_and_statements_that_give_its_numbers(full, tmp_path):
    schema = json.loads((BUILTIN.parent / "docs" / "city.schema.json").read_text(encoding="utf-8"))
    made = write_city(full.store, full.config, THURSDAY, folder=tmp_path, formats=("json",), start=at(9, 8, 30))
    told = json.loads(made["json"].read_bytes())
    assert set(told) == set(schema["required"]) == set(schema["properties"])
    assert told["schema"] == schema["properties"]["schema"]["const"]
    assert set(told["issues"][0]) == set(schema["properties"]["issues"]["items"]["required"])
    (row,) = full.store.rows(statement(told["queries"]["counts.articles"]))
    assert next(iter(row.values())) == told["counts"]["articles"] == 2
