"""Names that look like ours and are not, and ours that hide: one test each, in phrases of our own."""

from __future__ import annotations

import itertools
import unicodedata
from datetime import UTC, datetime

import pytest

from gazetteer.mention import Tagging
from gazetteer.records import Gazetteer
from gazetteer.tag import OutletHint, tag


def _tag(
    gazetteer: Gazetteer,
    text: str,
    *,
    title: str = "",
    sapo: str | None = None,
    on: str | None = "2026-03-10",
    outlet: OutletHint | None = None,
) -> Tagging:
    at = datetime.fromisoformat(on).replace(tzinfo=UTC) if on else None
    return tag(gazetteer, title=title, sapo=sapo, text=text, published_at=at, outlet=outlet)


def _ids(gazetteer: Gazetteer, text: str, **more: object) -> list[str]:
    return [mention.entity_id for mention in _tag(gazetteer, text, **more).mentions]  # type: ignore[arg-type]


NOBODY = {
    "a street in Hà Nội": "Cháy quán ăn trên đường Ngô Quyền, phường Cửa Nam, Hà Nội lúc rạng sáng.",
    "a submarine": "Tàu ngầm 184 Hải Phòng cùng tàu 182 Hà Nội trở về quân cảng Cam Ranh.",
    "a submarine without its noun": "Sáng nay chiếc 184 Hải Phòng rời bến ở Khánh Hòa.",
    "oceanography": "Viện Hải dương học Nha Trang công bố kết quả đo sóng.",
    "a street in Đà Nẵng": "Đường Hải Phòng ở Đà Nẵng ngập nửa mét sau trận mưa lớn.",
    "letters inside words": "Người dân phải phòng bệnh, phải phòng cháy trong mùa khô.",
    "a king": "Lễ hội đền An Dương Vương ở Nghệ An thu hút hàng vạn du khách.",
    "seven poets": "Văn học thời Kiến An thất tử được giảng dạy ở các trường đại học Trung Quốc.",
    "a district of Bình Định": "Lũ quét cuốn trôi cầu treo ở huyện An Lão (Bình Định), ba hộ dân bị cô lập.",
    "a ward of Đà Nẵng": "Công an phường An Hải (Đà Nẵng) bắt nghi phạm cướp túi xách của du khách.",
    "a ward that was never created": "Dự kiến phường Hồng Bàng 1 có trụ sở mới, theo phương án hồi tháng 4.",
    "a verb behind a type word": "Các xã thống nhất chủ trương, phường hòa bình bàn bạc ở Ninh Bình.",
    "a common noun": "Lời kêu gọi hòa bình được nhiều nước hưởng ứng, chiến thắng thuộc về nhân dân.",
    "a team": "Đội chủ nhà đánh bại Hải Phòng 2-0 ở vòng 9 V-League, cầu thủ Văn Nam lập cú đúp.",
    "a score": "Video trận Hải Phòng 1-0 Hà Nội: bàn thắng phút bù giờ.",
    "a road between cities": "Ùn tắc kéo dài trên cao tốc Hà Nội - Hải Phòng sau vụ va chạm ba ôtô.",
    "a person": "Ca sĩ Thanh Hà và nghệ sĩ Kiến An hát mở màn đêm nhạc ở Đà Lạt.",
    "a reader with a commune's name": "Nên mở thêm xe buýt đêm - bạn Quang Đức góp ý qua thư gửi từ Hà Nội.",
    "the ministry": "Bộ Công an và Công an Đà Nẵng phá đường dây.",
    "another province's department": "Sở Y tế Quảng Ninh xử phạt hai phòng khám ở Hạ Long.",
    "a department of nobody": "Sở Y tế đề nghị người dân tiêm nhắc lại, giám đốc Sở cho biết tại TP.HCM.",
    "a longer name": "Công an phường An Phú Đông, TP.HCM điều tra vụ cháy.",
    "plural departments": "Bộ yêu cầu các Sở Y tế báo cáo trước ngày 15; Hà Nội đã nộp.",
    "facilities": "Các cơ sở y tế ở Thanh Hóa quá tải.",
    "an old province": "Chủ tịch UBND tỉnh Hòa Bình và tỉnh Hà Nam cùng dự hội nghị ở Ninh Bình.",
}


@pytest.mark.parametrize("text", NOBODY.values(), ids=NOBODY.keys())
def test_nobody_of_ours_is_meant(shipped: Gazetteer, text: str) -> None:
    tagging = _tag(shipped, text)
    assert tagging.mentions == ()
    assert not tagging.about_city


