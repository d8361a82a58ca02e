"""Words, sentences, excerpts, and whether a text is Vietnamese at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vietnamese.normal import fold_tones, nfc

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
_ENDS = re.compile(r"(?:\.{1,3}|[!?…]+)[\"'”’»)\]]*(?=\s+[\"'“‘«(\[–—-]*\s*[A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ0-9])|\s*[\r\n]+\s*")
"""A stop with what closes behind it, before a capital, figure or opening mark; or a line break."""

_ABBREVIATIONS = frozenset(
    {
        "tp",
        "t.p",
        "q",
        "p",
        "h",
        "x",
        "tx",
        "t.x",
        "tt",
        "kp",
        "ths",
        "th.s",
        "ts",
        "pgs",
        "gs",
        "bs",
        "bscki",
        "bsckii",
    }
    | {"ks", "kts", "ls", "nsnd", "nsưt", "st", "mr", "mrs", "ms", "dr", "no", "vs", "đ/c", "đc", "tr", "sn", "nxb"}
)
"""Words whose stop is part of them because a name or figure follows; in lower case without that stop."""

_VIETNAMESE_ONLY = re.compile(r"[ăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9]")


def syllables(text: str) -> list[str]:
    """The syllables and figures of `text` in order: NFC, lower case, old tone placement, no punctuation."""
    return _WORD.findall(fold_tones(nfc(text)).lower())


def sentences(text: str) -> list[str]:
    """The sentences of `text`, trimmed, none empty; a line break always ends one.

    A stop after an abbreviation (`TP.`, `Q.`, `ThS.`, an initial) or inside a number ends none.
    """
    found: list[str] = []
    start = 0
    for end in _ENDS.finditer(text):
        if not end[0].strip():
            found.append(text[start : end.start()])
            start = end.end()
        elif not _abbreviated(text, start, end):
            found.append(text[start : end.end()])
            start = end.end()
    found.append(text[start:])
    return [trimmed for part in found if (trimmed := part.strip())]


def _abbreviated(text: str, start: int, end: re.Match[str]) -> bool:
    """Whether the stop at `end` belongs to the word before it."""
    if end[0] != ".":
        return False
    word = text[start : end.start()].rsplit(None, 1)[-1:] or [""]
    return _is_abbreviation(word[0].lstrip("\"'“‘«(["))


def _is_abbreviation(word: str) -> bool:
    """`TP`, `TP.Q`, `ThS`, an initial such as `A`; not a figure."""
    last = word.lower().rsplit(".", 1)[-1]
    if last in _ABBREVIATIONS or word.lower() in _ABBREVIATIONS:
        return True
    return len(last) == 1 and last.isalpha() and word[-1:].isupper()


def breaks_off(sentence: str) -> bool:
    """Whether it ends in an abbreviation that announces a name (`Công an TP.`); an initial ends a sentence well."""
    word = (sentence.rsplit(None, 1)[-1:] or [""])[0].lstrip("\"'“‘«([")
    return word.endswith(".") and bool(word[1:-1]) and _is_abbreviation(word[:-1])


def excerpt(source: str | Sequence[str], words: int = 60) -> str:
    """The first sentences of `source` (a text or its sentences), at most `words` words (parts between blanks).

    No sentence is broken unless the first alone is longer: then it is cut between words, never behind an
    abbreviation that announces a name, and ends in `…`. Raises ValueError when `words` is less than 1.
    """
    if words < 1:
        raise ValueError(f"words must be at least 1, not {words}")
    kept: list[str] = []
    for sentence in sentences(source) if isinstance(source, str) else source:
        parts = sentence.split()
        if len(kept) + len(parts) > words:
            return " ".join(kept) if kept else _cut(parts[:words])
        kept += parts
    return " ".join(kept)


def _cut(parts: list[str]) -> str:
    while len(parts) > 1 and parts[-1].endswith(".") and _is_abbreviation(parts[-1].rstrip(".")):
        parts = parts[:-1]
    return " ".join(parts).rstrip(" ,;:.–-") + "…"


def vietnamese_share(text: str) -> float:
    """The share (0 to 1) of words with a letter that hardly another language has (ă đ ơ ư, tones).

    Vietnamese prose has 0.4 to 0.7, names and loan words included; English, French, Chinese under 0.05; Vietnamese
    written without diacritics 0.
    """
    words = _WORD.findall(nfc(text))
    letters = [word for word in words if not word.isdigit()]
    if not letters:
        return 0.0
    return sum(1 for word in letters if _VIETNAMESE_ONLY.search(word)) / len(letters)
