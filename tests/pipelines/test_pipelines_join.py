"""An article on several pages becomes one; twins of a page have its key; print views and live blogs are read."""

from __future__ import annotations

import json

import pytest

from pipelines.files import page_of
from pipelines.join import joined, next_page
from pipelines.read import read_page
from storage.records import Page
from storage.urls import article_id

URL = "https://bao-thu.example/ky-su/con-duong-ven-de-dai-muoi-hai-cay-so-88123.html"
PARTS = [
    ["Con đường ven đê bắt đầu từ bến phà cũ, đi qua ba làng chài và hai xưởng đóng thuyền gỗ.",
     "Người già trong làng kể rằng ngày trước đê chỉ cao ngang ngực, mỗi mùa nước lớn cả làng thức trắng đêm.",
     "Đến năm ấy, đê được đắp cao thêm hai mét và mặt đường rải đá, xe thồ đi được quanh năm."],
    ["Xưởng đóng thuyền đầu tiên nằm ngay dưới chân đê, mùi nhựa thông bay ra tận mặt đường.",
     "Ông chủ xưởng nói gỗ tốt bây giờ phải chở từ xa về, giá gấp ba so với mười năm trước.",
     "Thợ trẻ bỏ nghề nhiều, xưởng chỉ còn bốn người thay nhau giữ lửa cho những đơn hàng cuối năm."],
]  # fmt: skip


def page(url: str, paragraphs: list[str], *, head: str = "", foot: str = "") -> Page:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    markup = (
        f'<html><head><meta charset="utf-8"><title>Con đường ven đê dài mười hai cây số</title>{head}</head><body>'
        "<h1>Con đường ven đê dài mười hai cây số</h1><div class='date'>09:10 12/03/2014</div>"
        f'<div class="content">{body}</div>{foot}</body></html>'
    )
    return page_of(markup.encode(), url=url, outlet_id=None)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ('<link rel="next" href="?page=2">', URL + "?page=2"),
        ('<a rel="next" href="/ky-su/con-duong-ven-de-dai-muoi-hai-cay-so-88123-p2.html">Sau</a>',
         "https://bao-thu.example/ky-su/con-duong-ven-de-dai-muoi-hai-cay-so-88123-p2.html"),
        ('<a href="?p=2">2</a><a href="?p=3">3</a>', URL + "?p=2"),
        ('<link rel="next" href="/ky-su/bai-khac-99.html">', None),
        ('<a href="https://khac.example/x?page=2">2</a>', None),
        ('<a href="http://[">2</a>', None),
        ("", None),
    ],
)  # fmt: skip
def test_next_page(link: str, leads_to: str | None) -> None:
    assert next_page(page(URL, PARTS[0], foot=link)) == leads_to


def test_pages_are_joined_in_order_and_repeats_left_out() -> None:
    readings = [read_page(page(URL + f"?page={n}", part), outlet=None) for n, part in enumerate(PARTS, 1)]
    whole = joined([readings[0], readings[0], readings[1]])
    assert list(whole.paragraphs) == [*PARTS[0], *PARTS[1]]
    assert whole.published_at == readings[0].published_at
    with pytest.raises(ValueError, match="no page"):
        joined([])


def test_amp_mobile_and_print_twins_have_the_key_of_the_page_they_name() -> None:
    canonical = f'<link rel="canonical" href="{URL}">'
    twins = ["https://bao-thu.example/amp/con-duong-88123.html", "https://m.bao-thu.example/con-duong-88123.html",
             "https://bao-thu.example/print/88123"]  # fmt: skip
    keys = {
        article_id(read_page(page(url, PARTS[0], head=canonical), outlet=None).canonical_url or "")
        for url in [URL, *twins]
    }
    assert len(keys) == 1


def test_a_live_blog_keeps_its_entries_and_their_clock() -> None:
    entries = "".join(
        f'<div class="live-item"><span class="live-time">{hour}:30</span><p>{text}</p></div>'
        for hour, text in enumerate(PARTS[0] + PARTS[1], 8)
    )
    story = {"@type": "LiveBlogPosting", "datePublished": "2014-03-12T09:10:00+07:00"}
    head = f'<script type="application/ld+json">{json.dumps(story)}</script>'
    live = page(URL, [], head=head, foot=f'<div class="live-content">{entries}</div>')
    found = read_page(live, outlet=None)
    assert found.fate is None
    assert [text for text in found.paragraphs if len(text) > 20] == PARTS[0] + PARTS[1]
    assert found.published_at is not None
    assert found.published_at.isoformat().startswith("2014-03-12T09:10")
