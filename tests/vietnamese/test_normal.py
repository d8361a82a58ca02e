"""Normal form: what is folded, what stays, and that lengths hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.normal import aligned, clean, fold_tones, match_form, nfc, unaccent


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà", "hòa"),
        ("Hoà Bình", "Hòa Bình"),
        ("THUỶ NGUYÊN", "THỦY NGUYÊN"),
        ("Thuỵ Hương", "Thụy Hương"),
        ("Uỷ ban", "Ủy ban"),
        ("Ứng Hoè", "Ứng Hòe"),
        ("khoẻ", "khỏe"),
    ],
)
def test_open_vowel_pairs_take_the_old_placement(new: str, old: str) -> None:
    assert fold_tones(new) == old
    assert fold_tones(old) == old


@pytest.mark.parametrize(
    "word", ["quý", "quỳ", "Quỹ", "QUỴ", "hoàn", "toán", "thuyền", "khuỷu", "hoạch", "ngoài", "loãng"]
)
def test_closed_and_q_syllables_stay(word: str) -> None:
    assert fold_tones(word) == word
    assert match_form(word) == word.lower()


def test_nfc_composes_and_drops_what_nobody_sees() -> None:
    decomposed = unicodedata.normalize("NFD", "Hải Phòng")
    assert nfc(decomposed) == "Hải Phòng"
    assert nfc("Hải\u200b Ph\u00adòng\ufeff") == "Hải Phòng"
    assert nfc("ÐÌNH VŨ, Ɖồ Sơn") == "ĐÌNH VŨ, Đồ Sơn"


def test_clean_folds_every_white_space() -> None:
    assert clean("  TP.\u00a0Hải\n\t Phòng ") == "TP. Hải Phòng"
    assert clean("") == ""


def test_match_form_sees_dashes_blanks_and_quotes_alike() -> None:
    assert match_form("Đình Vũ – Cát\u00a0Hải “Mũi” ’") == 'đình vũ - cát hải "mũi" \''
    assert match_form("UỶ BAN Nhân dân") == "ủy ban nhân dân"


def test_unaccent_is_for_search() -> None:
    assert unaccent("Đặc khu Bạch Long Vĩ, ƯU TIÊN") == "dac khu bach long vi, uu tien"


@given(st.text())
def test_folds_keep_the_length_of_nfc_text(text: str) -> None:
    text = nfc(text)
    assert len(fold_tones(text)) == len(unaccent(text)) == len(match_form(text)) == len(text)


def test_aligned_says_nothing_moved_where_nothing_did() -> None:
    assert aligned("Thành phố Hải Phòng").starts is None
    assert aligned("plain").span(1, 3) == (1, 3)


def test_aligned_leads_back_into_text_as_given() -> None:
    given_text = (
        unicodedata.normalize("NFD", "Tại thành phố ")
        + "Hải\u200b   Phò\u00adng."
        + unicodedata.normalize("NFD", " Lê Chân")
    )
    form = aligned(given_text)
    assert form.text == "Tại thành phố Hải Phòng. Lê Chân"
    start = form.text.index("Hải")
    first, last = form.span(start, start + len("Hải Phòng"))
    assert given_text[first:last] == "Hải\u200b   Phò\u00adng"
    start = form.text.index("Lê Chân")
    first, last = form.span(start, start + len("Lê Chân"))
    assert nfc(given_text[first:last]) == "Lê Chân"


@given(st.text(alphabet=st.sampled_from("aoàáâ\u0301\u0300\u0323\u0302 đ\u200b\u00ad\n.B\u1161\u1100\u09be\u09c7")))
def test_aligned_is_nfc_with_single_blanks_and_spans_in_order(text: str) -> None:
    form = aligned(text)
    if form.starts is not None and form.ends is not None:
        assert len(form.starts) == len(form.ends) == len(form.text)
        assert list(form.starts) == sorted(form.starts)
        assert all(0 <= s < e <= len(text) for s, e in zip(form.starts, form.ends, strict=True))
    assert clean(form.text) == clean(text)
