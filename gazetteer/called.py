"""Who is meant by a name that somebody types: «UBND TP», «Sở GTVT», «Q. Lê Chân», as people of the city say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gazetteer.records import WHOLE_CITY
from gazetteer.tag import OutletHint, tag

if TYPE_CHECKING:
    from gazetteer.records import Gazetteer

_AT_HOME = OutletHint(id="typed", city_default=True)


def called(gazetteer: Gazetteer, name: str) -> str | None:
    """The id (`ubnd@n11383` too) of the agency or unit that the whole of `name` means, by the rules of the tagging.

    The city, or the former province, behind a body only says whose it is. None when the rules find nobody, or only in
    a part of the name.
    """
    title = " ".join(name.split())
    found = tag(gazetteer, title=title, sapo=None, text="", published_at=None, outlet=_AT_HOME).mentions
    if not found or found[0].start != 0 or found[-1].end != len(title):
        return None
    if any(mention.entity_id not in WHOLE_CITY for mention in found[1:]):
        return None
    return found[0].entity_id
