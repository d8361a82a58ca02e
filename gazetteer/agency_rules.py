"""Whose body a head means: the place behind it, the units named before it, or the article's own place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gazetteer import cues
from gazetteer.agency_lists import HeadVerdict, province_list, shared_places, sharing, without_everybodys
from gazetteer.place_rules import Verdict, place_before, refuse
from gazetteer.records import CITY, PROVINCE, Agency, Gazetteer, Unit
from vietnamese.normal import match_form

if TYPE_CHECKING:
    from gazetteer.context import Context
    from gazetteer.shape import Head, Place, Shape

_JUST_BEFORE = 60
"""Characters: the city and the head are in one clause."""
_PERSON = re.compile(r"([^\W\d_]+)(?: [^\W\d_a-zà-öø-ÿăđĩũơưạ-ỹ][^\W\d_]*){2,3}(?![^\W_])")
"""Three or four capital words: a person's name; a unit named after a person has fewer, or is a ward."""
_LATER_TYPES = frozenset({"quận", "huyện", "thị xã", "phường", "xã", "thị trấn", "đặc khu"})


def head_verdicts(
    gazetteer: Gazetteer, seen: Shape, context: Context, places: Sequence[Verdict]
) -> tuple[HeadVerdict, ...]:
    """One verdict per head, in order."""
    named: set[str] = set()
    found: list[HeadVerdict] = []
    for head, place_of in zip(seen.heads, shared_places(seen.heads), strict=True):
        if place_of is not None:
            verdict = _as_listed(_verdict(gazetteer, place_of, seen, context, places, named), head)
        elif head.provinces:
            verdict = _of_provinces(gazetteer, head, seen, context, places)
        else:
            verdict = _verdict(gazetteer, head, seen, context, places, named)
        found.append(verdict)
        if verdict.verdict.id:
            named.add(verdict.verdict.id)
    return tuple(sharing(gazetteer, seen, without_everybodys(seen, found)))


def _as_listed(found: HeadVerdict, head: Head) -> HeadVerdict:
    """A verdict that leaned on the place behind the list: the mention is the member's own words."""
    rule = "list-agency" if found.verdict.id else found.verdict.rule
    return HeadVerdict(verdict=replace(found.verdict, rule=rule), end=head.end, place=None)


def _of_provinces(
    gazetteer: Gazetteer, head: Head, seen: Shape, context: Context, places: Sequence[Verdict]
) -> HeadVerdict:
    """`công an các tỉnh, thành Hưng Yên, Hải Dương, Hải Phòng`: ours among them, told by the head's own words."""
    refused = _no_head(gazetteer, head)
    ours = [] if refused else [p.order for p in province_list(seen, head) if places[p.order].id in {CITY, PROVINCE}]
    found = [(order, a) for order in ours if (a := _agency_at(gazetteer, head, places[order].id or "", context))]
    if not found:
        return HeadVerdict(verdict=refuse(refused or "other-province"), end=head.end, place=None)
    verdict = Verdict(id=found[0][1], rule="list-provinces", confidence=0.85)
    return HeadVerdict(verdict=verdict, end=head.end, place=None, listed=tuple(found[1:]))


def _verdict(
    gazetteer: Gazetteer, head: Head, seen: Shape, context: Context, places: Sequence[Verdict], named: set[str]
) -> HeadVerdict:
    refused = _no_head(gazetteer, head)
    if refused:
        return HeadVerdict(verdict=refuse(refused), end=head.end, place=None)
    if head.meaning.kind == "agency":
        return HeadVerdict(verdict=_whole_name(gazetteer, head, context), end=head.end, place=None)
    if head.place is not None:
        place = seen.places[head.place]
        if _no_place_after_all(place, places[head.place]):
            return HeadVerdict(verdict=_alone(gazetteer, head, seen, context, named), end=head.end, place=None)
        return _with_place(gazetteer, head, place, places[head.place], context)
    if head.type is not None:
        return _with_type(gazetteer, head, seen, context, places)
    return HeadVerdict(verdict=_alone(gazetteer, head, seen, context, named), end=head.end, place=None)


