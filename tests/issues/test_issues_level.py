from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from config.loader import ConfigError
from gazetteer.mention import Mention
from issues.fields import field_cues
from issues.level import Judgement, find, judge
from issues.levelcues import level_cues

LEVELS, FIELDS = level_cues(), field_cues()


def verdict(title: str, sapo: str = "", text: str = "", **more: Any) -> Judgement:
    return judge(title=title, sapo=sapo, text=text, cues=LEVELS, fields=FIELDS, **more)


@pytest.mark.parametrize(
    ("level", "field", "title", "sapo"),
    [
        (0, 4, "Khánh thành cầu Bến Rừng", "Cây cầu dài 1,8 km nối hai bờ sông được đưa vào sử dụng sáng nay."),
        (0, 8, "Lễ hội hoa phượng đỏ thu hút hàng vạn du khách", "Đêm khai mạc có màn bắn pháo hoa và nhiều tiết mục."),
        (0, 8, "Hải Phòng thắng Bình Định 2-1", "Đội bóng đất Cảng có ba điểm ở vòng 3 V-League."),
        (1, 9, "Bắt nhóm trộm xe máy ở phường Lê Chân", "Công an thu giữ 12 xe, khởi tố ba bị can."),
        (1, 4, "Hai xe tải va chạm trên quốc lộ 10, một người chết", "Tai nạn khiến đường ùn tắc hai giờ."),
        (1, 5, "Bão số 7 hướng vào vịnh Bắc Bộ", "Hải Phòng cấm biển từ chiều nay."),
        (2, 4, "Người dân bức xúc vì đường Bùi Viện đầy ổ voi", "Mặt đường xuống cấp, phường nhiều lần kiến nghị."),
        (2, 5, "Kênh An Kim Hải ô nhiễm nặng, người dân kêu cứu",
         "Nước thải chưa qua xử lý chảy thẳng xuống kênh, UBND phường nói đã báo cáo."),
        (2, 3, "15 năm sống trong dự án treo", "Hàng chục hộ dân mòn mỏi chờ tái định cư, nhà cửa xuống cấp."),
        (3, 3, "Thủ tướng yêu cầu làm rõ sai phạm đất đai, người dân khiếu kiện kéo dài",
         "UBND thành phố phải báo cáo việc cấp đất sai quy định cho hàng trăm hộ."),
    ],
)  # fmt: skip
def test_levels_and_fields(level: int, field: int, title: str, sapo: str) -> None:
    found = verdict(title, sapo)
    assert (found.level, found.field_of) == (level, field), found.reasons


def test_weak_words_alone_never_reach_2() -> None:
    weak = "Cảnh báo nguy cơ, kiểm tra, xử phạt, khó khăn, vướng mắc, quá tải, lo ngại, yêu cầu khắc phục vi phạm"
    found = verdict(f"UBND phường: {weak}", weak, weak * 5)
    assert found.level < 2


def test_a_shortcoming_nobody_public_answers_for_stays_below_2() -> None:
    assert verdict("Bức xúc vì chiếc tủ lạnh hư hỏng, bong tróc", "Người mua bức xúc.").level < 2


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Đưa bệnh nhân trên đảo về đất liền cấp cứu tại bệnh viện", 6),
        ("Đội bóng đất Cảng thắng trận", 8),
        ("Dân đòi đất canh tác", 3),
    ],
)
def test_not_all_that_is_called_dat_is_land(title: str, field: int) -> None:
    assert verdict(title).field_of == field


def test_what_speaks_against_a_level_is_its_last_reason() -> None:
    found = verdict("Người dân bức xúc vì đường Bùi Viện xuống cấp, phường chậm sửa trước lễ hội")
    heads = [reason.partition(":")[0] for reason in found.reasons]
    assert found.level == 2
    assert heads.index("thể thao, giải trí") == len(heads) - 1
    calm = verdict("Lễ hội hoa phượng đỏ thu hút du khách", "Người dân bức xúc vì kẹt xe.")
    assert calm.level == 0
    assert calm.reasons[0].startswith("thể thao, giải trí")


