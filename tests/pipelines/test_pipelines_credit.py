"""Who wrote it never stays; which institution was credited does; running text is not mistaken for either."""

from __future__ import annotations

import pytest

from pipelines.credit import credited_outlet, is_credit, is_name, is_source, without_photo_credit


@pytest.mark.parametrize(
    "line",
    ["PV", "P.V", "T.H", "L.G.Đ", "Theo Lê Giả Định", "Theo Báo Thử", "(TTXVN)", "(Theo Dân trí)", "Nguồn: vtc.vn",
     "Bài và ảnh: Lê Giả", "Ảnh: Trần Thử", "thu@bao.example", "Tổng hợp", "Tin, ảnh: Lê Giả Định",
     "Theo Lê Giả (Vietnamnet/Reuters)"],
)  # fmt: skip
def test_credit_lines(line: str) -> None:
    assert is_credit(line)


@pytest.mark.parametrize(
    "line",
    ["Theo kế hoạch, phà chạy từ thứ hai.", "Theo ông, giá vé không đổi", "Ảnh hưởng của triều cường",
     "Bài học từ bến cũ",
     "Tin vui cho công nhân ca chiều", "Vì sao phà dừng sớm?", "Nhu cầu tăng vì ca chiều", "Nguồn nước ở bờ bắc"],
)  # fmt: skip
def test_running_text_is_no_credit(line: str) -> None:
    assert not is_credit(line)
    assert not is_name(line)


def test_the_authors_a_page_names_are_recognised_however_they_look() -> None:
    assert is_credit("gió biển", ("Gió Biển",))
    assert not is_credit("gió biển")


def test_names() -> None:
    for line in ("Lê Giả Định", "LÊ GIẢ", "Lê Giả - Trần Thử", "Lê Giả (tổng hợp)", "Lê Giả/VOV", "Lê Giả và Trần Thử"):
        assert is_name(line)
    for line in ("Bến phà", "Lê Giả nói.", "Năm 2026", "Lê Giả:"):
        assert not is_name(line)
    assert is_source("Theo Lê Giả")
    assert not is_source("Lê Giả")


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Theo Báo Đại Chúng Thử Nghiệm", "Báo Đại Chúng Thử Nghiệm"),
        ("(Theo TTXVN/Vietnam+)", "TTXVN"),
        ("Theo Lê Giả Định (Vietnamnet/Reuters)", "Vietnamnet"),
        ("Nguồn: baothu.vn", "baothu.vn"),
        ("Theo Lê Giả Định", None),
        ("Lê Giả Định", None),
    ],
)
def test_only_institutions_are_kept(line: str, outlet: str | None) -> None:
    assert credited_outlet(line) == outlet


@pytest.mark.parametrize(
    ("caption", "rest"),
    [
        ("Phà chiều cuối tuần. Ảnh: Trần Thử", "Phà chiều cuối tuần"),
        ("Phà chiều cuối tuần (Ảnh: T.T.).", "Phà chiều cuối tuần"),
        ("Phà chiều cuối tuần - Ảnh: TRẦN THỬ", "Phà chiều cuối tuần"),
        ("Phà chiều cuối tuần | Nguồn ảnh: báo bạn", "Phà chiều cuối tuần"),
        ("Ảnh minh họa.", "Ảnh minh họa."),
        ("Bức ảnh chụp phà năm 1990.", "Bức ảnh chụp phà năm 1990."),
    ],
)
def test_photo_credits_leave_the_caption(caption: str, rest: str) -> None:
    assert without_photo_credit(caption) == rest


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Theo Báo Đất Cảng", "Báo Đất Cảng"),
        ("(Nguồn: Nhật báo Đồng Thuận)", "Nhật báo Đồng Thuận"),
        ("Theo Cổng tin thành phố", "Cổng tin thành phố"),
        ("Theo Tạp chí Môi Sinh", "Tạp chí Môi Sinh"),
        ("Theo Đài PTTH Bờ Bắc", "Đài PTTH Bờ Bắc"),
        ("Theo Tin Mai", "Tin Mai"),
        ("Theo Lê Giả Báo", None),
        ("Theo Nguyễn Hải Phòng", None),
        ("Theo Đài Trang", None),
    ],
)
def test_an_institution_is_known_by_its_kind_or_its_name(line: str, outlet: str | None) -> None:
    assert credited_outlet(line, frozenset({"tinmai"})) == outlet
