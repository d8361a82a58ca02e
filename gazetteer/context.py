"""What the article as a whole says: the day it speaks of, how much of it is ours, how much another province's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from gazetteer import cues
from gazetteer.records import DISTRICTS_END, PROVINCE, Gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gazetteer.shape import Head, Place, Shape, Text

DAY_OF_DISTRICTS = date(2024, 10, 31)
"""The day of an undated article whose words are of the time of quận and huyện: before the first merger we know."""
TODAY = date.max
"""The day taken for an undated article that says nothing of its time: what is in force today is meant."""

_TITLE, _SAPO, _FIRST, _OPENING, _REST = 6.0, 4.0, 2.5, 2.0, 1.0
_FIRST_CHARS, OPENING_CHARS = 100, 400
_LOCAL_OUTLET = 6.0
"""The city's own paper says as much as its name in a title."""
_FORMER_REACH = 60
"""Characters behind a type word in which «cũ» still belongs to it, or to the list it opens."""
_DIGITS = frozenset("0123456789")
_SPORT_WORDS = 3
"""So many different words of football make the city's name a team's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Measured once per article."""

    on: date
    """The day whose units are meant."""
    dated: bool
    ours: float
    """Weight of places that are surely ours: the city, the former Hải Dương, typed units found nowhere else."""
    city: float
    """Weight of the city's name alone."""
    hai_duong: float
    others: Mapping[str, float]
    """Code of a province -> weight of its names."""
    sport: bool
    street: bool
    """The city's name is a street of another city: «đường Hải Phòng» in Đà Nẵng."""
    local_outlet: bool

    @property
    def other(self) -> float:
        """Weight of the other province named most."""
        return max(self.others.values(), default=0.0)

    @property
    def about_us(self) -> bool:
        """Whether a generic name (`Sở Y tế`) is ours unless something nearer speaks against it."""
        if self.local_outlet:
            return self.ours + _LOCAL_OUTLET >= self.other
        return self.ours > 0 and self.ours >= self.other


def weight(place: Place) -> float:
    """How much a place says by where it stands: title, sapo, first words, opening, rest."""
    return weight_at(place.text.field, place.start)


def weight_at(field: str, start: int) -> float:
    """How much a name says that begins there."""
    if field == "title":
        return _TITLE
    if field == "sapo":
        return _SAPO
    if start < _FIRST_CHARS:
        return _FIRST
    return _OPENING if start < OPENING_CHARS else _REST


def context(
    gazetteer: Gazetteer, seen: Shape, published: date | None, *, local_outlet: bool, hint: float = 0.0
) -> Context:
    """The article's context. `hint` is what its section or address adds to the weight of ours."""
    sport = _is_sport(seen)
    city = hai_duong = typed = 0.0
    others: defaultdict[str, float] = defaultdict(float)
    for place in seen.places:
        if place.cue in {"street", "road", "school", "firm", "club", "ship", "person"}:
            continue
        if place.meaning.kind == "city":
            city += 0.0 if (sport and place.type is None) or not (place.capital or place.type) else weight(place)
        elif PROVINCE in place.meaning.ids:
            hai_duong += weight(place) if place.capital or place.type else 0.0
        elif place.meaning.kind == "unit" and (surely_ours(gazetteer, place) or well_known(gazetteer, place)):
            typed += weight(place)
        elif (
            place.meaning.provinces and (place.meaning.kind != "unit" or place.type in {None, "tỉnh"}) and place.capital
        ):
            others[place.meaning.provinces[0]] += weight(place)
    return Context(
        on=published or _day_of_words(gazetteer, seen),
        dated=published is not None,
        ours=city + hai_duong + typed + hint,
        city=city,
        hai_duong=hai_duong,
        others=dict(others),
        sport=sport,
        street=_is_street(seen, city, others),
        local_outlet=local_outlet,
    )


def surely_ours(gazetteer: Gazetteer, place: Place) -> bool:
    """A typed name that no other province has or had."""
    if place.type is None or place.elsewhere:
        return False
    units = [gazetteer.units[unit_id] for unit_id in place.meaning.ids]
    return any(u.is_a(place.type) and gazetteer.trust_in(u.name).of(place.type) in "AB" for u in units)


def well_known(gazetteer: Gazetteer, place: Place) -> bool:
    """A bare name that every reader takes for the place (flag `known`): Cát Bà, biển Đồ Sơn."""
    if not place.capital or place.glued or place.cue not in {None, "water"} or place.type not in {None, "đảo"}:
        return False
    return has_flag(gazetteer, place, "known")


