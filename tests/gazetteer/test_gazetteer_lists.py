"""Coordinated lists: agencies, bodies of units, provinces; who is ours in each."""

from __future__ import annotations

from datetime import datetime

import pytest

from gazetteer.records import Gazetteer
from gazetteer.tag import tag
from vietnamese.clock import LOCAL

OURS = "Hải Phòng họp bàn chống ngập"


def found(book: Gazetteer, text: str, *, title: str = OURS, on: tuple[int, int, int] = (2026, 5, 1)) -> list[str]:
    tagging = tag(book, title=title, sapo=None, text=text, published_at=datetime(*on, tzinfo=LOCAL))
    for mention in tagging.mentions:
        source = title if mention.field == "title" else text
        assert source[mention.start : mention.end] == mention.surface
    return [mention.entity_id for mention in tagging.mentions if mention.field == "text"]


@pytest.mark.parametrize(
    "text",
    [
        "Thành phố giao các sở Xây dựng, Tài chính và Y tế thực hiện.",
        "Thành phố giao các Sở: Xây dựng, Tài chính, Y tế thực hiện.",
        "Thành phố giao ba sở Xây dựng, Tài chính, Y tế thực hiện.",
        "Sở Xây dựng, Tài chính và Y tế cùng ký văn bản.",
        "Các sở Xây dựng, Quy hoạch - Kiến trúc, Tài chính, Y tế cùng ký văn bản.",
        "Sở Xây dựng, Tài chính và Y tế Hải Phòng cùng ký văn bản.",
        "Các sở Xây dựng, Tài chính, Y tế thành phố cùng ký văn bản.",
    ],
)
def test_each_department_of_a_list_is_told(shipped: Gazetteer, text: str) -> None:
    assert found(shipped, text) == ["so-xay-dung", "so-tai-chinh", "so-y-te"]


def test_the_place_behind_a_list_is_that_of_all_its_members(shipped: Gazetteer) -> None:
    text = "Ông gặp các sở Xây dựng, Tài chính tỉnh Quảng Ninh, sau đó là Sở Y tế, Nội vụ Hải Phòng."
    assert found(shipped, text) == ["so-y-te", "so-noi-vu"]


