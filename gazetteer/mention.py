"""A mention: one place in an article that refers to an agency or unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MentionKind = Literal["agency", "unit", "body"]
"""agency: a public body with a record; unit: an administrative unit; body: a body of a unit, `ubnd@n11383`."""

MentionField = Literal["title", "sapo", "text"]
FIELDS: tuple[MentionField, ...] = ("title", "sapo", "text")
"""In the order in which an article is read."""

Salience = Literal["title", "lead", "actor", "passing"]
"""title: it stands there; lead: in the sapo or the opening; actor: a body that does something; passing: the rest."""


def kind_of(entity_id: str) -> MentionKind:
    """What an id stands for, read off its shape."""
    if "@" in entity_id:
        return "body"
    return "unit" if entity_id[:1] in {"p", "d", "c", "n"} and entity_id[1:2].isdigit() else "agency"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Who is meant, where it stands, and by which rule."""

    entity_id: str
    """Gazetteer id (`p31`, `d305`, `n11383`, `a-…`), or `body@unit` for a body of a unit."""
    kind: MentionKind
    field: MentionField
    """Which string the offsets point into; `text` is the body's paragraphs joined by one newline."""
    start: int
    """First code point of the surface in that string exactly as stored."""
    end: int
    """One past the last code point: `string[start:end] == surface`."""
    surface: str
    rule: str
    """Name of the rule that decided, as `docs/tagging.md` lists them."""
    confidence: float
    """0 to 1."""
    decided_by: str = "rule"
    """`rule`, or `analyst` where a person corrected it."""
    salience: Salience = "passing"
    """How much the article is about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagging:
    """What the gazetteer says of one article."""

    about_city: bool
    """Is Hải Phòng the place or authority of the main event?"""
    about_reasons: tuple[str, ...]
    """The evidence, readable: `title: Hải Phòng`, `dateline`, `local outlet and 2 units` …"""
    mentions: tuple[Mention, ...]
    """In order of field (title, sapo, text) and start; never overlapping within a field."""
    gazetteer_version: str
    """Short hash of the gazetteer's content: tells which articles `retag` must visit."""
