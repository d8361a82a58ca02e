"""How much a term tells: document frequencies of the articles in the window, and where each term stands."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from config.loader import BUILTIN

_SMOOTH = 0.5
BACKGROUND = 1500
"""Articles that the background frequencies stand for: with ten articles in the window they decide alone."""
_COMMON_SHARE = 0.03
"""Terms in more articles than this share (and than `_COMMON_LEAST`) find no candidates: they tell too little."""
_COMMON_LEAST = 60
_MOST_POSTINGS = 1500
"""Places looked up for the candidates of one article."""


@cache
def _log(seen: int) -> float:
    return math.log(seen + _SMOOTH)


@cache
def frequencies() -> Mapping[str, float]:
    """Share of Vietnamese news articles whose title or lead has a term, for terms in at least 4 of 1,000."""
    lines = (BUILTIN / "frequencies.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {term: int(per_mille) / 1000 for term, per_mille in rows}


class Lexicon:
    """Document frequencies and postings over a window; a function of the set of articles, not of their order."""

    def __init__(self, background: Mapping[str, float] | None = None) -> None:
        """`background`: share of articles at large that have a term, `frequencies()`."""
        self._background = background or {}
        self._where: dict[str, dict[str, int]] = {}
        self._rarity: dict[str, float] = {}
        self._count(0)

    def _count(self, documents: int) -> None:
        self._documents = documents
        self._log_all = math.log(documents + BACKGROUND + 1)

    def add(self, key: str, terms: Mapping[str, int]) -> None:
        """Count article `key` with its weighed terms."""
        self._count(self._documents + 1)
        for term, weight in terms.items():
            where = self._where.setdefault(term, {})
            where[key] = weight
            self._rarity[term] = self._rare(term, len(where))

    def remove(self, key: str, terms: Iterable[str]) -> None:
        """Forget article `key`."""
        self._count(self._documents - 1)
        for term in terms:
            where = self._where[term]
            del where[key]
            if where:
                self._rarity[term] = self._rare(term, len(where))
            else:
                del self._where[term], self._rarity[term]

    def _rare(self, term: str, seen: int) -> float:
        known = self._background.get(term)
        return _log(seen) if known is None else math.log(seen + BACKGROUND * known + _SMOOTH)

    def weight(self, term: str) -> float:
        """Inverse document frequency of `term`, natural logarithm, 0 and more."""
        rarity = self._rarity.get(term)
        return max(0.0, self._log_all - (self._rare(term, 0) if rarity is None else rarity))

    def candidates(self, terms: Mapping[str, int], most: int) -> list[str]:
        """Keys of the articles that share most weight with `terms`, best first, ties by key.

        The rarest terms are followed first, as far as `_MOST_POSTINGS` go: what an article costs is bounded.
        """
        shared: dict[str, float] = {}
        left = _MOST_POSTINGS
        for _, weight, where in sorted(self._followed(terms), key=lambda found: found[:2]):
            left -= len(where)
            if left < 0:
                break
            for key, other in where.items():
                shared[key] = shared.get(key, 0.0) + weight * other
        best = heapq.nsmallest(most, ((-score, key) for key, score in shared.items()))
        return [key for _, key in best]

    def _followed(self, terms: Mapping[str, int]) -> Iterator[tuple[int, float, Mapping[str, int]]]:
        """Of terms that are not too common: in how many articles, what they gain, and where."""
        limit = max(_COMMON_LEAST, int(self._documents * _COMMON_SHARE))
        for term, weight in terms.items():
            where = self._where.get(term)
            if where is not None and len(where) <= limit:
                yield len(where), weight * self.weight(term) ** 2, where