def test_reasons_are_vietnamese_phrases_with_the_words_found() -> None:
    title = "Người dân bức xúc vì đường Bùi Viện xuống cấp"
    found = verdict(title)
    assert any("xuống cấp" in reason for reason in found.reasons)
    for reason in found.reasons:
        phrase, words = re.fullmatch(r"([^:]+): «(.+)»", reason).groups()  # type: ignore[union-attr]
        assert phrase
        assert all(word in title.lower() for word in words.split("», «"))


def test_a_named_body_is_a_reason_and_makes_it_answerable() -> None:
    title = "Sở Xây dựng buông lỏng quản lý, người mua nhà kêu cứu"
    mention = Mention(
        entity_id="a-so-xay-dung", kind="agency", field="title", start=0, end=11, surface="Sở Xây dựng",
        rule="full-name", confidence=0.9,
    )  # fmt: skip
    found = verdict(title, mentions=[mention])
    assert found.level == 2
    assert any("Sở Xây dựng" in reason for reason in found.reasons)


def test_an_article_about_elsewhere_is_at_most_to_be_followed() -> None:
    title, sapo = "Kênh ô nhiễm nặng, người dân kêu cứu", "UBND phường nói đã báo cáo nhiều lần."
    assert verdict(title, sapo).level == 2
    assert verdict(title, sapo, about_city=False).level == 1


def test_old_and_new_tone_marks_and_nfd_are_one() -> None:
    import unicodedata

    one = verdict("Vụ cháy khiến ba người thiệt mạng ở khu hoà giải thuỷ lợi")
    two = verdict(unicodedata.normalize("NFD", "Vụ cháy khiến ba người thiệt mạng ở khu hòa giải thủy lợi"))
    assert (one.level, one.level_score) == (two.level, two.level_score)


def test_every_cue_of_the_file_can_be_found_and_none_matches_nothing() -> None:
    for cue in LEVELS.cues:
        assert not cue.pattern.search(""), cue.reason
    assert {cue.role for cue in LEVELS.cues} == set(LEVELS.roles)
    assert find(title="", sapo=None, text="", cues=LEVELS) == []


def test_a_judgement_cannot_know_the_outlet() -> None:
    known = set(inspect.signature(judge).parameters)
    assert known == {"title", "sapo", "text", "mentions", "about_city", "cues", "fields"}


def test_a_mistake_in_the_cues_is_named(tmp_path: Path) -> None:
    (tmp_path / "levels.toml").write_text("[limits]\nfollow = 'x'", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"levels\.toml"):
        level_cues([tmp_path])


@pytest.mark.parametrize(
    ("level", "title", "sapo"),
    [
        (1, "Đình làng cổ mất trộm nhiều cổ vật", "Ngôi đình nổi tiếng với lễ hội mùa xuân bị kẻ gian đột nhập."),
        (0, "Lễ hội đình làng mở cửa đón khách", "Năm trước đình từng bị mất trộm."),
        (0, "Đủ điều kiện tổ chức sự kiện đầu năm", "Đủ điều kiện, linh kiện đã về."),
        (1, "Triệt phá đường dây cá độ bóng đá", "Công an khởi tố bốn bị can."),
        (0, "Sống chung với bệnh tăng huyết áp thế nào cho khỏe", "Bác sĩ trả lời."),
        (2, "Khách phải qua đêm trên đảo vì phà hết chuyến", "Ban quản lý bến phà nói đã hết định mức trong ngày."),
    ],
)
def test_what_the_title_tells_outweighs_what_calms_beside_it(level: int, title: str, sapo: str) -> None:
    found = verdict(title, sapo)
    assert found.level == level, found.reasons


@pytest.mark.parametrize(
    ("level", "title", "sapo"),
    [
        (2, "Hai nguyên lãnh đạo huyện đảo bị khởi tố", "Cơ quan điều tra tống đạt quyết định sáng nay."),
        (2, "Bắt tạm giam cựu chủ tịch xã", "Người này từng ký giấy giao đất cho người nhà."),
        (1, "Bắt tạm giam cựu chủ tịch hội đồng quản trị một hãng tàu", "Doanh nghiệp nợ ngân hàng."),
        (2, "Phê bình Sở Xây dựng vì hồ sơ tồn đọng", "Lãnh đạo thành phố nói tại cuộc họp."),
        (2, "Phường né tránh, dân chờ ba tháng", "Không ai trả lời đơn."),
        (2, "'Hải Phòng xử lý chậm chạp'", ""),
    ],
)
def test_who_is_criticised_matters(level: int, title: str, sapo: str) -> None:
    found = verdict(title, sapo)
    assert found.level == level, found.reasons


