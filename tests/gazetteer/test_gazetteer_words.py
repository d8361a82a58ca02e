"""The words beside a name, asked one by one."""

from __future__ import annotations

import pytest

from gazetteer.cues import latest_year
from gazetteer.records import Gazetteer, without_type
from gazetteer.wordlists import CUES, LISTS, WordLists, is_foreign


@pytest.mark.parametrize(
    ("left", "cue"),
    [
        ("cháy trên đường ", "street"),
        ("cháy ở ngã tư ", "street"),
        ("đoạn qua cầu ", "built"),
        ("vùng biển ", "water"),
        ("học sinh trường thpt ", "school"),
        ("hai tàu ngầm 184 ", "ship"),
        ("tượng đài nữ tướng ", "person"),
        ("ở số 12 ", None),
        ("vệ sinh môi trường ", None),
        ("nguyên quán ", None),
        ("tại ", None),
        ("đường\n", None),
        ("", None),
    ],
)
def test_what_stands_before_a_name(shipped: Gazetteer, left: str, cue: str | None) -> None:
    assert shipped.words.cue_before(left) == cue


@pytest.mark.parametrize(
    ("before", "is_name"),
    [
        ("lãnh đạo công ty cp đồ hộp ", True),
        ("bệnh viện đa khoa tư nhân ", True),
        ("công ty của ông tại ", False),
        ("công ty vận tải, ", False),
        ("kinh tế thị trường bất động sản ", False),
        ("người dân ", False),
    ],
)
def test_a_firm_whose_name_the_place_ends(shipped: Gazetteer, before: str, *, is_name: bool) -> None:
    assert shipped.words.ends_firm_name(before) == is_name


@pytest.mark.parametrize(
    ("before", "passing"),
    [
        ("bị cáo quê ", True),
        ("nên khám gì? (lan anh, ", True),
        ("ông minh, 45 tuổi, ở ", True),
        ("vụ cháy ở ", False),
        ("hội nghị tại hà nội, ", False),
    ],
)
def test_a_place_in_passing(shipped: Gazetteer, before: str, *, passing: bool) -> None:
    assert shipped.words.in_passing(before) == passing


def test_brands_and_vietnamese_words() -> None:
    assert is_foreign("Ecopark")
    assert is_foreign("Flamingo")
    assert not is_foreign("Hải")
    assert not is_foreign("Thanh")


def test_years_a_text_names() -> None:
    assert latest_year("từ 2019 đến 12/2020, ngày 3.4.2021") == 2021
    assert latest_year("giá 2.019 đồng, 2050 tấn, 1.2019 lần, 2019% và 12019, 1998") == 2019
    assert latest_year("năm 1849") == 0


def test_names_with_and_without_type_word() -> None:
    assert without_type("thị xã Chí Linh") == ("thị xã", "Chí Linh")
    assert without_type("Cát Bà") == (None, "Cát Bà")
    assert without_type("thành phố Cảng") == (None, "thành phố Cảng")


def test_every_list_is_filled_and_every_cue_known(shipped: Gazetteer) -> None:
    assert all(shipped.words.lists[name] for name in LISTS)
    assert set(shipped.words.cue_of.values()) == set(CUES)
    assert WordLists.of({}, {}).cue_before("đường ") is None
