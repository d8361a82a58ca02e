"""Who can be meant: dated records of units, agencies and bodies. Plain data and the questions asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from gazetteer.wordlists import WordLists
from vietnamese.normal import clean, match_form

Extent = Literal["full", "part", "rest", "area"]
"""How much of a unit went to a successor; `area`: land without people."""

Bare = Literal["context", "later", "never"]
"""A head without a place: the city's where the text is about the city; only after a full mention; never."""

CITY = "p31"
CITY_BEFORE = "p31-old"
PROVINCE = "p30"
"""The former province Hải Dương."""
WHOLE_CITY = frozenset({CITY, CITY_BEFORE, PROVINCE})
"""The city itself, before and since July 2025: nearly every article names it, so it neither ties nor
parts them, and is no addressee."""

DISTRICT_TYPES = frozenset({"quận", "huyện", "thị xã", "thành phố"})
COMMUNE_TYPES = frozenset({"phường", "xã", "thị trấn", "đặc khu"})
DISTRICTS_END = date(2025, 6, 30)
"""Last day of quận and huyện: two tiers of government since 1 July 2025."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """A further name of a record, with days of its own."""

    name: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """Where a record went."""

    id: str
    extent: Extent = "full"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """An administrative unit, from its first day to its last."""

    id: str
    type: str
    """thành phố, tỉnh, quận, huyện, thị xã, phường, xã, thị trấn, đặc khu."""
    name: str
    """Without type word, NFC, old tone placement."""
    parent: str | None = None
    valid_from: date | None = None
    """First day in force; None: since before the oldest list read (November 2024)."""
    valid_until: date | None = None
    """Last day in force; None: in force today."""
    successors: tuple[Successor, ...] = ()
    now: tuple[str, ...] = ()
    """Who holds its people today, where following the successors would reach too far."""
    aliases: tuple[Alias, ...] = ()
    source: tuple[str, ...] = ()
    confidence: str = "high"

    @property
    def full_name(self) -> str:
        """`phường Lê Chân`."""
        return f"{self.type} {self.name}"

    @property
    def level(self) -> Literal["province", "district", "commune"]:
        """The tier the id tells: p.., d.., c.. or n..."""
        return "province" if self.id[0] == "p" else "district" if self.id[0] == "d" else "commune"

    def is_a(self, kind: str) -> bool:
        """Whether it is, or under another name was, of that type."""
        return self.type == kind or any(without_type(alias.name)[0] == kind for alias in self.aliases)

    def in_force(self, on: date) -> bool:
        """Whether the unit exists on that day."""
        return _within(on, self.valid_from, self.valid_until)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agency:
    """A public body with a record of its own."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[Successor, ...] = ()
    heads: tuple[str, ...] = ()
    """Forms that a place follows; the place decides whose it is."""
    names: tuple[str, ...] = ()
    """Forms that need no place."""
    place: str = CITY
    """Whose it is: the place its heads need."""
    bare: Bare = "context"
    capital: tuple[str, ...] = ()
    """Heads that are common words in lower case, even with a place: `thuế Hải Phòng`."""
    placed: tuple[str, ...] = ()
    """Heads that mean the agency only with a place: `hải quan Hải Phòng`, not `hải quan`."""
    covers: str | None = None
    """Stands for every agency of this kind without a record at its place."""
    source: tuple[str, ...] = ()
    confidence: str = "high"
    note: str | None = None

    def in_force(self, on: date) -> bool:
        """Whether the agency bears this name on that day."""
        return _within(on, self.valid_from, self.valid_until)


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyKind:
    """A body that every unit has (`ubnd`, `cong-an` …)."""

    kind: str
    heads: tuple[str, ...]
    p31: str | None = None
    """The agency that is this body of the city."""
    p30: str | None = None
    """The agency that was this body of the former Hải Dương."""
    bare: tuple[str, ...] = ()
    """Heads that alone may mean the city's."""
    weak: tuple[str, ...] = ()
    """Heads that need a unit right behind them: `CSGT`, `chủ tịch`."""
    city_alone: tuple[str, ...] = ()
    """Heads that only a city has: alone they are the city's where the text is about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """Another province or centrally-run city."""

    code: str
    name: str
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """How far a name can be believed to be ours."""

    tier: str = "A"
    """A, B, C or D: see `ambiguity.toml`."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """Type word -> tier of that typed form, where it differs."""
    flags: frozenset[str] = frozenset()

    def of(self, kind: str) -> str:
        """The tier of the name with this type word before it."""
        return self.typed.get(kind, self.tier)


FULL_TRUST = Trust()
"""What a name gets that `ambiguity.toml` does not list."""

Record = Unit | Agency


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """All records, by id, and what can be asked of them."""

    units: Mapping[str, Unit]
    agencies: Mapping[str, Agency]
    bodies: Mapping[str, BodyKind]
    provinces: Mapping[str, Province]
    trust: Mapping[str, Trust]
    """By name; ask `trust_in`."""
    drafts: frozenset[str]
    """Names that were planned and never came into force."""
    abbreviations: Mapping[str, tuple[str, ...]]
    words: WordLists
    """Cues: what stands beside a name and says what it is."""
    version: str
    """Short hash of the files' content."""

    def get(self, record_id: str) -> Record | None:
        """The record of that id; of `body@unit` the unit's; None when there is none."""
        plain = record_id.rpartition("@")[2]
        return self.units.get(plain) or self.agencies.get(plain)

    def trust_in(self, name: str) -> Trust:
        """How far a unit's name can be believed."""
        return self.trust.get(name, FULL_TRUST)

    def name(self, record_id: str) -> str:
        """The full name to print: `phường Lê Chân`, `UBND quận Lê Chân`; the id itself where unknown."""
        kind, _, plain = record_id.rpartition("@")
        record = self.get(plain)
        if record is None:
            return record_id
        full = record.full_name if isinstance(record, Unit) else record.name
        body = self.bodies.get(kind)
        return f"{body.heads[0]} {full}" if body else full

    def lookup(self, name: str, on: date | None = None) -> tuple[Record, ...]:
        """Every record that bears `name` (with or without type word) on that day, or ever when `on` is None.

        Order: units before agencies, in force before ended, then id. Empty when nobody does.
        """
        wanted = match_form(clean(name))
        found = [
            record for record, since, until in self._names.get(wanted, ()) if on is None or _within(on, since, until)
        ]
        return tuple(sorted(dict.fromkeys(found), key=_lookup_order))

    def current_successors(self, record_id: str) -> tuple[str, ...]:
        """Ids in force today that took over the record (its people, for a unit), in order of id; itself if in force."""
        start = self.get(record_id)
        if start is None:
            return ()
        return tuple(sorted(self._today(start.id, frozenset())))

    def _today(self, record_id: str, seen: frozenset[str]) -> set[str]:
        record = self.get(record_id)
        if record is None or record_id in seen:
            return set()
        if record.valid_until is None:
            return {record_id}
        if isinstance(record, Unit) and record.now:
            return set(record.now)
        parts = [self._today(s.id, seen | {record_id}) for s in record.successors if s.extent != "area"]
        return set().union(*parts) if parts else set()

    def history(self, record_id: str) -> tuple[Record, ...]:
        """The record's line: all it came from, itself, and all it became; oldest first."""
        start = self.get(record_id)
        if start is None:
            return ()
        line = {start.id: start}
        self._follow(start.id, line, self.predecessors)
        self._follow(start.id, line, self._heirs)
        return tuple(sorted(line.values(), key=lambda r: (r.valid_until or date.max, r.valid_from or date.min, r.id)))

    def rollup(self, record_id: str) -> tuple[str, ...]:
        """The ids above the record in its own day: parent, parent's parent … (a body's unit first)."""
        above: list[str] = []
        kind, _, plain = record_id.rpartition("@")
        if kind:
            above.append(plain)
        record = self.get(plain)
        while record is not None and record.parent and record.parent not in above:
            above.append(record.parent)
            record = self.get(record.parent)
        return tuple(above)

    def predecessors(self, record_id: str) -> tuple[str, ...]:
        """Ids whose successor this record is, in order."""
        return self._predecessors.get(record_id, ())

    def _heirs(self, record_id: str) -> tuple[str, ...]:
        record = self.get(record_id)
        return tuple(link.id for link in record.successors) if record else ()

    def _follow(self, record_id: str, line: dict[str, Record], step: Callable[[str], tuple[str, ...]]) -> None:
        """Add to `line` whatever `step` leads to from a record, once each: an overlay may lead in a circle."""
        for found in step(record_id):
            record = self.get(found)
            if record is not None and record.id not in line:
                line[record.id] = record
                self._follow(record.id, line, step)

    @cached_property
    def _predecessors(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        records: tuple[Record, ...] = (*self.units.values(), *self.agencies.values())
        for record in records:
            for successor in record.successors:
                found.setdefault(successor.id, []).append(record.id)
        return {key: tuple(sorted(ids)) for key, ids in found.items()}

    @cached_property
    def _names(self) -> dict[str, list[tuple[Record, date | None, date | None]]]:
        found: dict[str, list[tuple[Record, date | None, date | None]]] = {}
        for unit in self.units.values():
            for name in (unit.name, unit.full_name):
                found.setdefault(match_form(name), []).append((unit, unit.valid_from, unit.valid_until))
            for alias in unit.aliases:
                days = (alias.valid_from or unit.valid_from, alias.valid_until or unit.valid_until)
                found.setdefault(match_form(alias.name), []).append((unit, *days))
        for agency in self.agencies.values():
            for name in (agency.name, *agency.heads, *agency.names):
                found.setdefault(match_form(name), []).append((agency, agency.valid_from, agency.valid_until))
        return found


def without_type(name: str) -> tuple[str | None, str]:
    """`thị xã Chí Linh` -> (`thị xã`, `Chí Linh`); (None, name) without a type word. «thành phố Cảng» is a name."""
    for kind in (*DISTRICT_TYPES - {"thành phố"}, *COMMUNE_TYPES):
        if name.startswith(kind + " "):
            return kind, name[len(kind) + 1 :]
    return None, name


def _within(on: date, since: date | None, until: date | None) -> bool:
    return (since is None or since <= on) and (until is None or on <= until)


def _lookup_order(record: Record) -> tuple[bool, bool, str]:
    return (isinstance(record, Agency), record.valid_until is not None, record.id)
