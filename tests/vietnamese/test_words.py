"""Sentences, excerpts and the language check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.words import excerpt, sentences, syllables, vietnamese_share


def test_syllables_are_folded_and_bare() -> None:
    assert syllables("Uỷ ban TP.Hải Phòng, 3.000 m2!") == ["ủy", "ban", "tp", "hải", "phòng", "3", "000", "m2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Đoàn đến TP. Hải Phòng sáng 3.9. Mưa vẫn to.",
            ["Đoàn đến TP. Hải Phòng sáng 3.9.", "Mưa vẫn to."],
        ),
        ("ThS. Trần A. Nam, P. Lê Chân, Q. Hải An nói. Hết!", ["ThS. Trần A. Nam, P. Lê Chân, Q. Hải An nói.", "Hết!"]),
        ("Thu 1.250 tỷ đồng. Năm 2025 tăng.", ["Thu 1.250 tỷ đồng.", "Năm 2025 tăng."]),
        ("“Chúng tôi xin lỗi.” Ông nói vậy.", ["“Chúng tôi xin lỗi.”", "Ông nói vậy."]),
        ("Họ chờ... rồi về. Ai lo? Không rõ", ["Họ chờ... rồi về.", "Ai lo?", "Không rõ"]),
        ("Dòng một\nDòng hai", ["Dòng một", "Dòng hai"]),
        ("Cấp cho UBND. Người dân vui.", ["Cấp cho UBND.", "Người dân vui."]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_excerpt_keeps_whole_sentences() -> None:
    text = "Một hai ba. Bốn năm sáu. Bảy tám."
    assert excerpt(text, words=6) == "Một hai ba. Bốn năm sáu."
    assert excerpt(text, words=5) == "Một hai ba."
    assert excerpt(["Một hai ba.", "Bốn."], words=60) == "Một hai ba. Bốn."
    assert excerpt("") == ""


def test_excerpt_cuts_only_a_first_sentence_that_is_too_long() -> None:
    assert excerpt("Một hai ba bốn năm.", words=3) == "Một hai ba…"
    assert excerpt("Tại quận cũ, TP. Hải Phòng đang mưa to.", words=4) == "Tại quận cũ…"


def test_excerpt_refuses_nothing_wanted() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        excerpt("Một", words=0)


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_excerpt_is_never_longer_than_asked(text: str, words: int) -> None:
    assert len(excerpt(text, words=words).split()) <= words


def test_vietnamese_share_tells_languages_apart() -> None:
    assert vietnamese_share("Ủy ban nhân dân thành phố vừa công bố quyết định điều chỉnh giá nước sạch.") > 0.4
    assert vietnamese_share("The city opened a new bridge over the Cấm river on Monday, officials said today.") < 0.1
    assert vietnamese_share("La ville a inauguré un pont où l'été à peine passé les élèves sont là.") < 0.05
    assert vietnamese_share("2025 – 114") == 0.0
