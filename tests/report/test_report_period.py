"""A week and a month: whole windows, counts that the store bears out, charts that carry their numbers."""

import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import docx
import msgspec
import pytest
from lxml import etree
from sqlalchemy import text

from config.loader import BUILTIN, load
from config.model import Period as Rules
from config.model import Settings
from report.forms.charts import Bar, across, upright
from report.forms.document import Document, Heading, Paragraph, Table, as_page, as_text, as_word
from report.kinds.period import before, period_window
from report.kinds.write_period import verify_period, write_period
from storage.issue_records import IssueRecord, Placement
from vietnamese.clock import LOCAL

FRIDAY = date(2026, 9, 11)


def local(*parts):
    return datetime(*parts, tzinfo=LOCAL)


def window(kind, day, **rules):
    settings = Settings(period=Rules(**rules))
    made = period_window(kind, day, settings)
    return made.start, made.end


def write(morning, kind="weekly", day=FRIDAY, formats=("json",), **options):
    folder = morning.reports / "period"
    made = write_period(
        morning.store, morning.config, kind, day, now=morning.now, folder=folder, formats=formats,
        name_of=morning.name_of, **options,
    )  # fmt: skip
    return {name: file.read_bytes() for name, file in made.files.items()}


def test_a_week_is_seven_days_and_a_month_a_month():
    assert window("weekly", FRIDAY) == (local(2026, 9, 4, 6), local(2026, 9, 11, 6))
    assert window("monthly", FRIDAY) == (local(2026, 9, 1), local(2026, 10, 1))
    assert window("monthly", date(2026, 12, 31)) == (local(2026, 12, 1), local(2027, 1, 1))


def test_the_office_names_its_own_ends():
    thursday = msgspec.convert("15:00:00", type=type(local(2026, 1, 1).time()))
    assert window("weekly", date(2026, 9, 10), week_ends_at=thursday) == (local(2026, 9, 3, 15), local(2026, 9, 10, 15))
    assert window("monthly", date(2026, 9, 25), month_ends_on=25) == (local(2026, 8, 26), local(2026, 9, 26))
    assert window("monthly", date(2026, 9, 26), month_ends_on=25) == (local(2026, 9, 26), local(2026, 10, 26))
    assert window("monthly", date(2026, 12, 26), month_ends_on=25) == (local(2026, 12, 26), local(2027, 1, 26))
    with pytest.raises(ValueError, match="month_ends_on"):
        window("monthly", FRIDAY, month_ends_on=31)


@pytest.mark.parametrize("kind", ["weekly", "monthly"])
@pytest.mark.parametrize("ends", [0, 25])
def test_periods_follow_each_other_without_gap(kind, ends):
    settings = Settings(period=Rules(month_ends_on=ends))
    for month in range(1, 13):
        here = period_window(kind, date(2026, month, 15), settings)
        assert before(kind, here, settings).end == here.start


def test_the_week_counts_what_the_store_holds(full):
    told = json.loads(write(full)["json"])
    assert told["counts"]["articles"] == 7
    assert told["counts"]["issues"] == 4
    assert told["counts"]["reprints"] == 1
    assert sum(told["days"].values()) == 7
    assert told["days"]["2026-09-09"] == 3
    assert told["outlets"][0] == {"id": "alpha", "name": "Báo alpha", "articles": 3}
    assert told["issues"][0]["id"] == "i1"
    assert told["nights"]["made"] == ["2026-09-10"]
    assert "2026-09-06" in told["nights"]["missing"]


def test_every_number_agrees_with_the_store_and_a_wrong_one_is_found(full):
    told = json.loads(write(full)["json"])
    assert verify_period(told, full.store) == []
    for change in (
        {"days": told["days"] | {"2026-09-09": 99}},
        {"counts": told["counts"] | {"articles": 99}},
        {"counts": told["counts"] | {"by_field": {"1": 99}}},
        {"previous": {"articles": 1, "issues": 0}},
        {"outlets": told["outlets"][1:]},
        {"issues": told["issues"][1:]},
        {"bodies": [row | {"issues": 99} for row in told["bodies"]]},
        {"nights": told["nights"] | {"missing": []}},
    ):
        assert verify_period(told | change, full.store), change
    with pytest.raises(ValueError, match="schema"):
        verify_period({"schema": "diembao/sheet/1"}, full.store)
    with pytest.raises(ValueError, match="whole"):
        verify_period({"schema": told["schema"], "kind": "weekly", "date": "2026-09-11"}, full.store)


