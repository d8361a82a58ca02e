"""What a form found in a text can mean, and where it stands: what the matcher and the lists of agencies share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

AtomKind = Literal["unit", "city", "province", "place", "head", "agency", "draft", "cue", "list", "landmark"]
"""unit: a unit's name; city: Hải Phòng; province: another province; place: a town of one; head: what a place follows
(`Sở Y tế`, `UBND`); agency: a whole name; draft: a name never in force; cue: a longer name that only looks like one;
list: words that open a list of agencies (`các sở`), never handed on; landmark: stands in the city and bears no name
of a unit (`Kiếp Bạc`)."""


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """What a form can mean: ids of units or agencies, kinds of bodies, the code of a province."""

    kind: AtomKind
    ids: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    """Kinds of bodies the head stands for."""
    provinces: tuple[str, ...] = ()
    """Codes of other provinces that bear this name too."""
    opener: str = ""
    """The word a list of such agencies is opened by: `sở`."""


class Atom(msgspec.Struct, frozen=True, gc=False):
    """One place in a match form where a known form stands."""

    start: int
    end: int
    meaning: Meaning
    group: int = 0
    """The list it is a member of, by where that begins; 0: of none."""

    @property
    def kind(self) -> AtomKind:
        """The kind of what stands here."""
        return self.meaning.kind


Signals = Mapping[str, set[str]]
"""`sport`, `league`, `old_bodies`, `districts` -> the words of that list found."""
