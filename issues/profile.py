"""What the grouping sees of one article: weighed terms, names, places, figures, kind, shingles. Pure and small."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Literal

from gazetteer.mention import Mention
from gazetteer.records import WHOLE_CITY
from issues.cues import GroupingCues
from pipelines.fingerprint import shingles
from vietnamese.normal import fold_tones, nfc

Kind = Literal["news", "sport", "daily", "roundup"]

LEAD_SYLLABLES = 60
"""How much of the body counts as lead beside the sapo."""
TITLE_WEIGHT = 2
MOST_SHINGLES = 1500
"""Shingles kept of one article (about 1,500 syllables): enough to verify a reprint, and bounded."""

MOST_BODY_WORDS = 400
"""Words of the body whose pairs are kept: what a newspaper article says of its matter, and bounded."""

LEAST_SERIES = 4
"""Words before a colon from which they name a series."""
_DAYS, _MONTHS = 31, 12

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_DATE = re.compile(
    r"(?<![\d.,])([0-3]?\d)\s?[./-]\s?([01]?\d)(?:\s?[./-]\s?(?:20)?\d\d)?(?![\d.,])|ngày (\d{1,2}) tháng (\d{1,2})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One article as evidence for or against belonging to a matter."""

    article_id: str
    outlet_id: str
    at: float | None
    """Published or first seen, in days since 1970; None where neither is known."""
    title_terms: Mapping[str, int]
    """Syllables and pairs of syllables of the title (`a b`), each with its weight."""
    terms: Mapping[str, int]
    """Those of title and lead together."""
    title_names: frozenset[str]
    """Runs of capitalised words in the title, folded."""
    names: frozenset[str]
    """Runs of capitalised words in title and lead."""
    places: frozenset[str]
    """Provinces, cities, countries the title names."""
    objects: frozenset[str]
    """Objects with a number of their own that title and lead name («bão số 6»)."""
    subject: str
    """What a daily list is about («giá vàng»); empty for other kinds."""
    dates: frozenset[str]
    """Dates the title names, `d/m`."""
    kind: Kind
    series: str
    """What stands before the colon of the title when it names a series, folded; else empty."""
    title_key: str
    """The title folded, without punctuation: equal for copies of one title."""
    shingles: array[int]
    """Sorted 64-bit hashes of the text's syllable shingles; empty without a text."""
    signature: bytes
    credited: str
    units: frozenset[str] = frozenset()
    """Units of the city that title and lead name, without the city itself."""
    entities: frozenset[str] = frozenset()
    """Agencies and units the article names, without the city itself."""
    body: frozenset[str] = frozenset()
    """Pairs of syllables of the body; empty for a teaser."""


def profile(
    *,
    article_id: str,
    outlet_id: str,
    title: str,
    sapo: str | None,
    text: str,
    at: datetime | None,
    cues: GroupingCues,
    signature: bytes = b"",
    credited: str | None = None,
    mentions: Collection[Mention] = (),
) -> Profile:
    """What the grouping sees of an article; `at` aware or None, `mentions` as tagged in title, sapo and text."""
    lead = " ".join([sapo or "", *text.split()[:LEAD_SYLLABLES]])
    title_words, lead_words = words(title), words(lead)
    title_terms = _terms(title_words, cues.stop)
    folded_title = " ".join(folded for _, folded, _ in title_words)
    lower = fold_tones(nfc(title)).lower()
    title_names = _names(title_words)
    return Profile(
        article_id=article_id,
        outlet_id=outlet_id,
        at=at.timestamp() / 86400 if at else None,
        title_terms=title_terms,
        terms=_together(title_terms, _terms(lead_words, cues.stop)),
        title_names=title_names,
        names=title_names | _names(lead_words),
        places=cues.places_in(_capitalised(title_words, nfc(title), cues.same_place)),
        objects=cues.objects_in(f"{lower}\n{fold_tones(nfc(lead)).lower()}"),
        subject=cues.subject_of(lower),
        dates=frozenset(_dates(lower)),
        kind=cues.kind_of(lower, lead),
        series=_series(lower, cues),
        title_key=folded_title,
        shingles=shingle_hashes(text),
        signature=signature,
        credited=credited or "",
        units=_entities(m for m in mentions if m.kind == "unit" and m.field != "text"),
        entities=_entities(mentions),
        body=frozenset(term for term in _terms(words(text)[:MOST_BODY_WORDS], cues.stop) if " " in term),
    )