@pytest.mark.parametrize(
    ("level", "title", "sapo"),
    [
        (2, "Mảng vữa trần rơi trúng ba học sinh đang giờ tập viết", "Phòng học của trường tiểu học đã cũ."),
        (2, "Lớp học nghỉ giữa buổi vì khí độc bay sang từ lò nung", "Nhiều học sinh phải nhập viện."),
        (2, "Sở phải thu hồi lô thịt hộp", "Sản phẩm không an toàn đã bán ở ba chợ của thành phố."),
        (2, "Tháo dỡ dàn phun nước 40 tỷ sau hai mùa hè", "Dự án của thành phố chạy chập chờn, nhiều chỗ xuống cấp."),
        (2, "Chủ đầm lên tiếng vụ cưỡng chế ở xã ven biển", ""),
        (2, "Đơn xin về gần nhà không được giải quyết, cô giáo nhập viện", "Gia đình bức xúc với chính quyền."),
    ],
)
def test_what_a_public_body_answers_for(level: int, title: str, sapo: str) -> None:
    found = verdict(title, sapo)
    assert found.level == level, found.reasons


def test_a_central_order_about_a_shortcoming_in_the_title_is_urgent_by_itself() -> None:
    assert verdict("Thủ tướng yêu cầu Hải Phòng làm rõ vụ thu hồi đất đầm").level == 3
    assert verdict("Thủ tướng yêu cầu Hải Phòng tăng trưởng 14 %", "Mục tiêu của năm.").level == 0


def test_without_a_sapo_the_first_paragraph_is_the_lead() -> None:
    opening = "Kênh thoát nước ô nhiễm nặng, người dân kêu cứu, UBND phường chưa trả lời."
    rest = "\nCông trình được đầu tư từ lâu."
    title = "Chuyện ở đầu phố"
    assert verdict(title, "", opening + rest).level == verdict(title, opening, rest).level == 2
    assert verdict(title, "", opening + rest).field_of == 5
    assert verdict(title, "Ghi nhận của phóng viên.", opening + rest).level < 2


def test_what_a_fine_has_ended_is_information() -> None:
    assert verdict("Đăng tin xuyên tạc, một người bị phạt 8 triệu đồng", "Công an xã đã lập biên bản.").level == 0
    assert verdict("Công ty xả thải ra kênh bị phạt 200 triệu đồng", "Nước kênh ô nhiễm.").level >= 1


@pytest.mark.parametrize(
    ("field", "title", "sapo"),
    [
        (9, "Khởi tố giám đốc xưởng sản xuất nước rửa giả", "Công an phát hiện doanh nghiệp bán ra thị trường."),
        (9, "Cháy lớn tại tiệm bánh mì trên đường ven hồ", "Khách hàng chạy ra ngoài."),
        (4, "Khởi tố vụ tai nạn giao thông ở ngã tư", "Tài xế xe tải va chạm với xe máy."),
        (6, "Lô thịt lợn nhiễm dịch trong kho doanh nghiệp", "Nhà máy phải thu hồi sản phẩm."),
        (6, "Thu hồi lô thuốc ho", "Sản phẩm không an toàn cho trẻ."),
        (3, "Thu hồi đất nuôi tôm", "Dự án bị thu hồi."),
        (5, "Nhà máy phát tán khí thải", "Doanh nghiệp sản xuất thép bị nhắc nhở."),
        (4, "Bến xe đổi chỗ", "Bến phà bên cạnh vẫn chạy, doanh nghiệp nói."),
        (12, "Hai cháu nhỏ đuối nước trong ao nhà", "Người thân phát hiện lúc chiều."),
    ],
)  # fmt: skip
def test_what_happened_tells_the_field_more_than_where(field: int, title: str, sapo: str) -> None:
    assert verdict(title, sapo).field_of == field