@pytest.mark.parametrize(
    "text",
    [
        "Các sở, ban, ngành vào cuộc.",
        "Các Sở Y tế trên cả nước vào cuộc.",
        "Các cơ sở y tế, tài chính vào cuộc.",
        "Các sở quy hoạch, Nguyễn Văn A cho hay.",
    ],
)
def test_what_only_looks_like_a_list_of_departments_is_none(shipped: Gazetteer, text: str) -> None:
    assert found(shipped, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UBND các phường, xã: Lê Chân, Kiến Thụy và Hải An lập chốt.", ["n11383", "n11680", "n11413"]),
        ("UBND 3 phường Hải An, Lê Chân và An Biên lập chốt.", ["n11413", "n11383", "n11407"]),
        ("Chủ tịch UBND các xã Tiên Lãng, Vĩnh Bảo ký.", ["n11755", "n11824"]),
        ("UBND hai phường Lê Chân và An Biên lập chốt.", ["n11383", "n11407"]),
    ],
)
def test_a_body_of_several_units_is_told_for_each(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert found(shipped, text) == [f"ubnd@{unit}" for unit in expected]


def test_bodies_of_districts_while_there_were_any(shipped: Gazetteer) -> None:
    text = "UBND các quận Lê Chân, Ngô Quyền và huyện An Dương lập chốt."
    assert found(shipped, text, on=(2024, 5, 1)) == ["ubnd@d305", "ubnd@d304", "ubnd@d312"]
    alone = "UBND quận Lê Chân, huyện An Dương lập chốt."
    assert found(shipped, alone, on=(2024, 5, 1)) == ["ubnd@d305", "d312"]


def test_a_list_may_mix_two_type_words(shipped: Gazetteer) -> None:
    text = "Nước ngập các xã, phường Kiến Thụy, Lê Chân và Tiên Lãng."
    assert found(shipped, text) == ["n11680", "n11383", "n11755"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Công an các tỉnh, thành phố Hưng Yên, Quảng Ninh, Hải Phòng phối hợp.", ["cong-an-tp", "p31"]),
        ("Sở Y tế 3 địa phương Hà Nội, Hải Phòng và Cần Thơ phối hợp.", ["so-y-te", "p31"]),
        ("Sở Y tế các tỉnh Hưng Yên, Quảng Ninh phối hợp.", []),
        ("UBND 4 tỉnh, TP.Hải Phòng, Quảng Ninh, Hưng Yên họp.", ["ubnd-tp", "p31"]),
    ],
)
def test_ours_among_the_bodies_of_provinces(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert sorted(found(shipped, text)) == sorted(expected)


def test_two_of_ours_among_the_bodies_of_provinces(shipped: Gazetteer) -> None:
    text = "Công an các tỉnh, thành Hưng Yên, Hải Dương và Hải Phòng phối hợp."
    assert found(shipped, text, on=(2024, 5, 1)) == ["cong-an-hd", "p30", "cong-an-tp"]


def test_airports_and_hospitals_listed_by_their_own_names(shipped: Gazetteer) -> None:
    storm = "Bão ảnh hưởng các sân bay quốc tế Nội Bài, Vân Đồn, Cát Bi và các sân bay Thọ Xuân, Vinh."
    assert found(shipped, storm, title="Bão số 9") == ["san-bay-cat-bi"]
    assert found(shipped, "Thiết bị bay lạ gần sân bay Đà Nẵng, Cát Bi.", title="Vùng cấm bay") == ["san-bay-cat-bi"]
    hurt = "Nạn nhân nằm ở các bệnh viện Việt Tiệp, Kiến An và Trẻ em Hải Phòng."
    assert found(shipped, hurt) == ["bv-viet-tiep", "bv-kien-an", "bv-tre-em"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phó Bí thư Thành ủy, Chủ tịch UBND thành phố Hải Phòng dự họp.", ["thanh-uy", "ubnd-tp"]),
        ("Bí thư Đảng ủy, Chủ tịch UBND phường Lê Chân dự họp.", ["dang-uy@n11383", "ubnd@n11383"]),
        ("Sở Y tế và Công an tỉnh Quảng Ninh dự họp.", []),
        ("Viện KSND khu vực 4, TP Hải Phòng phê chuẩn.", ["vksnd-kv"]),
        ("Tòa án nhân dân khu vực 1 - Hải Phòng xét xử, Thuế cơ sở 3 dự.", ["tand-kv", "thue-co-so"]),
        ("Thuế cơ sở 3 tỉnh Quảng Ninh và TAND khu vực 2 - Quảng Ninh dự.", []),
    ],
)
def test_bodies_that_stand_together_share_their_place(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert found(shipped, text) == expected


def test_the_navy_is_no_body_of_the_city_in_an_article_about_something_else(shipped: Gazetteer) -> None:
    text = "Quân chủng Hải quân cử tàu ra cách Hải Phòng 60 hải lý để tìm máy bay rơi."
    assert found(shipped, text, title="Tìm máy bay rơi trên biển") == ["p31"]
    assert found(shipped, "Quân chủng Hải quân cử tàu ra cứu.") == ["qchq"]


@pytest.mark.parametrize(
    "title",
    [
        "Đi máy bay từ Hải Phòng vào Cần Thơ trộm vàng",
        "Bài luận đưa cô gái Hải Phòng đến Harvard",
        "Tàu nước ngoài bốc cháy cách Hải Phòng 38 hải lý",
    ],
)
def test_where_somebody_only_comes_from_makes_no_article_about_the_city(shipped: Gazetteer, title: str) -> None:
    assert not tag(shipped, title=title, sapo=None, text="", published_at=None).about_city


def test_thuy_nguyen_is_known_without_the_city_beside_it(shipped: Gazetteer) -> None:
    assert found(shipped, "Giá nhà ở Thủy Nguyên tăng.", title="Địa ốc quý III") == ["n11560"]
    assert found(shipped, "Tôi hay đau đầu. (Thủy Nguyên, 42 tuổi, Gia Lai)", title="Hỏi đáp") == []


def test_a_department_that_the_text_also_names_in_the_plural_is_every_provinces(shipped: Gazetteer) -> None:
    text = "Sở Nội vụ lập danh sách. Bộ yêu cầu các Sở Nội vụ báo cáo. Sở Y tế thành phố dự."
    assert found(shipped, text) == ["so-y-te"]
    ours = "Sở Nội vụ Hải Phòng lập danh sách. Bộ yêu cầu các Sở Nội vụ báo cáo. Sở Nội vụ sẽ gửi."
    assert found(shipped, ours) == ["so-noi-vu", "so-noi-vu"]


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("Mùa lễ hội Côn Sơn - Kiếp Bạc", True),
        ("Hai tàu va chạm trên vịnh Lan Hạ", True),
        ("Đón bằng di sản Yên Tử - Vĩnh Nghiêm - Côn Sơn, Kiếp Bạc", False),
        ("Thái Nguyên: xe container biển Hải Phòng đâm xe khách", False),
        ("Sản phụ 29 tuổi (Hải Phòng) vượt qua ung thư", False),
        ("Khởi công nhà máy điện khí LNG Hải Phòng", True),
        ("Hát đúm của nông dân đất cảng Thủy Nguyên", True),
    ],
)
def test_landmarks_factories_and_number_plates(shipped: Gazetteer, title: str, about: bool) -> None:
    assert tag(shipped, title=title, sapo=None, text="", published_at=None).about_city is about


def test_a_zone_named_after_two_places_is_neither_of_them(shipped: Gazetteer) -> None:
    assert found(shipped, "Đất gần khu thương mại tự do Đình Vũ - Cát Hải tăng giá.", title="Địa ốc") == []
    board = "Bí thư Đảng ủy Ban Quản lý Khu kinh tế Hải Phòng - ông A - cho biết."
    assert "bql-kkt" in found(shipped, board)
