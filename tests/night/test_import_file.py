"""Feed items from a file: what is taken, what is named as a fault, and that nothing crashes."""

from __future__ import annotations

import json
import lzma
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.loader import load
from config.model import Outlet
from night.import_file import ItemFileError, read_items, strangers, teaser_of

GOOD = {
    "title": "Phường Lê Chân mở điểm tiếp nhận hồ sơ lưu động",
    "link": "https://vnexpress.net/diem-tiep-nhan-1.html",
    "summary": '<a href="x"><img src="y.jpg"/></a>Người dân nộp hồ sơ ngay tại tổ dân phố. <a href="x">Xem thêm</a>',
    "source": "VnExpress - Thời Sự",
    "published": "2026-06-03T07:00:00+07:00",
    "fetched": "2026-06-03T08:00:00.250+07:00",
}


def file_of(folder, *rows, name="items.jsonl"):
    lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
    path = folder / name
    body = b"\n".join(lines) + b"\n"
    path.write_bytes(lzma.compress(body) if name.endswith(".xz") else body)
    return path


@pytest.mark.parametrize("name", ["items.jsonl", "items.jsonl.xz"])
def test_a_row_becomes_an_item(tmp_path, name) -> None:
    file = read_items(file_of(tmp_path, GOOD, name=name))
    (item,) = file.items
    assert (file.repeated, file.faults, item.line) == (0, (), 1)
    assert item.fetched == datetime(2026, 6, 3, 1, 0, 0, 250_000, tzinfo=UTC)
    teaser = teaser_of(item, load().outlets["vnexpress"])
    assert teaser.title == GOOD["title"]
    assert teaser.sapo == "Người dân nộp hồ sơ ngay tại tổ dân phố."
    assert teaser.published_at == datetime(2026, 6, 3, 0, 0, tzinfo=UTC)
    assert teaser.published_raw == GOOD["published"]


def test_a_date_after_the_fetch_is_no_date_but_stays_as_written(tmp_path) -> None:
    file = read_items(file_of(tmp_path, GOOD | {"published": "2026-06-05T07:00:00+07:00"}))
    teaser = teaser_of(file.items[0], load().outlets["vnexpress"])
    assert teaser.published_at is None
    assert teaser.published_raw == "2026-06-05T07:00:00+07:00"


def test_optional_keys_may_be_missing_or_null(tmp_path) -> None:
    bare = {key: GOOD[key] for key in ("title", "link", "fetched")}
    nulls = bare | {"link": GOOD["link"] + "?id=2", "summary": None, "published": None}
    teasers = [teaser_of(i, load().outlets["vnexpress"]) for i in read_items(file_of(tmp_path, bare, nulls)).items]
    assert [(t.sapo, t.published_at, t.published_raw) for t in teasers] == [(None, None, None)] * 2


def test_order_is_that_of_fetched_and_a_link_counts_once(tmp_path) -> None:
    later = GOOD | {"fetched": "2026-06-04T08:00:00+07:00"}
    early = GOOD | {"link": "https://tuoitre.vn/b-2.htm", "fetched": "2026-06-01 23:00:00"}
    twin = GOOD | {"link": "http://www.vnexpress.net/diem-tiep-nhan-1.html?utm_source=rss", "title": "Tên đổi sau"}
    file = read_items(
        file_of(tmp_path, later | {"title": "Bản sau"}, GOOD, early, twin | {"fetched": later["fetched"]})
    )
    assert [item.line for item in file.items] == [3, 2]
    assert file.repeated == 2
    assert file.items[0].fetched == datetime(2026, 6, 1, 16, 0, tzinfo=UTC), "no zone: the clock of Hải Phòng"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({k: v for k, v in GOOD.items() if k != "link"}, "no link"),
        (GOOD | {"title": "", "fetched": None}, "no title, fetched"),
        (GOOD | {"title": "<b> </b>"}, "title holds no text"),
        (GOOD | {"title": ["a"]}, "title is no text"),
        (GOOD | {"summary": 5}, "summary is no text"),
        (GOOD | {"link": "javascript:alert(1)"}, "link is no web address"),
        (GOOD | {"link": "/relative.html"}, "link is no web address"),
        (GOOD | {"link": "http://[::1"}, "link is no web address"),
        (GOOD | {"fetched": "hôm qua"}, "fetched is no time: 'hôm qua'"),
        (GOOD | {"fetched": "0001-01-01T00:00:00+07:00"}, "fetched is no time: '0001-01-01T00:00:00+07:00'"),
        ([1, 2], "no JSON object"),
        (b"{half", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"title": "\xff"}', "not UTF-8"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_a_bad_row_is_named_and_the_others_are_taken(tmp_path, row, problem) -> None:
    file = read_items(file_of(tmp_path, GOOD, b"", row))
    assert len(file.items) == 1
    assert [(fault.line, fault.problem) for fault in file.faults] == [(3, problem)]


def test_a_file_of_something_else_is_refused(tmp_path) -> None:
    with pytest.raises(ItemFileError, match=r"no usable row in 2; line 1: not JSON.*title, link"):
        read_items(file_of(tmp_path, b"<rss>", b"</rss>"))
    broken = tmp_path / "a.jsonl.xz"
    broken.write_bytes(lzma.compress(b"{}" * 5_000)[:60])
    with pytest.raises(ItemFileError, match="damaged xz"):
        read_items(broken)
    broken.write_bytes(b"plain")
    with pytest.raises(ItemFileError, match="damaged xz"):
        read_items(broken)
    with pytest.raises(OSError, match="nowhere"):
        read_items(tmp_path / "nowhere.jsonl")


def test_an_empty_file_holds_nothing(tmp_path) -> None:
    assert read_items(file_of(tmp_path)).items == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids)
)


@given(st.lists(st.binary() | st.dictionaries(st.sampled_from([*GOOD]), json_values).map(lambda d: GOOD | d)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_row_crashes(tmp_path, rows) -> None:
    outlet = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local")
    file = read_items(file_of(tmp_path, GOOD, *rows))
    for item in file.items:
        teaser_of(item, outlet)
    assert file.items


def test_hosts_that_are_not_configured_are_marked(tmp_path) -> None:
    hosts = ("vnexpress.net", "www.bao-la.vn", "bao-la.vn", "dan.tri", "[::1]")
    rows = [GOOD | {"link": f"https://{host}/bai-{n}.html"} for n, host in enumerate(hosts)]
    config = load()
    found = strangers(read_items(file_of(tmp_path, *rows)).items, config)
    assert {host: outlet.id for host, outlet in found.items()} == {
        "www.bao-la.vn": "bao-la-vn",
        "bao-la.vn": "bao-la-vn",
        "dan.tri": "dan-tri-host",
        "::1": "1",
    }
    for outlet in found.values():
        assert not outlet.active
        assert outlet.name.endswith("(chưa cấu hình)")
        assert outlet.tier == "aggregator"
        assert not outlet.city_default
