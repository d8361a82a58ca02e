"""Every rule in one plain sentence: what `tag --explain` prints behind a verdict. `docs/tagging.md` tells more."""

from __future__ import annotations

REASONS = {
    # rules that take a name
    "city-name": "the city by name, nothing beside it says otherwise",
    "city-nickname": "a nickname, and the city or its own paper is near",
    "city-in-name": "the city inside a body's name; it is named nowhere else",
    "province-name": "the former province Hải Dương by name",
    "type-word": "type word and name; district, then day decided",
    "list-type": "the list it stands in carries the type word",
    "former-mark": "«cũ», «trước đây» or «nay là» stands with it",
    "earlier-type": "the type word of another time; the text names what it lies in",
    "explicit-place": "the words right behind say where it lies or whose it is",
    "bare-in-context": "a bare name, and the article is about the city",
    "named-before": "the same name was settled earlier in the article",
    "agency-name": "a name that needs no place",
    "city-context": "a generic name in an article about the city",
    "city-before": "the city stands just before, in the same clause",
    "province-context": "«tỉnh» in an article about the former province",
    "shared-place": "it shares the place of the body it is joined to",
    "list-body": "it goes on a list of bodies",
    "list-agency": "a list of agencies; the place behind it is all theirs",
    "list-provinces": "ours is among the provinces listed behind it",
    "analyst": "a person decided it",
    # rules that refuse
    "lower-case": "small letters: a common word",
    "cue-street": "a street",
    "cue-built": "a building, bridge, port or zone of that name",
    "cue-school": "a school or hospital of that name",
    "cue-firm": "a firm of that name",
    "cue-club": "a team",
    "cue-ship": "a ship",
    "cue-person": "a person",
    "cue-road": "a road or line named after its ends",
    "cue-sport": "football: the name is a team's",
    "cue-water": "a river or hill",
    "part-of-longer-name": "a capital word touches it: part of a longer name",
    "person-or-place": "also a person's name, and no word of place stands before it",
    "bare-commune": "a commune's name alone says too little",
    "bare-needs-city": "a bare name too far from the city",
    "needs-city-context": "many places have one, and the article is not about the city here",
    "needs-province-context": "«tỉnh», and the article is not about the former province",
    "lies-elsewhere": "the words behind say it lies somewhere else",
    "other-province": "a place of another province",
    "place-refused": "its place was refused",
    "no-such-unit": "no unit of that type and name",
    "no-such-agency": "no such body at that place",
    "no-unit-before": "no unit of that type was named before",
    "not-yet": "nobody bore the name on that day",
    "plural": "it speaks of many",
    "part-of-word": "only part of a word or of another body",
    "no-body": "the word behind makes it no body",
    "weak-head": "an office holder or short form without its unit",
    "head-alone": "a head without a place says too little",
    "nickname-alone": "a nickname, and the city is not near",
}


def reason(rule: str) -> str:
    """The sentence of a rule; the rule's own name where it has none."""
    return REASONS.get(rule, rule)
