"""What speaks for and against two articles telling of one matter, as named numbers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import fsum, sqrt

from issues.profile import TITLE_WEIGHT, Profile

NAMES_PRIOR = 5.0
"""Weight of names that would be needed to outdo not knowing: that of one fairly rare name."""


LEAST_BODY = 40
"""Pairs of syllables below which a body says too little to be compared."""


class Weights(dict[str, float]):
    """Weights of terms, asked for once each; and their squares."""

    def __init__(self, weigh: Callable[[str], float]) -> None:
        """`weigh`: the weight of a term at this moment."""
        self._weigh = weigh
        self.squares = _Squares(self)
        self._lengths: dict[str, float] = {}

    def __missing__(self, term: str) -> float:
        self[term] = weight = self._weigh(term)
        return weight

    def length(self, article: Profile) -> float:
        """The squared length of an article's vector; reckoned once each."""
        length = self._lengths.get(article.article_id)
        if length is None:
            title = fsum(map(self.squares.__getitem__, article.title_terms))
            length = fsum(map(self.squares.__getitem__, article.terms)) + (TITLE_WEIGHT**2 - 1) * title
            self._lengths[article.article_id] = length
        return length


class _Squares(dict[str, float]):
    """Squares of weights, reckoned once each."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def __missing__(self, term: str) -> float:
        self[term] = square = self._weights[term] ** 2
        return square


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Two articles compared. Shares lie between 0 and 1."""

    likeness: float
    """Cosine of the weighed terms of title and lead."""
    title_in_other: float
    """Share of one title's weight found in the other article's title and lead, the better way round."""
    names: float
    """Share of the title's names found in the other article, the worse way round; one half where a title has none."""
    entities: float
    """Share of common agencies and units."""
    body: float | None
    """Share of the shorter body's weighed pairs of syllables that the other has too; None where one has no body."""
    days_apart: float
    places_differ: bool
    dates_differ: bool
    units_differ: bool
    """Title and lead name units of the city, and none in common."""
    shared_object: bool
    """Both name one object with a number of its own."""
    objects_differ: bool
    shared_units: bool
    """Title and lead of both name one unit of the city."""
    object_missing: bool
    """Only one of them names an object with a number of its own."""
    subjects_differ: bool
    """Two daily lists of different subjects (gold, dollar)."""


def compare(a: Profile, b: Profile, weights: Weights) -> Evidence:
    """The evidence of two profiles under the term weights of the moment."""
    return Evidence(
        likeness=_cosine(a, b, weights),
        title_in_other=max(
            _covered(a.title_terms.keys(), b.terms.keys(), weights),
            _covered(b.title_terms.keys(), a.terms.keys(), weights),
        ),
        names=min(_names_covered(a, b, weights), _names_covered(b, a, weights)),
        entities=_share(a.entities, b.entities),
        body=_body(a.body, b.body, weights) if min(len(a.body), len(b.body)) >= LEAST_BODY else None,
        days_apart=abs(a.at - b.at) if a.at is not None and b.at is not None else 0.0,
        places_differ=bool(a.places and b.places and not a.places & b.places),
        units_differ=bool(a.units and b.units and not a.units & b.units),
        shared_object=bool(a.objects & b.objects),
        objects_differ=bool(a.objects and b.objects and not a.objects & b.objects),
        object_missing=bool(a.objects) != bool(b.objects),
        shared_units=bool(a.units & b.units),
        subjects_differ=bool(a.subject and b.subject and a.subject != b.subject),
        dates_differ=bool(a.dates and b.dates and not a.dates & b.dates),
    )


def _cosine(a: Profile, b: Profile, weights: Weights) -> float:
    shared = a.terms.keys() & b.terms.keys()
    if not shared:
        return 0.0
    both = fsum(a.terms[term] * b.terms[term] * weights.squares[term] for term in shared)
    return both / sqrt(weights.length(a) * weights.length(b))


def _covered(title: AbstractSet[str], other: AbstractSet[str], weights: Weights) -> float:
    """Share of the weight of `title` that `other` has; `fsum`, as sets have no order of their own."""
    whole = fsum(map(weights.__getitem__, title))
    return fsum(map(weights.__getitem__, title & other)) / whole if whole else 0.0


def _names_covered(a: Profile, b: Profile, weights: Weights) -> float:
    """Drawn towards one half, all the more the less the names weigh: the city's own name proves nothing."""
    whole = fsum(map(weights.__getitem__, a.title_names))
    found = fsum(map(weights.__getitem__, a.title_names & b.names))
    return (found + NAMES_PRIOR / 2) / (whole + NAMES_PRIOR)


def _body(a: frozenset[str], b: frozenset[str], weights: Weights) -> float:
    both = fsum(map(weights.squares.__getitem__, a & b))
    return both / min(fsum(map(weights.squares.__getitem__, a)), fsum(map(weights.squares.__getitem__, b)))


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