@pytest.mark.parametrize(
    ("level", "title", "sapo"),
    [
        (1, "Nhà trọ cháy, ba người mắc kẹt trên tầng hai", "Cửa sổ, bàn ghế hư hỏng nặng; chung cư bên cạnh an toàn."),
        (
            1,
            "Ô tô đâm tử vong người đi bộ bên cầu",
            "Hai xe máy hư hỏng, người lái bị thương, cơ quan chức năng có mặt.",
        ),
        (2, "Mặt cầu hư hỏng, hành khách phản ánh nhiều tháng", "UBND quận nói đã biết."),
    ],
)
def test_the_damage_of_an_accident_is_no_shortcoming(level: int, title: str, sapo: str) -> None:
    found = verdict(title, sapo)
    assert found.level == level, found.reasons


def test_people_concerned_in_numbers_do_not_raise_people_hurt_and_unrest_do() -> None:
    sapo = "UBND huyện nói đang xem xét, người dân bức xúc, dự án chậm trễ."
    assert verdict("Hàng nghìn hộ dân phản đối bãi rác ô nhiễm", sapo).level == 2
    assert verdict("Hàng nghìn hộ dân phong tỏa bãi rác ô nhiễm", sapo).level == 3
    assert verdict("Ngộ độc sau bữa trưa, 60 học sinh nằm viện", "Trường tiểu học dùng thực phẩm bẩn.").level == 3


def test_what_a_court_has_settled_is_not_urgent() -> None:
    sapo = "Cầu dẫn nơi xảy ra tai nạn, 7 người tử vong, nhiều người bị thương."
    assert verdict("Tai nạn xe khách, 7 người tử vong", sapo).level == 3
    assert verdict("Tài xế gây tai nạn khiến 7 người tử vong lĩnh 12 năm tù", sapo).level == 1


def test_a_crime_in_the_title_is_calmed_by_no_singer_in_it() -> None:
    assert verdict("Khởi tố ca sĩ tổ chức dùng ma túy trên đảo", "").level == 1
    assert verdict("Ca sĩ trẻ hát trên đảo", "Đêm nhạc có nhiều nghệ sĩ.").level == 0


def test_the_faults_of_offenders_are_not_those_of_a_public_body() -> None:
    sapo = "Lô hàng có rác thải, giấy tờ khai khống, qua cảng của thành phố."
    assert verdict("Khởi tố nhóm buôn lậu phế liệu", sapo).level == 1
    assert verdict("Cán bộ trạm kiểm dịch nhận hối lộ, bị khởi tố", sapo).level == 2


def test_what_is_prevented_has_not_happened() -> None:
    assert verdict("Các trường chống gian lận trong kỳ thi", "Sở Giáo dục tập huấn giáo viên.").level == 0
    assert verdict("Gian lận trong kỳ thi", "Sở Giáo dục cho biết giáo viên có sai phạm.").level == 2


def test_a_government_s_general_words_are_no_order_about_a_matter() -> None:
    assert verdict("Chính phủ giao chỉ tiêu, nhắc chuyện nhũng nhiễu", "Cán bộ phải thay đổi.").level < 3
    assert verdict("Thủ tướng giao thành phố kiểm tra chuyện nhũng nhiễu ở một cửa", "Cán bộ bị nêu.").level == 3


def test_one_shortcoming_in_the_title_is_enough_where_the_body_is_clear() -> None:
    title = "Dự án trường học đắp chiếu"
    assert verdict(title, "Hàng cọc hoen gỉ giữa bãi cỏ.").level == 1
    assert verdict(title, "UBND phường An Thọ và Sở Xây dựng chưa có lời hẹn nào.").level == 2


def test_a_body_that_has_cleaned_up_or_found_nothing_is_followed_only() -> None:
    sapo = "UBND phường cho biết đã thuê thêm xe."
    assert verdict("Rác tồn đọng trong ngõ, người dân bức xúc", sapo).level == 2
    assert verdict("Sở Y tế: ba năm kiểm tra không phát hiện sai phạm", "Phòng khám đang bị đồn thổi.").level == 1
    assert verdict("Dọn sạch rác tồn đọng sau phản ánh của người dân", sapo).level == 1


def test_many_taken_to_hospital_from_one_meal_is_urgent() -> None:
    found = verdict("Hơn 90 công nhân nhập viện", "Các công nhân ngộ độc sau bữa ăn ca, Sở Y tế lấy mẫu.")
    assert found.level == 3, found.reasons
