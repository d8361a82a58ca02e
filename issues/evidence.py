"""What speaks for and against two articles telling of one matter, as named numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum, sqrt

from issues.profile import TITLE_WEIGHT, Profile

NAMES_PRIOR = 5.0
"""Weight of names that would be needed to outdo not knowing: that of one fairly rare name."""

PART_OF_PAIR = 0.5
"""Share of its heavier syllable's squared weight that a pair of syllables does not count again: «bí thư» says little
beyond «thư», and an office of ten syllables would otherwise tie whatever its holder did."""

LEAST_BODY = 40
"""Pairs of syllables below which a body says too little to be compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """What the parts of one article weigh."""

    length: float
    """The squared length of its vector."""
    title: float
    title_names: float


class Weights(dict[str, float]):
    """Weights of terms, asked for once each; their squares; and what articles weigh by them.

    A pair of syllables (`a b`) weighs what it says beyond its heavier syllable, which is a term of its own.
    """

    def __init__(self, weigh: Callable[[str], float]) -> None:
        """`weigh`: how rare a term is, before that."""
        self.squares = _Squares(weigh)
        self.sums: dict[str, Sums] = {}
        """By article id, what `of` has reckoned: whoever keeps weights takes out what changed."""

    def __missing__(self, term: str) -> float:
        self[term] = weight = sqrt(self.squares[term])
        return weight

    def of(self, article: Profile) -> Sums:
        """What an article weighs, reckoned once each; `fsum`, as sets have no order of their own."""
        found = self.sums.get(article.article_id)
        if found is None:
            title = fsum(map(self.squares.__getitem__, article.title_terms))
            found = self.sums[article.article_id] = Sums(
                length=fsum(map(self.squares.__getitem__, article.terms)) + (TITLE_WEIGHT**2 - 1) * title,
                title=fsum(map(self.__getitem__, article.title_terms)),
                title_names=fsum(map(self.__getitem__, article.title_names)),
            )
        return found


class _Squares(dict[str, float]):
    """Squares of weights, reckoned once each; they know nothing of the weights, so that old ones are freed at once."""

    def __init__(self, weigh: Callable[[str], float]) -> None:
        self._weigh = weigh

    def __missing__(self, term: str) -> float:
        left, blank, right = term.partition(" ")
        square = self._weigh(term) ** 2
        if blank:
            square = max(0.0, square - PART_OF_PAIR * max(self[left], self[right]))
        self[term] = square
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
    sport_names: float
    """Cosine of the weighed names of title and lead where one of the two is sport: who played; 0 for other kinds."""
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
        title_in_other=max(_title_in(a, b, weights), _title_in(b, a, weights)),
        names=min(_names_covered(a, b, weights), _names_covered(b, a, weights)),
        sport_names=_names_alike(a, b, weights) if "sport" in (a.kind, b.kind) else 0.0,
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
    squares = weights.squares
    both = fsum(a.terms[term] * b.terms[term] * squares[term] for term in shared)
    return both / sqrt(weights.of(a).length * weights.of(b).length)


def _title_in(a: Profile, b: Profile, weights: Weights) -> float:
    """Share of the weight of the title of `a` that `b` has."""
    whole = weights.of(a).title
    return fsum(map(weights.__getitem__, a.title_terms.keys() & b.terms.keys())) / whole if whole else 0.0


def _names_covered(a: Profile, b: Profile, weights: Weights) -> float:
    """Drawn towards one half, all the more the less the names weigh: the city's own name proves nothing."""
    found = fsum(map(weights.__getitem__, a.title_names & b.names))
    return (found + NAMES_PRIOR / 2) / (weights.of(a).title_names + NAMES_PRIOR)


def _names_alike(a: Profile, b: Profile, weights: Weights) -> float:
    both = fsum(map(weights.squares.__getitem__, a.names & b.names))
    if not both:
        return 0.0
    of_a, of_b = (fsum(map(weights.squares.__getitem__, names)) for names in (a.names, b.names))
    return both / sqrt(of_a * of_b)


def _body(a: frozenset[str], b: frozenset[str], weights: Weights) -> float:
    both = fsum(map(weights.squares.__getitem__, a & b))
    return both / min(fsum(map(weights.squares.__getitem__, a)), fsum(map(weights.squares.__getitem__, b)))


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
