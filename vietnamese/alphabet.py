"""The order of the Vietnamese alphabet: a ă â b c d đ e ê … u ư v x y, tones last, syllable by syllable."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: place for place, letter in enumerate(_LETTERS, start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""huyền, hỏi, ngã, sắc, nặng after the unmarked tone, as dictionaries have it."""
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_SHAPES = frozenset("\u0306\u0302\u031b")
"""Breve, circumflex and horn make letters of their own; they are no tones."""

SortKey = tuple[tuple[int, int, tuple[int, ...], int], ...]


def sort_key(text: str) -> SortKey:
    """A key that sorts names as a Vietnamese reader expects.

    Each syllable is compared by its letters, then by its tone, before the next syllable; upper and lower case are
    equal; a number comes before letters and is compared by its value; other signs do not count.
    """
    return tuple(_token(token) for token in _TOKEN.findall(unicodedata.normalize("NFC", text).lower()))


def _token(token: str) -> tuple[int, int, tuple[int, ...], int]:
    if token.isdecimal():
        return (0, int(token), (), 0)
    letters: list[int] = []
    tone = 0
    for char in token:
        letter, mark = _split(char)
        letters.append(_PLACE.get(letter, len(_LETTERS) + 1 + ord(letter)))
        tone = mark or tone
    return (1, 0, tuple(letters), tone)


def _split(char: str) -> tuple[str, int]:
    """A letter without its tone, and the tone (0 for none)."""
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[part] for part in parts[1:] if part in _TONES), 0)
    shape = "".join(part for part in parts[1:] if part in _SHAPES)
    letter = unicodedata.normalize("NFC", parts[0] + shape)
    return (letter if len(letter) == 1 else parts[0]), tone
