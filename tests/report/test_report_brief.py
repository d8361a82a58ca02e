from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.loader import BUILTIN
from report.kinds.brief import BriefArticle, make_brief
from report.kinds.write_brief import brief_html, brief_lines, slug

NOON = datetime(2026, 9, 10, 5, 0, tzinfo=UTC)
FIRST = "Rác ùn ứ ở ngõ nhỏ suốt một tuần nay khiến người dân rất bức xúc. Mỗi ngày có 12 tấn rác mới đổ về đây."
LATER = FIRST + " Chiều nay phường điều thêm 30 xe tải để chở hết số rác tồn đọng về khu xử lý."


def piece(number: int, text: str = FIRST, **more: Any) -> BriefArticle:
    given: dict[str, Any] = {
        "article_id": f"{number:016x}", "outlet": f"Báo {number}", "url": f"https://bao.vn/{number}", "title": "Rác",
        "excerpt": "Rác ùn ứ.", "at": NOON + timedelta(hours=number), "dated": True,
    }  # fmt: skip
    return BriefArticle(text=text, **(given | more))


def test_the_timeline_tells_who_was_first_and_what_each_adds() -> None:
    brief = make_brief("rác", [piece(3, LATER), piece(1), piece(2)], NOON)
    assert brief.first is not None
    assert [entry.article.outlet for entry in brief.entries] == ["Báo 1", "Báo 2", "Báo 3"]
    assert (brief.first.outlet, brief.outlets) == ("Báo 1", 3)
    assert [entry.repeats for entry in brief.entries] == [False, True, False]
    last = brief.entries[2]
    assert last.figures == ("30 xe tải",)
    assert last.added == "Chiều nay phường điều thêm 30 xe tải để chở hết số rác tồn đọng về khu xử lý."


@pytest.mark.parametrize(
    "sentence",
    [
        "Theo bà Nguyễn Thị Hoa, mỗi ngày gia đình phải tự chở 7 bao rác ra tận đầu đường lớn.",
        "Ảnh: Trần Văn Bình chụp chiều nay tại 7 điểm tập kết rác lớn ở trung tâm thành phố.",
        "Nạn nhân Lê Văn C được 7 người dân gần đó đưa ngay vào bệnh viện gần nhất trong đêm.",
    ],
)
def test_no_sentence_that_leads_to_a_person_is_quoted(sentence: str) -> None:
    brief = make_brief("rác", [piece(1), piece(2, f"{FIRST} {sentence}")], NOON)
    assert brief.entries[1].added is None


def test_dates_and_road_numbers_are_no_news() -> None:
    text = f"{FIRST} Ngày 11 tháng 9 trên quốc lộ 37 lúc 14:30 và theo điều 5 có thêm 45% rác được chở."
    (_, entry) = make_brief("rác", [piece(1), piece(2, text)], NOON).entries
    assert entry.figures == ("45% rác",)


def test_an_article_without_a_date_is_not_the_first() -> None:
    brief = make_brief("rác", [piece(1, dated=False), piece(2)], NOON)
    assert brief.first is not None
    assert brief.first.outlet == "Báo 2"


def test_a_long_sentence_is_cut_and_bodies_are_counted() -> None:
    long = "Thành phố " + " ".join(f"chữ{n}" for n in range(50)) + "."
    brief = make_brief("rác", [piece(1, bodies=("Sở A",)), piece(2, long, bodies=("Sở A", "Sở B"))], NOON)
    assert brief.bodies == (("Sở A", 2), ("Sở B", 1))
    assert brief.entries[1].added is not None
    assert len(brief.entries[1].added.split()) <= 40


def test_the_page_escapes_what_it_prints_and_needs_nothing_from_outside() -> None:
    evil = piece(1, title="<script>alert(1)</script>", url="javascript:alert(1)", excerpt="<b>x</b>")
    page = brief_html(make_brief('"><i>', [evil], NOON, passing=2, unreachable=["Báo X"]), (BUILTIN,)).decode()
    assert "<script" not in page
    assert "javascript:" not in page
    assert "<b>x</b>" not in page
    assert "02 bài khác chỉ nhắc qua" in page
    assert "Không hỏi được: <bdi>Báo X</bdi>" in page


def test_nothing_found_is_said() -> None:
    brief = make_brief("rác", [], NOON)
    assert brief.first is None
    assert "Chưa có tin, bài nào" in brief_html(brief, (BUILTIN,)).decode()
    assert brief_lines(brief)[1].endswith("Chưa có tin, bài nào.")


def test_the_name_of_the_file_is_plain() -> None:
    assert slug('bãi rác "Đình Vũ" ../x') == "bai-rac-dinh-vu-x"
    assert slug("***") == "topic"
    assert Path(slug("a/../b")).name == slug("a/../b")
