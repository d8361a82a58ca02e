"""What a lead begins with before it begins: «(TTXVN) - », «Hải Phòng - », «TTO - »."""

from __future__ import annotations

import re

_CAPITAL = "A-ZĐÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠ-Ỹ"
_DASH = r"\s*[-–—]\s*"
_PARENTHESES = re.compile(rf"[(\[][^()\[\]]{{2,40}}[)\]](?:{_DASH}|\s*:\s*|\s+(?=[{_CAPITAL}]))")
_SHORT_NAME = re.compile(rf"(?:[{_CAPITAL}]{{2,6}}(?:\.VN)?|[{_CAPITAL}]{{2,5}}Online)\s*[-–—]\s+(?=\S)")
_PLACE = re.compile(
    rf"(?:[{_CAPITAL}][\w.]*\s+){{0,3}}[{_CAPITAL}][\w.]*(?:,\s*(?:ngày\s+)?\d{{1,2}}[/.-]\d{{1,2}})?"
    rf"\s+[-–—]\s+(?=[{_CAPITAL}][^\s,]*\s+[^{_CAPITAL}])"
)
"""Only before a word that begins a sentence: «Hải Phòng - Quảng Ninh nối lại» names two places."""

DATELINE = re.compile(rf"{_PARENTHESES.pattern}|{_SHORT_NAME.pattern}")
"""A dateline beyond doubt at the start of a text: in brackets, or a paper's short name."""


def without_dateline(text: str) -> str:
    """`text` without the place or the paper's short name it begins with; as it is where that would leave little."""
    for pattern in (_PARENTHESES, _SHORT_NAME, _PLACE):
        match = pattern.match(text)
        if match and len(text) - match.end() >= _LEAST:
            return text[match.end() :]
    return text


_LEAST = 20
"""Characters a lead has at least."""
