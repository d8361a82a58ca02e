"""Is the article about the city: is Hải Phòng the place or authority of the main event?

Places weigh by where they stand (title, sapo, opening, rest). A place in passing weighs little: in a list of provinces,
in a reader's signature, as a person's origin. Ours must reach a floor and hold against the other province named most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gazetteer import cues
from gazetteer.agency_rules import is_central
from gazetteer.context import OPENING_CHARS, has_flag, weight, weight_at

if TYPE_CHECKING:
    from gazetteer.agency_lists import HeadVerdict
    from gazetteer.context import Context
    from gazetteer.place_rules import Verdict
    from gazetteer.records import Gazetteer
    from gazetteer.shape import Place, Shape

_ENOUGH = 2.5
"""One full mention in the sapo, or two in the opening."""
_ENOUGH_LATE = 4.0
"""The same where neither title, sapo nor opening names us."""
_SLACK = 1.3
"""Another province may be named somewhat more often: accused and witnesses come from elsewhere."""
_IN_PASSING = 0.25
_LANDMARK = _FACTORY = 0.75
"""Parts of a name's weight."""
_LOCAL_OUTLET = 2.0
_WEAK_CUES = frozenset({"built", "water", "firm", "ship"})
_EACH_AT_MOST = 3
"""A name said again and again in the body counts no more often."""
_HEAD_WEIGHT = {"title": 4.0, "sapo": 3.0, "text": 0.5}
"""A body of ours that acts, on top of the place in its name."""
_LIST_OF = 2
"""So many other provinces beside a name, with commas between, make a list."""
_LIST_GAP = 20
"""Characters between two members of a list."""
_LISTED_AFTER = (",", " ,", " và", " (", " -", ";")
_LISTED_BEFORE = (", ", " và ", "- ", ") ", "; ")
_REASONS = 6
"""So many pieces of evidence are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scale:
    ours: float
    lead: bool
    """Whether title, sapo or opening name us."""
    other: float
    reasons: tuple[str, ...]


def about_city(
    gazetteer: Gazetteer, seen: Shape, context: Context, places: Sequence[Verdict], heads: Sequence[HeadVerdict]
) -> tuple[bool, tuple[str, ...]]:
    """Whether it is, with the evidence in readable words."""
    if context.sport and not any(p.type for p in seen.places if p.meaning.kind == "city"):
        return False, ("football: the name is a team's",)
    scale = _weighed(gazetteer, seen, places, heads)
    ours = scale.ours + (_LOCAL_OUTLET if context.local_outlet else 0.0)
    reasons = scale.reasons + (("the city's own outlet",) if context.local_outlet else ())
    enough = _ENOUGH if scale.lead else _ENOUGH_LATE
    if ours < enough:
        return False, (*reasons, f"too little: {ours:g} of {enough:g}")
    if scale.other > ours * _SLACK:
        return False, (*reasons, f"another province weighs more: {scale.other:g} against {ours:g}")
    return True, reasons


def _weighed(gazetteer: Gazetteer, seen: Shape, places: Sequence[Verdict], heads: Sequence[HeadVerdict]) -> _Scale:
    ours = 0.0
    lead = False
    others: defaultdict[str, float] = defaultdict(float)
    reasons: list[str] = []
    for place, value in _values(gazetteer, seen, places):
        verdict = places[place.order]
        if verdict.id:
            ours += value
            lead |= weight(place) > 1.0
            reasons.append(_reason(place.text.field, place.text.plain[place.start : place.end], value))
        elif _half(place, verdict, known=has_flag(gazetteer, place, "known")):
            ours += value * (_FACTORY if _is_factory(place) else 0.5)
            lead |= weight(place) > 1.0
        elif _is_other(place, verdict):
            others[place.meaning.provinces[0]] += value / 2 if place.cue else value
    for field, words, value in _landmarks(seen):
        ours += value * _LANDMARK
        lead |= value > 1.0
        reasons.append(_reason(field, words, value))
    for head, found in zip(seen.heads, heads, strict=True):
        if found.verdict.id and not is_central(gazetteer, found.verdict.id):
            value = _HEAD_WEIGHT[head.text.field]
            ours += value
            lead |= head.text.field != "text" or found.end < OPENING_CHARS
            reasons.append(_reason(head.text.field, head.text.plain[head.start : found.end], value))
    best = [reason for reason in dict.fromkeys(reasons) if reason]
    return _Scale(ours=ours, lead=lead, other=max(others.values(), default=0.0), reasons=tuple(best[:_REASONS]))


def _landmarks(seen: Shape) -> Iterator[tuple[str, str, float]]:
    """Field, words and weight of what stands in the city under a name of its own, once a field."""
    told: set[tuple[str, str]] = set()
    for text in seen.texts:
        for atom in text.atoms:
            words = text.plain[atom.start : atom.end]
            if atom.kind == "landmark" and words[0].isupper() and (text.field, words) not in told:
                told.add((text.field, words))
                yield text.field, words, weight_at(text.field, atom.start)


def _values(gazetteer: Gazetteer, seen: Shape, places: Sequence[Verdict]) -> Iterator[tuple[Place, float]]:
    """Each place with its weight; one that only says where the place before it lies is left out."""
    inner = [p for p in seen.places if places[p.order].id or p.meaning.kind == "place"]
    outer = {order for place in inner if place.meaning.kind == "unit" for order in place.inside}
    towns = (order for place in inner if place.meaning.kind == "place" for order in place.inside)
    outer |= {order for order in towns if seen.places[order].meaning.kind == "province"}
    said: Counter[tuple[str, str]] = Counter()
    for place in seen.places:
        if place.order in outer:
            continue
        name = (place.text.field, place.text.form[place.name_start : place.end])
        said[name] += 1
        if said[name] <= _EACH_AT_MOST:
            yield place, weight(place) * (_IN_PASSING if _passing(gazetteer, place, seen) else 1.0)


def _is_other(place: Place, verdict: Verdict) -> bool:
    known = bool(place.meaning.provinces) and verdict.rule == "other-province"
    return known and place.capital and place.cue not in {"road", "person"}


def _reason(field: str, surface: str, value: float) -> str:
    return f"{field}: {surface}" if value >= 1.0 else ""


def _half(place: Place, verdict: Verdict, *, known: bool) -> bool:
    """Our name on something that stands here: `cảng Hải Phòng`, `Flamingo Cát Bà`."""
    if not place.capital or place.cue not in _WEAK_CUES or verdict.rule.startswith("lies"):
        return False
    return place.meaning.kind == "city" or known


def _is_factory(place: Place) -> bool:
    """A factory stands where its name says; a firm, a ship or a port's name may only be passing by."""
    return place.cue == "firm" and "nhà máy" in place.text.form[max(0, place.start - 60) : place.start]