def test_the_json_has_the_keys_of_its_schema(full):
    schema = json.loads((BUILTIN.parent / "docs" / "period.schema.json").read_text(encoding="utf-8"))
    told, parts = json.loads(write(full)["json"]), schema["properties"]
    assert set(told) == set(schema["required"]) == set(parts)
    for name in ("window", "counts", "previous", "nights"):
        assert set(told[name]) == set(parts[name]["required"]), name
    for name in ("outlets", "bodies", "issues"):
        assert all(set(row) == set(parts[name]["items"]["required"]) for row in told[name]), name
    assert parts["schema"]["const"] == told["schema"]


def test_every_number_has_its_statement(full):
    told = json.loads(write(full)["json"])
    assert {"counts.articles", "issues", "bodies", "outlets", "previous.articles", "days.2026-09-09"} <= set(
        told["queries"]
    )
    (row,) = full.store.rows(text(told["queries"]["days.2026-09-09"]))
    assert next(iter(row.values())) == 3


def test_a_week_that_is_over_stands_whatever_later_nights_do(full):
    first = write(full)["json"]
    full.now = local(2026, 9, 20, 9)
    full.add("found-late", local(2026, 9, 9, 8), issue="i9")
    record = IssueRecord(
        issue_id="i1", title="x", level=3, field_of=9, first_at=local(2026, 9, 9), last_at=local(2026, 9, 9)
    )
    full.sheet(FRIDAY)
    query = text("SELECT article_id FROM issue_articles WHERE issue_id = 'i2'")
    moved = [row["article_id"] for row in full.store.rows(query)]
    full.store.save_placements(
        [Placement(article_id=each, issue_id="i1", level=0, field_of=7, reprint_of=None, level_score=0.0,
                   level_reasons=()) for each in moved],
        [record],
    )  # fmt: skip
    assert write(full)["json"] == first
    assert verify_period(json.loads(first), full.store) == []
    again = json.loads(write(full, fresh=True)["json"])
    assert again["counts"]["articles"] == 8


def test_every_day_of_a_month_names_the_same_month(full):
    full.now = local(2026, 10, 2)
    one = write(full, "monthly", date(2026, 9, 1))["json"]
    assert write(full, "monthly", date(2026, 9, 30))["json"] == one
    told = json.loads(one)
    assert (told["date"], len(told["days"])) == ("2026-09-30", 30)
    assert verify_period(told, full.store) == []


def test_page_and_word_file_say_the_numbers_and_are_the_same_twice(full):
    made = write(full, formats=("html", "docx", "json", "pdf"))
    assert write(full, formats=("docx", "json")) == {name: made[name] for name in ("docx", "json")}
    assert made["pdf"].startswith(b"%PDF")
    assert b"/JavaScript" not in made["pdf"]
    page = etree.fromstring(made["html"], etree.HTMLParser())
    told = " ".join(page.itertext())
    for words in ("tuần phản ánh về thành phố Hải Phòng", "có 07 tin, bài", "Báo alpha", "42,9%", "9/9: 3"):
        assert words in told
    assert len(page.findall(".//svg")) == 4
    assert b"http-equiv" in made["html"]
    assert b"<script" not in made["html"]
    document = docx.Document(BytesIO(made["docx"]))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert "có 07 tin, bài" in words
    assert len(document.inline_shapes) == 4
    assert document.tables[1].rows[1].cells[1].text == "7"
    leads = {row["lead"]["url"] for row in json.loads(made["json"])["issues"]}
    assert {link.get("href") for link in page.iter("a")} == leads
    assert {rel.target_ref for rel in document.part.rels.values() if rel.is_external} == leads
    for words in ("Kính gửi:", "- Thường trực Thành ủy;", "văn bản là dự thảo cho đến khi"):
        assert words in told
        assert words in " ".join(paragraph.text for paragraph in document.paragraphs)
    assert "Thường trực" not in "".join(document.tables[0]._cells[0].text)
    cards = [table for table in page.iter("table") if "cards" in table.get("class", "")]
    assert {cell.get("data-label") for cell in cards[0].iter("td")} >= {"STT", "Vụ việc", "Mức độ"}


