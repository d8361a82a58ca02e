"""Look a gazetteer over: overlaps, successors that lead nowhere, names that several bear, aliases nobody writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeVar

from gazetteer.records import Agency, Gazetteer, Record, Unit, without_type
from gazetteer.variants import head_forms, name_forms
from vietnamese.normal import match_form, nfc

_R = TypeVar("_R", bound=Record)

Severity = Literal["error", "warning"]
"""error: an answer can be wrong; warning: worth a look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is odd in the records."""

    severity: Severity
    id: str
    check: str
    """overlap, successor, ambiguous or unseen."""
    problem: str


def lint(gazetteer: Gazetteer, *, seen: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """Every finding, errors first, then by check and id. `seen`: texts in which every alias should stand somewhere."""
    found = [*_overlaps(gazetteer), *_successors(gazetteer), *_ambiguous(gazetteer)]
    if seen is not None:
        found += _unseen(gazetteer, seen)
    return tuple(sorted(found, key=lambda item: (item.severity, item.check, item.id, item.problem)))


def _overlaps(gazetteer: Gazetteer) -> Iterator[Finding]:
    """Two units of one type, name and parent on one day."""
    groups: defaultdict[tuple[str, str, str | None], list[Unit]] = defaultdict(list)
    for unit in gazetteer.units.values():
        groups[unit.type, match_form(unit.name), unit.parent].append(unit)
    for same in groups.values():
        for one, other in _pairs(same):
            if _together(one, other):
                yield Finding(
                    severity="error",
                    id=one.id,
                    check="overlap",
                    problem=f"{one.full_name} is {one.id} and {other.id} at once: give one an earlier `until`",
                )


def _pairs(items: Sequence[_R]) -> Iterator[tuple[_R, _R]]:
    return ((one, other) for index, one in enumerate(items) for other in items[index + 1 :])


def _together(one: Record, other: Record) -> bool:
    """Whether both are in force on some day."""
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_until or date.max, other.valid_until or date.max)


def _successors(gazetteer: Gazetteer) -> Iterator[Finding]:
    """Successors that are not there, or not there on the day after; records whose line ends nowhere."""
    records: tuple[Record, ...] = (*gazetteer.units.values(), *gazetteer.agencies.values())
    for record in records:
        if record.valid_until is None:
            continue
        after = record.valid_until + timedelta(days=1)
        for link in record.successors:
            heir = gazetteer.get(link.id)
            if heir is None:
                yield _successor(record, f"its successor {link.id} is no record", "error")
            elif isinstance(heir, Unit) and not heir.in_force(after):
                yield _successor(record, f"its successor {link.id} is not in force on {after}", "error")
        if isinstance(record, Unit) and not gazetteer.current_successors(record.id):
            yield _successor(record, "nobody in force today comes of it: write `to` or `now`", "error")
        elif isinstance(record, Agency) and not record.successors:
            yield _successor(record, "it ended and names no successor in `to`", "warning")


def _successor(record: Record, problem: str, severity: Severity) -> Finding:
    return Finding(severity=severity, id=record.id, check="successor", problem=problem)


def _ambiguous(gazetteer: Gazetteer) -> Iterator[Finding]:
    """Heads that several agencies of one place bear at once; units' names that a province bears, without a flag."""
    groups: defaultdict[tuple[str, str], list[Agency]] = defaultdict(list)
    for agency in gazetteer.agencies.values():
        for form in {form for head in (*agency.heads, *agency.names) for form in head_forms(head, {})}:
            groups[form, agency.place].append(agency)
    told: set[tuple[str, str]] = set()
    for (form, _), bearers in sorted(groups.items()):
        for one, other in _pairs(bearers):
            if (one.id, other.id) not in told and _together(one, other):
                told.add((one.id, other.id))
                yield Finding(
                    severity="warning",
                    id=one.id,
                    check="ambiguous",
                    problem=f"«{form}» is {one.id} and {other.id} at once: the first in order of id is taken",
                )
    yield from _provinces_names(gazetteer)


def _provinces_names(gazetteer: Gazetteer) -> Iterator[Finding]:
    foreign = {
        match_form(name): province.name
        for province in gazetteer.provinces.values()
        for name in (province.name, *province.former, *province.aliases, *province.places)
    }
    for name in sorted({unit.name for unit in gazetteer.units.values()}):
        trust = gazetteer.trust_in(name)
        if match_form(name) in foreign and trust.tier == "A" and not trust.flags:
            unit = next(u for u in gazetteer.units.values() if u.name == name)
            yield Finding(
                severity="error",
                id=unit.id,
                check="ambiguous",
                problem=f"«{name}» is a place of {foreign[match_form(name)]} too: give it a tier in ambiguity.toml",
            )


def _unseen(gazetteer: Gazetteer, texts: Iterable[str]) -> Iterator[Finding]:
    """Aliases and heads of which no spelling stands in any text."""
    wanted: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for record_id, alias, form in _aliases(gazetteer):
        wanted[form].add((record_id, alias))
    missing = {pair for pairs in wanted.values() for pair in pairs}
    for text in texts:
        form = match_form(nfc(text))
        for spelling in [spelling for spelling in wanted if spelling in form]:
            missing -= wanted.pop(spelling)
    for record_id, alias in sorted(missing):
        yield Finding(severity="warning", id=record_id, check="unseen", problem=f"«{alias}» stands in no text")


def _aliases(gazetteer: Gazetteer) -> Iterator[tuple[str, str, str]]:
    for unit in gazetteer.units.values():
        for alias in unit.aliases:
            yield from ((unit.id, alias.name, form) for form in name_forms(without_type(alias.name)[1]))
    for agency in gazetteer.agencies.values():
        for head in (*agency.heads, *agency.names):
            yield from ((agency.id, head, form) for form in head_forms(head, gazetteer.abbreviations))
