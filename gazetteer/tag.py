"""Tag one article: who is meant, where, by which rule; and whether it is about the city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gazetteer import cues
from gazetteer.about import about_city
from gazetteer.agency_lists import HeadVerdict
from gazetteer.agency_rules import head_verdicts, not_about_us
from gazetteer.context import context
from gazetteer.matcher import Matcher
from gazetteer.mention import Mention, MentionField, Salience, Tagging, kind_of
from gazetteer.place_rules import Verdict, place_verdicts
from gazetteer.records import CITY, PROVINCE, Gazetteer
from gazetteer.salience import salience
from gazetteer.shape import Head, Place, Shape, Text, prepare, shape
from vietnamese.clock import LOCAL
from vietnamese.normal import clean, match_form, unaccent

if TYPE_CHECKING:
    from datetime import datetime


_SECTION, _ADDRESS = 4.0, 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletHint:
    """What the outlet says of its articles' place."""

    id: str
    city_default: bool = False
    """True for the city's own papers: unnamed «Sở Y tế» there is Hải Phòng's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """One name that was looked at, and what became of it: for `explain`."""

    field: MentionField
    start: int
    end: int
    surface: str
    verdict: Verdict


_MATCHERS: dict[int, tuple[Gazetteer, Matcher]] = {}


def matcher_of(gazetteer: Gazetteer) -> Matcher:
    """The automaton of a gazetteer, built once."""
    kept = _MATCHERS.get(id(gazetteer))
    if kept is None:
        kept = (gazetteer, Matcher(gazetteer))
        _MATCHERS[id(gazetteer)] = kept
    return kept[1]


def tag(
    gazetteer: Gazetteer,
    *,
    title: str,
    sapo: str | None,
    text: str,
    published_at: datetime | None,
    outlet: OutletHint | None = None,
    url: str | None = None,
    section: str | None = None,
) -> Tagging:
    """The mentions of one article and whether it is about the city.

    Offsets are code points into `title`, `sapo` and `text` exactly as given. `published_at` is aware or None (then the
    article's own words tell its time). The same input always gives the same answer.
    """
    texts = _texts(gazetteer, title, sapo, text)
    if not (outlet and outlet.city_default) and not any(_may_be_ours(part) for part in texts):
        return Tagging(
            about_city=False, about_reasons=("no name of ours",), mentions=(), gazetteer_version=gazetteer.version
        )
    read = _read(gazetteer, texts, published_at, outlet, _hint(gazetteer, url, section))
    found = _mentions(read.seen, read.places, read.heads)
    mentions = tuple(_with_salience(mention, salience(gazetteer.words, texts, mention)) for mention in found)
    return Tagging(
        about_city=read.about, about_reasons=read.reasons, mentions=mentions, gazetteer_version=gazetteer.version
    )


def _with_salience(mention: Mention, how: Salience) -> Mention:
    return mention if how == mention.salience else replace(mention, salience=how)


def _texts(gazetteer: Gazetteer, title: str, sapo: str | None, text: str) -> list[Text]:
    matcher = matcher_of(gazetteer)
    fields: tuple[tuple[MentionField, str], ...] = (("title", title), ("sapo", sapo or ""), ("text", text))
    return [prepare(matcher, field, raw) for field, raw in fields if raw]


def _may_be_ours(text: Text) -> bool:
    """Whether any name of ours stands in it; without one no head can be ours either."""
    return any(atom.kind in {"city", "unit", "agency", "landmark"} for atom in text.atoms)


def _hint(gazetteer: Gazetteer, url: str | None, section: str | None) -> float:
    """What section and address add: a section of the city's name as much as a sapo, an address half of it."""
    city = gazetteer.units[CITY].name if CITY in gazetteer.units else ""
    if section and city and match_form(city) in match_form(clean(section)):
        return _SECTION
    slug = unaccent(city).replace(" ", "-")
    return _ADDRESS if url and slug and slug in url.lower() else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """An article read through: its shape and every verdict."""

    seen: Shape
    places: tuple[Verdict, ...]
    heads: tuple[HeadVerdict, ...]
    about: bool
    reasons: tuple[str, ...]


def _read(
    gazetteer: Gazetteer, texts: Sequence[Text], published_at: datetime | None, outlet: OutletHint | None, hint: float
) -> _Reading:
    seen = shape(gazetteer, texts)
    day = published_at.astimezone(LOCAL).date() if published_at else None
    local = bool(outlet and outlet.city_default)
    where = context(gazetteer, seen, day, local_outlet=local, hint=hint)
    places = place_verdicts(gazetteer, seen, where)
    heads = head_verdicts(gazetteer, seen, where, places)
    about, reasons = about_city(gazetteer, seen, where, places, heads)
    if not about and not local:
        heads = not_about_us(seen, heads)
    return _Reading(seen=seen, places=places, heads=heads, about=about, reasons=reasons)


def _mentions(seen: Shape, places: Sequence[Verdict], heads: Sequence[HeadVerdict]) -> tuple[Mention, ...]:
    """Verdicts to mentions; a place inside a body's name belongs to the body, unless it is nowhere else."""
    swallowed = {found.place for found in heads if found.verdict.id and found.place is not None}
    bodies = _listed_bodies(seen, places, heads)
    free = {places[p.order].id for p in seen.places if p.order not in swallowed}
    found = [
        mention
        for head, verdict in zip(seen.heads, heads, strict=True)
        for mention in _head_mentions(seen, head, verdict, places, free)
    ]
    found += [
        _placed(seen, place.text, place.start, place.end, bodies.get(place.order, places[place.order]))
        for place in seen.places
        if place.order not in swallowed and places[place.order].id
    ]
    found.sort(key=lambda item: item[:2])
    return tuple(mention for _, _, mention in _disjoint(found))


def _listed_bodies(seen: Shape, places: Sequence[Verdict], heads: Sequence[HeadVerdict]) -> dict[int, Verdict]:
    """`UBND các quận Lê Chân, Hải An`: the names that follow in the list are bodies too."""
    kinds = {
        v.place: v.verdict.id.partition("@")[0]
        for v in heads
        if v.verdict.id and v.place is not None and "@" in v.verdict.id
    }
    if not kinds and not any(v.listed for v in heads):
        return {}
    told = Counter(verdict.id for verdict in places)
    found = {
        order: Verdict(id=agency, rule="list-provinces", confidence=0.85)
        for v in heads
        for order, agency in v.listed
        if told[places[order].id] > 1
    }
    plural = {v.place for head, v in zip(seen.heads, heads, strict=True) if v.place is not None and head.many}
    for place in seen.places:
        kind, unit = kinds.get(place.order - 1), places[place.order].id
        follows = place.carried or (place.order - 1 in plural and _joined(seen, place))
        if kind and follows and unit and unit not in {CITY, PROVINCE}:
            if place.order - 1 in plural:
                plural.add(place.order)
            kinds[place.order] = kind
            found[place.order] = Verdict(id=f"{kind}@{unit}", rule="list-body", confidence=0.8)
    return found


def _joined(seen: Shape, place: Place) -> bool:
    """Whether it goes on the list of the place before it: `các quận A, B và huyện C`."""
    before = seen.places[place.order - 1]
    return before.text is place.text and bool(cues.LIST.fullmatch(place.text.form, before.end, place.start))


def _disjoint(found: Iterable[tuple[int, int, Mention]]) -> Iterable[tuple[int, int, Mention]]:
    reached = (-1, -1)
    for order, start, mention in found:
        if (order, start) >= reached:
            reached = (order, mention.end)
            yield order, start, mention


def _head_mentions(
    seen: Shape, head: Head, found: HeadVerdict, places: Sequence[Verdict], free: set[str | None]
) -> list[tuple[int, int, Mention]]:
    if not found.verdict.id:
        return []
    if found.place is None:
        return [_placed(seen, head.text, head.start, found.end, found.verdict)]
    where = places[found.place]
    place = seen.places[found.place]
    if where.id in {CITY, PROVINCE} and where.id not in free and "@" not in found.verdict.id:
        free.add(where.id)
        city = Verdict(id=where.id, rule="city-in-name", confidence=where.confidence)
        return [
            _placed(seen, head.text, head.start, head.end, found.verdict),
            _placed(seen, head.text, place.start, place.end, city),
        ]
    return [_placed(seen, head.text, head.start, place.end, found.verdict)]


def _placed(seen: Shape, text: Text, start: int, end: int, verdict: Verdict) -> tuple[int, int, Mention]:
    first, last = text.back.span(start, end)
    entity = verdict.id or ""
    mention = Mention(
        entity_id=entity,
        kind=kind_of(entity),
        field=text.field,
        start=first,
        end=last,
        surface=text.raw[first:last],
        rule=verdict.rule,
        confidence=verdict.confidence,
    )
    return seen.texts.index(text), first, mention


def explain(
    gazetteer: Gazetteer,
    *,
    title: str,
    sapo: str | None,
    text: str,
    published_at: datetime | None,
    outlet: OutletHint | None = None,
    url: str | None = None,
    section: str | None = None,
) -> tuple[Considered, ...]:
    """Every name that was looked at, in order, with the rule that took or refused it and who else was possible."""
    texts = _texts(gazetteer, title, sapo, text)
    read = _read(gazetteer, texts, published_at, outlet, _hint(gazetteer, url, section))
    seen, heads = read.seen, read.heads
    found = [_considered(seen, p.text, p.start, p.end, read.places[p.order]) for p in seen.places]
    found += [
        _considered(seen, head.text, head.start, verdict.end, verdict.verdict)
        for head, verdict in zip(seen.heads, heads, strict=True)
    ]
    return tuple(item for _, _, item in sorted(found, key=lambda item: item[:2]))


def _considered(seen: Shape, text: Text, start: int, end: int, verdict: Verdict) -> tuple[int, int, Considered]:
    first, last = text.back.span(start, end)
    item = Considered(field=text.field, start=first, end=last, surface=text.raw[first:last], verdict=verdict)
    return seen.texts.index(text), first, item
