"""Is the article about the city: is Hải Phòng the place or authority of the main event?

Places weigh by where they stand (title, sapo, opening, rest). A place in passing weighs little: in a list of provinces, in
a reader's signature, as a person's origin. Ours must reach a floor and hold against the other province named most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gazetteer import cues
from gazetteer.context import has_flag, weight

if TYPE_CHECKING:
    from gazetteer.agency_rules import HeadVerdict
    from gazetteer.context import Context
    from gazetteer.place_rules import Verdict
    from gazetteer.records import Gazetteer
    from gazetteer.shape import Head, Place, Shape

_ENOUGH = 2.5
"""One full mention in the sapo, or two in the opening."""
_SLACK = 1.3
"""Another province may be named somewhat more often: accused and witnesses come from elsewhere."""
_IN_PASSING = 0.25
_WEAK_CUES = frozenset({"built", "water", "firm", "ship"})
_LIST_REACH = 40
_EACH_AT_MOST = 3
"""A name said again and again in the body counts no more often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scale:
    ours: float
    other: float
    in_title: bool
    reasons: tuple[str, ...]


def about_city(
    gazetteer: Gazetteer, seen: Shape, context: Context, places: Sequence[Verdict], heads: Sequence[HeadVerdict]
) -> tuple[bool, tuple[str, ...]]:
    """Whether it is, with the evidence in readable words."""
    if context.sport and not any(p.type for p in seen.places if p.meaning.kind == "city"):
        return False, ("football: the name is a team's",)
    scale = _weighed(gazetteer, seen, places, heads)
    ours = scale.ours + (2.0 if context.local_outlet else 0.0)
    reasons = scale.reasons + (("the city's own outlet",) if context.local_outlet else ())
    if ours < _ENOUGH:
        return False, (*reasons, f"too little: {ours:g} of {_ENOUGH:g}")
    if scale.other > ours * _SLACK:
        return False, (*reasons, f"another province weighs more: {scale.other:g} against {ours:g}")
    return True, reasons


def _weighed(gazetteer: Gazetteer, seen: Shape, places: Sequence[Verdict], heads: Sequence[HeadVerdict]) -> _Scale:
    ours = 0.0
    others: Counter[str] = Counter()
    said: Counter[tuple[str, str]] = Counter()
    reasons: list[str] = []
    outer = {order for place in seen.places for order in place.inside}
    for place, verdict in zip(seen.places, places, strict=True):
        if place.order in outer:
            continue
        value = weight(place) * (_IN_PASSING if _passing(place, seen) else 1.0)
        said[place.text.field, place.text.form[place.name_start : place.end]] += 1
        if said[place.text.field, place.text.form[place.name_start : place.end]] > _EACH_AT_MOST:
            continue
        if verdict.id:
            ours += value
            reasons.append(_reason(place.text.field, place.text.plain[place.start : place.end], value))
        elif _half(place, verdict, known=has_flag(gazetteer, place, "known")):
            ours += value / 2
        elif (
            place.meaning.provinces
            and verdict.rule == "other-province"
            and place.cue not in {"road", "person"}
            and place.capital
        ):
            others.update(dict.fromkeys(place.meaning.provinces[:1], value * (0.5 if place.cue else 1.0)))
    for head, found in zip(seen.heads, heads, strict=True):
        if found.verdict.id:
            ours += _head_weight(head)
            reasons.append(_reason(head.text.field, head.text.plain[head.start : found.end], _head_weight(head)))
    best = [r for r in dict.fromkeys(reasons) if r]
    return _Scale(ours=ours, other=max(others.values(), default=0.0), in_title=False, reasons=tuple(best[:6]))


def _head_weight(head: Head) -> float:
    return {"title": 4.0, "sapo": 3.0}.get(head.text.field, 0.5)


def _reason(field: str, surface: str, value: float) -> str:
    return f"{field}: {surface}" if value >= 1.0 else ""


def _half(place: Place, verdict: Verdict, *, known: bool) -> bool:
    """Our name on something that stands here: `cảng Hải Phòng`, `Flamingo Cát Bà`."""
    if not place.capital or place.cue not in _WEAK_CUES or verdict.rule.startswith("lies"):
        return False
    return place.meaning.kind == "city" or known


def _passing(place: Place, seen: Shape) -> bool:
    form = place.text.form
    before = form[max(0, place.start - 60) : place.start]
    if cues.in_passing(before):
        return True
    return place.meaning.kind in {"city", "province"} and place.type is None and _in_province_list(place, seen)


def _in_province_list(place: Place, seen: Shape) -> bool:
    """Two more provinces stand beside it, joined by commas or «và»."""
    near = 0
    for step in (-2, -1, 1, 2):
        order = place.order + step
        if 0 <= order < len(seen.places):
            other = seen.places[order]
            if other.text is place.text and other.meaning.kind in {"city", "province", "place"}:
                first, last = sorted((place, other), key=lambda p: p.order)
                near += _only_list(place.text.form[first.end : last.start], abs(step))
    return near >= 2


def _only_list(between: str, steps: int) -> bool:
    return len(between) <= 20 * steps and not set(between) & set(".;()\n") and ("," in between or " và " in between)
