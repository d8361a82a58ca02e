"""Datelines leave an excerpt; what only looks like one stays."""

from __future__ import annotations

import pytest

from vietnamese.dateline import without_dateline


@pytest.mark.parametrize(
    "prefix",
    ["(ĐC) - ", "(Đồng Thuận) - ", "(TTXVN) – ", "(NLĐO)- ", "TTO - ", "TP – ", "Hải Phòng - ", "(Dân trí) ",
     "VOV.VN - ", "TP.HCM - ", "[Báo Thử] - ", "Hải Phòng, ngày 5/9 - "],
)  # fmt: skip
def test_prefixes_go(prefix: str) -> None:
    lead = "Sáng nay, phà chạy lại sau hai tuần sửa bến."
    assert without_dateline(prefix + lead) == lead


@pytest.mark.parametrize(
    "lead",
    [
        "Hải Phòng - Quảng Ninh nối lại tuyến phà từ thứ hai tới.",
        "Tuyến Hải Phòng - Cát Bà chạy lại.",
        "Sáng nay (5/9) - ngày khai trường - phà chạy sớm.",
        "(TTXVN) - Ngắn.",
        "COVID-19 không còn là bệnh nhóm A.",
        "Phà chạy lại - bến vẫn chờ sửa thêm hai tuần.",
    ],
)
def test_leads_stay(lead: str) -> None:
    assert without_dateline(lead) == lead
