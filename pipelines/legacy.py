"""Vietnamese fonts of before Unicode: TCVN3 (.VnTime …) and VNI, whose texts look like Latin-1 noise.

A page in them says so by its fonts. Tables after TCVN 5712:1993 (VN3) and the VNI Windows fonts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vietnamese.words import vietnamese_share

TCVN3: Mapping[str, str] = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢£¤¥¦§",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
"""One character each; capitals are set in fonts of their own (.VnTimeH) with the small letters' codes."""

_VNI_SMALL: Mapping[str, str] = {
    **{base + mark: letter
       for base, marked in (("a", "áàảãạ"), ("e", "éèẻẽẹ"), ("o", "óòỏõọ"), ("u", "úùủũụ"), ("y", "ýỳỷỹ"))
       for mark, letter in zip("ùøûõï", marked, strict=False)},
    **{base + mark: letter for base, marked in (("a", "âấầẩẫậ"), ("e", "êếềểễệ"), ("o", "ôốồổỗộ"))
       for mark, letter in zip("âáàåãä", marked, strict=True)},
    **{"a" + mark: letter for mark, letter in zip("êéèúüë", "ăắằẳẵặ", strict=True)},
    **{"ô" + mark: letter for mark, letter in zip("ùøûõï", "ớờởỡợ", strict=True)},
    **{"ö" + mark: letter for mark, letter in zip("ùøûõï", "ứừửữự", strict=True)},
    **dict(zip("ôöíìæóòîñ", "ơưíìỉĩịỵđ", strict=True)),
}  # fmt: skip
VNI: Mapping[str, str] = {
    **_VNI_SMALL,
    **{form[0].upper() + form[1:]: letter.upper() for form, letter in _VNI_SMALL.items()},
    **{form.upper(): letter.upper() for form, letter in _VNI_SMALL.items()},
}
"""A letter and the mark behind it, or one character; capitals with small or capital marks."""

_VNI_FORM = re.compile("|".join(map(re.escape, sorted(VNI, key=len, reverse=True))))
_TCVN3_TABLE = str.maketrans(dict(TCVN3))
_MARKERS = ((b".Vn", "tcvn3"), (b"VNI-", "vni"))
_FONTS = {"tcvn3": re.compile(rb"""[\s"':,]\.Vn[A-Z]"""), "vni": re.compile(rb"""[\s"':,]VNI-[A-Z]""")}
_TAG = re.compile(r"<[^>]*>")
_SAMPLE, _BETTER, _UNREAD = 20_000, 0.15, 0.3
"""Unicode prose has a share of Vietnamese words over 0.4; a page that has it needs no font."""


def from_tcvn3(text: str) -> str:
    """`text` as Unicode, given TCVN3 codes read as Latin-1."""
    return text.translate(_TCVN3_TABLE)


def from_vni(text: str) -> str:
    """`text` as Unicode, given VNI codes read as Latin-1."""
    return _VNI_FORM.sub(lambda match: VNI[match[0]], text)


def legacy_text(body: bytes) -> str | None:
    """The page in Unicode when its fonts say TCVN3 or VNI and its text reads better that way; else None."""
    for marker, kind in _MARKERS:
        if marker in body and _FONTS[kind].search(body):
            plain = _latin(body)
            text = from_tcvn3(plain) if kind == "tcvn3" else from_vni(plain)
            if _share(plain) < _UNREAD and _share(text) > _share(plain) + _BETTER:
                return text
    return None


def _latin(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _share(markup: str) -> float:
    return vietnamese_share(_TAG.sub(" ", markup)[:_SAMPLE])
