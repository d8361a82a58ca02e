"""Read the neighbourhood of every atom: type word, list, former or new, cue, what it lies in. No decision yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gazetteer import cues
from gazetteer.capitals import (
    all_capitalised,
    all_capitals,
    branded,
    capital_follows,
    capital_run,
    word_before,
)
from vietnamese.normal import Aligned, aligned, match_form

if TYPE_CHECKING:
    from gazetteer.atom import Atom, Meaning, Signals
    from gazetteer.matcher import Matcher
    from gazetteer.mention import MentionField
    from gazetteer.records import Gazetteer
    from gazetteer.wordlists import WordLists

_LOOK_BACK = 60
_NAME_WORDS = 3
"""A surname and two more before the part that is a place's name."""
_CHAIN_LINKS = 3
"""`xã X, huyện Y, tỉnh Z, Việt Nam`: more say nothing new."""
_TYPE_CHARS = 18
"""The longest type word with its blanks, and one character before it."""
_BREAKS = re.compile(r"[\n(,]")
_PLACES = frozenset({"unit", "city", "province", "place"})


class Text(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One string of an article, prepared: normal form, match form, the way back."""

    field: MentionField
    raw: str
    back: Aligned
    plain: str
    """The NFC text that `form` folds."""
    form: str
    atoms: tuple[Atom, ...]
    signals: Signals


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place name with what stands around it."""

    text: Text
    order: int
    """Its place among the article's places."""
    start: int
    """Where the type word begins, or the name."""
    name_start: int
    end: int
    meaning: Meaning
    type: str | None
    """The type word, its own or carried through a list."""
    carried: bool
    former: bool
    """«cũ», «trước đây», «nay là …» behind it."""
    renewed: bool
    """«nay là», «nay thuộc» before it."""
    cue: str | None
    """street, built, water, school, firm, club, ship, person, road: why it may be no place."""
    capital: bool
    """Every syllable begins with a capital."""
    glued: bool
    """A capital word stands right before or behind: part of a longer name."""
    inside: tuple[int, ...]
    """Orders of the places it says it lies in, nearest first."""
    elsewhere: bool
    """It says it lies in a unit that is none of ours."""
    other_type: str | None = None
    """The second type word of the list it stands in: `các xã, phường …`."""


class Head(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A head (`Sở Y tế`, `UBND`) or a whole name of an agency, with the place behind it."""

    text: Text
    start: int
    end: int
    """End of the head itself."""
    meaning: Meaning
    type: str | None
    """The type word behind it."""
    type_end: int
    place: int | None
    """Order of the place that follows it directly."""
    group: int = 0
    """The list of agencies it is a member of; 0: of none."""
    many: bool = False
    """«các», «hai», a number stand before the type word behind it: it speaks of several units."""
    provinces: bool = False
    """The place opens a list of provinces: `công an các tỉnh, thành Hưng Yên, Hải Dương`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """An article as the rules see it."""

    texts: tuple[Text, ...]
    places: tuple[Place, ...]
    heads: tuple[Head, ...]


def prepare(matcher: Matcher, field: MentionField, raw: str) -> Text:
    """Normal form, match form and atoms of one string."""
    back = aligned(raw)
    form = match_form(back.text)
    atoms, signals = matcher.read(form, back.text)
    return Text(field=field, raw=raw, back=back, plain=back.text, form=form, atoms=tuple(atoms), signals=signals)


def shape(gazetteer: Gazetteer, texts: Sequence[Text]) -> Shape:
    """Places and heads of all texts, in order."""
    places: list[Place] = []
    heads: list[Head] = []
    for text in texts:
        order_at = _orders(text, len(places))
        for position, atom in enumerate(text.atoms):
            kind = atom.meaning.kind
            if kind in _PLACES:
                places.append(_place(gazetteer, text, position, order_at, places))
            elif kind in {"head", "agency"}:
                heads.append(_head(text, atom, order_at))
    return Shape(texts=tuple(texts), places=tuple(places), heads=tuple(heads))


def _orders(text: Text, first: int) -> dict[int, int]:
    """Start of a place's name in the form -> its order in the article."""
    starts = [atom.start for atom in text.atoms if atom.meaning.kind in _PLACES]
    return {start: first + index for index, start in enumerate(starts)}


def _place(gazetteer: Gazetteer, text: Text, position: int, order_at: dict[int, int], before: Sequence[Place]) -> Place:
    atom = text.atoms[position]
    left = text.form[max(0, atom.start - _LOOK_BACK) : atom.start]
    word = cues.TYPE_BEFORE.search(left, max(0, len(left) - _TYPE_CHARS)) if _may_end_type(left) else None
    own_type = cues.TYPE_OF[word[1].rstrip(".")] if word else _implied_type(left)
    other_type = _other_type(left, word.start()) if word else None
    start = atom.start - (len(left) - word.start()) if word else atom.start
    capital = all_capitalised(text.plain, atom.start, atom.end)
    if not capital and own_type is None and atom.kind != "city" and text.plain[atom.start].islower():
        return _common_word(text, atom, order_at)
    carried = None
    if own_type is None:
        carried, other_type = _carried(gazetteer, text, atom, before, left)
    elif other_type and not _bears(gazetteer, atom, own_type) and _bears(gazetteer, atom, other_type):
        own_type, other_type = other_type, own_type
    ours = atom.kind in {"unit", "city"}
    former, renewed = _marks(text.form, start, atom.end) if ours else (False, False)
    inside, elsewhere = _chain(text, atom.end, order_at) if atom.kind != "province" else ((), False)
    return Place(
        text=text,
        order=order_at[atom.start],
        start=start,
        name_start=atom.start,
        end=atom.end,
        meaning=atom.meaning,
        type=own_type or carried,
        carried=carried is not None,
        former=former,
        renewed=renewed,
        cue=_pair_cue(text, position) if _behind_head(text, position) else _cue(gazetteer, text, atom, own_type, left),
        capital=capital,
        glued=ours and (_goes_on if own_type else _glued)(gazetteer.words, text, atom),
        inside=inside,
        elsewhere=elsewhere,
        other_type=other_type,
    )


def _common_word(text: Text, atom: Atom, order_at: dict[int, int]) -> Place:
    """«hòa bình», «chiến thắng»: small letters and no type word; nothing around it matters."""
    return Place(
        text=text,
        order=order_at[atom.start],
        start=atom.start,
        name_start=atom.start,
        end=atom.end,
        meaning=atom.meaning,
        type=None,
        carried=False,
        former=False,
        renewed=False,
        cue=None,
        capital=False,
        glued=False,
        inside=(),
        elsewhere=False,
    )


def _may_end_type(left: str) -> bool:
    """Whether the last word before a name ends a type word."""
    last = left[-_TYPE_CHARS:].rstrip(" .\n").rpartition(" ")[2].lstrip("\"'/-")
    return last in cues.TYPE_ENDS or (not last.isalnum() and _BREAKS.split(last)[-1] in cues.TYPE_ENDS)


def _marks(form: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a name is marked as former, as renewed; most are neither, so a cheap look comes first."""
    former = bool(cues.FORMER_AFTER.match(form, end))
    if not cues.TIME_HINT.search(form, max(0, start - 25), start):
        return former, False
    before = form[max(0, start - 25) : start]
    return former or bool(cues.FORMER_BEFORE.search(before)), bool(cues.NEW_BEFORE.search(before))


def _implied_type(left: str) -> str | None:
    if not left.endswith("ủy "):
        return None
    found = cues.IMPLIED_TYPE.search(left)
    return cues.TYPE_OF_COMMITTEE[found[1]] if found else None


def _behind_head(text: Text, position: int) -> bool:
    """A head or agency stands right before: `Sở Tài nguyên - môi trường` + `Hải Phòng` is no school."""
    if position == 0 or text.atoms[position - 1].kind not in {"head", "agency"}:
        return False
    return bool(cues.PLACE_JOINT.fullmatch(text.form, text.atoms[position - 1].end, text.atoms[position].start))


def _carried(
    gazetteer: Gazetteer, text: Text, atom: Atom, before: Sequence[Place], left: str
) -> tuple[str | None, str | None]:
    """The type word of the list this name stands in, where a unit of that type and name exists; and its other."""
    if atom.kind not in {"unit", "place"}:
        return None, None
    kind, other = _types_of_list(text, atom, before) or _types_of_head(left)
    if kind is None or kind in {"đảo", "tỉnh"}:
        return None, None
    if atom.kind == "unit" and not _bears(gazetteer, atom, kind):
        return (other, kind) if other and _bears(gazetteer, atom, other) else (None, None)
    return kind, other


def _bears(gazetteer: Gazetteer, atom: Atom, kind: str) -> bool:
    """Whether a unit of that type bears the name."""
    return any(gazetteer.units[unit_id].type == kind for unit_id in atom.meaning.ids if unit_id in gazetteer.units)


def _types_of_list(text: Text, atom: Atom, before: Sequence[Place]) -> tuple[str, str | None] | None:
    if not before or before[-1].text is not text or before[-1].type is None:
        return None
    if not cues.LIST.fullmatch(text.form, before[-1].end, atom.start):
        return None
    return before[-1].type, before[-1].other_type


def _types_of_head(left: str) -> tuple[str | None, str | None]:
    if not left.endswith(cues.LIST_OPENERS):
        return None, None
    found = cues.LIST_HEAD.search(left)
    return (found[1], _other_type(left, found.start())) if found else (None, None)


def _other_type(left: str, start: int) -> str | None:
    """The type word before the one that begins at `start`, where the two open a list together."""
    if not left[:start].endswith((", ", " và ", "-", "- ", "/")):
        return None
    found = cues.PAIR_BEFORE.search(left[:start])
    return found[1] if found else None


def _cue(gazetteer: Gazetteer, text: Text, atom: Atom, own_type: str | None, left: str) -> str | None:
    """What says that the name is no place, or no place of its own."""
    if own_type is not None and own_type != "đảo":
        return "club" if cues.CLUB_AFTER.match(text.form, atom.end) else None
    cue = gazetteer.words.cue_before(left) or ("club" if cues.CLUB_AFTER.match(text.form, atom.end) else None)
    if cue or own_type:
        return cue
    if left[-2:-1].isalnum() and cues.numbered(left):
        return "street"
    return _dashed_cue(text, atom) or (
        _name_cue(gazetteer.words, text, atom, left) if atom.kind != "province" else None
    )


def _name_cue(words: WordLists, text: Text, atom: Atom, left: str) -> str | None:
    """The name ends a person's or a firm's."""
    if cues.PERSON_AFTER.match(text.form, atom.end) or _ends_person(words, text.plain, atom.start):
        return "person"
    return "firm" if branded(text.plain, atom.start) or words.ends_firm_name(left) else None


def _ends_person(words: WordLists, plain: str, start: int) -> bool:
    """`Nguyễn Tiến Hải Dương`: capital words right before, the first of them a surname; not «Đoàn Hải Phòng»."""
    first, name = "", start
    for _ in range(_NAME_WORDS):
        word, _opens = word_before(plain, start)
        if not word or not word[0].isupper():
            break
        first, start = word, start - len(word) - 1
    if words.has("openers", first.lower()) and start + len(first) + 1 == name:
        return False
    return words.has("surnames", first.lower()) and not all_capitals(plain, start)


def _pair_cue(text: Text, position: int) -> str | None:
    """`Khu thương mại tự do Đình Vũ - Cát Hải`: behind a head, only a name joined to another place is none."""
    atom, after = text.atoms[position], text.atoms[position + 1 : position + 2]
    joined = after and after[0].kind in _PLACES and text.form[atom.end : after[0].start].strip() == "-"
    return _dashed_cue(text, atom) if joined else None


def _dashed_cue(text: Text, atom: Atom) -> str | None:
    """A road or bridge named after its two ends."""
    form, start = text.form, atom.start
    if "-" not in form[max(0, start - 3) : start] and "-" not in form[atom.end : atom.end + 3]:
        return None
    line = form.rfind("\n", 0, start) + 1
    around = form[max(line, start - _LOOK_BACK - 10) : start]
    if not (around.rstrip().endswith("-") or form[atom.end : atom.end + 3].lstrip().startswith("-")):
        return None
    if cues.ROAD.search(around):
        return "road"
    return "built" if cues.BUILT_PAIR.search(around) else None


def _glued(words: WordLists, text: Text, atom: Atom) -> bool:
    """A capital word touches the name (one blank, no stop between), so it may be part of a longer name."""
    plain = text.plain
    if capital_follows(plain, atom.end) and not all_capitals(plain, atom.end + 1):
        return True
    word, opens = word_before(plain, atom.start)
    if not word or not word[0].isupper() or words.has("openers", word.lower()):
        return False
    if words.has("name_words", word.lower()) or words.has("directions", word.lower()):
        return True
    return not opens and not all_capitals(plain, atom.start)


def _goes_on(words: WordLists, text: Text, atom: Atom) -> bool:
    """`xã Tân An Hội`: a capital word behind a typed name makes it longer, unless a person's name begins there."""
    if not capital_follows(text.plain, atom.end) or all_capitals(text.plain, atom.start):
        return False
    word = text.plain[atom.end + 1 : atom.end + 12].split(" ", 1)[0].rstrip(".,;:)").lower()
    return word.isalpha() and not words.has("surnames", word)


def _chain(text: Text, end: int, order_at: dict[int, int]) -> tuple[tuple[int, ...], bool]:
    """The places behind a name that it lies in, and whether one of them is unknown to us."""
    if not text.form.startswith(cues.CHAIN_BEGINS, end):
        return (), False
    found: list[int] = []
    elsewhere = False
    while len(found) < _CHAIN_LINKS:
        joint = cues.CHAIN.match(text.form, end)
        if not joint:
            break
        order = order_at.get(joint.end())
        if order is not None:
            found.append(order)
            end = next(atom.end for atom in text.atoms if atom.start == joint.end())
        elif joint[1] and not found:
            unknown_end = capital_run(text.plain, joint.end())
            if unknown_end == joint.end():
                break
            elsewhere = True
            end = unknown_end
        else:
            break
    return tuple(found), elsewhere


def _head(text: Text, atom: Atom, order_at: dict[int, int]) -> Head:
    joint = cues.PLACE_JOINT.match(text.form, atom.end)
    order = order_at.get(joint.end()) if joint and joint.end() > atom.end else None
    word = cues.TYPE_HERE.match(text.form, _after_number(text.form, atom.end)) if order is None else None
    many = cues.PROVINCES_HERE.match(text.form, atom.end) if order is None else None
    first = order_at.get(many.end()) if many else None
    return Head(
        text=text,
        start=atom.start,
        end=atom.end,
        meaning=atom.meaning,
        type=cues.TYPE_OF[word[2].rstrip(".")] if word else None,
        type_end=word.end(2) if word else atom.end,
        place=first if first is not None else order_at.get(word.end()) if word else order,
        group=atom.group,
        many=bool(word and word[1]),
        provinces=first is not None,
    )


def _after_number(form: str, end: int) -> int:
    """Where the place of a numbered body may begin: `VKSND khu vực 4, TP Hải Phòng`."""
    return end + 1 if form[end - 1].isdigit() and form.startswith(", ", end) else end