def test_what_is_to_come_is_not_missing(full):
    made = write(full, "monthly", formats=("html", "json"))
    nights = json.loads(made["json"])["nights"]
    assert max(nights["missing"]) == "2026-09-11"
    told = " ".join(etree.fromstring(made["html"], etree.HTMLParser()).itertext())
    assert "Kỳ báo cáo chưa kết thúc: số liệu tính đến 06:10, 11/9/2026." in told
    assert "12/9: 0" not in told
    assert "các ngày từ 02/9/2026 đến 09/9/2026" in told


def test_an_empty_week_says_so(morning):
    made = write(morning, formats=("html", "json"))
    assert "chưa ghi nhận tin, bài nào" in made["html"].decode()
    assert verify_period(json.loads(made["json"]), morning.store) == []


@pytest.mark.parametrize("draw", [across, upright])
def test_a_chart_gives_the_same_bytes_and_is_black_on_white(draw):
    bars = [Bar(label="Đất đai", value=12, shown="12"), Bar(label="Y tế $x$", value=5, shown="5")]
    chart = draw("fields", bars)
    again = draw("fields", bars)
    assert (again.png, again.svg) == (chart.png, chart.svg)
    assert chart.png.startswith(b"\x89PNG")
    root = etree.fromstring(chart.svg.encode())
    colours = set(re.findall(r"#[0-9a-f]{6}", chart.svg))
    assert colours <= {"#000000", "#ffffff"}
    assert not [each for each in root.iter() if str(each.tag).endswith(("script", "image", "foreignObject"))]
    assert b"202" not in chart.svg.encode()[:600]


def test_a_chart_without_bars_is_drawn():
    assert across("none", []).svg.startswith("<svg")


HOSTILE = ("<script>x</script><w:p/>", "{{ 7*7 }}", '=HYPERLINK("x")', "Tin\x00\x08 \ud800\uffff\u202e", "a" * 5000)


def test_an_office_that_marks_its_sheets_marks_weeks_and_months_too(style, folders):
    marked = msgspec.structs.replace(style, head=msgspec.structs.replace(style.head, marking="Lưu hành nội bộ"))
    document = Document(title="Báo cáo", subject=("a",), day=date(2026, 9, 14), blocks=(), made="Lập lúc")
    for words, wanted in ((style, False), (marked, True)):
        with zipfile.ZipFile(BytesIO(as_word(document, words))) as package:
            assert ("LƯU HÀNH NỘI BỘ" in package.read("word/document.xml").decode()) is wanted
        assert ("Lưu hành nội bộ" in as_page(document, words, folders).decode()) is wanted
    assert "Lưu hành nội bộ" not in as_page(replace(document, official=False), marked, folders).decode()


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(style, folders, words):
    document = Document(
        title="Báo cáo", subject=(words,), day=FRIDAY, made=words,
        blocks=(Heading(text=words), Paragraph(said=words), Table(head=(words,), rows=((words,),), widths_mm=(100,))),
    )  # fmt: skip
    with zipfile.ZipFile(BytesIO(as_word(document, style))) as package:
        for name in package.namelist():
            etree.fromstring(package.read(name))
    page = etree.fromstring(as_page(document, style, folders), etree.HTMLParser())
    assert not {"script"} & {each.tag for each in page.iter()}
    assert "49" not in as_text(document).decode()
    assert as_word(replace(document, official=False), style)


def test_the_settings_are_those_of_the_house():
    assert load().settings.period == Rules()