def _passing(gazetteer: Gazetteer, place: Place, seen: Shape) -> bool:
    form = place.text.form
    before = form[max(0, place.start - 60) : place.start]
    if gazetteer.words.in_passing(before) or (before.endswith("từ ") and cues.LEAVES_AFTER.match(form, place.end)):
        return True
    return place.meaning.kind in {"city", "province"} and place.type is None and _in_province_list(place, seen)


def _in_province_list(place: Place, seen: Shape) -> bool:
    """Two more provinces stand beside it, joined by commas or «và»."""
    form = place.text.form
    if not form.startswith(_LISTED_AFTER, place.end) and not form.endswith(_LISTED_BEFORE, 0, place.start):
        return False
    near = 0
    for step in (-2, -1, 1, 2):
        order = place.order + step
        if 0 <= order < len(seen.places):
            other = seen.places[order]
            if other.text is place.text and other.meaning.kind in {"city", "province", "place"}:
                first, last = sorted((place, other), key=lambda p: p.order)
                near += _only_list(place.text.form[first.end : last.start], abs(step))
    return near >= _LIST_OF


def _only_list(between: str, steps: int) -> bool:
    return (
        len(between) <= _LIST_GAP * steps and not set(between) & set(".;()\n") and ("," in between or " và " in between)
    )