def _no_head(gazetteer: Gazetteer, head: Head) -> str | None:
    """Words that only look like a head, or speak of many."""
    before = head.text.form[max(0, head.start - 10) : head.start]
    if cues.PART_OF_WORD_BEFORE.search(before) and not before.endswith(" - "):
        return "part-of-word"
    if cues.NOT_A_BODY_AFTER.match(head.text.form, head.end):
        return "no-body"
    if head.place is None and not head.group and _many(head, before):
        return "plural"
    word = head.text.form[head.start : head.end]
    if word in {"ca", "ub"} and not head.text.plain[head.start : head.end].isupper():
        return "lower-case"
    weak = any(word == form.lower() for kind in head.meaning.bodies for form in gazetteer.bodies[kind].weak)
    return "weak-head" if weak and head.place is None and head.type != "thành phố" else None


def _many(head: Head, before: str) -> bool:
    counted = head.type is None and bool(head.meaning.ids) and cues.COUNTED_BEFORE.search(before)
    return bool(counted or cues.PLURAL_BEFORE.search(before))


def _no_place_after_all(place: Place, where: Verdict) -> bool:
    """`Thanh tra Sở GTVT Hoàng Tiến Nam`: the name behind the head is a person's."""
    return where.id is None and place.type is None and place.meaning.kind == "unit" and place.glued


def _whole_name(gazetteer: Gazetteer, head: Head, context: Context) -> Verdict:
    """A name that needs no place: of several records the one in force."""
    chosen = _of_the_day([gazetteer.agencies[i] for i in head.meaning.ids], context)
    word = head.text.plain[head.start : head.end]
    if not any(c.isupper() for c in word):
        return refuse("lower-case", [chosen.id])
    if is_central(gazetteer, chosen.id):
        if not context.about_us:
            return refuse("needs-city-context", [chosen.id])
        return Verdict(id=chosen.id, rule="city-context", confidence=0.75)
    return Verdict(id=chosen.id, rule="agency-name", confidence=0.95)


def is_central(gazetteer: Gazetteer, record_id: str) -> bool:
    """Whether it is a body of the state that only sits in the city: its name makes no article about the city."""
    agency = gazetteer.agencies.get(record_id)
    return agency is not None and agency.kind == "central_military_located_in_city"


def _of_the_day(agencies: Sequence[Agency], context: Context) -> Agency:
    return min(
        agencies, key=lambda a: (not a.in_force(context.on), -(a.valid_until.toordinal() if a.valid_until else 0), a.id)
    )


def _with_place(gazetteer: Gazetteer, head: Head, place: Place, where: Verdict, context: Context) -> HeadVerdict:
    if place.meaning.kind in {"province", "place"}:
        return HeadVerdict(verdict=refuse("other-province"), end=head.end, place=None)
    where_id = where.id
    if (
        where_id is None
        and place.meaning.kind == "city"
        and where.rule in {"cue-sport", "lower-case"}
        and place.capital
    ):
        where_id = CITY
    if where_id is None:
        where_id = _through_head(gazetteer, head, place, context)
    if where_id is None:
        return HeadVerdict(verdict=refuse("place-refused"), end=head.end, place=None)
    found = _agency_at(gazetteer, head, where_id, context)
    if found is None:
        return HeadVerdict(verdict=refuse("no-such-agency"), end=head.end, place=None)
    confidence = 0.97 if place.type or where_id == CITY else 0.9
    return HeadVerdict(
        verdict=Verdict(id=found, rule="explicit-place", confidence=confidence), end=place.end, place=place.order
    )


def _through_head(gazetteer: Gazetteer, head: Head, place: Place, context: Context) -> str | None:
    """`UBND Lê Chân`: a bare name that the head makes a place."""
    if not head.meaning.bodies or place.type is not None or not place.capital or place.meaning.kind != "unit":
        return None
    units = [gazetteer.units[i] for i in place.meaning.ids]
    today = [unit for unit in units if unit.in_force(context.on)]
    return today[0].id if len(today) == 1 and context.ours > 0 else None


