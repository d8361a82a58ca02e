"""Normal form and folding of Vietnamese text.

`nfc` and `clean` change length; the folds (`fold_tones`, `unaccent`, `match_form`) keep the length of NFC text, so that
a place found in the folded twin is the same place in the text. `aligned` is for text that is not NFC yet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE_CODES = (0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)
"""Soft hyphen, zero-width space, non-joiner, joiner, direction marks, word joiner, byte order mark."""
_INVISIBLE = re.compile("[" + "".join(map(chr, _INVISIBLE_CODES)) + "]")
_SPACE_CODES = (0x09, 0x0B, 0x0C, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_BLANK_RUN = re.compile("[ " + "".join(map(chr, _SPACE_CODES)) + "]{2,}")

_LOOK_ALIKES = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"}
"""Eth and African D, which old input methods wrote for Đ."""

_PAIRS = dict(
    zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
)
_LOWER_LETTER = "a-zà-öø-ÿăđĩũơưạ-ỹ"
_TONES_OF_LETTER = (
    re.compile(rf"o[àáảãạèéẻẽẹ](?![{_LOWER_LETTER}])"),
    re.compile(rf"u[ỳýỷỹỵ](?![{_LOWER_LETTER}])"),
)
"""Open pairs to look at; `_folded_pair` leaves `quý` and what is no pair. A pattern that begins with one letter is
found three times as fast as one with a choice."""
_TONES_ANY = re.compile("|".join(tones.pattern for tones in _TONES_OF_LETTER), re.IGNORECASE)

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SAME_LENGTH = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(map(chr, _SPACE_CODES), " "),
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    **_LOOK_ALIKES,
}


def _swapped(text: str, swaps: dict[str, str]) -> str:
    """`text` with single characters exchanged: faster than `str.translate` where most are absent."""
    for old, new in swaps.items():
        if old in text:
            text = text.replace(old, new)
    return text


def _bare(char: str) -> str:
    """`char` in lower case without marks; itself where that is not one character."""
    base = "".join(c for c in unicodedata.normalize("NFD", char.lower()) if not unicodedata.combining(c))
    return base if len(base) == 1 else char


_UNACCENT = {ord(c): _bare(c) for c in map(chr, (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)))}
_UNACCENT |= dict.fromkeys(map(ord, "đĐÐƉðɖ"), "d")
UNACCENTED = {chr(code): bare for code, bare in _UNACCENT.items() if chr(code) != bare}
"""What `unaccent` changes, letter by letter, for a database that has to do the same."""


def nfc(text: str) -> str:
    """`text` composed (NFC), without invisible characters, with Đ for its look-alikes."""
    if text.isascii():
        return text
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    return _swapped(unicodedata.normalize("NFC", text), _LOOK_ALIKES)


def clean(text: str) -> str:
    """`nfc(text)` with every run of white space folded to one blank, trimmed."""
    return " ".join(nfc(text).split())


def _lower(text: str) -> str:
    """`text.lower()` of the same length: the dotted İ, the one letter that would grow, becomes i."""
    return text.replace("İ", "i").lower()


def _folded_pair(found: re.Match[str]) -> str:
    pair = found[0]
    folded = _PAIRS.get(pair.lower())
    if folded is None or (pair[0] in "uU" and found.string[found.start() - 1 : found.start()] in {"q", "Q"}):
        return pair
    if pair.isupper():
        return folded.upper()
    return folded.capitalize() if pair[0].isupper() else folded


def fold_tones(text: str) -> str:
    """NFC `text` with the old tone placement (`hoà` -> `hòa`, `thuỷ` -> `thủy`; `hoàn`, `quý` stay). Same length."""
    return _TONES_ANY.sub(_folded_pair, text)


def unaccent(text: str) -> str:
    """NFC `text` in lower case without diacritics, đ as d: for search. Same length."""
    return text.translate(_UNACCENT)


def match_form(text: str) -> str:
    """What the matcher sees of NFC `text`: lower case, old tone placement, plain dashes, blanks, quotes. As long."""
    form = _swapped(_lower(text), _SAME_LENGTH)
    for tones in _TONES_OF_LETTER:
        form = tones.sub(_folded_pair, form)
    return form


@dataclass(frozen=True, kw_only=True, slots=True)
class Aligned:
    """A normal form that knows where it came from."""

    text: str
    """`nfc` of the original with runs of blanks folded to one; line breaks stay."""
    starts: tuple[int, ...] | None = None
    """For each character of `text` the first code point of its source; None when nothing moved."""
    ends: tuple[int, ...] | None = None
    """For each character of `text` one past the last code point of its source; None when nothing moved."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span of `text[start:end]` (not empty)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def aligned(text: str) -> Aligned:
    """The normal form of `text` with the way back into `text` exactly as given."""
    if _is_plain(text):
        return Aligned(text=_swapped(text, _LOOK_ALIKES))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        form = nfc(text[start:end])
        if form in _BLANKS and out and out[-1] in _BLANKS:
            ends[-1] = end
            continue
        out.extend(form)
        starts.extend([start] * len(form))
        ends.extend([end] * len(form))
    return Aligned(text="".join(out), starts=tuple(starts), ends=tuple(ends))


def _is_plain(text: str) -> bool:
    """Whether nothing moves: NFC, no invisible character, no run of blanks; single looks are cheaper than a regex."""
    if "  " in text or (any(blank in text for blank in _RARE_BLANKS) and _BLANK_RUN.search(text)):
        return False
    if text.isascii():
        return True
    return unicodedata.is_normalized("NFC", text) and not any(sign in text for sign in _INVISIBLE_SIGNS)


_RARE_BLANKS = tuple(map(chr, _SPACE_CODES))
_INVISIBLE_SIGNS = tuple(map(chr, _INVISIBLE_CODES))
_BLANKS = frozenset({" ", *map(chr, _SPACE_CODES)})


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans that are composed on their own: one character and the marks (or invisible characters) behind it."""
    found: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(text)):
        if _begins(text, start, index):
            found.append((start, index))
            start = index
    if text:
        found.append((start, len(text)))
    return found


def _begins(text: str, start: int, index: int) -> bool:
    """Whether `text[index]` is no part of the cluster that began at `start`."""
    char = text[index]
    if ord(char) in _INVISIBLE_CODES:
        return False
    if char < "\u0300":
        return True
    if unicodedata.combining(char):
        return False
    before = text[start:index]
    return nfc(before + char) == nfc(before) + nfc(char)