def words(text: str) -> list[tuple[str, str, bool]]:
    """The words of `text` as (as written, folded, whether only a blank, dot or dash parts it from the one before)."""
    text = nfc(text)
    found: list[tuple[str, str, bool]] = []
    last = -1
    for match in _WORD.finditer(text):
        near = last >= 0 and text[last : match.start()] in {" ", "-", ".", " - "}
        found.append((match[0], fold_tones(match[0]).lower(), near))
        last = match.end()
    return found


def _terms(found: list[tuple[str, str, bool]], stop: frozenset[str]) -> dict[str, int]:
    terms: dict[str, int] = {}
    before = ""
    for _, folded, _near in found:
        if folded in stop:
            before = ""
            continue
        terms[folded] = 1
        if before:
            terms[f"{before} {folded}"] = 1
        before = folded
    return terms


def _entities(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(m.entity_id for m in mentions) - WHOLE_CITY


def _capitalised(found: list[tuple[str, str, bool]], title: str, places: Container[str]) -> str:
    """The folded title with a stroke for what is no name of a place, whatever it sounds like.

    That is every word written small («ý kiến», «pháp lý», «cập nhật»), and a place of one syllable that ends a run of
    capitalised words, as a person's name does («Lê Huỳnh Đức»). The title's first word is capitalised in any case.
    """
    kept: list[str] = []
    for at, (written, folded, _) in enumerate(found):
        before = found[at - 1][0] if at > 1 else ""
        goes_on = at + 1 < len(found) and f"{folded} {found[at + 1][1]}" in places  # «Nhật Bản»
        ends_a_name = before.istitle() and folded in places and not goes_on and f"{before} {written}" in title
        kept.append(folded if written[:1].isupper() and not ends_a_name else "_")
    return " ".join(kept)


def _together(title: Mapping[str, int], lead: Mapping[str, int]) -> dict[str, int]:
    return dict(lead) | dict.fromkeys(title, TITLE_WEIGHT)


def _names(found: list[tuple[str, str, bool]]) -> frozenset[str]:
    """Runs of two and more capitalised words, and pairs within longer runs."""
    names: set[str] = set()
    run: list[str] = []
    for written, folded, near in [*found, ("", "", False)]:
        capital = written[:1].isupper()
        if run and not (capital and near):
            names.update(_name_parts(run))
            run = []
        if capital:
            run.append(folded)
    return frozenset(names)


def _name_parts(run: list[str]) -> Iterable[str]:
    if len(run) == 1:
        return [run[0]] if len(run[0]) > 1 and run[0].isascii() else []
    return [f"{a} {b}" for a, b in pairwise(run)]


def _dates(lower_title: str) -> Iterable[str]:
    for match in _DATE.finditer(lower_title):
        day, month = (match[1], match[2]) if match[1] else (match[3], match[4])
        if 1 <= int(day) <= _DAYS and 1 <= int(month) <= _MONTHS:
            yield f"{int(day)}/{int(month)}"


def _series(lower_title: str, cues: GroupingCues) -> str:
    head, colon, rest = lower_title.partition(":")
    if not colon or not rest.strip() or len(head.split()) < LEAST_SERIES or cues.is_matter_prefix(head):
        return ""
    return " ".join(head.split())


def shingle_hashes(text: str) -> array[int]:
    """Sorted hashes of the first shingles of `text` (stable over processes and machines)."""
    found = {
        int.from_bytes(blake2b(part.encode(), digest_size=7).digest(), "big") for part in shingles(text)[:MOST_SHINGLES]
    }
    return array("q", sorted(found))
