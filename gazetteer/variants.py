"""Spellings of a name, made by rule: what the press writes for what the record says. All in match form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

from vietnamese.normal import clean, match_form

_ROMAN = {
    "1": "i",
    "2": "ii",
    "3": "iii",
    "4": "iv",
    "5": "v",
    "6": "vi",
    "7": "vii",
    "8": "viii",
    "9": "ix",
    "10": "x",
}
_ARABIC = {roman: arabic for arabic, roman in _ROMAN.items()}
_I_Y = dict(zip("iíìỉĩịyýỳỷỹỵ", "yýỳỷỹỵiíìỉĩị", strict=True))
_I_OR_Y = re.compile(r"^([klmstvh]|qu)([iíìỉĩịyýỳỷỹỵ])$")
_JOINTS = re.compile(r"\s*(?:(?<!\w)và(?!\w)|[&,;]|(?<=\s)-(?=\s)|-)\s*")
_LETTERS = re.compile(r"(?<=[^\W\d_])(?=[^\W\d_])")
_SHORT = 5
"""Letters of the longest abbreviation whose parts may stand without a blank: `VH,TT&DL`, `NN&PTNT`."""
_MOST = 400
"""No name needs more spellings; a longer list is a mistake in a record."""


def name_forms(name: str) -> set[str]:
    """Spellings of a unit's name: i/y (`Kỳ`/`Kì`), Roman and Arabic numbers. The match form folds tone placement."""
    choices = [_syllable_forms(part) for part in match_form(clean(name)).split(" ")]
    return {" ".join(parts) for parts in product(*choices)}


def _syllable_forms(part: str) -> tuple[str, ...]:
    found = _I_OR_Y.match(part)
    if found:
        return (part, found[1] + _I_Y[found[2]])
    if part in _ROMAN:
        return (part, _ROMAN[part])
    return (part, _ARABIC[part]) if part in _ARABIC else (part,)


def head_forms(head: str, abbreviations: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Spellings of an agency's head: abbreviations, và / & / - / comma / nothing, Roman and Arabic numbers."""
    forms = set(_numbered(match_form(written) for written in (clean(head), _spread(clean(head)))))
    for long, shorts in abbreviations.items():
        for short in shorts:
            forms |= {form.replace(match_form(long), match_form(short)) for form in forms}
    joined = {spelled for form in forms for spelled in _joints(form)}
    if len(joined) > _MOST:
        raise ValueError(f"{head!r} has {len(joined)} spellings")
    return {spelled for form in joined for spelled in _last_number(form)}


def _spread(head: str) -> str:
    """`Sở T T&T T`: an abbreviation whose letters some newsroom systems part by blanks."""
    return " ".join(_LETTERS.sub(" ", word) if "&" in word and word.isupper() else word for word in head.split())


def _numbered(forms: Iterable[str]) -> list[str]:
    """`khu vực {n}` with every number from 1 to 10."""
    return [form.replace("{n}", number) for form in forms for number in (_ROMAN if "{n}" in form else ("",))]


def _last_number(form: str) -> tuple[str, ...]:
    start, _, last = form.rpartition(" ")
    other = _ROMAN.get(last) or _ARABIC.get(last)
    return (form, f"{start} {other}") if other and start else (form,)


def _joints(form: str) -> list[str]:
    """The same words with every way of joining them, each joint on its own."""
    parts = [part for part in _JOINTS.split(form) if part]
    if len(parts) == 1:
        return [form]
    short = all(len(part.split()[-1]) <= _SHORT and " " not in part for part in (parts[0].split()[-1], *parts[1:]))
    ways = (" và ", " & ", "&", "-", " - ", ", ", " ") + (("", ",", " &", "& ") if short else ())
    return [_woven(parts, chosen) for chosen in product(ways, repeat=len(parts) - 1)]


def _woven(parts: list[str], joints: tuple[str, ...]) -> str:
    text = parts[0]
    for joint, part in zip(joints, parts[1:], strict=True):
        text += joint + part
    return text
