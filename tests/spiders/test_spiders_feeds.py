"""Feeds as outlets write them: formats, dates, markup in titles, hostile and broken XML."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Outlet
from spiders.plain import sapo_text, title_text
from spiders.read_feed import FeedResult, harmless, link, parse_feed

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
OUTLET = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", feeds=("https://bao.vn/rss",))
URL = "https://bao.vn/rss/tin-moi.rss"
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def read(body: str | bytes, content_type: str | None = None, outlet: Outlet = OUTLET) -> FeedResult:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, feed_url=URL, now=NOW, outlet=outlet, content_type=content_type)


def rss(*items: str) -> str:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>{joined}</channel></rss>'


def one(inner: str) -> str:
    return rss(f"<title>Tin</title><link>https://bao.vn/a</link>{inner}")


def test_rss() -> None:
    found = read(
        rss(
            "<title>Mưa lớn ở Kiến An</title><link>https://bao.vn/a.html</link><description>Nước ngập nửa bánh xe."
            "</description><pubDate>Thu, 10 Sep 2026 04:15:00 +0700</pubDate>"
        )
    )
    [item] = found.items
    assert (item.url, item.outlet_id, item.via, item.via_url) == ("https://bao.vn/a.html", "bao", "feed", URL)
    assert item.teaser is not None
    assert (item.teaser.title, item.teaser.sapo) == ("Mưa lớn ở Kiến An", "Nước ngập nửa bánh xe.")
    assert item.teaser.published_at == datetime(2026, 9, 9, 21, 15, tzinfo=UTC)
    assert item.teaser.published_raw == "Thu, 10 Sep 2026 04:15:00 +0700"


def test_atom_and_rdf() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry>'
        '<title type="html">Tin &lt;b&gt;nóng&lt;/b&gt;'
        "</title>"
        '<link rel="alternate" href="/bai/1.html"/><summary>Tóm tắt</summary>'
        "<updated>2026-09-09T20:00:00+07:00</updated>"
        "<author><name>Nguyễn Văn Bút</name></author></entry></feed>"
    )
    [item] = read(atom).items
    assert (item.url, item.teaser and item.teaser.title) == ("https://bao.vn/bai/1.html", "Tin nóng")
    assert item.teaser is not None
    assert item.teaser.published_at == datetime(2026, 9, 9, 13, 0, tzinfo=UTC)
    assert "Nguyễn Văn Bút" not in repr(item)
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://bao.vn/r"><title>Cảng</title>'
        "<link>https://bao.vn/r</link><dc:date>2026-09-09T06:00:00+07:00</dc:date><dc:creator>Trần Thị Mực</dc:creator>"
        "</item></rdf:RDF>"
    )
    [item] = read(rdf).items
    assert item.teaser is not None
    assert item.teaser.published_at == datetime(2026, 9, 8, 23, 0, tzinfo=UTC)
    assert "Trần Thị Mực" not in repr(item)


@pytest.mark.parametrize(
    ("written", "hour_utc"),
    [
        ("Wed, 09 Sep 2026 15:00:00 GMT+7", 8),
        ("2026-09-09 15:00:00", 8),
        ("09/09/2026 15:00", 8),
        ("9/9/2026 3:00:00 PM", 8),
        ("Wed, 09 Sep 2026 15:00:00 GMT", 15),
        ("2026-09-09T15:00:00.000 +07:00", 8),
    ],
)
def test_dates_feedparser_loses_or_moves_by_seven_hours(written: str, hour_utc: int) -> None:
    [item] = read(one(f"<pubDate>{written}</pubDate>")).items
    assert item.teaser is not None
    assert item.teaser.published_at == datetime(2026, 9, 9, hour_utc, tzinfo=UTC)


def test_date_order_is_the_outlets() -> None:
    american = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", feeds=(URL,), date_order="mdy")
    [item] = read(one("<pubDate>09/08/2026 15:00</pubDate>"), outlet=american).items
    assert item.teaser is not None
    assert item.teaser.published_at == datetime(2026, 9, 8, 8, tzinfo=UTC)


@pytest.mark.parametrize("written", ["Fri, 01 Jan 2100 00:00:00 +0700", "ngày nào đó", ""])
def test_lying_and_missing_dates_are_none_but_kept_as_written(written: str) -> None:
    [item] = read(one(f"<pubDate>{written}</pubDate>")).items
    assert item.teaser is not None
    assert item.teaser.published_at is None
    assert item.teaser.published_raw == (written or None)


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("\n  https://bao.vn/a.html \n", "https://bao.vn/a.html"),
        ("https://bao.vn/dai\n   -dong.html", "https://bao.vn/dai-dong.html"),
        ("/a.html", "https://bao.vn/a.html"),
        ("a.html", "https://bao.vn/rss/a.html"),
        ("//bao.vn/a", "https://bao.vn/a"),
        ("https://bao.vn/a b.html", "https://bao.vn/a b.html"),
        ("https://bao.vn/a?x=1&utm_source=rss#top", "https://bao.vn/a?x=1&utm_source=rss#top"),
        ("javascript:alert(1)", None),
        ("mailto:a@bao.vn", None),
        ("http://[1", None),
        ("", None),
        ("https://bao.vn/" + "a" * 3000, None),
    ],
)
def test_links(raw: str, url: str | None) -> None:
    assert link(raw, URL) == url


def test_one_item_a_link_and_none_without_title_or_link() -> None:
    found = read(
        rss(
            "<title>A</title><link>https://bao.vn/a</link>",
            "<title>A lại</title><link>https://bao.vn/a</link>",
            "<title></title><link>https://bao.vn/b</link>",
            "<title>C</title>",
            '<title>D</title><guid isPermaLink="true">https://bao.vn/d</guid>',
        )
    )
    assert [item.url for item in found.items] == ["https://bao.vn/a", "https://bao.vn/d"]
    assert found.skipped == 3


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Giá điện &amp;amp; nước", "Giá điện & nước"),
        ("Giá < 3.000 đồng, lãi > 5%", "Giá < 3.000 đồng, lãi > 5%"),
        ("<b>Nóng</b>: cháy chợ", "Nóng: cháy chợ"),
        ("&lt;i&gt;Nóng&lt;/i&gt;", "Nóng"),
        ("&amp;lt;i&amp;gt;Nóng&amp;lt;/i&amp;gt;", "Nóng"),
        ("  Hai\n dòng\t", "Hai dòng"),
        ("Ca\u0301 Ha\u0309i Pho\u0300ng", "Cá Hải Phòng"),
        ("A&T và B&B", "A&T và B&B"),
        ("<!-- x --> Tin", "Tin"),
    ],
)
def test_titles(raw: str, text: str) -> None:
    assert title_text(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('<a href="/a"><img src="x.jpg"></a></br>Nước đã rút.', "Nước đã rút."),
        ("<p>Một.</p><p>Hai.</p>", "Một. Hai."),
        ('Nước rút. <a href="/a">Xem tiếp...</a>', "Nước rút."),
        ('Nước rút. <a href="/a">Đọc thêm »</a>', "Nước rút."),
        ('Ông nói <a href="/a">chợ Sắt</a> sẽ mở lại.', "Ông nói chợ Sắt sẽ mở lại."),
        ("Trước<script>alert('x')</script><style>p{}</style> sau", "Trước sau"),
        ('<img src="x.jpg">', None),
        ("", None),
        ("<a href=/a>bỏ ngỏ", "bỏ ngỏ"),
    ],
)
def test_sapo(raw: str, text: str | None) -> None:
    assert sapo_text(raw) == text


def test_sapo_is_not_a_whole_article() -> None:
    text = sapo_text("từ " * 3000)
    assert text is not None
    assert len(text) <= 1502
    assert text.endswith(" …")


def test_cdata_description() -> None:
    [item] = read(one('<description><![CDATA[<a href="x"><img src="y"/></a>Đường &amp; cầu]]></description>')).items
    assert item.teaser is not None
    assert item.teaser.sapo == "Đường & cầu"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_entities_of_a_feed_mean_nothing(encoding: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("bi-mat")
    bomb = (
        LAUGHS.replace("]>", f'<!ENTITY x SYSTEM "file://{secret}">]>')
        + one("<description>&j; &x;</description>").split("?>")[1]
    )
    began = time.process_time()
    found = read(bomb.encode(encoding))
    assert time.process_time() - began < 2
    assert "bi-mat" not in repr(found)
    assert "haha" not in repr(found)
    assert len(repr(found)) < 3000


def test_quadratic_blowup_is_cut() -> None:
    bomb = (
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>'
        + one(f"<description>{'&a;' * 50_000}</description>").split("?>")[1]
    )
    began = time.process_time()
    found = read(bomb)
    assert time.process_time() - began < 3
    assert len(repr(found)) < 5000


def test_plain_doctype_does_no_harm() -> None:
    body = one("").replace(
        "?>", '?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.invalid/rss.dtd">', 1
    )
    assert len(read(body).items) == 1
    assert b"DOCTYPE" not in harmless(body.encode())


@pytest.mark.parametrize(
    "body", ["", "   ", "<html><body>Bảo trì</body></html>", "không phải xml", "{}", "\x00\x01\x02", "<rss", "<?xml?>"]
)
def test_what_is_no_feed_says_so(body: str) -> None:
    assert read(body).error == "not-a-feed"


def test_empty_feed_is_a_feed() -> None:
    assert read(rss()) == FeedResult()


def test_too_big_is_not_parsed() -> None:
    assert read(b"<rss>" + b" " * 10_000_001).error == "too-big"


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    body = rss("<title>A & B</title><link>https://bao.vn/a</link><description>x < y</description>", "<title>C")
    assert [item.url for item in read(body).items] == ["https://bao.vn/a"]


def test_charset_that_lies() -> None:
    body = one("").replace("Tin", "Hải Phòng").encode("utf-8")
    [item] = read(body, "application/xml; charset=iso-8859-1").items
    assert item.teaser is not None
    assert item.teaser.title == "Hải Phòng"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(noise: bytes) -> None:
    read(noise)
    read(rss("<title>").encode()[:90] + noise)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises_or_keeps_a_tag(noise: str) -> None:
    title_text(noise)
    sapo_text(f"<p>{noise}<a>")
    assert "<script>" not in title_text(noise + "<script>x</script>")


@pytest.mark.corpus
def test_real_feeds_are_read() -> None:
    folder = CORPUS / "feeds"
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix in {".xml", ".rss", ".atom", ".rdf"}]
    if not files:
        pytest.skip("needs ../shared/corpus beside the checkout")
    for file in files:
        found = read(file.read_bytes())
        assert found.error is None, file.name
        for item in found.items:
            assert item.teaser is not None
            assert "<" not in item.teaser.title or "< " in item.teaser.title, file.name