def has_flag(gazetteer: Gazetteer, place: Place, flag: str) -> bool:
    """Whether `ambiguity.toml` gives the name this flag."""
    name = gazetteer.units[place.meaning.ids[0]].name if place.meaning.ids else ""
    written = place.text.plain[place.name_start : place.end]
    return flag in (gazetteer.trust.get(written) or gazetteer.trust_in(name)).flags


def _is_sport(seen: Shape) -> bool:
    named = [place for place in seen.places if place.meaning.kind == "city"]
    if not named:
        return False
    if any("league" in text.signals for text in seen.texts) or any(_scores(place) for place in named):
        return True
    told = set().union(*(text.signals.get("sport", ()) for text in seen.texts))
    return len(told) >= _SPORT_WORDS or bool(told and any(_plays(place) for place in named))


def _scores(place: Place) -> bool:
    form = place.text.form
    if form[place.end + 1 : place.end + 2] not in _DIGITS and form[place.start - 2 : place.start - 1] not in _DIGITS:
        return False
    before = form[max(0, place.start - 15) : place.start]
    return bool(cues.SCORE_AFTER.match(form, place.end) or cues.SCORE_BEFORE.search(before))


def _plays(place: Place) -> bool:
    """`CLB Hà Nội đấu Hải Phòng`: with a word of football near, one verb is enough."""
    form = place.text.form
    before = form[max(0, place.start - 15) : place.start]
    return bool(cues.PLAYS_AFTER.match(form, place.end) or cues.PLAYS_BEFORE.search(before))


def _day_of_words(gazetteer: Gazetteer, seen: Shape) -> date:
    """The day an undated article speaks of, from its own words."""
    latest = max((cues.latest_year(text.form) for text in seen.texts), default=0)
    if latest > DISTRICTS_END.year:
        return TODAY
    if any(_old_words(text) for text in seen.texts):
        return DAY_OF_DISTRICTS
    if any(_names_the_past(gazetteer, place) for place in seen.places):
        return DAY_OF_DISTRICTS
    if any(_ended(gazetteer, head) for head in seen.heads):
        return DAY_OF_DISTRICTS
    if 0 < latest < DISTRICTS_END.year:
        return min(DAY_OF_DISTRICTS, date(latest, 12, 31))
    return TODAY


def _is_street(seen: Shape, city: float, others: Mapping[str, float]) -> bool:
    named = [place for place in seen.places if place.meaning.kind == "city"]
    streets = any(place.cue == "street" for place in named)
    return streets and not any(place.type for place in named) and max(others.values(), default=0.0) > city


def _old_words(text: Text) -> bool:
    """Words of the time of quận and huyện, or of bodies that are no more; what is called former does not count."""
    words = (word for name in ("old_bodies", "districts") for word in text.signals.get(name, ()))
    return any(_not_called_former(text.form, word) for word in words)


def _not_called_former(form: str, word: str) -> bool:
    """Whether the word stands somewhere without «cũ» or «trước đây» close behind: `huyện An Lão cũ` is today's talk."""
    at = form.find(word)
    while at >= 0:
        behind = form[at : at + _FORMER_REACH]
        if not cues.SAID_FORMER.search(behind):
            return True
        at = form.find(word, at + 1)
    return False


def _ended(gazetteer: Gazetteer, head: Head) -> bool:
    """A department that is no more: `Sở Kế hoạch và Đầu tư`."""
    if head.meaning.bodies or cues.MARKED_OLD.match(head.text.form, head.end):
        return False
    agencies = [gazetteer.agencies[agency_id] for agency_id in head.meaning.ids]
    return bool(agencies) and all(a.valid_until is not None and a.kind == "department" for a in agencies)


def _names_the_past(gazetteer: Gazetteer, place: Place) -> bool:
    """A unit or province that is no more, named as if it were, without «cũ»."""
    if place.cue or place.former or place.renewed or cues.MARKED_OLD.match(place.text.form, place.end):
        return False
    if PROVINCE in place.meaning.ids and place.type in {None, "tỉnh"}:
        return place.capital and not place.glued
    if place.meaning.kind == "unit":
        pool = [gazetteer.units[unit_id] for unit_id in place.meaning.ids]
        pool = [unit for unit in pool if place.type and unit.is_a(place.type)]
        return bool(pool) and not place.elsewhere and all(unit.valid_until is not None for unit in pool)
    name = place.text.form[place.name_start : place.end]
    return (
        place.capital
        and not place.glued
        and any(
            name == former.lower() for code in place.meaning.provinces for former in gazetteer.provinces[code].former
        )
    )
