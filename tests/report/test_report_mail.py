"""The sheet as an e-mail: two whole parts, the same bytes each time, and nothing from outside in its head."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree

from report.forms.as_mail import SHOWN_A_FIELD, alternative
from report.forms.formats import render
from report.inputs import Office
from report.sheet import build_sheet

HOSTILE = {
    "header": "Tin\r\nBcc: all@evil.example\r\n\r\n<b>x</b>",
    "markup": "<script>alert(1)</script></td><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }} {% for a in b %}",
    "encoded word": "=?utf-8?B?PGI+?= \nX: y",
    "boundary": "--=_00000000\r\nContent-Type: text/html\r\n\r\n<b>",
    "controls": "Tin\x00 nóng \ud800 \u202e\uffff",
    "endless": "a" * 5000,
}


def read(content):
    return message_from_bytes(content, policy=default)


def parts(content):
    message = read(content)
    return [(part.get_content_type(), part.get_content()) for part in message.iter_parts()]


@pytest.fixture(scope="module")
def mail(sheet, style, folders):
    return render("eml", sheet, style, folders)


def test_it_has_a_text_and_a_page_that_say_the_same(mail):
    (kind, text), (rich, page) = parts(mail)
    assert (kind, rich) == ("text/plain", "text/html")
    for words in ("12 tin, bài", "Cháy kho hàng ở phường An Biên", "theo Báo Sông Cấm", "2/4 nguồn đủ tin"):
        assert (words in text) == (words in page)
    assert "Cháy kho hàng ở phường An Biên, khói bao trùm khu dân cư" in text
    assert "Mức 3 – Khẩn" in text
    assert "Mức 3 – Khẩn" in page


def test_its_head_says_the_day_and_the_moment_it_was_made(mail, sheet):
    message = read(mail)
    assert message["Subject"] == "Điểm báo ngày 10/9/2026: 12 tin, bài; 02 vụ việc cần phản hồi"
    assert parsedate_to_datetime(message["Date"]) == sheet.inputs.generated_at
    assert not {"From", "To", "Cc", "Bcc"} & set(message.keys())


def test_the_same_sheet_gives_the_same_bytes(mail, sheet, style, folders):
    assert render("eml", sheet, style, folders) == mail


def test_lines_are_those_of_mail(mail):
    lines = mail.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) < 998


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_article_stays_text(inputs, style, folders, text):
    first, *rest = inputs.articles
    articles = (replace(first, title=text, excerpt=text, url=text), *rest)
    outlets = inputs.outlets | {first.outlet_id: replace(inputs.outlets[first.outlet_id], name=text)}
    office = Office(body_id="n1", name=text, ids=frozenset({"n1"}))
    sheet = build_sheet(replace(inputs, articles=articles, outlets=outlets, office=office))
    made = render("eml", sheet, style, folders)
    message = read(made)
    assert set(message.keys()) == {
        "Subject", "Date", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [kind for kind, _ in parts(made)] == ["text/plain", "text/html"]
    page = etree.fromstring(parts(made)[1][1], etree.HTMLParser())
    assert not {"script", "img", "iframe", "object", "form"} & {each.tag for each in page.iter()}
    assert all(link.startswith("https://") for link in page.xpath("//@href"))
    assert "49" not in message["Subject"]


def test_a_title_with_line_breaks_makes_no_header(sheet):
    message = alternative("Tin\r\nBcc: a@evil.example", "x", None, made_at=sheet.inputs.generated_at)
    assert message["Bcc"] is None
    assert message["Subject"] == "Tin Bcc: a@evil.example"


def test_a_long_field_is_cut_and_says_so(inputs, style, folders):
    last = inputs.articles[-1]
    many = SHOWN_A_FIELD + 5
    articles = tuple(replace(last, article_id=f"x{n}", issue_id=f"x{n}", reprint_of=None) for n in range(many))
    issues = {f"x{n}": replace(inputs.issues["i3"], issue_id=f"x{n}") for n in range(many)}
    scores = {f"x{n}": inputs.scores["i3"] for n in range(many)}
    sheet = build_sheet(replace(inputs, articles=articles, issues=issues, scores=scores))
    text = parts(render("eml", sheet, style, folders))[0][1]
    assert text.count("\n- “") == SHOWN_A_FIELD
    assert "và 05 vụ việc khác" in text


def test_a_failed_crawl_says_so_first(inputs, style, folders):
    broken = tuple(replace(state, state="broken") for state in inputs.health)
    made = render("eml", build_sheet(replace(inputs, articles=(), health=broken)), style, folders)
    assert read(made)["Subject"] == "Điểm báo ngày 10/9/2026: đợt thu thập tin thất bại"
    assert "Đợt thu thập tin thất bại" in parts(made)[0][1]


def test_no_excerpt_is_longer_than_the_sheets(inputs, style, folders):
    words = [f"chữ{n}" for n in range(60)]
    first, *rest = inputs.articles
    sheet = build_sheet(replace(inputs, articles=(replace(first, excerpt=" ".join(words)), *rest)))
    for _, text in parts(render("eml", sheet, style, folders)):
        assert text.count("chữ59") == 1
        assert text.count("chữ0 ") == 1
