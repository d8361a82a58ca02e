"""Whose clock wins: the page's machine-readable date, or the one its readers see."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.files import page_of
from pipelines.read import read_page
from pipelines.times import date_only
from vietnamese.clock import LOCAL

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=LOCAL)
URL = "https://bao.example/pha-con-say-chay-them-hai-chuyen-toi-12345.html"
TITLE = "Phà Cồn Sậy chạy thêm hai chuyến tối mỗi ngày"
TEXT = "Từ đầu tuần tới, bến phà mở cửa đến hai mươi hai giờ để công nhân ở bờ bên kia sông về nhà an toàn. " * 3


def published(
    *, machine: str = "", shown: str = "", aside: str = "", ld: str = ""
) -> tuple[str | None, str | None, str | None]:
    head = f'<meta property="article:published_time" content="{machine}">' if machine else ""
    head += f'<script type="application/ld+json">{ld}</script>' if ld else ""
    visible = f'<div class="date">{shown}</div>' if shown else ""
    side = (
        f'<div class="box"><a href="/x">Một đầu đề khác hẳn về con đường ven sông</a> <span>{aside}</span></div>'
        if aside
        else ""
    )
    markup = (
        f"<html><head><meta charset='utf-8'><title>{TITLE}</title>{head}</head><body><div class='main'><h1>{TITLE}</h1>"
        f"{visible}<div class='content'><p>{TEXT}</p><p>{TEXT} Hết.</p></div>{side}</div></body></html>"
    )
    found = read_page(page_of(markup.encode(), url=URL, outlet_id=None, fetched_at=NOW), outlet=None)
    at = found.published_at.strftime("%d/%m %H:%M") if found.published_at else None
    return at, found.published_from, found.published_precision


@pytest.mark.parametrize(
    ("machine", "shown", "wanted"),
    [
        ("2026-03-07T08:52:11+07:00", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:11+00:00", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:11+08:00", "07/03/2026 08:52", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T01:52:11Z", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:11.000 +07:00", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:11&amp;#x2B;07:00", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07 08:52", "", ("07/03 08:52", "meta", "minute")),
        ("2026-03-06T19:30:00+07:00", "Thứ Bảy, 07/03/2026, 08:52 (GMT+7)", ("07/03 08:52", "visible", "minute")),
        ("2026-03-07T08:52:00+07:00", "Cập nhật: 07/03/2026 10:15", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:00+07:00", "07/03/2026", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07T08:52:00+07:00", "01/01/2020 10:00", ("07/03 08:52", "meta", "minute")),
        ("2026-03-07", "07/03/2026 | 08:52", ("07/03 08:52", "visible", "minute")),
        ("", "Thứ Bảy, ngày 7/3/2026 - 08h52", ("07/03 08:52", "visible", "minute")),
        ("", "Ngày đăng: 07/03/2026", ("07/03 00:00", "visible", "day")),
        ("", "3 giờ trước", ("08/03 09:00", "visible", "day")),
        ("2030-01-01T00:00:00+07:00", "", (None, None, None)),
        ("", "", (None, None, None)),
    ],
)
def test_the_readers_clock_wins(machine: str, shown: str, wanted: tuple[str | None, str | None, str | None]) -> None:
    assert published(machine=machine, shown=shown) == wanted


def test_the_date_of_another_article_is_never_taken() -> None:
    assert published(aside="06/03/2026 10:10") == (None, None, None)


@pytest.mark.parametrize(
    "ld",
    [
        '{"@type":"NewsArticle","datePublished":"2026-03-07T08:52:00+07:00"}',
        '[{"@type":"WebSite"},{"@type":["NewsArticle","Thing"],"datePublished":"2026-03-07T08:52:00+07:00"}]',
        '{"@graph":[{"@type":"WebPage"},{"@type":"http://schema.org/NewsArticle","datePublished":"2026-03-07T08:52:00+07:00"}]}',
        '{"@type":"WebPage","mainEntity":{"@type":"Article","datePublished":"2026-03-07T08:52:00+07:00"}}',
        '{"@type":"NewsArticle","headline":"a\nb","datePublished":"2026-03-07T08:52:00+07:00",}',
        '{"@type":"NewsArticle","headline":"a "b" c","datePublished":"2026-03-07T08:52:00+07:00"}',
        '<!-- {"@type":"NewsArticle","datePublished":"2026-03-07T08:52:00+07:00"} -->',
    ],
    ids=["plain", "list", "graph", "nested", "line-break-and-comma", "bare-quotes", "comment"],
)
def test_json_ld_of_every_shape_gives_the_date(ld: str) -> None:
    assert published(ld=ld) == ("07/03 08:52", "json-ld", "minute")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Tháng Một 15, 2013 · 9:30 sáng, bởi Giả Định", "Tháng Một 15, 2013 · 9:30 sáng"),
        ("Giả Định - 13 giờ 58 phút ngày 9/8/2022", "13 giờ 58 phút ngày 9/8/2022"),
        ("Nguyễn Văn Năm, 3 giờ trước", "3 giờ trước"),
        ("Cập nhật lúc 07:15 (GMT+7) 26/12/2012", "Cập nhật lúc 07:15 (GMT+7) 26/12/2012"),
        ("Thứ sáu, 21/12/2012 | 10:41 GMT+7", "Thứ sáu, 21/12/2012 | 10:41 GMT+7"),
    ],
)
def test_a_name_beside_the_date_is_not_kept(line: str, kept: str) -> None:
    assert date_only(line) == kept
