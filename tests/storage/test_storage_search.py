from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.search import Filters, read_query
from storage.urls import article_id

TEXTS = {
    "duong": ("Mở đường ven biển", "Đường nối Đồ Sơn với trung tâm."),
    "duong-2": ("Dương Kinh thu ngân sách", "Quận cũ vượt kế hoạch."),
    "so": ("Sở Xây dựng kiểm tra", "Thanh tra Sở Xây dựng Hải Phòng làm việc ở Thuỷ Nguyên."),
    "so-2": ("Số nhà mới xây", "Dựng số nhà ở phường Hoà Bình."),
    "nfd": ("Hải Phòng đón tàu", "Cảng Lạch Huyện đón tàu lớn."),
}


@pytest.fixture
def library(press: Any) -> Any:
    for name, (title, body) in TEXTS.items():
        press.visit(f"https://bao.vn/{name}", title, body=(body,), sapo=None)
    return press


CASES = [
    ("đường", {"duong"}),
    ("duong", {"duong", "duong-2"}),
    ("ĐƯỜNG", {"duong"}),
    ("dương", {"duong-2"}),
    ("sở xây dựng", {"so"}),
    ("so xay dung", {"so", "so-2"}),
    ('"so xay dung"', {"so"}),
    ('"sở xây dựng hải phòng"', {"so"}),
    ("thủy nguyên", {"so"}),
    ("Thuỷ Nguyên", {"so"}),
    ("hòa bình", {"so-2"}),
    ("hai phong", {"so", "nfd"}),
    ("hai phong -tau", {"so"}),
    ('đón -"tàu lớn"', set()),
    ("hải phòng", {"so", "nfd"}),
    ("hải phong", set()),
    ("-tàu", set()),
    ("", set()),
    ('"', set()),
    ("AND OR NOT NEAR(", set()),
    ("title:đường", set()),
    ("đường*", {"duong"}),
    ("'); DROP TABLE articles; --", set()),
]


def test_search(library: Any) -> None:
    found = {query: {hit.url.rpartition("/")[2] for hit in library.store.search(query)} for query, _ in CASES}
    assert found == dict(CASES)


def test_an_nfd_query_finds_nfc_text(library: Any) -> None:
    import unicodedata

    assert len(library.store.search(unicodedata.normalize("NFD", "đường ven biển"))) == 1


def test_why_and_limit(library: Any) -> None:
    (hit,) = library.store.search("thanh tra sở", limit=1)
    assert hit.why == "text: thanh; title: tra, sở"
    assert hit.article_id == article_id(hit.url)
    assert len(library.store.search("hai phong", limit=1)) == 1
    assert library.store.search("hai phong", limit=0) == []


def test_filters(library: Any) -> None:
    at = library.now - timedelta(hours=5)
    found = lambda **given: len(library.store.search("hai phong", 20, Filters(**given)))  # noqa: E731
    assert found() == 2
    assert found(since=at) == 2
    assert found(since=at + timedelta(seconds=1)) == 0
    assert found(until=at) == 0
    assert found(outlets=("khac",)) == 0
    assert found(outlets=("bao", "khac")) == 2
    assert found(least_level=2) == 0
    assert found(in_scope=True) == 2
    assert found(in_scope=False) == 0


def test_the_index_follows_a_revision(library: Any) -> None:
    library.end()
    library.begin(hours=24)
    library.visit("https://bao.vn/nfd", "Hải Phòng đón tàu", body=("Cảng Nam Đồ Sơn.",), sapo=None)
    assert library.store.search("lạch huyện") == []
    assert len(library.store.search("nam đồ sơn")) == 1


def test_a_query_is_read_as_written() -> None:
    query = read_query('Sở "xây dựng" -"nhà ở" -đất')
    assert query.wanted == (("sở",), ("xây", "dựng"))
    assert query.unwanted == (("nhà", "ở"), ("đất",))
    assert query.accented
    assert not read_query("so xay dung").accented
