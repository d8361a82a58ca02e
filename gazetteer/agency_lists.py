"""What belongs together: lists of agencies, agencies of a list of provinces, bodies that share a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from gazetteer import cues
from gazetteer.place_rules import Verdict, refuse
from gazetteer.records import CITY, Gazetteer

if TYPE_CHECKING:
    from gazetteer.shape import Head, Place, Shape


class HeadVerdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A verdict on a head, with the span that carries it."""

    verdict: Verdict
    end: int
    """End of the mention in the form: the place behind it included."""
    place: int | None
    """Order of the place the mention swallows."""
    listed: tuple[tuple[int, str], ...] = ()
    """Further places of its list, with the agency each stands for."""


def shared_places(heads: Sequence[Head]) -> list[Head | None]:
    """For a member of a list that ends with a place, the member as if the place stood behind it; None for the others.

    `các sở Xây dựng, Tài chính và Y tế Hải Phòng`.
    """
    last = {(id(head.text), head.group): head for head in heads if head.group}
    if not last:
        return [None] * len(heads)
    found: list[Head | None] = []
    for head in heads:
        end = last.get((id(head.text), head.group)) if head.group else None
        ends_with_place = end is not None and end is not head and (end.place is not None or end.type is not None)
        if end is not None and ends_with_place:
            found.append(replace(head, place=end.place, type=end.type, type_end=end.type_end, provinces=end.provinces))
        else:
            found.append(None)
    return found


def province_list(seen: Shape, head: Head) -> list[Place]:
    """The places of the list that the head opens, as far as only commas and «và» stand between them."""
    found: list[Place] = []
    for place in seen.places[head.place or 0 :]:
        if found and (
            place.text is not head.text or not cues.LIST.fullmatch(place.text.form, found[-1].end, place.name_start)
        ):
            break
        found.append(place)
    return found


def sharing(gazetteer: Gazetteer, seen: Shape, found: list[HeadVerdict]) -> list[HeadVerdict]:
    """`Công an và VKSND quận Lê Chân`: a head alone takes the place of the body it is joined to, ours or not."""
    for index in range(len(found) - 2, -1, -1):
        head, rule = seen.heads[index], found[index].verdict.rule
        after = _joined_to(seen, found, index) if rule in {"head-alone", "city-context"} else None
        if after is None:
            continue
        other = found[after].verdict
        if rule == "head-alone" and other.id:
            shared = _same_place(gazetteer, head, other.id)
            if shared:
                verdict = Verdict(id=shared, rule="shared-place", confidence=0.8)
                found[index] = HeadVerdict(verdict=verdict, end=head.end, place=None)
        elif rule == "city-context" and head.type is None and other.rule == "other-province":
            found[index] = HeadVerdict(verdict=refuse("other-province"), end=head.end, place=None)
    return found


def _joined_to(seen: Shape, found: Sequence[HeadVerdict], index: int) -> int | None:
    """The next body, where only «và», a comma or an office holder's title stands between."""
    head = seen.heads[index]
    for after in range(index + 1, min(index + 3, len(found))):
        if found[after].verdict.rule != "weak-head":
            nearest = seen.heads[after]
            joined = nearest.text is head.text and cues.TOGETHER.fullmatch(head.text.form, head.end, nearest.start)
            return after if joined else None
    return None


def _same_place(gazetteer: Gazetteer, head: Head, other: str) -> str | None:
    """The head's body where the other body is: at a unit, or at the city."""
    kind, _, unit = other.rpartition("@")
    if kind:
        return f"{head.meaning.bodies[0]}@{unit}" if head.meaning.bodies else None
    of_city = any(body.p31 == other for body in gazetteer.bodies.values())
    if not of_city and not (other in gazetteer.agencies and gazetteer.agencies[other].place == CITY):
        return None
    for mine in head.meaning.bodies if of_city else ():
        if gazetteer.bodies[mine].p31:
            return gazetteer.bodies[mine].p31
    return None


def without_everybodys(seen: Shape, found: list[HeadVerdict]) -> list[HeadVerdict]:
    """`sở GDĐT` in a text that speaks of «các Sở GDĐT» and never of one by its place: every province's."""
    if all(v.verdict.rule != "plural" for v in found):
        return found
    rules = [(head.meaning.ids, v.verdict.rule) for head, v in zip(seen.heads, found, strict=True)]
    plural = {ids for ids, rule in rules if rule == "plural"} - {ids for ids, rule in rules if rule == "explicit-place"}
    return [
        HeadVerdict(verdict=refuse("plural"), end=head.end, place=None)
        if v.verdict.rule in {"city-context", "named-before"} and head.type is None and head.meaning.ids in plural
        else v
        for head, v in zip(seen.heads, found, strict=True)
    ]
