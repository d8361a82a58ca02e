"""What a page calls itself decides between an article without text, one in another language, and a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.loader import load
from pipelines.analyse import analyse
from pipelines.files import page_of
from pipelines.read import press_names, read_page
from storage.records import FateWord, Teaser

TITLE = "Toàn cảnh bến phà nhìn từ trên cao buổi sớm"
ADDRESS = "https://bao-thu.example/video/toan-canh-ben-pha-nhin-tu-tren-cao-900011.html"
ENGLISH = "<p>The ferry will run every forty minutes from the first weekend of October, the operator said.</p>" * 4


def page(body: str, *, url: str = ADDRESS, kind: str = "article", title: str = TITLE):
    markup = (
        f'<html><head><meta charset="utf-8"><title>{title}</title><meta property="og:type" content="{kind}"></head>'
        f"<body><h1>{title}</h1>{body}<footer>Liên hệ</footer></body></html>"
    )
    return page_of(markup.encode(), url=url, outlet_id=None)


@pytest.mark.parametrize(
    ("given", "fate"),
    [
        (page('<div class="video-player"></div>'), FateWord.NO_TEXT),
        (page(ENGLISH, title="Harbour ferry to run every forty minutes from October"), FateWord.OFF_LANGUAGE),
        (page('<div class="list"></div>', kind="website"), FateWord.NOT_ARTICLE),
        (page("", url="https://bao-thu.example/thoi-su", title="Thời sự"), FateWord.NOT_ARTICLE),
        (page("", url="https://bao-thu.example/tag/ben-pha", title="Tin tức về bến phà"), FateWord.NOT_ARTICLE),
    ],
    ids=["video", "english", "website", "section", "tag"],
)
def test_fates(given, fate: FateWord) -> None:
    assert read_page(given, outlet=None).fate is fate


def test_a_page_without_text_keeps_no_teaser() -> None:
    teaser = Teaser(title=TITLE, sapo="Những khuôn hình.", published_at=datetime(2026, 9, 9, tzinfo=UTC))
    outlet = load().outlets["vnexpress"]
    assert analyse(page(""), outlet=outlet, teaser=teaser).article is None


def test_a_source_beside_the_body_is_credited() -> None:
    text = "<p>Phà Bến Thử chạy lại từ sáng nay sau hai tuần sửa bến, ban quản lý cho biết trong thông báo.</p>" * 5
    markup = f'<div class="bai"><div class="noidung">{text}</div><div class="nguontin">Theo Báo Việt Thử</div></div>'
    press = press_names(load().outlets.values())
    assert read_page(page(markup), outlet=None, press=press).credited_outlet == "Báo Việt Thử"


def test_a_canonical_link_that_is_no_address_is_passed_over() -> None:
    text = "<p>Phà Bến Thử chạy lại từ sáng nay sau hai tuần sửa bến, ban quản lý cho biết trong thông báo.</p>" * 5
    broken = page(f'<link rel="canonical" href="http://[">{text}')
    assert read_page(broken, outlet=None).canonical_url == ADDRESS
