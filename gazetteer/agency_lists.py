"""Lists of agencies, and agencies of a list of provinces: what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gazetteer import cues

if TYPE_CHECKING:
    from gazetteer.shape import Head, Place, Shape


def shared_places(heads: Sequence[Head]) -> list[Head | None]:
    """For a member of a list that ends with a place, the member as if the place stood behind it; None for the others.

    `các sở Xây dựng, Tài chính và Y tế Hải Phòng`.
    """
    last = {(id(head.text), head.group): head for head in heads if head.group}
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