SOMEBODY = {
    "city with type": ("TP.Hải Phòng lên phương án chống bão.", ["p31"]),
    "all capitals": ("HẢI PHÒNG: PHƯỜNG HẢI AN NGẬP SÂU", ["p31", "n11413"]),
    "a heading without capitals": ("hải phòng: phường hải an ngập sâu", ["p31", "n11413"]),
    "no blank, two bodies": ("UBND TP.Hải Phòng và HĐND TP.Hải Phòng họp.", ["ubnd-tp", "p31", "hdnd-tp"]),
    "new tone placement": ("Uỷ ban nhân dân phường Thuỷ Nguyên (Hải Phòng) nhận đơn.", ["ubnd@n11560", "p31"]),
    "old tone placement": ("Ủy ban nhân dân phường Thủy Nguyên (Hải Phòng) nhận đơn.", ["ubnd@n11560", "p31"]),
    "a province before a capital word": ("Tỉnh Hải Dương Kinh doanh thua lỗ nhiều năm.", ["p30"]),
    "a date, not a score": ("Sáng 3-3 Hải Phòng khánh thành cầu.", ["p31"]),
    "police, not An Hải": ("Công an Hải Phòng khởi tố vụ án.", ["cong-an-tp", "p31"]),
    "Sở Dầu is a ward": ("Cháy kho xăng ở phường Sở Dầu, quận Hồng Bàng.", ["c11302", "d303"]),
    "xã Hà Nam with the city": ("Trạm bơm xã Hà Nam, TP Hải Phòng bị hỏng.", ["n10843", "p31"]),
    "former district": ("Trụ sở quận Lê Chân cũ ở Hải Phòng được chuyển thành trường học.", ["d305", "p31"]),
    "a list shares its type": (
        "Mất điện ở các phường Lê Chân, An Biên và Hải An của Hải Phòng.",
        ["n11383", "n11407", "n11413", "p31"],
    ),
    "bodies in a list": (
        "UBND các phường Lê Chân, Hải An (Hải Phòng) ký cam kết.",
        ["ubnd@n11383", "ubnd@n11413", "p31"],
    ),
    "abbreviated types": ("Từ P.Lê Chân đến P. Hải An, TP Hải Phòng đều ngập.", ["n11383", "n11413", "p31"]),
    "a department abbreviated": ("Sở GD-ĐT Hải Phòng công bố lịch thi.", ["so-gddt", "p31"]),
    "a department with commas": ("Sở VH,TT&DL TP Hải Phòng cấp phép lễ hội.", ["so-vhttdl", "p31"]),
    "an office holder": ("Bí thư Thành ủy Hải Phòng kiểm tra đê.", ["thanh-uy", "p31"]),
    "a chairman's name behind the ward": (
        "Chủ tịch UBND phường Hải An Nguyễn Văn Minh cho biết.",
        ["ubnd@n11413"],
    ),
    "traffic police": ("CSGT Hải Phòng ra quân.", ["cong-an-tp", "p31"]),
    "a hospital with blanks and dash": ("Nạn nhân được đưa vào Bệnh viện Hữu nghị Việt - Tiệp.", ["bv-viet-tiep"]),
    "taxes and the tax office": ("Thuế TP Hải Phòng thu thuế Hải Phòng vượt dự toán.", ["thue-tp", "p31", "p31"]),
    "i and y": ("Gió giật cấp 10 ở đặc khu Bạch Long Vỹ.", ["n11948"]),
    "a regional office in Roman and Arabic": (
        "Ngân hàng Nhà nước chi nhánh Khu vực VI và NHNN chi nhánh Khu vực 6 là một.",
        ["nhnn-kv6", "nhnn-kv6"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SOMEBODY.values(), ids=SOMEBODY.keys())
def test_somebody_of_ours_is_meant(shipped: Gazetteer, text: str, expected: list[str]) -> None:
    assert sorted(set(_ids(shipped, text))) == sorted(set(expected))


def test_the_day_decides_which_le_chan(shipped: Gazetteer) -> None:
    text = "Hải Phòng: Lê Chân ngập, người dân ở Lê Chân kê đồ lên cao."
    assert "d305" in _ids(shipped, text, on="2025-01-10")
    assert "n11383" in _ids(shipped, text, on="2025-08-10")


def test_the_type_word_beats_the_day(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Công an quận Lê Chân từng bắt nghi phạm.", on="2026-01-10") == ["cong-an@d305"]
    assert _ids(shipped, "Xã Thủy Đường, huyện Thủy Nguyên", on="2018-05-01") == ["c11563a", "d311"]


def test_without_a_date_the_words_decide(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Tại Đồ Sơn, UBND quận cấm tắm biển. Quận Đồ Sơn, Hải Phòng.", on=None)[0] == "d308"
    assert _ids(shipped, "Bão đi vào Đồ Sơn, Hải Phòng.", on=None) == ["n11455", "p31"]
    assert _ids(shipped, "Năm 2018, Đồ Sơn, Hải Phòng đón nhiều khách.", on=None) == ["d308", "p31"]


def test_thanh_uy_before_and_after_july_2025(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Thành ủy Hải Dương họp bàn nhân sự.", on="2025-02-01") == ["dang-uy@d288"]
    assert _ids(shipped, "Hải Phòng vào mùa bão. Bí thư Thành ủy yêu cầu trực 24/24.") == ["p31", "thanh-uy"]


def test_the_city_hall_of_two_cities(shipped: Gazetteer) -> None:
    text = "Đoàn Hải Phòng thăm Đà Nẵng. Tại Đà Nẵng, UBND thành phố giới thiệu mô hình chính quyền đô thị."
    assert "ubnd-tp" not in _ids(shipped, text)
    home = "Hải Phòng lấy ý kiến về bảng giá đất. UBND thành phố sẽ trình HĐND thành phố."
    assert {"ubnd-tp", "hdnd-tp"} <= set(_ids(shipped, home))


def test_a_short_form_means_the_body_named_before(shipped: Gazetteer) -> None:
    text = "Công an phường Hải An, TP Hải Phòng nhận tin báo.\nCông an phường đã mời hai người về trụ sở."
    assert _ids(shipped, text) == ["cong-an@n11413", "p31", "cong-an@n11413"]


def test_two_bodies_share_one_place(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Công an và VKSND quận Lê Chân kết luận.", on="2024-05-01") == ["cong-an@d305", "vks@d305"]
    assert _ids(shipped, "HĐND, UBND TP Hải Phòng cùng họp.") == ["hdnd-tp", "ubnd-tp", "p31"]


def test_a_name_behind_the_type_word_is_the_chairman(shipped: Gazetteer) -> None:
    text = "Chủ tịch UBND thành phố Nguyễn Văn An yêu cầu trực 24/24; kỳ họp thứ 7 HĐND thành phố sẽ chất vấn."
    assert _ids(shipped, text, title="Hải Phòng chống bão") == ["p31", "ubnd-tp", "hdnd-tp"]
    other = "UBND thành phố Vinh yêu cầu trực 24/24."
    assert _ids(shipped, other, title="Hải Phòng chống bão") == ["p31"]


def test_a_stranger_named_nearer_takes_the_short_form(shipped: Gazetteer) -> None:
    text = "Nghi phạm quê huyện Tiên Lãng, Hải Phòng, bị bắt ở huyện Thạch Thất. UBND huyện biểu dương lực lượng."
    assert _ids(shipped, text, on="2020-05-01") == ["d315", "p31"]


def test_a_generic_department_needs_the_city(shipped: Gazetteer) -> None:
    text = "Sở Y tế yêu cầu bệnh viện giải trình."
    assert _ids(shipped, text) == []
    assert _ids(shipped, text, title="Hải Phòng: sản phụ tử vong") == ["p31", "so-y-te"]
    assert _ids(shipped, text, outlet=OutletHint(id="bao-thanh-pho", city_default=True)) == ["so-y-te"]


def test_departments_of_the_former_province(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Sở Y tế tỉnh Hải Dương công bố dịch.", on="2021-02-01") == ["so-hai-duong-pattern", "p30"]
    assert _ids(shipped, "Công an tỉnh Hải Dương khởi tố.", on="2021-02-01") == ["cong-an-hd", "p30"]


def test_lower_case_names_are_words(shipped: Gazetteer) -> None:
    assert _ids(shipped, "Hải Phòng: thuế thành phố giao tăng, nhiều chợ vắng khách.") == ["p31"]


def test_nfd_and_invisible_characters_keep_their_places(shipped: Gazetteer) -> None:
    text = (
        unicodedata.normalize("NFD", "Tối qua, Công an phường ")
        + "Hải\u200b  An"
        + unicodedata.normalize("NFD", " (TP Hải Phòng) vào cuộc.")
    )
    mentions = _tag(shipped, text).mentions
    assert [m.entity_id for m in mentions] == ["cong-an@n11413", "p31"]
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.surface
    assert unicodedata.normalize("NFC", mentions[1].surface) == "TP Hải Phòng"


def test_mentions_stand_in_order_and_never_overlap(shipped: Gazetteer) -> None:
    tagging = _tag(
        shipped,
        "UBND TP Hải Phòng giao Sở Xây dựng TP Hải Phòng, Công an TP Hải Phòng và UBND phường Lê Chân xử lý.",
        title="Hải Phòng chấn chỉnh trật tự đô thị",
        sapo="Sở Xây dựng bị phê bình.",
    )
    order = {"title": 0, "sapo": 1, "text": 2}
    places = [(order[m.field], m.start, m.end) for m in tagging.mentions]
    assert places == sorted(places)
    for (field, _, end), (next_field, start, _) in itertools.pairwise(places):
        assert field != next_field or end <= start


def test_about_city(shipped: Gazetteer) -> None:
    assert _tag(shipped, "", title="Hải Phòng mở thêm hai tuyến xe buýt").about_city
    assert _tag(shipped, "Sáng nay, phường Hải An cắt nước.", title="Cắt nước cả ngày").about_city
    listed = "Vốn ngoại dồn về Bắc Ninh, TP HCM, Hải Phòng, Hưng Yên và Gia Lai trong chín tháng."
    assert not _tag(shipped, listed, title="Mười địa phương hút vốn").about_city
    reader = "Tôi 40 tuổi, hay đau đầu, nên khám gì? (Lan Anh, Hải Phòng)"
    assert not _tag(shipped, "", title="Đau đầu kéo dài nên khám gì?", sapo=reader).about_city
    accused = "Quảng Ninh xét xử nhóm lừa đảo. Bị cáo quê Hải Phòng khai nhận ở Hạ Long."
    assert not _tag(shipped, accused, title="Quảng Ninh: nhóm lừa đảo hầu tòa").about_city
