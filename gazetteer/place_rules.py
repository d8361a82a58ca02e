"""Which unit a place name means, or why none. One function per rule; `docs/tagging.md` tells them one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gazetteer.context import well_known
from gazetteer.records import CITY, CITY_BEFORE, COMMUNE_TYPES, DISTRICT_TYPES, DISTRICTS_END, PROVINCE, Gazetteer, Unit

if TYPE_CHECKING:
    from gazetteer.context import Context
    from gazetteer.shape import Place, Shape, Text

_FIRST_DISTRICT, _FIRST_COMMUNE = 303, 11300
"""The first statistical codes of Hải Phòng; those of the former Hải Dương lie below."""
_LITTLE = 2.0
"""So little of another province does not speak against an unmistakable name."""
_AT = ("ở ", "tại ", "về ", "đến ")
"""Even in a text on football the name behind these is the city."""
_NO_PLACE = frozenset({"street", "road", "school", "firm", "club", "ship", "person", "built"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Article:
    """What the rules know of the article whose places they judge."""

    gazetteer: Gazetteer
    seen: Shape
    context: Context
    parents: frozenset[str]
    """Ids of the districts it names."""

    def units_of(self, place: Place) -> list[Unit]:
        """The units that bear the place's name, in order of the records."""
        return [self.gazetteer.units[unit_id] for unit_id in place.meaning.ids]

    def inside(self, place: Place) -> list[Place]:
        """The places that `place` says it lies in, nearest first."""
        return [self.seen.places[order] for order in place.inside]


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a rule made of a place or head: an id, or None and why not."""

    id: str | None
    rule: str
    """Name of the rule that decided, for a mention; of the one that refused, otherwise."""
    confidence: float = 0.0
    rivals: tuple[str, ...] = ()
    """Ids that could have been meant and lost."""


def refuse(rule: str, rivals: Sequence[str] = ()) -> Verdict:
    """No mention, and the rule that says so."""
    return Verdict(id=None, rule=rule, rivals=tuple(rivals))


def place_verdicts(gazetteer: Gazetteer, seen: Shape, context: Context) -> tuple[Verdict, ...]:
    """One verdict per place, in order; names later in the article may lean on earlier ones."""
    parents = _named_parents(gazetteer, seen, context)
    article = _Article(gazetteer=gazetteer, seen=seen, context=context, parents=parents)
    accepted: dict[str, str] = {}
    verdicts: list[Verdict] = []
    for place in seen.places:
        verdict = _verdict(article, place, accepted)
        verdicts.append(verdict)
        if verdict.id and place.meaning.kind == "unit" and not place.former:
            accepted.setdefault(place.text.form[place.name_start : place.end], verdict.id)
    return tuple(verdicts)


def _verdict(article: _Article, place: Place, accepted: Mapping[str, str]) -> Verdict:
    """The rule for this kind of name. `accepted`: names settled earlier in the article, with their ids."""
    kind = place.meaning.kind
    if kind == "city":
        return _city(place, article.context)
    if kind in {"province", "place"}:
        return refuse("other-province")
    if PROVINCE in place.meaning.ids and place.type in {None, "tỉnh"}:
        return _hai_duong(place)
    if place.type and place.type != "đảo":
        return _typed(article, place, accepted)
    return _bare(article, place, accepted)


def _city(place: Place, context: Context) -> Verdict:
    """Hải Phòng itself, or its nicknames."""
    form = place.text.form[place.name_start : place.end]
    if "hải phòng" not in form and "hai" not in form:
        near = context.city > 0 or (context.ours > 0 and not context.sport)
        ours = (near or context.local_outlet) and not place.glued
        return Verdict(id=CITY, rule="city-nickname", confidence=0.7) if ours else refuse("nickname-alone")
    if place.type is not None:
        fits = place.type in {"thành phố", "tỉnh", "đảo"}
        return Verdict(id=CITY, rule="city-name", confidence=0.97) if fits else refuse("no-such-unit")
    against = _against_city(place, context)
    return refuse(against) if against else Verdict(id=CITY, rule="city-name", confidence=0.92)


def _against_city(place: Place, context: Context) -> str | None:
    """What makes the bare name something else than the city."""
    if not _has_capital(place):
        return "lower-case"
    if place.cue in _NO_PLACE:
        return f"cue-{place.cue}"
    if context.sport and not place.text.form[max(0, place.start - 12) : place.start].endswith(_AT):
        return "cue-sport"
    return "cue-street" if context.street and place.cue is None else None


def _hai_duong(place: Place) -> Verdict:
    """The former province, with or without its type word."""
    if place.type is None and (not place.capital or place.cue in _NO_PLACE):
        return refuse(f"cue-{place.cue}" if place.capital else "lower-case")
    rivals = tuple(unit_id for unit_id in place.meaning.ids if unit_id != PROVINCE)
    return Verdict(id=PROVINCE, rule="province-name", confidence=0.9, rivals=rivals)


def _typed(article: _Article, place: Place, accepted: Mapping[str, str]) -> Verdict:
    """Type word and name: the units of that type, then place, day and trust decide."""
    units = article.units_of(place)
    pool = [unit for unit in units if place.type and unit.is_a(place.type)]
    if place.glued or not _has_capital(place):
        return refuse("part-of-longer-name" if place.glued else "lower-case", place.meaning.ids)
    if not pool:
        return _under_another_type(article, place)
    if place.carried and not any(unit.in_force(article.context.on) for unit in pool):
        return _bare(article, place, {})
    lies_in = _lies_in(article, place)
    if lies_in == "elsewhere":
        return refuse("lies-elsewhere", [unit.id for unit in pool])
    named = place.text.form[place.name_start : place.end] in accepted
    if lies_in is None and not named and not _trusted(article, place, pool):
        return refuse("needs-city-context", [unit.id for unit in pool])
    chosen = _chosen(article, place, pool)
    rule = "list-type" if place.carried else "type-word"
    if lies_in == "ours":
        rule = "explicit-place"
    elif place.former:
        rule = "former-mark"
    rivals = tuple(unit.id for unit in units if unit.id != chosen.id)
    return Verdict(id=chosen.id, rule=rule, confidence=0.95 if len(pool) == 1 or lies_in else 0.85, rivals=rivals)


def _under_another_type(article: _Article, place: Place) -> Verdict:
    """A unit under the type word of another time, where the text names what it lies in.

    `xã Bàng La` in a text of 2005, a phường since 2007; `huyện Đồ Sơn, Hải Phòng`.
    """
    if article.context.on > DISTRICTS_END or place.elsewhere:
        return refuse("no-such-unit", place.meaning.ids)
    units = article.units_of(place)
    outer = article.parents | {unit_id for around in article.inside(place) for unit_id in around.meaning.ids}
    if place.type in COMMUNE_TYPES:
        pool = [unit for unit in units if unit.level == "commune" and unit.parent in outer]
    else:
        pool = [unit for unit in units if unit.level == "district" and {CITY, PROVINCE} & outer]
    if not pool:
        return refuse("no-such-unit", place.meaning.ids)
    nearest = min(pool, key=lambda unit: _distance(unit, article.context))
    return Verdict(id=nearest.id, rule="earlier-type", confidence=0.65)


def _has_capital(place: Place) -> bool:
    """Capitals throughout, or at least the first: «Hải phòng», «phường Hải an»."""
    return place.capital or place.text.plain[place.name_start].isupper()


def _trusted(article: _Article, place: Place, pool: Sequence[Unit]) -> bool:
    """Whether type word and name are enough, by the tier of the typed form."""
    context = article.context
    tier = article.gazetteer.trust_in(pool[0].name).of(place.type or "")
    if tier in "AB":
        return True
    if any(unit.parent in article.parents for unit in pool if unit.parent not in {CITY, CITY_BEFORE, PROVINCE}):
        return True
    if tier == "C" and context.on > DISTRICTS_END and context.dated:
        return context.ours > 0 or context.other == 0
    if context.about_us:
        return True
    before = place_before(article.seen, place.text, place.start)
    return before is not None and before.meaning.kind == "city"


def place_before(seen: Shape, text: Text, start: int) -> Place | None:
    """The last place before `start` in the same sentence (up to a stop or line break)."""
    found = None
    for place in seen.places:
        if place.text is text and place.end <= start and place.cue is None:
            found = place
    if found is None or any(stop in text.form[found.end : start] for stop in ("\n", ". ", "? ", "! ")):
        return None
    return found


def _lies_in(article: _Article, place: Place) -> str | None:
    """`ours` or `elsewhere` where the words right behind say what the unit lies in; None where they do not."""
    for outer in article.inside(place):
        if outer.meaning.kind == "city" or PROVINCE in outer.meaning.ids:
            return "ours"
        if outer.meaning.kind == "province" or (outer.meaning.kind == "place" and not outer.carried):
            return "elsewhere"
        if _is_parent(article, place, outer):
            return "ours"
    return "elsewhere" if place.elsewhere else None


def _is_parent(article: _Article, inner: Place, outer: Place) -> bool:
    parents = {unit.parent for unit in article.units_of(inner)}
    return bool(parents & set(outer.meaning.ids) - {CITY, CITY_BEFORE})


def _chosen(article: _Article, place: Place, pool: Sequence[Unit]) -> Unit:
    """The one meant among units of one type and name.

    What the words right behind say comes first, then the day; a district named elsewhere in the article only decides
    between units that are equally near to the day: «quận Lê Chân cũ» makes no neighbour a former unit.
    """
    candidates = _lying_there(article, place, pool)
    if place.former:
        candidates = [unit for unit in candidates if unit.valid_until is not None] or candidates
    return min(candidates, key=lambda unit: _distance(unit, article.context, article.parents))


def _lying_there(article: _Article, place: Place, pool: Sequence[Unit]) -> list[Unit]:
    """The units that lie in the nearest place named right behind; where none does, those in no other district.

    A place called former there says nothing: today's ward lies where the quận was.
    """
    outer = [around.meaning.ids for around in article.inside(place) if not around.former]
    for ids in outer:
        inner = [unit for unit in pool if unit.parent in ids]
        if inner:
            return inner
    if any(unit_id.startswith("d") for ids in outer for unit_id in ids):
        return [unit for unit in pool if not (unit.parent or "").startswith("d")] or list(pool)
    return list(pool)


def _distance(unit: Unit, context: Context, parents: frozenset[str] = frozenset()) -> tuple[int, bool, int, int, str]:
    """In force first, then the last that ended before the day, then the next to come.

    Among several of a rank the one whose district is named; Hải Phòng's side breaks ties.
    """
    mine = 0 if _side(unit) == (context.hai_duong > context.city) else 1
    stranger = unit.parent not in parents
    if unit.in_force(context.on):
        return (0, stranger, 0, mine, unit.id)
    if unit.valid_until is not None and unit.valid_until < context.on:
        return (1, stranger, (context.on - unit.valid_until).days, mine, unit.id)
    return (2, stranger, 0, mine, unit.id)


def _side(unit: Unit) -> bool:
    """True for a unit of the former Hải Dương: its codes lie below 11300, its districts from 288 to 302."""
    number = int("".join(c for c in unit.id[1:] if c.isdecimal()))
    return number < (_FIRST_DISTRICT if unit.level == "district" else _FIRST_COMMUNE)


def _named_parents(gazetteer: Gazetteer, seen: Shape, context: Context) -> frozenset[str]:
    """Districts the article names with their type word, or bare where it is about us."""
    found: set[str] = set()
    for place in seen.places:
        for unit_id in place.meaning.ids:
            unit = gazetteer.units[unit_id]
            if unit.level == "district" and (place.type == unit.type or (place.type is None and context.ours > 0)):
                found.add(unit_id)
    return frozenset(found)


def _bare(article: _Article, place: Place, accepted: Mapping[str, str]) -> Verdict:
    """A name without type word: only with capitals, no cue against it, and the city near."""
    units = article.units_of(place)
    against = _against(article.gazetteer, place, units)
    if against:
        return refuse(against, place.meaning.ids)
    form = place.text.form[place.name_start : place.end]
    lies_in = _lies_in(article, place)
    if lies_in == "elsewhere":
        return refuse("lies-elsewhere", place.meaning.ids)
    if form in accepted and place.type is None:
        return Verdict(id=accepted[form], rule="named-before", confidence=0.8)
    refused = _too_bare(article, place, units, explicit=lies_in == "ours")
    if refused:
        return refuse(refused, place.meaning.ids)
    pool = _of_the_day(units, place, article.context)
    if not pool:
        return refuse("not-yet", place.meaning.ids)
    chosen = _chosen(article, place, pool)
    rivals = tuple(unit.id for unit in units if unit.id != chosen.id)
    rule, confidence = ("explicit-place", 0.9) if lies_in == "ours" else ("bare-in-context", 0.7)
    return Verdict(id=chosen.id, rule=rule, confidence=confidence, rivals=rivals)


def _too_bare(article: _Article, place: Place, units: Sequence[Unit], *, explicit: bool) -> str | None:
    """A commune's name alone says nothing, nor a district's far from the city; «Quang Đức (Hải Phòng)» is a person."""
    form = place.text.form[place.name_start : place.end]
    if any(unit.level == "district" for unit in units) or _is_alias(units, form):
        return None if explicit or _near_enough(article, place, units) else "bare-needs-city"
    if not explicit:
        return "bare-commune"
    in_district = any(_is_parent(article, place, around) for around in article.inside(place))
    today = article.context.on > DISTRICTS_END and article.gazetteer.trust_in(units[0].name).tier in "AB"
    return None if in_district or today else "bare-commune"


def _against(gazetteer: Gazetteer, place: Place, units: Sequence[Unit]) -> str | None:
    if not place.capital:
        return "lower-case"
    if place.cue in _NO_PLACE:
        return f"cue-{place.cue}"
    if place.glued:
        return "part-of-longer-name"
    if place.meaning.provinces:
        return "other-province"
    flags = gazetteer.trust_in(units[0].name).flags
    if "person" in flags and place.cue is None and not _led_in(gazetteer, place):
        return "person-or-place"
    return None


def _led_in(gazetteer: Gazetteer, place: Place) -> bool:
    """A word of place stands before the name, or a list or bracket holds it."""
    before = place.text.form[max(0, place.start - 12) : place.start]
    return (
        before.endswith(gazetteer.words.lists["locative"])
        or before.rstrip().endswith((",", "(", ":"))
        or bool(place.inside)
    )


def _is_alias(units: Sequence[Unit], form: str) -> bool:
    return any(form == alias.name.lower() for unit in units for alias in unit.aliases)


def _near_enough(article: _Article, place: Place, units: Sequence[Unit]) -> bool:
    """Whether the city is near enough for a bare name."""
    context, tier = article.context, article.gazetteer.trust_in(units[0].name).tier
    if well_known(article.gazetteer, place):
        before = place_before(article.seen, place.text, place.start)
        foreign = before is not None and before.meaning.kind in {"province", "place"}
        return tier == "A" or context.about_us or not foreign
    if tier == "A" or place.type == "đảo":
        return context.ours >= context.other or context.other <= _LITTLE
    return context.about_us


def _of_the_day(units: Sequence[Unit], place: Place, context: Context) -> list[Unit]:
    """Districts while there were any, today's commune since; a former mark turns back to the district.

    Empty where every bearer of the name came later: nobody was «Đình Vũ» in 2010.
    """
    if context.on <= DISTRICTS_END or place.former:
        known = [unit for unit in units if place.former or unit.valid_from is None or unit.valid_from <= context.on]
        return [unit for unit in known if unit.type in DISTRICT_TYPES] or known
    return [unit for unit in units if unit.in_force(context.on)] or list(units)