def _agency_at(gazetteer: Gazetteer, head: Head, where: str, context: Context) -> str | None:
    """The agency or body this head is at a place."""
    if where in {CITY, PROVINCE}:
        mine = [a for a in (gazetteer.agencies[i] for i in head.meaning.ids) if a.place == where]
        if mine and _capital_enough(head, mine):
            return _of_the_day(mine, context).id
        covering = _covering(gazetteer, head, where)
        if covering:
            return covering
    for kind in head.meaning.bodies:
        body = gazetteer.bodies[kind]
        own = body.p31 if where == CITY else body.p30 if where == PROVINCE else None
        if where == CITY or own:
            return own
        return f"{kind}@{where}"
    return None


def _capital_enough(head: Head, agencies: Sequence[Agency]) -> bool:
    """`Thuế Hải Phòng` is the agency, `thuế Hải Phòng` are taxes."""
    word = head.text.plain[head.start : head.end]
    common = {form.lower() for agency in agencies for form in agency.capital}
    return word.lower() not in common or word[:1].isupper()


def _covering(gazetteer: Gazetteer, head: Head, where: str) -> str | None:
    kinds = {gazetteer.agencies[i].kind for i in head.meaning.ids}
    return next((a.id for a in gazetteer.agencies.values() if a.covers in kinds and a.place == where), None)


def _with_type(
    gazetteer: Gazetteer, head: Head, seen: Shape, context: Context, places: Sequence[Verdict]
) -> HeadVerdict:
    """A type word and no name: `UBND thành phố`, `UBND quận`, `công an xã`."""
    if _unknown_name_follows(gazetteer, head):
        return HeadVerdict(verdict=refuse("lies-elsewhere"), end=head.end, place=None)
    if head.type == "thành phố":
        verdict = _of_the_city(gazetteer, head, seen, context)
    elif head.type == "tỉnh":
        verdict = _of_the_province(gazetteer, head, context)
    elif head.type in _LATER_TYPES and head.meaning.bodies:
        verdict = _named_last(gazetteer, head, seen, places)
    else:
        verdict = refuse("no-such-agency")
    return HeadVerdict(verdict=verdict, end=head.type_end, place=None)


def _unknown_name_follows(gazetteer: Gazetteer, head: Head) -> bool:
    """A name or number behind the type word, unless it is its chairman's: `UBND thành phố Nguyễn Văn A`."""
    plain = head.text.plain
    gap, first = plain[head.type_end : head.type_end + 1], plain[head.type_end + 1 : head.type_end + 2]
    if gap not in {" ", "."} or not (first.isupper() or first.isdigit()):
        return False
    name = _PERSON.match(plain, head.type_end + 1)
    if head.type in {"phường", "xã", "thị trấn"} or name is None:
        return True
    return not gazetteer.words.has("surnames", name[1].lower())


def _of_the_city(gazetteer: Gazetteer, head: Head, seen: Shape, context: Context) -> Verdict:
    """`UBND thành phố`: the city that the words before it name last, if the article is about us."""
    if not _city_meant(head, seen, context):
        return refuse("needs-city-context")
    found = _agency_at(gazetteer, head, CITY, context)
    return Verdict(id=found, rule="city-context", confidence=0.8) if found else refuse("no-such-agency")


def _city_meant(head: Head, seen: Shape, context: Context) -> bool:
    """The sentence names the city last before the head, or the article is ours and it names no other province last."""
    if _after_the_city(head, seen):
        return True
    last = place_before(seen, head.text, head.start)
    return context.about_us and (last is None or last.meaning.kind not in {"province", "place"})


def not_about_us(seen: Shape, heads: Sequence[HeadVerdict]) -> tuple[HeadVerdict, ...]:
    """The verdicts on an article that is not about the city: a generic head is ours only in a sentence that says so."""
    return tuple(
        HeadVerdict(verdict=refuse("needs-city-context", [found.verdict.id or ""]), end=head.end, place=None)
        if found.verdict.rule == "city-context" and not _after_the_city(head, seen)
        else found
        for head, found in zip(seen.heads, heads, strict=True)
    )


def _after_the_city(head: Head, seen: Shape) -> bool:
    last = place_before(seen, head.text, head.start)
    return last is not None and last.meaning.kind == "city"


