"""Lists under one opening word: «các sở Xây dựng, Tài chính và Y tế», «các sân bay Nội Bài, Vân Đồn, Cát Bi»."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gazetteer.atom import Meaning

_JOINT = re.compile(r"(?:[ ]?[,;/][ ]?(?:và )?| và | & | - )")
_FIRST = re.compile(r"(?:: |:| gồm | gồm: | như | là | quốc tế | )")
"""Between the opening words and the first member."""
_UNKNOWN = re.compile(rf"[^\W\d_]+(?: [^\W\d_]+){{0,4}}?(?={_JOINT.pattern})")
_PLURALS = ("các", "những", "hai", "ba", "bốn")
_CONTINUES = (",", " ,", ";", " và ", " & ", " - ", "/")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a list that is known: where it stands, who it is."""

    start: int
    end: int
    meaning: Meaning


class Listing:
    """Reads on behind an opening word. Built from the forms of agencies that begin with one."""

    def __init__(self, openers: Iterable[str], alone: Iterable[str], meanings: Mapping[str, Meaning]) -> None:
        self._alone = tuple(alone)
        self._members: dict[str, dict[str, Meaning]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        for opener in openers:
            known = {
                form[len(opener) + 1 :]: meaning
                for form, meaning in meanings.items()
                if form.startswith(opener + " ") and meaning.kind in {"head", "agency"}
            }
            if known:
                self._members[opener] = known
                words = sorted(known, key=lambda word: (-len(word), word))
                self._patterns[opener] = re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?![^\W_])")

    def openings(self) -> dict[str, str]:
        """Words that open a list by themselves -> their opener: `các sở`, `hai sân bay`."""
        alone = {opener: opener for opener in self._alone if opener in self._members}
        return alone | {f"{plural} {opener}": opener for opener in self._members for plural in _PLURALS}

    def opener_of(self, form: str) -> str:
        """The opener a form begins with, or nothing."""
        return next((opener for opener in self._members if form.startswith(opener + " ")), "")

    def behind(self, form: str, plain: str, end: int, opener: str) -> Sequence[Member]:
        """The known members of the list that `các sở` ending at `end` opens; unknown names may stand among them."""
        first = _FIRST.match(form, end)
        if not first:
            return ()
        found: list[Member] = []
        at = first.end()
        while True:
            member = self._at(form, plain, at, opener)
            stop = member.end if member else _unknown_end(plain, at)
            if member:
                found.append(member)
            joint = _JOINT.match(form, stop) if stop > at else None
            if not joint:
                return found
            at = joint.end()

    def going_on(self, form: str, plain: str, end: int, opener: str) -> Sequence[Member]:
        """The members that follow a whole name ending at `end`: `Sở Xây dựng, Tài chính và Y tế`."""
        found: list[Member] = []
        while form.startswith(_CONTINUES, end):
            joint = _JOINT.match(form, end)
            member = self._at(form, plain, joint.end(), opener) if joint else None
            if member is None:
                break
            found.append(member)
            end = member.end
        return found

    def _at(self, form: str, plain: str, at: int, opener: str) -> Member | None:
        found = self._patterns[opener].match(form, at)
        if not found or not plain[at].isupper():
            return None
        return Member(at, found.end(), self._members[opener][found[0]])


def _unknown_end(plain: str, at: int) -> int:
    """The end of a name that nobody of ours bears, where the list goes on behind it; else `at` itself."""
    found = _UNKNOWN.match(plain, at) if plain[at : at + 1].isupper() else None
    return found.end() if found else at
