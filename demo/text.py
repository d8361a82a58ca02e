"""Letters: the newer tone placement, which some newsrooms write. Written apart from the pipeline's own folding."""

from __future__ import annotations

import re

_NEW = dict(
    zip(
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        strict=True,
    )
)
_OLD = re.compile(rf"(?<![qQ])({'|'.join(_NEW)})(?![A-Za-zÀ-ỹĐđ])", re.IGNORECASE)


def to_new_tones(text: str) -> str:
    """`Thủy Nguyên, Hòa Bình` -> `Thuỷ Nguyên, Hoà Bình`; words with a final consonant stay (`hoàng`)."""
    return _OLD.sub(_moved, text)


def _moved(match: re.Match[str]) -> str:
    found = match[1]
    new = _NEW[found.lower()]
    if found.isupper():
        return new.upper()
    return new.capitalize() if found[0].isupper() else new
