"""The matcher: one automaton over the match form finds every name and head; boundaries right, overlaps settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ahocorasick
from msgspec.structs import replace

from gazetteer.atom import Atom, AtomKind, Meaning, Signals
from gazetteer.listing import Listing
from gazetteer.records import CITY, CITY_BEFORE, Gazetteer, Unit, without_type
from gazetteer.variants import head_forms, name_forms

_RANK: dict[AtomKind, int] = {
    "list": -1,
    "cue": 0,
    "draft": 1,
    "agency": 2,
    "head": 3,
    "city": 4,
    "unit": 5,
    "province": 6,
    "place": 7,
    "landmark": 8,
}


class Matcher:
    """Finds atoms, and in the same pass the words that tell of football, districts and ended bodies."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        meanings = _meanings(gazetteer)
        words = gazetteer.words.lists
        self._listing = Listing(words["list_openers"], words["openers_alone"], meanings)
        meanings = self._with_openers(meanings)
        signals = gazetteer.words.signals
        self._automaton: Any = ahocorasick.Automaton()
        for form in sorted(meanings.keys() | signals.keys()):
            self._automaton.add_word(form, (len(form), meanings.get(form), signals.get(form, ()), form))
        self._automaton.make_automaton()
        self.forms = len(meanings)

    def _with_openers(self, meanings: dict[str, Meaning]) -> dict[str, Meaning]:
        """Every agency's form with the word that opens lists of its kind, and these openings themselves."""
        listing = self._listing
        found = {
            form: replace(meaning, opener=listing.opener_of(form)) if meaning.kind in {"head", "agency"} else meaning
            for form, meaning in meanings.items()
        }
        return found | {form: Meaning("list", opener=opener) for form, opener in listing.openings().items()}

    def read(self, form: str, plain: str) -> tuple[list[Atom], Signals]:
        """The known forms in a match form, and its signals: list -> words of it that stand anywhere.

        Leftmost and longest first taken, whole words only, never overlapping. `plain` is the text that `form` folds:
        «dân An» in «người dân An Dương» begins no name.
        """
        found: list[Atom] = []
        told: dict[str, set[str]] = {}
        lists_of_agencies = False
        for last, (length, meaning, lists, word) in self._automaton.iter(form):
            for name in lists:
                told.setdefault(name, set()).add(word)
            start, end = last - length + 1, last + 1
            if meaning is None or (start and form[start - 1].isalnum()) or (end < len(form) and form[end].isalnum()):
                continue
            if meaning.kind != "unit" or not _begins_small(plain, start, end):
                found.append(Atom(start, end, meaning))
                lists_of_agencies = lists_of_agencies or meaning.opener != ""
        if len(found) > 1:
            found.sort(key=lambda atom: (atom.start, -atom.end))
        kept = _disjoint(found)
        if lists_of_agencies:
            kept = self._listed(form, plain, kept)
        return kept, told

    def _listed(self, form: str, plain: str, atoms: list[Atom]) -> list[Atom]:
        """The atoms with the members of their lists among them; a member goes before what it overlaps."""
        found: list[Atom] = []
        for atom in atoms:
            members: list[Atom] = []
            if atom.kind == "list":
                members = self._opened(form, plain, atom)
            elif atom.meaning.opener in _DEPARTMENTS:
                more = self._listing.going_on(form, plain, atom.end, atom.meaning.opener)
                group = atom.start + 1 if more else 0
                members = [
                    replace(atom, group=group),
                    *(Atom(m.start, m.end, m.meaning, group) for m in more),
                ]
            else:
                members = [atom]
            found += members
        found.sort(key=lambda atom: (atom.start, not atom.group, -atom.end))
        return _disjoint(found)

    def _opened(self, form: str, plain: str, atom: Atom) -> list[Atom]:
        """The members behind `các sở`; a single one is the head itself, `Sở Y tế` in `các Sở Y tế`."""
        opener = atom.meaning.opener
        members = self._listing.behind(form, plain, atom.end, opener)
        if len(members) == 1 and members[0].start == atom.end + 1 and opener in _DEPARTMENTS:
            return [Atom(atom.end - len(opener), members[0].end, members[0].meaning)]
        return [Atom(m.start, m.end, m.meaning, atom.start + 1) for m in members]


_DEPARTMENTS = frozenset({"sở"})
"""One such name goes on as a list by itself (`Sở Xây dựng, Tài chính`), and alone behind «các» it speaks of every
province's (`các Sở Y tế`)."""


def _begins_small(plain: str, start: int, end: int) -> bool:
    """A small first letter and a capital behind it: two words that only happen to stand side by side."""
    return plain[start].islower() and not plain[start:end].islower()


def _disjoint(atoms: Iterable[Atom]) -> list[Atom]:
    kept: list[Atom] = []
    reached = 0
    for atom in atoms:
        if atom.start >= reached:
            kept.append(atom)
            reached = atom.end
    return kept


def _meanings(gazetteer: Gazetteer) -> dict[str, Meaning]:
    """Every form with all it can mean; where kinds clash, the kind that decides less by itself gives way."""
    collected: dict[str, dict[AtomKind, list[str]]] = {}
    for form, kind, target in _all_forms(gazetteer):
        targets = collected.setdefault(form, {}).setdefault(kind, [])
        if target not in targets:
            targets.append(target)
    return {form: _meaning(kinds) for form, kinds in collected.items()}


def _meaning(kinds: dict[AtomKind, list[str]]) -> Meaning:
    best = min(kinds, key=_RANK.__getitem__)
    others = (*kinds.get("province", ()), *kinds.get("place", ()))
    if best == "head":
        targets = kinds["head"]
        bodies = tuple(target[1:] for target in targets if target[0] == "@")
        return Meaning(best, ids=tuple(target for target in targets if target[0] != "@"), bodies=bodies)
    if best in {"province", "place"}:
        return Meaning(best, provinces=others)
    return Meaning(best, ids=tuple(kinds[best]), provinces=others)


def _all_forms(gazetteer: Gazetteer) -> Iterable[tuple[str, AtomKind, str]]:
    """Form, kind, target: an id, `@kind` of a body, or the code of a province."""
    for unit in gazetteer.units.values():
        yield from ((form, kind, unit.id) for form, kind in _unit_forms(unit))
    for agency in gazetteer.agencies.values():
        for head in agency.heads:
            yield from ((form, "head", agency.id) for form in head_forms(head, gazetteer.abbreviations))
        for name in agency.names:
            yield from ((form, "agency", agency.id) for form in head_forms(name, gazetteer.abbreviations))
    for body in gazetteer.bodies.values():
        for head in body.heads:
            yield from ((form, "head", f"@{body.kind}") for form in head_forms(head, {}))
    for province in gazetteer.provinces.values():
        for name in (province.name, *province.former, *province.aliases):
            yield from ((form, "province", province.code) for form in name_forms(name))
        for name in province.places:
            yield from ((form, "place", province.code) for form in name_forms(name))
    yield from ((form, "draft", "") for draft in gazetteer.drafts for form in name_forms(draft))
    yield from ((form, "cue", "") for form in gazetteer.words.lists["longer_names"])
    yield from ((form, "landmark", "") for form in gazetteer.words.lists["landmarks"])


def _unit_forms(unit: Unit) -> Iterable[tuple[str, AtomKind]]:
    kind: AtomKind = "city" if unit.id in {CITY, CITY_BEFORE} else "unit"
    for name in (unit.name, *(without_type(alias.name)[1] for alias in unit.aliases)):
        yield from ((form, kind) for form in name_forms(name))
