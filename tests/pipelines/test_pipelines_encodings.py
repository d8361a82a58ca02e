"""Every encoding Vietnamese pages come in gives the same text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.files import page_of
from pipelines.legacy import TCVN3, VNI, from_tcvn3, from_vni
from pipelines.parse import decode
from pipelines.read import read_page

TITLE = "Phà Cồn Sậy chạy thêm hai chuyến tối mỗi ngày"
TEXT = (
    "Từ đầu tuần tới, bến phà mở cửa đến hai mươi hai giờ để công nhân ở bờ bên kia sông về nhà an toàn, "
    "không phải đi vòng. "
    "Giá vé được giữ nguyên trong suốt thời gian thử nghiệm, người già và học sinh được miễn phí như trước đây."
)
URL = "https://bao-cu.example/pha-con-say-chay-them-hai-chuyen-toi-moi-ngay-12345.html"
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
SMALL = st.text(alphabet=LETTERS + " ", max_size=80)


def markup(title: str, text: str, head: str = "", font: str = "") -> str:
    return (
        f"<html><head>{head}<title>{title}</title></head><body>"
        f"<div><h1>{title}</h1>"
        "<span class='date'>07/03/2006 08:52</span>"
        f"<div class='content' style=\"font-family:{font}\"><p>{text}</p><p>{text[:-1]} hai.</p>"
        "</div></div></body></html>"
    )


def read(body: bytes, content_type: str | None = None) -> tuple[str | None, str]:
    page = page_of(body, url=URL, outlet_id=None)
    object.__setattr__(page, "content_type", content_type)
    found = read_page(page, outlet=None)
    return found.title, found.paragraphs[0] if found.paragraphs else ""


def tcvn3(text: str) -> str:
    table = str.maketrans({letter: code for code, letter in TCVN3.items()})
    return text.lower().translate(table)


def vni(text: str) -> str:
    table = {letter: form for form, letter in reversed(VNI.items()) if letter.islower()}
    return "".join(table.get(c, c) for c in text.lower())


CP1258 = {unicodedata.normalize("NFD", c): c for c in "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹìòõĩũ"}


def cp1258(text: str) -> bytes:
    """As windows-1258 wants it: base letters composed, tones as combining marks."""
    out = []
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tone))
        out.append(base + tone)
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (markup(TITLE, TEXT).encode(), None),
        (markup(TITLE, TEXT).encode(), "text/html; charset=iso-8859-1"),
        (markup(TITLE, TEXT, "<meta charset='windows-1252'>").encode(), None),
        (markup(TITLE, TEXT).encode("utf-8-sig"), None),
        (b"\xff\xfe" + markup(TITLE, TEXT).encode("utf-16-le"), None),
        (unicodedata.normalize("NFD", markup(TITLE, TEXT)).encode(), None),
        (cp1258(markup(TITLE, TEXT)), "text/html; charset=windows-1258"),
        (cp1258(markup(TITLE, TEXT, "<meta charset='iso-8859-1'>")), None),
        (markup(TITLE, TEXT.replace("phà", "ph\u200bà")).encode(), None),
        (markup(TITLE, TEXT.replace("công", "c&amp;ocirc;ng")).encode(), None),
        (markup(TITLE, TEXT).encode() + b"\xff\xfe\x80", None),
        (markup(TITLE, TEXT).replace("<p>", "<p>\x00").encode(), None),
    ],
    ids=["utf-8", "lying-header", "lying-meta", "bom", "utf-16", "nfd", "cp1258", "cp1258-as-latin", "zero-width",
         "escaped-twice", "broken-end", "nul"],
)  # fmt: skip
def test_one_text_in_every_encoding(body: bytes, content_type: str | None) -> None:
    assert read(body, content_type) == (TITLE, TEXT)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_pages_in_old_fonts_are_read(encoding: str) -> None:
    for text, font in ((tcvn3(markup(TITLE, TEXT)), ".VnTime"), (vni(markup(TITLE, TEXT)), "VNI-Times")):
        body = text.replace('style="font-family:"', f'style="font-family:{font}"').encode(encoding)
        title, first = read(body)
        assert (title, first) == (TITLE.lower(), TEXT.lower())


def test_a_unicode_page_that_names_an_old_font_is_left_alone() -> None:
    assert read(markup(TITLE, TEXT, font=".VnTime, Arial").encode())[1] == TEXT


@given(SMALL)
def test_tcvn3_round_trip(text: str) -> None:
    assert from_tcvn3(tcvn3(text)) == text


@given(SMALL)
def test_vni_round_trip_by_word(text: str) -> None:
    for word in text.split():
        if not any(a in "aeouyơư" and b in "íìĩịỉỵđơưóò" for a, b in pairwise(word)):
            assert from_vni(vni(word)) == word


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " .,", max_size=80))
def test_windows_1258_round_trip(text: str) -> None:
    decoded = unicodedata.normalize("NFC", decode(cp1258(text) + b" \xfe", "text/html; charset=windows-1258"))
    assert decoded == unicodedata.normalize("NFC", text) + " ₫"


@given(
    st.binary(max_size=400), st.sampled_from([None, "text/html; charset=utf-7", "text/html; charset=x", "charset=big5"])
)
def test_any_bytes_decode_to_something(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type), str)
