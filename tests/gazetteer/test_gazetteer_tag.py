"""Rows in, rows out; the same answer in any order; why a name was taken or refused."""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.files import out_row, read_row, tag_row
from gazetteer.matcher import Matcher
from gazetteer.records import Gazetteer
from gazetteer.tag import OutletHint, explain, tag
from gazetteer.variants import head_forms, name_forms
from vietnamese.normal import match_form

ROWS: list[dict[str, Any]] = [
    {
        "id": "1",
        "title": "Hải Phòng sửa cầu",
        "sapo": None,
        "text": "Sở Xây dựng lập phương án.",
        "published_at": "2026-02-01T08:00",
    },
    {
        "id": "2",
        "title": "Mưa lớn",
        "sapo": "",
        "text": "Quận Hồng Bàng ngập.",
        "published_at": None,
        "outlet": "Báo Nhỏ",
        "url": None,
    },
    {"id": "3", "title": "Bóng đá", "text": "Hải Phòng thua ở V-League.", "published_at": "2026-02-01T08:00:00+07:00"},
    {"id": "4", "title": "", "text": "", "published_at": "hôm qua"},
]


def test_rows_become_rows_with_true_spans(shipped: Gazetteer) -> None:
    found = [out_row(*tag_row(shipped, row)) for row in ROWS]
    assert [row["id"] for row in found] == ["1", "2", "3", "4"]
    assert [row["about_city"] for row in found] == [True, True, False, False]
    assert [m["id"] for m in found[0]["mentions"]] == ["p31", "so-xay-dung"]
    for row, source in zip(found, ROWS, strict=True):
        for mention in row["mentions"]:
            assert (source.get(mention["field"]) or "")[mention["start"] : mention["end"]] == mention["surface"]
            assert set(mention) == {"id", "field", "start", "end", "surface", "rule", "confidence"}
            assert 0 < mention["confidence"] <= 1


def test_the_same_answer_in_any_order(shipped: Gazetteer) -> None:
    first = {row["id"]: out_row(*tag_row(shipped, row)) for row in ROWS}
    shuffled = ROWS * 3
    random.Random(7).shuffle(shuffled)
    for row in shuffled:
        assert out_row(*tag_row(shipped, row)) == first[row["id"]]


@pytest.mark.parametrize("row", [{"title": "x"}, {"id": "1", "title": 5}, {"id": "1", "text": ["a"]}])
def test_a_row_that_is_none_is_refused_by_key(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(id|title|text): "):
        read_row(row)


def test_outlets_are_found_by_any_name_and_unknown_ones_are_neutral(shipped: Gazetteer) -> None:
    hints = {"báo thành phố": OutletHint(id="bao-tp", city_default=True)}
    row = {
        "id": "1",
        "title": "Sở Y tế tuyển bác sĩ",
        "text": "",
        "outlet": "Báo Thành Phố",
        "published_at": "2026-01-01",
    }
    assert [m.entity_id for m in tag_row(shipped, row, hints)[0].mentions] == ["so-y-te"]
    assert tag_row(shipped, row)[0].mentions == ()


def test_section_and_address_are_evidence(shipped: Gazetteer) -> None:
    assert tag(shipped, title="Sở Y tế tuyển", sapo="Ở Lê Chân", text="", published_at=None).mentions == ()
    named = tag(shipped, title="Sở Y tế tuyển", sapo="Ở Lê Chân", text="", published_at=None, section="Hải Phòng")
    assert [m.entity_id for m in named.mentions] == ["so-y-te", "n11383"]
    address = "https://bao.example/hai-phong-so-y-te-tuyen.html"
    named = tag(shipped, title="Sở Y tế tuyển", sapo="Ở Lê Chân", text="", published_at=None, url=address)
    assert [m.entity_id for m in named.mentions] == ["so-y-te", "n11383"]


def test_explain_tells_who_lost_and_why(shipped: Gazetteer) -> None:
    found = explain(
        shipped, title="Đường Lê Chân ở Hà Nội", sapo=None, text="Quận Lê Chân cũ của Hải Phòng.", published_at=None
    )
    told = {item.surface: item.verdict for item in found}
    assert (told["Lê Chân"].id, told["Lê Chân"].rule) == (None, "cue-street")
    assert told["Quận Lê Chân"].id == "d305"
    assert told["Quận Lê Chân"].rivals == ("n11383",)


def test_spellings_made_by_rule() -> None:
    assert name_forms("Bạch Long Vĩ") == {"bạch long vĩ", "bạch long vỹ"}
    assert name_forms("Đông Hải 1") == {"đông hải 1", "đông hải i"}
    forms = head_forms("Sở Giáo dục và Đào tạo", {})
    assert {"sở giáo dục và đào tạo", "sở giáo dục - đào tạo", "sở giáo dục & đào tạo", "sở giáo dục, đào tạo"} <= forms
    assert {"sở vh,tt&dl", "sở vh-tt-dl", "sở vh, tt và dl", "sở vhttdl"} <= head_forms("Sở VH&TT&DL", {})
    assert head_forms("Chi cục khu vực III", {"khu vực": ("KV",)}) == {
        *("chi cục khu vực iii", "chi cục khu vực 3", "chi cục kv iii", "chi cục kv 3"),
    }
    assert "tand khu vực 10" in head_forms("TAND khu vực {n}", {})


def test_the_matcher_takes_whole_words_longest_first(shipped: Gazetteer) -> None:
    matcher = Matcher(shipped)
    plain = "Sở Văn hóa, Thể thao và Du lịch, Công an Hải Phòng, phải phòng, An Dương Vương"
    form = match_form(plain)
    found = [(form[a.start : a.end], a.kind) for a in matcher.read(form, plain)[0]]
    assert found == [
        ("sở văn hóa, thể thao và du lịch", "head"),
        ("công an", "head"),
        ("hải phòng", "city"),
        ("an dương vương", "cue"),
    ]


PIECES = [
    *(
        "Hải Phòng",
        "TP.",
        "TP Hải Phòng",
        "Công an",
        "UBND",
        "các phường",
        "phường",
        "quận",
        "Lê Chân",
        "An Biên",
        "Hải An",
    ),
    *(
        "Sở Y tế",
        "Thành ủy",
        "(cũ)",
        "huyện",
        "An Lão",
        "Bình Định",
        ",",
        " và ",
        " - ",
        "\n",
        ". ",
        "(",
        ")",
        "Đà Nẵng",
    ),
    *(
        "Hải Dương",
        "đường",
        "Nguyễn",
        "Cát Bà",
        "đảo",
        "184",
        "tàu",
        "V-League",
        "nay là",
        "đặc khu",
        "Cát Hải",
        "\u200b",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["NFC", "NFD"]), st.booleans())
def test_whatever_comes_spans_are_true_and_apart(
    shipped: Gazetteer, pieces: list[str], form: Literal["NFC", "NFD"], blanks: bool
) -> None:
    text = unicodedata.normalize(form, (" " if blanks else "").join(pieces))
    mentions = tag(shipped, title="", sapo=None, text=text, published_at=None).mentions
    assert all(text[m.start : m.end] == m.surface for m in mentions)
    assert all(before.end <= after.start for before, after in pairwise(mentions))
    assert all(shipped.get(m.entity_id) is not None for m in mentions)
