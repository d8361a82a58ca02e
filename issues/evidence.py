"""What speaks for and against two articles telling of one matter, as named numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from issues.profile import Profile

Weigh = Callable[[str], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Two articles compared. Shares lie between 0 and 1."""

    likeness: float
    """Cosine of the weighed terms of title and lead."""
    title_in_other: float
    """Share of one title's weight found in the other article's title and lead, the better way round."""
    titles: float
    """Cosine of the titles' terms."""
    names: float
    """Share of the title's names found in the other article, the worse way round; one half where a title has none."""
    shared_names: float
    """Weight of the names both articles carry, 0 (none) to 1 (several rare ones)."""
    figures: float
    """Share of common figures, 0 where either has none."""
    entities: float
    """Share of common agencies and units."""
    days_apart: float
    places_differ: bool
    dates_differ: bool


def compare(a: Profile, b: Profile, weigh: Weigh) -> Evidence:
    """The evidence of two profiles under term weights `weigh`."""
    return Evidence(
        likeness=_cosine(a.terms, b.terms, weigh),
        title_in_other=max(_covered(a.title_terms, b.terms, weigh), _covered(b.title_terms, a.terms, weigh)),
        titles=_cosine(a.title_terms, b.title_terms, weigh),
        names=min(_names_covered(a, b, weigh), _names_covered(b, a, weigh)),
        shared_names=min(1.0, sum(map(weigh, a.names & b.names)) / 30),
        figures=_share(a.figures, b.figures),
        entities=_share(a.entities, b.entities),
        days_apart=abs(a.at - b.at) if a.at is not None and b.at is not None else 0.0,
        places_differ=bool(a.places and b.places and not a.places & b.places),
        dates_differ=bool(a.dates and b.dates and not a.dates & b.dates),
    )


def _cosine(a: Mapping[str, int], b: Mapping[str, int], weigh: Weigh) -> float:
    if len(b) < len(a):
        a, b = b, a
    shared = 0.0
    for term, weight in a.items():
        other = b.get(term)
        if other is not None:
            shared += weight * other * weigh(term) ** 2
    return shared / math.sqrt(_square(a, weigh) * _square(b, weigh)) if shared else 0.0


def _square(terms: Mapping[str, int], weigh: Weigh) -> float:
    return sum((weight * weigh(term)) ** 2 for term, weight in terms.items())


def _covered(title: Iterable[str], other: Mapping[str, int], weigh: Weigh) -> float:
    whole = found = 0.0
    for term in title:
        weight = weigh(term)
        whole += weight
        if term in other:
            found += weight
    return found / whole if whole else 0.0


def _names_covered(a: Profile, b: Profile, weigh: Weigh) -> float:
    if not a.title_names:
        return 0.5
    return _covered(a.title_names, dict.fromkeys(b.names, 1), weigh)


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
