"""The excerpt of an article: its own sentences, the sapo first, completed from the body; it outlives the full text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.article_rows import EXCERPT_WORDS, short
from storage.schema import articles
from vietnamese.words import sentences

A = "https://bao.vn/a.html"
SAPO = "Chiều 9/9, một kho hàng ở phường An Biên bốc cháy."
BODY = (
    "Theo Th.S Trần Văn B., TP. Hải Phòng có 12 kho như vậy. Kho No. 3 cháy rụi. Không ai bị thương! "
    + " ".join(["Lửa"] * 50)
    + ". Câu cuối."
)


def test_a_short_sapo_is_completed_with_whole_sentences() -> None:
    told = short(SAPO, BODY)
    assert told == f"{SAPO} {BODY.partition(' Lửa')[0]}"
    assert len(told.split()) <= EXCERPT_WORDS


@pytest.mark.parametrize(
    ("sapo", "body", "expected"),
    [
        (None, "Một hai. Ba bốn.", "Một hai. Ba bốn."),
        ("Một hai.", "", "Một hai."),
        ("Một hai.", "(TTXVN) - Một hai. Nhân dân ba bốn năm.", "Một hai. Nhân dân ba bốn năm."),
        ("Một hai.", "Ba bốn.\nTiểu mục không chấm\nNăm sáu.", "Một hai. Ba bốn."),
        ("Một hai", "Ba bốn.", "Một hai"),
        ("Một hai...", "Ba bốn.", "Một hai..."),
        ("Một hai…", "Ba bốn.", "Một hai…"),
        ("Ông nói: “Một hai.”", "“Ba bốn?” Năm", "Ông nói: “Một hai.” “Ba bốn?”"),
        ("Một hai.", "Ba bốn. Trước đó, Công an TP.\nThanh Hóa vào cuộc.", "Một hai. Ba bốn."),
        ("Một hai.", "Gặp cô giáo Q.\nNăm sáu.", "Một hai. Gặp cô giáo Q. Năm sáu."),
        ("Một hai.", "Ba bốn. Ai biết xin gọi 0912.345.678. Năm.", "Một hai. Ba bốn."),
        ("Một hai.", "Xe 15A-123.45 đỗ ở đó. Năm.", "Một hai."),
        ("Một hai. Gọi số +84 912 345 678. Ba.", "Năm sáu.", "Một hai."),
        ("Một hai.", "Ông A (CCCD 031099001234) khai. Năm.", "Một hai."),
        ("Một hai.", "Vốn 12.345.678.900 đồng, theo Nghị định 30/2020/NĐ-CP. Năm.",
         "Một hai. Vốn 12.345.678.900 đồng, theo Nghị định 30/2020/NĐ-CP. Năm."),
        ("Từ " * 61 + ".", "Ba bốn.", "Từ " * 59 + "Từ…"),
    ],
)  # fmt: skip
def test_where_the_body_has_its_say(sapo: str | None, body: str, expected: str) -> None:
    assert short(sapo, body) == expected


@given(
    st.none() | st.text(alphabet="aB TP.No!?…\n", max_size=120),
    st.text(alphabet="aB TP.No!?…\n", max_size=900),
)
def test_it_is_a_quote_of_whole_sentences_in_their_order(sapo: str | None, body: str) -> None:
    told = short(sapo, body)
    assert len(told.split()) <= EXCERPT_WORDS
    own = [" ".join(sentence.split()) for sentence in [*sentences(sapo or ""), *sentences(body)]]
    if not told.endswith("…"):
        assert told in " ".join(own) or all(part in " ".join(own) for part in sentences(told))


def test_purge_keeps_excerpt_and_a_sapo_that_is_within_it(press: Any) -> None:
    press.begin()
    press.announce(A)
    press.visit(A, "Cháy", body=tuple(BODY.split("\n")), sapo=SAPO)
    press.end()
    (before,) = press.articles()
    assert before["excerpt"] == short(SAPO, BODY) != SAPO
    press.now += timedelta(days=200)
    press.store.purge(press.now)
    (after,) = press.articles()
    (full,) = press.store.rows(select(articles))
    assert (after["excerpt"], full["sapo"], full["paragraphs"]) == (before["excerpt"], SAPO, [])
