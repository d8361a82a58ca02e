"""Listing pages: shapes of article addresses, titles, where the list goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Outlet
from spiders.article_link import likeness
from spiders.read_section import SectionPage, parse_section, read_section
from spiders.read_sitemap import parse_sitemap

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
URL = "https://bao.vn/xa-hoi.htm"
OUTLET = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", sections=(URL,))
HEADLINE = "Hải Phòng khởi công cầu mới qua sông Cấm"


def read(html: str, url: str = URL, page: int = 1) -> SectionPage:
    return read_section(html.encode(), url=url, outlet=OUTLET, content_type="text/html; charset=utf-8", page=page)


@pytest.mark.parametrize(
    "path",
    [
        "/xa-hoi/khoi-cong-cau-moi-post123.html",
        "/khoi-cong-cau-moi-20260307080054340.htm",
        "/khoi-cong-cau-moi-188260307.chn",
        "/xa-hoi/khoi-cong-cau-moi-1473822.ldo",
        "/khoi-cong-cau-moi-d538952.html",
        "/tin-tuc/khoi-cong-cau-moi-812345.html",
        "/khoi-cong-cau-moi-c46a1543210.html",
        "/tin/xa-hoi/20260322/khoi-cong-cau-moi/723848.html",
        "/news/thoi-su/4711/khoi-cong-cau-moi.aspx",
        "/xa-hoi/2012/12/khoi-cong-cau/",
        "/khoi-cong-cau-moi_123456.html",
        "/khoi-cong-cau-moi-814567.vov",
        "/20121226051446379p0c1019/khoi-cong-cau-moi.htm",
    ],
)
def test_addresses_of_articles(path: str) -> None:
    assert likeness(f"https://bao.vn{path}", HEADLINE) == "numbered"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://bao.vn/", "Trang chủ"),
        ("https://bao.vn/xa-hoi.htm", "Xã hội"),
        ("https://bao.vn/doi-thoai-va-giai-phap.htm", "Đối thoại"),
        ("https://bao.vn/tai-chinh-d6/", "Tài chính"),
        ("https://bao.vn/tai-chinh-d6/p2", "2"),
        ("https://bao.vn/kinh-doanh/trang-2.htm", "2"),
        ("https://bao.vn/tin-moi-nhat/page-10907.htm", "Trang cuối"),
        ("https://bao.vn/event/asian-cup-2026-83721.htm", "Asian Cup 2026"),
        ("https://bao.vn/dai-hoi-dang-toan-quoc-lan-thu-14-e2029.htm", "Đại hội Đảng toàn quốc lần thứ XIV"),
        ("https://bao.vn/gia-xang-dau-tag5537394984591514120.html", "Giá xăng dầu"),
        ("https://bao.vn/tacgia-185/12-27-2012-120000.chn", "Bút danh"),
        ("https://bao.vn/video/ha-noi-mua-lon-187975.htm", "Hà Nội mưa lớn"),
        ("https://bao.vn/nhin-lai-the-gioi-nam-2026.htm", "Năm 2026"),
        ("https://raovat.bao.vn/ban-nha-mat-tien-166537.html", "Bán nhà mặt tiền"),
        ("https://bao.vn/chinh-sach-bao-mat-20190514153010649.htm", "Chính sách bảo mật dữ liệu cá nhân"),
    ],
)
def test_addresses_of_lists_and_other_pages(url: str, text: str) -> None:
    assert likeness(url, text) == "no"


def test_a_site_without_numbers_is_read_by_its_slugs_outside_of_menus() -> None:
    found = read(
        f"<nav><a href='/thong-bao-moi-thau-du-an-nha-o-xa-hoi'>Thông báo mời thầu dự án nhà ở</a></nav><main>"
        f"<a href='/khoi-cong-cau-moi-qua-song-cam'>{HEADLINE}</a><a href='/xa-hoi'>Xã hội</a></main>"
    )
    assert [(each.url, each.title) for each in found.links] == [
        ("https://bao.vn/khoi-cong-cau-moi-qua-song-cam", HEADLINE)
    ]


def test_a_site_with_numbers_is_read_by_them_alone() -> None:
    numbered = "".join(f"<a href='/mot-tin-moi-10000{n}.html'>{HEADLINE} {n}</a>" for n in range(3))
    topic = "<a href='/cuoc-chien-quyen-loi-giua-hai-ben'>Cuộc chiến quyền lợi giữa hai bên</a>"
    assert [each.url[-11:] for each in read(numbered + topic).links] == [f"10000{n}.html" for n in range(3)]


def test_the_headline_is_taken_among_picture_heading_and_sapo() -> None:
    [one] = read(
        "<a href='/tin-moi-100001.html#binh-luan'><img alt='ảnh minh họa của phóng viên'></a>"
        "<p><a href='/tin-moi-100001.html'>(Bao) - Sáng nay, thành phố khởi công một cây cầu dài và đẹp</a></p>"
        f"<h3><a href='/tin-moi-100001.html'>  {HEADLINE}\n</a></h3>"
    ).links
    assert (one.url, one.title) == ("https://bao.vn/tin-moi-100001.html", HEADLINE)


def test_other_outlets_are_left_out_and_subdomains_kept() -> None:
    found = read(
        f"<a href='https://khac.vn/tin-moi-100001.html'>{HEADLINE}</a>"
        f"<a href='//du-lich.bao.vn/tin-moi-100002.html'>{HEADLINE}</a><a href='javascript:void(0)'>x</a>"
    )
    assert [each.url for each in found.links] == ["https://du-lich.bao.vn/tin-moi-100002.html"]
    assert found.others == 1


@pytest.mark.parametrize(
    ("html", "url", "page", "expected"),
    [
        ("<link rel='next' href='/xa-hoi/trang-2.htm'>", URL, 1, "https://bao.vn/xa-hoi/trang-2.htm"),
        ("<a href='/xa-hoi/trang-2.htm'>2</a><a href='/xa-hoi/trang-3.htm'>3</a>", URL, 1, "/xa-hoi/trang-2.htm"),
        ("<a href='/xa-hoi/trang-2.htm'>2</a><a href='/xa-hoi/trang-3.htm'>3</a>", URL, 2, "/xa-hoi/trang-3.htm"),
        ("<a href='/the-thao/trang-2.htm'>2</a>", URL, 1, None),
        ("<a href='/xa-hoi-page1'>Trang sau</a>", "https://bao.vn/xa-hoi", 1, "/xa-hoi-page1"),
        ("<a href='/xa-hoi.htm?page=2'>»</a>", URL, 1, "/xa-hoi.htm?page=2"),
        ("<a href='https://khac.vn/xa-hoi/trang-2.htm'>2</a>", URL, 1, None),
        ("<a href='/xa-hoi.htm'>1</a>", URL, 1, None),
    ],
)
def test_where_the_list_goes_on(html: str, url: str, page: int, expected: str | None) -> None:
    found = read(html, url, page).next_page
    assert found == (expected if expected is None or "//" in expected else f"https://bao.vn{expected}")


def test_as_a_feed() -> None:
    body = "".join(f"<h3><a href='/mot-tin-moi-10000{n}.html'>{HEADLINE} {n}</a></h3>" for n in range(3)).encode()
    found = parse_section(body, feed_url=URL, now=NOW, outlet=OUTLET)
    assert [item.via for item in found.items] == ["section"] * 3
    assert {item.via_url for item in found.items} == {URL}
    assert found.items[0].teaser is not None
    assert found.items[0].teaser.title == f"{HEADLINE} 0"
    empty = parse_section(b"<p>Xin loi</p>", feed_url=URL, now=NOW, outlet=OUTLET)
    assert (empty.error, empty.items) == ("not-a-feed", ())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda t: f"<a href='{t}'>{t}</a>".encode()))
def test_never_raises(body: bytes) -> None:
    parse_section(body, feed_url=URL, now=NOW, outlet=OUTLET)


def test_a_plain_sitemap_leaves_its_lists_out_where_articles_are_numbered() -> None:
    paths = ["xa-hoi", "tag/cau-binh", *(f"mot-tin-moi-10000{n}.html" for n in range(3))]
    rows = "".join(
        f"<url><loc>https://bao.vn/{path}</loc><lastmod>2026-09-09T20:00:00+07:00</lastmod></url>" for path in paths
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()
    found = parse_sitemap(body, feed_url="https://bao.vn/sitemap.xml", now=NOW, outlet=OUTLET)
    assert [item.url[-11:] for item in found.items] == [f"10000{n}.html" for n in range(3)]
    assert found.skipped == 2
    few = body.replace(b"mot-tin-moi-100000.html", b"mot-tin-moi")
    assert len(parse_sitemap(few, feed_url="https://bao.vn/sitemap.xml", now=NOW, outlet=OUTLET).items) == 5
