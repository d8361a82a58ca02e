from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from config.loader import BUILTIN
from gazetteer.load import load
from storage.query import Names, read_query, relevance
from storage.search import Filters
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
    elsewhere = (at + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-5)))
    assert found(since=elsewhere) == 0
    assert found(until=elsewhere) == 2
    assert found(since=elsewhere - timedelta(microseconds=500_000)) == 2, "the store holds whole seconds"
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


# names


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(load((BUILTIN,)))


@pytest.fixture
def wards(press: Any, mention: Any) -> Any:
    ward = {"kind": "unit", "field": "title"}
    press.visit(
        "https://bao.vn/moi", "Rác ở phường Lê Chân", body=("Xe chở rác.",), mentions=(mention("n11383", **ward),)
    )
    press.visit("https://bao.vn/cu", "Rác ở quận cũ", body=("Rác.",), mentions=(mention("d305", **ward),))
    body = mention("ubnd@n11383", kind="body")
    press.visit("https://bao.vn/uy-ban", "Uỷ ban xin lỗi vì rác", body=("Rác.",), mentions=(body,))
    press.visit("https://bao.vn/weak", "Rác đâu đó", body=("Rác.",), mentions=(mention("n11383", confidence=0.3),))
    press.visit("https://bao.vn/khac", "Rác ở Đồ Sơn", body=("Rác.",), mentions=(mention("n11455", **ward),))
    press.visit("https://bao.vn/nu-tuong", "Nữ tướng Lê Chân", body=("Vở chèo.",))
    press.visit("https://bao.vn/le-va-chan", "Bà Lê đau chân vì rác", body=("Chân đau.",))
    return press.store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Lê Chân", ["moi", "nu-tuong", "cu", "uy-ban"]),
        ("le chan", ["moi", "nu-tuong", "cu", "uy-ban"]),
        ("rác Lê Chân", ["moi", "cu", "uy-ban"]),
        ("rac le chan -phuong", ["cu", "uy-ban"]),
        ("Lê Chân -rác", ["nu-tuong"]),
        ('rác "phường Lê Chân"', ["moi", "uy-ban"]),
        ("rác quận Lê Chân", ["cu", "moi", "uy-ban"]),
        ("rác Đồ Sơn", ["khac"]),
    ],
)
def test_names_find_old_and_new_forms_beside_the_words(
    wards: Any, names: Names, query: str, expected: list[str]
) -> None:
    found = [hit.url.rpartition("/")[2] for hit in wards.search(read_query(query, names))]
    assert sorted(found) == sorted(expected)


def test_why_tells_a_mention(wards: Any, names: Names) -> None:
    why = {hit.url.rpartition("/")[2]: hit.why for hit in wards.search(read_query("rác Lê Chân", names))}
    assert next(iter(why)) == "moi", "what holds the words comes before what only mentions"
    assert why == {
        "moi": "title: rác, lê chân",
        "cu": "title: rác; mention in title: Thân",
        "uy-ban": "title: rác; mention in text: Thân",
    }


def test_bodies_narrow(wards: Any, names: Names) -> None:
    found = lambda *ids: {hit.url.rpartition("/")[2] for hit in wards.search("rác", 20, Filters(bodies=ids))}  # noqa: E731
    assert found("n11383") == {"moi", "uy-ban"}
    assert found("d305") == {"cu"}
    assert found(*names.exact_ids("phường Lê Chân")) == {"moi", "uy-ban"}
    assert found(*names.exact_ids("UBND phường Lê Chân")) == {"uy-ban"}
    assert found(*names.spread(names.exact_ids("quận Lê Chân"))) == {"moi", "cu", "uy-ban"}
    assert found("khong-co") == set()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("công an thành phố Hải Phòng", ["công an thành phố hải phòng"]),
        ("cong an thanh pho", ["cong an", "thanh", "pho"]),
        ("rác An Biên", ["rác", "an biên"]),
        ('"rác An Biên"', ["rác an biên"]),
        ("Hải Phòng mưa", ["hải phòng", "mưa"]),
    ],
)
def test_names_in_a_query_become_one_part(names: Names, query: str, wanted: list[str]) -> None:
    assert [" ".join(part) for part in read_query(query, names).wanted] == wanted


def test_the_city_and_common_heads_name_nobody(names: Names) -> None:
    assert read_query("Hải Phòng công an", names).ids == ()
    assert names.exact_ids("Sở Xây dựng") == ("so-xay-dung",)
    assert names.spread(("so-xay-dung",)) == ("so-xay-dung", "so-gtvt")
    assert names.exact_ids("so-gtvt") == ("so-gtvt",)
    assert names.exact_ids("ubnd phuong le chan") == ("ubnd@n11383",)
    assert names.exact_ids("khong ai") == ()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("UBND thành phố Hải Phòng", "ubnd-tp"), ("UBND TP", "ubnd-tp"), ("ubnd tp hai phong", "ubnd-tp"),
        ("Công an Hải Phòng", "cong-an-tp"), ("CATP", "cong-an-tp"), ("HĐND thành phố", "hdnd-tp"),
        ("Thành ủy", "thanh-uy"), ("Sở GTVT", "so-gtvt"), ("Q. Lê Chân", "d305"), ("UBND P. Lê Chân", "ubnd@n11383"),
    ],
)  # fmt: skip
def test_a_body_may_be_asked_for_as_people_call_it(names: Names, typed: str, expected: str) -> None:
    assert names.exact_ids(typed) == (expected,)


@pytest.mark.parametrize(
    ("query", "wanted", "body"),
    [
        ("Sở GTVT", ["sở gtvt"], "so-xay-dung"),
        ("bãi rác UBND TP", ["bãi", "rác", "ubnd tp"], "ubnd-tp"),
        ("UBND P. Lê Chân rác", ["ubnd p lê chân", "rác"], "ubnd@n11383"),
        ("CATP", ["catp"], "cong-an-tp"),
    ],
)
def test_abbreviations_in_capitals_name_bodies_in_a_query(
    names: Names, query: str, wanted: list[str], body: str
) -> None:
    read = read_query(query, names)
    assert [" ".join(part) for part in read.wanted] == wanted
    assert body in read.ids


@pytest.mark.parametrize("query", ["TP Hải Phòng", "QL5 ùn tắc", "BOT quốc lộ", "ubnd tp"])
def test_other_capitals_name_nobody(names: Names, query: str) -> None:
    assert read_query(query, names).ids == ()


@pytest.mark.parametrize("typed", ["Nguyễn Văn An", "rác ở Sở GTVT", "Sở GTVT và rác", "Hải"])
def test_what_only_holds_a_name_is_none(names: Names, typed: str) -> None:
    assert names.exact_ids(typed) == ()


@pytest.mark.parametrize(
    ("title", "rest", "expected"),
    [
        ("Rác ở An Biên", "", 1.0),
        ("Rac o An Bien", "", 0.0),
        ("Rác ùn ứ", "Phường An Biên", 0.875),
        ("Rác ùn ứ", "", 0.5),
        ("Rác ở An Biên, Hà Nội", "", 0.0),
        ("Bóng đá", "", 0.0),
    ],
)
def test_relevance_of_a_teaser(names: Names, title: str, rest: str, expected: float) -> None:
    assert relevance(read_query('rác An Biên -"Hà Nội"', names), title, rest) == expected
