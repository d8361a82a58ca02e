"""The measured traps that touch the reader, one test each, by their numbers in docs/extraction.md."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.files import page_of
from pipelines.fingerprint import signature, similarity
from pipelines.read import Reading, read_page
from storage.records import FateWord
from vietnamese.dates import parse_time

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
WORDS = (
    "Từ sáng sớm, thợ đã kéo những chiếc phao cũ vào bờ, người đi chợ đứng xem rất đông, bàn tán về lối vòng qua phà.",
    "Chủ hàng nước đầu bến kể rằng khách vắng một nửa, song bà tin vài tuần nữa mọi chuyện sẽ đâu vào đấy.",
    "Đơn vị thi công hứa trả mặt bằng đúng hẹn, nếu chậm một ngày thì chịu phạt theo hợp đồng đã ký với phường.",
)


def read(head: str, beside: str = "", texts: tuple[str, ...] = WORDS) -> Reading:
    body = "".join(f"<p>{text}</p>" for text in texts)
    page = f"<html><head>{head}</head><body><article><h1>Cầu phao Bến Thử đóng hai đêm để thay phao</h1>{beside}"
    page += f'<div class="article-body">{body}</div></article></body></html>'
    url = "https://bao-thu.example/cau-phao-ben-thu-dong-hai-dem-900021.html"
    return read_page(page_of(page.encode(), url=url, outlet_id=None, fetched_at=NOW), outlet=None)


@pytest.mark.parametrize(
    "raw", ["Tue, 09 Aug 2022 13:58:00 GMT+7", "Tue, 09 Aug 2022 13:58 +0700", "8/9/2022 1:58:00 PM"]
)
def test_trap_5_dates_of_feeds_are_neither_lost_nor_seven_hours_off(raw: str) -> None:
    found = parse_time(raw, now=NOW, order="mdy" if raw.startswith("8/") else "dmy")
    assert found is not None
    assert found.at == datetime(2022, 8, 9, 6, 58, tzinfo=UTC)


def test_trap_6_hours_and_minutes_of_a_day_are_a_date_and_not_relative() -> None:
    found = read("", "<p class='date'>13 giờ 58 phút ngày 9/8/2022</p>")
    assert found.published_at is not None
    assert found.published_at.astimezone(UTC) == datetime(2022, 8, 9, 6, 58, tzinfo=UTC)
    assert found.published_precision == "minute"


def test_trap_7_a_blank_before_the_offset() -> None:
    found = read('<meta property="article:published_time" content="2022-08-09T13:58:00.000 +07:00">')
    assert found.published_at is not None
    assert found.published_at.astimezone(UTC) == datetime(2022, 8, 9, 6, 58, tzinfo=UTC)


def test_trap_9_a_rewrite_is_near_and_another_text_is_not() -> None:
    rewritten = (WORDS[0], WORDS[1].replace("Chủ hàng nước", "Bà chủ quán nước"), WORDS[2], "Cầu mở lại sáng thứ hai.")
    other = tuple(" ".join(reversed(text.split())) for text in WORDS)
    first = signature("\n".join(WORDS * 2))
    assert similarity(first, signature("\n".join(rewritten * 2))) > 0.6
    assert similarity(first, signature("\n".join(other * 2))) < 0.2


def test_trap_10_no_author_no_site_name_and_the_minute_is_kept() -> None:
    head = '<meta name="author" content="Nguyễn Hư Cấu"><meta property="og:site_name" content="Báo Bến Thử">'
    beside = '<span class="time">09/08/2022 13:58</span><p class="author">Nguyễn Hư Cấu</p>'
    found = read(head + "<title>Cầu phao Bến Thử đóng hai đêm để thay phao - Báo Bến Thử</title>", beside)
    assert found.title == "Cầu phao Bến Thử đóng hai đêm để thay phao"
    assert found.published_precision == "minute"
    assert "Hư Cấu" not in repr(found)


def test_trap_12_the_language_is_judged_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the reader opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    english = (
        "The pontoon bridge will be closed for two nights while the old floats are replaced, the ward said.",
        "Lorries have to take the ferry further down, which carries thirty of them on each crossing of the river.",
        "Traders on both banks hope that the bridge opens again when it was promised, before the market day.",
    )
    assert read('<meta property="og:type" content="article">', "<time>09/08/2022 13:58</time>", english).fate is (
        FateWord.OFF_LANGUAGE
    )
    assert read("", "<time>09/08/2022 13:58</time>").fate is None


def test_a_relative_time_counts_from_the_fetch_and_never_behind_it() -> None:
    found = read("", "<span class='time'>3 giờ trước</span>")
    assert found.published_at == NOW - timedelta(hours=3)
    assert found.published_precision == "day"
