"""Is the article about the city: is Hải Phòng the place or authority of the main event?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gazetteer.records import CITY, PROVINCE

if TYPE_CHECKING:
    from gazetteer.context import Context
    from gazetteer.mention import Mention

_ENOUGH = 4.0
_SHARE = 0.9


def about_city(context: Context, mentions: Sequence[Mention]) -> tuple[bool, tuple[str, ...]]:
    """Whether it is, with the evidence in readable words."""
    if context.sport:
        return False, ("football: the name is a team's",)
    score = 0.0
    reasons: list[str] = []
    for field, points in (("title", 6.0), ("sapo", 4.0)):
        first = next((m for m in mentions if m.field == field), None)
        if first is not None:
            score += points
            reasons.append(f"{field}: {first.surface}")
    opening = [m for m in mentions if m.field == "text" and m.start < 400]
    if opening:
        score += 3.0
        reasons.append(f"opening: {opening[0].surface}")
    bodies = {m.entity_id for m in mentions if m.kind in {"agency", "body"}}
    units = {m.entity_id for m in mentions if m.kind == "unit"} - {CITY, PROVINCE}
    rest = sum(1 for m in mentions if m.field == "text" and m.start >= 400)
    score += min(2.0, 0.5 * rest) + min(2.0, 0.7 * len(bodies | units))
    if bodies | units:
        reasons.append(f"{len(bodies)} bodies and {len(units)} units of ours")
    if context.other > score / _SHARE:
        reasons.append("another province weighs more")
        return False, tuple(reasons)
    return score >= _ENOUGH, tuple(reasons)
