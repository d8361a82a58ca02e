"""Causes of wrong answers found in real articles, each in phrases of our own: which day, whose body, which list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gazetteer.mention import Tagging
from gazetteer.records import Gazetteer
from gazetteer.tag import tag


def _tag(gazetteer: Gazetteer, text: str, *, title: str = "", on: str | None = "2026-09-10") -> Tagging:
    at = datetime.fromisoformat(on).replace(tzinfo=UTC) if on else None
    return tag(gazetteer, title=title, sapo=None, text=text, published_at=at)


def _ids(gazetteer: Gazetteer, text: str, *, title: str = "", on: str | None = "2026-09-10") -> list[str]:
    return [mention.entity_id for mention in _tag(gazetteer, text, title=title, on=on).mentions]


FORMER = {
    "a former district makes no neighbour former": (
        "Rác ùn ứ ở phường An Biên, Hải Phòng. Bãi tập kết cũ nằm ở quận Lê Chân cũ.",
        ["n11407", "p31", "d305"],
    ),
    "nor does a former city": (
        "Thành phố Thủy Nguyên cũ có vành đai 2; nay phường Thiên Hương của Hải Phòng nhận bàn giao mặt bằng.",
        ["d311b", "n11557", "p31"],
    ),
    "a ward in brackets with its former district is today's": (
        "Mất nước tại phường Phù Liễn (quận Kiến An cũ), Hải Phòng.",
        ["n11446", "d307", "p31"],
    ),
    "a ward said to lie in a quận is that quận's": (
        "Năm 2023, ở phường An Biên, quận Lê Chân, Hải Phòng từng xảy ra chuyện tương tự.",
        ["c11371", "d305", "p31"],
    ),
    "a former ward is called so itself": ("Trụ sở phường An Biên cũ ở Hải Phòng bỏ không.", ["c11371", "p31"]),
}


@pytest.mark.parametrize(("text", "expected"), FORMER.values(), ids=FORMER.keys())
def test_former_belongs_to_the_name_it_stands_behind(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert _ids(shipped, text) == expected


def test_an_old_car_is_no_former_district(shipped: Gazetteer) -> None:
    text = "Chiếc xe cũ bị cháy ở xã An Hưng, huyện An Dương. Người dân An Dương, Hải Phòng dập lửa."
    assert "d312" in _ids(shipped, text, on=None)
    assert "n11581" not in _ids(shipped, text, on=None)


def test_undated_words_of_today_stay_today(shipped: Gazetteer) -> None:
    text = "Trụ sở huyện An Dương cũ thành trường học. Người dân An Dương, Hải Phòng vui mừng."
    assert _ids(shipped, text, on=None) == ["d312", "n11581", "p31"]


def test_nobody_bore_a_later_name(shipped: Gazetteer) -> None:
    text = "Hải Phòng đổ rác ở Đình Vũ."
    assert _ids(shipped, text, on="2014-05-01") == ["p31"]
    assert _ids(shipped, text) == ["p31", "n11411"]


def test_a_wrong_type_word_is_forgiven_where_the_city_stands_behind(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Đại diện huyện Đồ Sơn, Hải Phòng cam kết.", on="2017-07-05") == ["d308", "p31"]
    assert _ids(shipped, "Đại diện huyện Đồ Sơn cam kết.", on="2017-07-05") == []


def test_letters_of_an_abbreviation_may_stand_apart(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Sở G D&Đ T TP Hải Phòng trả lời.") == ["so-gddt", "p31"]


def test_an_abbreviation_in_brackets_parts_no_head_from_its_place(shipped: Gazetteer) -> None:
    text = "Giám đốc Trung tâm Kiểm soát bệnh tật (CDC) Hải Phòng cho biết."
    assert _ids(shipped, text)[0] == "cdc"


def test_a_generic_department_far_from_the_city_is_nobodys(shipped: Gazetteer) -> None:
    text = "Nhiều nơi đã có phương án riêng cho mùa mưa. " * 12 + (
        "Cả nước có 12 địa phương báo cáo, trong đó có một ca ở Hải Phòng.\n"
        "Bộ đề nghị các địa phương rà soát.\nSở Y tế phối hợp với các đơn vị khác tăng cường kiểm tra."
    )
    assert _ids(shipped, text, title="Bộ Y tế yêu cầu rà soát") == ["p31"]


def test_words_that_only_stand_side_by_side_are_no_name(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Người dân An Dương, Hải Phòng vui mừng.") == ["n11581", "p31"]


LISTS = {
    "an adjective behind the type word": (
        "Học sinh các quận nội thành Hải An, Ngô Quyền và Lê Chân được nghỉ.",
        ["d306", "d304", "d305"],
    ),
    "a bracket": ("Dịch xuất hiện ở 3 huyện (Thủy Nguyên, Tiên Lãng, An Lão).", ["d311", "d315", "d313"]),
    "a colon": ("Cao tốc đi qua các quận, huyện: An Lão, Kiến Thụy.", ["d313", "d314"]),
}


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS.keys())
def test_a_list_with_a_head_of_its_own(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert _ids(shipped, text, title="Hải Phòng", on=None)[1:] == expected


def test_a_teaser_on_football_needs_but_a_verb(shipped: Gazetteer) -> None:
    match = _tag(shipped, "Trận đấu lúc 19h15 tối nay.", title="CLB Hà Nội đấu Hải Phòng: rực lửa ở Hàng Đẫy")
    assert (match.about_city, match.mentions) == (False, ())
    ground = _tag(shipped, "Tuyển nữ đấu Thái Lan trên sân Lạch Tray, Hải Phòng tối nay, bán hết vé trận đấu.")
    assert "p31" in [mention.entity_id for mention in ground.mentions]


def test_a_number_plate_is_no_place(shipped: Gazetteer) -> None:
    text = "Xe khách biển kiểm soát Hải Dương lao xuống vực ở đèo Lò Xo, tỉnh Kon Tum."
    assert not _tag(shipped, text, title="Xe khách lao xuống vực", on="2018-05-01").about_city


NUMBERED = {
    "a house number": "Công ty ẩm thực ở số 300 Hải Phòng, Đà Nẵng bị phạt.",
    "house numbers in a list": "Đà Nẵng thu hồi ba khu đất: 129 Hải Phòng, 159 Trần Phú và 23 Hùng Vương.",
    "hull numbers in a list": "Các tàu 182 Hà Nội, 183 TP Hồ Chí Minh, 184 Hải Phòng lần lượt về Cam Ranh.",
    "a hull number behind its class": "Lễ thượng cờ tàu ngầm Kilo 184 Hải Phòng diễn ra ở Khánh Hòa.",
}


@pytest.mark.parametrize("text", NUMBERED.values(), ids=NUMBERED.keys())
def test_a_number_before_the_name_is_a_house_or_a_ship(shipped: Gazetteer, text: str) -> None:
    assert "p31" not in _ids(shipped, text)


def test_a_year_or_a_day_before_the_name_is_none(shipped: Gazetteer) -> None:
    for text in ("Năm 2025, Hải Phòng thu vượt dự toán.", "Sáng 3/3 Hải Phòng khởi công.", "Hè 2026 Hải Phòng đông."):
        assert _ids(shipped, text) == ["p31"], text


def test_the_city_behind_its_hospital_is_the_city(shipped: Gazetteer) -> None:
    text = "Nạn nhân được đưa vào bệnh viện Hữu nghị Việt Tiệp Hải Phòng."
    assert _ids(shipped, text) == ["bv-viet-tiep", "p31"]


@pytest.mark.parametrize("province", ["Quảng Nam", "Quảng Ninh", "Quảng Trị", "Thanh Hóa", "TP HCM", "tỉnh Quảng Ngãi"])
def test_a_province_in_brackets_is_where_it_lies(shipped: Gazetteer, province: str) -> None:
    text = f"Lễ ở Hải Phòng.\nCầu treo Tiên Lãng ({province}) bị hỏng, như phường Hải An ({province})."
    assert _ids(shipped, text, on="2014-05-01") == ["p31"]


def test_a_delegation_is_no_person(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Đoàn Hải Phòng giành ba huy chương vàng.") == ["p31"]
    assert _ids(shipped, "Võ sĩ Nguyễn Hải Phòng giành huy chương vàng.") == []
    assert _ids(shipped, "Võ sĩ Đoàn Văn Hải Phòng giành huy chương vàng.") == []


def test_an_office_holder_of_the_city_without_its_name(shipped: Gazetteer) -> None:
    text = "Chủ tịch thành phố Trần Văn An yêu cầu báo cáo trong tuần."
    assert _ids(shipped, text, title="Hải Phòng chống ngập") == ["p31", "ubnd-tp"]
    assert _ids(shipped, text, title="Đà Nẵng chống ngập") == []
