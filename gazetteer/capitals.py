"""What capital letters around a name say; all on the NFC text, by its offsets."""

from __future__ import annotations

from gazetteer.wordlists import is_foreign

_LINE = 60
"""Characters behind a name that still tell how its line is written."""


def all_capitalised(plain: str, start: int, end: int) -> bool:
    """Whether every syllable of the name begins with a capital; in a line without any, small letters say nothing."""
    name = plain[start:end]
    if name.istitle():
        return True
    words = name.replace("-", " ").split()
    return all(word[0].isupper() or word[0].isdigit() for word in words) or _no_capitals(plain, start)


def _no_capitals(plain: str, start: int) -> bool:
    """Whether the line is written without any capital, where a small letter says nothing."""
    line = plain[plain.rfind("\n", 0, start) + 1 : start + _LINE].split("\n", 1)[0]
    return line.lower() == line


def capital_follows(plain: str, end: int) -> bool:
    """Whether a word with a capital stands one blank behind `end`."""
    return plain[end : end + 1] == " " and plain[end + 1 : end + 2].isupper()


def word_before(plain: str, start: int) -> tuple[str, bool]:
    """The word one blank before `start` (empty where a stop comes between); whether it opens a sentence."""
    first = start - 2
    if first < 0 or plain[start - 1] != " " or not plain[first].isalnum():
        return "", False
    while first > 0 and plain[first - 1].isalnum():
        first -= 1
    before = plain[max(0, first - 2) : first].strip(" ")
    return plain[first : start - 1], not before or before[-1] in ".!?:\n\"“‘'(-–;"


def branded(plain: str, start: int) -> bool:
    """Whether the word before is a brand (`Ecopark Hải Dương`): a foreign word with a capital."""
    word, _ = word_before(plain, start)
    return bool(word) and word[0].isupper() and is_foreign(word)


def all_capitals(plain: str, start: int) -> bool:
    """Whether the line is written in capitals, where capitals say nothing."""
    line = plain[plain.rfind("\n", 0, start) + 1 : start + 40].split("\n", 1)[0]
    return line.upper() == line


def capital_run(plain: str, start: int) -> int:
    """The end of the capital words that begin at `start`."""
    end = start
    while end < len(plain) and plain[end].isupper():
        while end < len(plain) and plain[end].isalnum():
            end += 1
        if plain[end : end + 1] == " " and plain[end + 1 : end + 2].isupper():
            end += 1
        else:
            break
    return end