def _of_the_province(gazetteer: Gazetteer, head: Head, context: Context) -> Verdict:
    """`UBND tỉnh`: Hải Dương's while there was one and the article is about it."""
    if context.hai_duong <= context.other or context.hai_duong < context.city:
        return refuse("needs-province-context")
    found = _agency_at(gazetteer, head, PROVINCE, context)
    return Verdict(id=found, rule="province-context", confidence=0.75) if found else refuse("no-such-agency")


def _named_last(gazetteer: Gazetteer, head: Head, seen: Shape, places: Sequence[Verdict]) -> Verdict:
    """`UBND quận`, `công an xã`: the unit of that type named last before it."""
    found = None
    for place, verdict in zip(seen.places, places, strict=True):
        unit = gazetteer.units.get(verdict.id or "")
        if unit is None or head.type is None or not unit.is_a(head.type):
            continue
        if _comes_before(place, head, seen):
            found = unit
    if found is None or _stranger_nearer(head, found):
        return refuse("no-unit-before")
    return Verdict(id=f"{head.meaning.bodies[0]}@{found.id}", rule="named-before", confidence=0.75)


def _stranger_nearer(head: Head, ours: Unit) -> bool:
    """Whether the last unit of that type named before the head, ours or not, is another one than `ours`."""
    form, plain, at = head.text.form, head.text.plain, head.start
    word = f"{head.type} "
    while (at := form.rfind(word, 0, at)) >= 0:
        start = at + len(word)
        if plain[start : start + 1].isupper() and not form[at - 1 : at].isalnum():
            return not form.startswith(match_form(ours.name), start)
    return False


def _comes_before(place: Place, head: Head, seen: Shape) -> bool:
    if place.text is head.text:
        return place.start < head.start
    return seen.texts.index(place.text) < seen.texts.index(head.text)


def _alone(gazetteer: Gazetteer, head: Head, seen: Shape, context: Context, named: set[str]) -> Verdict:
    """A head and nothing behind it: `Sở Y tế`, `Thành ủy`, `HĐND`."""
    if not _named_capital(head):
        return refuse("lower-case", head.meaning.ids)
    mine = [a for a in (gazetteer.agencies[i] for i in head.meaning.ids) if a.place == CITY and a.bare != "never"]
    mine = [a for a in mine if not _common_word(head, a)]
    later = [a for a in mine if a.id in named]
    if later:
        return Verdict(id=later[0].id, rule="named-before", confidence=0.85)
    generic = [a for a in mine if a.bare == "context"]
    if not generic:
        return _body_alone(gazetteer, head, seen, context)
    if not _city_meant(head, seen, context):
        return refuse("needs-city-context", [a.id for a in generic])
    return Verdict(id=_of_the_day(generic, context).id, rule="city-context", confidence=0.75)


def _named_capital(head: Head) -> bool:
    """`sở Y tế`: a capital inside."""
    return any(c.isupper() for c in head.text.plain[head.start : head.end])


def _common_word(head: Head, agency: Agency) -> bool:
    """A head that is a common word needs its place: `hải quan`."""
    return head.text.form[head.start : head.end] in {form.lower() for form in (*agency.capital, *agency.placed)}


def _body_alone(gazetteer: Gazetteer, head: Head, seen: Shape, context: Context) -> Verdict:
    """`Thành ủy`; `HĐND` in a sentence that names the city just before."""
    word = head.text.form[head.start : head.end]
    for kind in head.meaning.bodies:
        body = gazetteer.bodies[kind]
        if body.p31 is None or not context.about_us:
            continue
        if word in {form.lower() for form in body.city_alone} and context.other * 2 <= context.ours:
            return Verdict(id=body.p31, rule="city-context", confidence=0.75)
        if word in {form.lower() for form in body.bare} and _city_just_before(head, seen):
            return Verdict(id=body.p31, rule="city-before", confidence=0.65)
    return refuse("head-alone")


def _city_just_before(head: Head, seen: Shape) -> bool:
    last = place_before(seen, head.text, head.start)
    return last is not None and last.meaning.kind == "city" and head.start - last.end < _JUST_BEFORE
