"""Coverage written for these tests: matters with follow-ups, copies, look-alikes, serial columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from issues.cues import grouping_cues
from issues.profile import Profile, profile
from pipelines.fingerprint import content_hash, signature
from storage.records import Article
from storage.urls import article_id

START = datetime(2026, 9, 4, 1, 0, tzinfo=UTC)

FIRE = (
    "Khoảng 5h sáng 4/9, lửa bùng lên tại kho vải trong chợ Đầm Sen, phường Lê Chân, rồi lan sang các ki ốt bên cạnh.",
    "Hơn 60 chiến sĩ cùng 12 xe chữa cháy được điều tới, đến 8h đám cháy mới được khống chế, không ai bị thương.",
    "Ban quản lý chợ cho biết hệ thống báo cháy đã hỏng từ tháng 6 nhưng chưa được sửa, tiểu thương đã kiến nghị.",
    "Ước tính ban đầu có 35 gian hàng bị thiêu rụi, thiệt hại khoảng 9 tỉ đồng, nguyên nhân đang được làm rõ.",
)
ROAD = (
    "Đoạn đường Bùi Viện qua phường Hải An xuất hiện hàng chục ổ voi sâu tới 30 cm, người dân nhiều lần ngã xe.",
    "Theo phản ánh của người dân, mặt đường xuống cấp từ đầu năm, đơn vị quản lý chỉ rải đá rồi bỏ đó.",
    "Lãnh đạo phường nói đã ba lần gửi văn bản đề nghị Sở Xây dựng sửa chữa nhưng chưa được trả lời.",
)

# (hours after START, outlet, matter, title, sapo, paragraphs, more)
Row = tuple[float, str, str, str, str, Sequence[str], dict[str, Any]]
COVERAGE: tuple[Row, ...] = (
    (0, "bao-mot", "fire", "Cháy lớn ở chợ Đầm Sen, 35 gian hàng bị thiêu rụi",
     "Đám cháy bùng lên lúc rạng sáng 4/9 tại chợ Đầm Sen, phường Lê Chân, Hải Phòng.", FIRE, {}),
    (2, "bao-hai", "fire", "35 gian hàng chợ Đầm Sen bị lửa thiêu rụi",
     "Lửa bùng lên rạng sáng nay tại chợ Đầm Sen (Hải Phòng), nhiều tiểu thương mất trắng.", FIRE[:3],
     {"credited_outlet": "Theo báo Bao Mot"}),
    (30, "bao-ba", "fire", "Vụ cháy chợ Đầm Sen: Hệ thống báo cháy hỏng nhiều tháng",
     "Công an Hải Phòng điều tra nguyên nhân vụ cháy chợ Đầm Sen làm 35 gian hàng bị thiêu rụi.",
     ("Cơ quan điều tra đã khám nghiệm hiện trường và lấy lời khai của ban quản lý chợ về việc bảo trì thiết bị.",
      "Tiểu thương chợ Đầm Sen đề nghị được bố trí chỗ bán tạm trước rằm tháng Tám."), {}),
    (5, "bao-mot", "road", "Người dân khốn khổ vì đường Bùi Viện chi chít ổ voi",
     "Đường Bùi Viện qua phường Hải An, Hải Phòng xuống cấp nghiêm trọng, nhiều người ngã xe.", ROAD, {}),
    (29, "bao-hai", "road", "Hải Phòng: Sở Xây dựng nói gì về đường Bùi Viện đầy ổ voi?",
     "Sở Xây dựng Hải Phòng cho biết sẽ sửa đường Bùi Viện qua phường Hải An trong tháng 9.",
     ("Đại diện Sở Xây dựng cho biết gói thầu sửa đường Bùi Viện đã chọn xong nhà thầu.",), {}),
    (3, "bao-ba", "weather-4", "Thời tiết hôm nay 4/9: Bắc Bộ nắng nóng, Nam Bộ mưa dông",
     "Dự báo thời tiết ngày 4/9 trên cả nước.", (), {}),
    (27, "bao-ba", "weather-5", "Thời tiết hôm nay 5/9: Bắc Bộ nắng nóng, Nam Bộ mưa dông",
     "Dự báo thời tiết ngày 5/9 trên cả nước.", (), {}),
    (10, "bao-mot", "roundup-4", "Điểm tin 18h ngày 4/9: Cháy chợ Đầm Sen; Giá xăng giảm",
     "Những tin đáng chú ý: cháy chợ Đầm Sen ở Hải Phòng, giá xăng giảm.", (), {}),
    (34, "bao-mot", "roundup-5", "Điểm tin 18h ngày 5/9: Cháy chợ Đầm Sen; Giá vàng tăng",
     "Những tin đáng chú ý: cháy chợ Đầm Sen ở Hải Phòng, giá vàng tăng.", (), {}),
    (170, "bao-hai", "fire-2", "Cháy kho hàng ở Thủy Nguyên, khói đen bốc cao",
     "Kho hàng của một công ty nhựa ở phường Thủy Nguyên, Hải Phòng bốc cháy chiều 11/9.",
     ("Đám cháy bắt đầu từ khu chứa hạt nhựa, lan rất nhanh vì gió lớn.",), {}),
    (12, "bao-ba", "match-1", "Hải Phòng thắng Bình Định 2-1 ở vòng 3 V-League",
     "Đội bóng đất Cảng có ba điểm trên sân Lạch Tray trong trận đấu với Bình Định.", (), {}),
    (150, "bao-ba", "match-2", "Hải Phòng thua Nam Định 0-1 ở vòng 4 V-League",
     "Đội bóng đất Cảng trắng tay trên sân Thiên Trường trong trận đấu với Nam Định.", (), {}),
)  # fmt: skip


def as_article(row: Row) -> Article:
    """One row of the coverage as the pipeline would hand it in."""
    hours, outlet, _matter, title, sapo, paragraphs, more = row
    url = f"https://{outlet}.vn/{hashlib.sha256((outlet + title).encode()).hexdigest()[:10]}.html"
    text = "\n".join(paragraphs)
    return Article(
        article_id=article_id(url),
        outlet_id=outlet,
        url=url,
        canonical_url=url,
        title=title,
        sapo=sapo,
        paragraphs=tuple(paragraphs),
        kind="full" if paragraphs else "teaser",
        published_at=START + timedelta(hours=hours),
        content_hash=content_hash(title, text or sapo),
        signature=signature(text),
        about_city=True,
        **more,
    )


def as_profile(article: Article) -> Profile:
    return profile(
        article_id=article.article_id,
        outlet_id=article.outlet_id,
        title=article.title,
        sapo=article.sapo,
        text=article.text,
        at=article.published_at,
        cues=grouping_cues(),
        signature=article.signature,
        credited=article.credited_outlet,
    )


@pytest.fixture(scope="session")
def coverage() -> dict[str, tuple[str, Article]]:
    """article_id -> (matter, article), in order of time."""
    rows = sorted(COVERAGE, key=lambda row: row[0])
    return {made.article_id: (row[2], made) for row in rows if (made := as_article(row))}


@pytest.fixture(scope="session")
def profiles(coverage: dict[str, tuple[str, Article]]) -> list[Profile]:
    return [as_profile(article) for _, article in coverage.values()]
