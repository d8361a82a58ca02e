"""The page: what it says, what it is made of, and what a hostile article cannot do to it."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from report.forms.as_html import as_html
from report.forms.printed import printable, quoted_title, safe_link
from report.inputs import Body, Edits, IssueEdit, Office
from report.sheet import build_sheet

INLINE = {"a", "b", "bdi", "i", "em", "span", "strong", "time"}
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Tags, links and text of a page; fails on tags that do not nest."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.texts, self.open = [], [], [], []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in INLINE:
            self.texts.append(" ")
        assert not [name for name, _ in attrs if name.startswith("on")], f"an event handler on {tag}"
        if tag == "a":
            self.links.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


@pytest.fixture
def render(style, folders):
    return lambda sheet: as_html(sheet, style, folders).decode()


@pytest.fixture
def page(render, sheet):
    return Page(render(sheet))


def with_article(inputs, **changes):
    """The morning with its first article changed."""
    first, *others = inputs.articles
    return build_sheet(replace(inputs, articles=(replace(first, **changes), *others)))


def test_the_overview_tells_the_totals_in_words(page):
    assert (
        "Từ 06 giờ 00 ngày 09/9/2026 đến 06 giờ 00 ngày 10/9/2026, có 12 tin, bài của 04 báo, trang tin phản ánh về "
        "thành phố Hải Phòng, thuộc 06 vụ việc; 02 vụ việc được gợi ý cần phản hồi, trong đó 01 vụ việc khẩn. "
        "Trong số này có 03 tin, bài đăng lại của báo khác và 01 tin, bài đến muộn."
    ) in page.text


def test_the_health_line_names_the_outlet_and_the_reason(page):
    line = "3/4 nguồn đủ tin; Góp Tin: nguồn cấp lỗi (timeout), lần cuối trả lời 05:30, 09/9/2026."
    assert f"Tình trạng nguồn tin: {line}" in page.text


def test_the_health_line_says_since_when_an_outlet_that_answers_has_given_nothing(inputs, state, render):
    silent = state(
        id="gop-tin", name="Góp Tin", state="silent", reason_vi="0 tin từ 14:00 09/9 (bộ chọn không khớp 6 lần)"
    )
    page = Page(render(build_sheet(replace(inputs, health=(*inputs.health[:3], silent)))))
    line = "3/4 nguồn đủ tin; Góp Tin: 0 tin từ 14:00 09/9 (bộ chọn không khớp 6 lần)."
    assert f"Tình trạng nguồn tin: {line} Có 4/4 nguồn trả lời." in page.text


def test_the_totals_stand_against_yesterday_and_the_mean(page):
    assert "Tin, bài 12 10 (+2) 9,5 (+2,5)" in page.text
    assert "trung bình tính trên 02 bản tin của 7 ngày trước" in page.text


def test_all_sections_and_annexes_are_there_in_order(page):
    heads = [
        "I. Tổng quan", "II. Thông tin cần lưu ý, cần phản hồi nhanh", "III. Thông tin theo lĩnh vực",
        "IV. Thông tin theo cơ quan, địa phương", "V. Theo dõi xử lý, phản hồi",
        "VI. Dự báo và đề xuất, kiến nghị", "Phụ lục I Danh mục tin, bài", "Phụ lục II Tình trạng nguồn tin",
    ]  # fmt: skip
    places = [page.text.find(f" {head} ") for head in heads]
    assert min(places) > 0
    assert places == sorted(places)


def test_a_claim_stays_the_papers_with_its_title_quoted_exactly(page):
    assert (
        "“Cháy kho hàng ở phường An Biên, khói bao trùm khu dân cư”, theo Báo Sông Cấm, báo Ban Mai và 02 báo, trang "
        "tin khác phản ánh (4 bài / 4 báo, 2 tự viết); mức 3 – khẩn."
    ) in page.text
    assert "theo tạp chí Hải Cảng Xưa và Nay phản ánh (1 bài / 1 báo)" in page.text
    assert "theo báo Ban Mai và trang Góp Tin phản ánh (2 bài / 2 báo, 1 tự viết)" in page.text


def test_section_two_has_eight_columns_and_leaves_two_to_the_analyst(render, sheet):
    table = re.search(r'<table class="cards attention">.*?</table>', render(sheet), re.DOTALL).group()
    assert table.count("<th ") == 8
    assert table.count("<tr>") == 1 + 2
    assert table.count('class="hand"></td>') == 2 * 2


def test_section_two_names_the_bodies_that_matter_and_counts_the_rest(render, inputs):
    extra = {f"x{n}": Body(body_id=f"x{n}", name=f"Xã {n:02d}", kind="unit") for n in range(9)}
    first, *others = inputs.articles
    crowded = replace(first, bodies=(*extra, "n1"), head_bodies=("n1", "x8"))
    sheet = build_sheet(replace(inputs, articles=(crowded, *others), bodies={**inputs.bodies, **extra}))
    text = Page(render(sheet)).text
    assert "Phường An Biên; Xã 00; Xã 01; Xã 02; Xã 03; Xã 08; và 04 cơ quan, địa phương khác" in text


def test_the_weightiest_article_speaks_for_its_issue(render, inputs):
    first, second, *others = inputs.articles
    sheet = build_sheet(replace(inputs, articles=(replace(first, level=1), second, *others)))
    assert (
        "“Hải Phòng: cháy lớn tại kho hàng, không có thương vong” (4 bài / 4 báo, 2 tự viết)"
        in Page(render(sheet)).text
    )


def test_no_more_rows_than_the_settings_allow_and_the_rest_is_counted(render, inputs):
    page = Page(render(build_sheet(replace(inputs, top=1))))
    assert "Còn 01 vụ việc khác ở mức 2, 3; xem mục III." in page.text


def test_late_reprinted_undated_and_teaser_articles_are_marked(page):
    assert "Bài số 9 về vụ việc i4 Ban Mai 01:00, 09/9/2026 Giáo dục – 0 đến muộn" in page.text
    assert "không rõ giờ đăng, chỉ có tóm tắt" in page.text
    assert page.text.count("đăng lại") >= 3


def test_links_say_nothing_of_us_and_nothing_comes_from_outside(render, sheet):
    html = render(sheet)
    page = Page(html)
    assert page.links
    assert all(link["rel"] == "noreferrer noopener" and link["href"].startswith("https://") for link in page.links)
    assert not {"script", "img", "iframe", "link", "object", "form", "svg"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_the_same_sheet_gives_the_same_bytes(render, sheet, inputs):
    assert render(sheet) == render(build_sheet(inputs))


def test_an_empty_day_says_so(render, inputs):
    page = Page(render(build_sheet(replace(inputs, articles=(), health=inputs.health[:3]))))
    assert "không có tin, bài nào phản ánh về thành phố Hải Phòng được ghi nhận" in page.text
    assert "3/3 nguồn đủ tin." in page.text
    assert "thất bại" not in page.text


def test_a_failed_crawl_says_that_and_never_looks_like_a_quiet_day(render, inputs, state):
    lost = tuple(
        state(id=name, name=f"Báo {name}", state="broken", reason_vi="không kết nối được", last_success_at=None)
        for name in "AB"
    )
    page = Page(render(build_sheet(replace(inputs, articles=(), health=lost))))
    assert "Đợt thu thập tin thất bại: không lấy được tin từ nguồn nào trong 2 nguồn." in page.text
    assert "không được hiểu là ngày không có tin" in page.text
    assert "0/2 nguồn đủ tin" in page.text
    assert "Báo A, Báo B: không kết nối được" in page.text
    assert "Không có tin, bài" not in page.text
    assert "Không có." not in page.text


def test_articles_that_no_issue_holds_are_told_and_no_quiet_is_claimed(render, inputs):
    """The grouping stage failed: the articles are still there, and section II does not say «none»."""
    lost = tuple(replace(article, issue_id=None) for article in inputs.articles)
    page = Page(render(build_sheet(replace(inputs, articles=lost))))
    assert "chưa xác định được vụ việc cần phản hồi, vì 12 tin, bài chưa được xếp vào vụ việc" in page.text
    assert "Chưa xác định được, do 12 tin, bài chưa được xếp vào vụ việc (xem mục III)." in page.text
    assert "“Sở Y tế khai trương trạm cấp cứu vệ tinh”, theo Báo Sông Cấm phản ánh." in page.text
    assert "Không có." not in page.text


def test_a_sheet_after_days_off_says_how_many_days_it_holds(render, inputs):
    long = replace(inputs.window, start=inputs.window.start - timedelta(days=2))
    assert (
        "Kỳ báo cáo gồm 03 ngày, trong đó có ngày nghỉ." in Page(render(build_sheet(replace(inputs, window=long)))).text
    )


def test_the_analysts_words_stand_in_the_page(render, inputs):
    edits = Edits(
        issues={"i1": IssueEdit(proposal="Giao phường kiểm tra", deadline="12/9/2026", summary="Tóm tắt đã sửa.")},
        forecast="Dự báo một.\nDự báo hai.",
        recommendations="Kiến nghị.",
    )
    text = Page(render(build_sheet(replace(inputs, edits=edits)))).text
    assert "Tóm tắt đã sửa." in text
    assert "Giao phường kiểm tra 12/9/2026" in text
    assert "Dự báo một. Dự báo hai. Kiến nghị." in text
    assert "Chuyên viên tổng hợp ghi" not in text


def test_the_sheet_of_one_office_names_it(render, inputs):
    office = Office(body_id="a-so-yt", name="Sở Y tế", ids=frozenset({"a-so-yt"}))
    assert "liên quan đến Sở Y tế" in Page(render(build_sheet(replace(inputs, office=office)))).text


def test_reasons_are_few_and_without_the_words_they_rest_on(render, inputs):
    reasons = ("cháy: «bốc cháy»", "nhiều người: «83 người»", "bị thương: «nhập viện»", "nêu tên: «Sở Y tế»")
    issues = {**inputs.issues, "i1": replace(inputs.issues["i1"], reasons=reasons)}
    text = Page(render(build_sheet(replace(inputs, issues=issues)))).text
    assert "3 – Khẩn cháy; nhiều người; bị thương" in text
    assert "«bốc cháy»" not in text


def test_annex_one_names_three_offices_an_article_those_of_its_title_first(render, inputs):
    bodies = {f"b{n}": Body(body_id=f"b{n}", name=f"Phường {n}", kind="unit") for n in range(6)}
    first = replace(inputs.articles[0], bodies=tuple(bodies), head_bodies=("b5",))
    sheet = build_sheet(replace(inputs, articles=(first,), bodies=bodies))
    assert "Phường 0; Phường 1; Phường 5; và 03 cơ quan, địa phương khác" in Page(render(sheet)).text


def test_the_form_for_paper_says_the_same_in_four_columns(sheet, style, folders, page):
    paper = Page(as_html(sheet, style, folders, paper=True).decode())
    assert {link["href"] for link in paper.links} == {link["href"] for link in page.links}
    assert "Bài số 9 về vụ việc i4 Ban Mai; 01:00, 09/9/2026 Giáo dục; mức 0; đến muộn" in paper.text


HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)><b>đậm</b></td></table>",
    "attribute": '" onmouseover="alert(1)" x="',
    "template": "{{ 7*7 }} {% for a in b %} {# c #} ${x} {{ config.items() }}",
    "entities": "&lt;script&gt; &amp; &#60;",
    "formula": '=HYPERLINK("https://evil.example","bấm")',
    "controls": "Tin\x00 nóng\x08\x1b[31m\x7f\x85 hôm nay\ud800",
    "direction": "\u202eđảo ngược\u202c \u2066cô lập \u200f\u061c",
    "lines": "dòng một\r\ndòng hai\u2028dòng ba\x0bdòng bốn",
    "comment": "<!-- --> <![CDATA[ ]]> </style></title></main>",
    "endless": "dài " * 1250,
    "one endless word": "a" * 5000,
    "empty": "",
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_article_harms_nothing(render, inputs, page, hostile):
    sheet = with_article(inputs, title=hostile, excerpt=hostile)
    attacked = Page(render(sheet))
    assert attacked.tags == page.tags, "the page has other elements than with a harmless title"
    shown = " ".join(printable(hostile).split())[:200].rstrip()
    assert shown in attacked.text
    assert "49" not in attacked.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\u202etxt", "http://[::1", "//x", ""]
)
def test_what_is_no_web_address_is_not_linked(render, inputs, page, url):
    attacked = Page(render(with_article(inputs, url=url)))
    assert safe_link(url) is None
    assert len(attacked.links) < len(page.links)
    assert url not in [link["href"] for link in attacked.links]


def test_a_quote_in_an_address_stays_inside_the_address(render, inputs):
    url = 'https://a.example/"onclick="alert(1)'
    assert url in [link["href"] for link in Page(render(with_article(inputs, url=url))).links]


def test_hostile_names_and_reasons_of_outlets_are_escaped(render, inputs, state):
    evil = state(id="x", name="<script>A</script>", state="broken", reason_vi="<img src=x onerror=y>")
    page = Page(render(build_sheet(replace(inputs, health=(*inputs.health, evil)))))
    assert "script" not in page.tags
    assert "<img src=x onerror=y>" in page.text


def test_an_ordinary_title_is_printed_exactly_and_an_endless_one_is_cut():
    title = "“Hòa”, hoà & <i>: 5 > 3?"
    assert quoted_title(title) == title
    assert len(quoted_title("dài " * 1250)) <= 304
    assert quoted_title("dài " * 1250).endswith("[…]")
