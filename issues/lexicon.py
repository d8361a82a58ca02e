"""How much a term tells: document frequencies of the articles in the window, and where each term stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

_SMOOTH = 0.5
_FLOOR = 300
"""A window of fewer articles is reckoned as this many: with ten articles nothing can be called frequent."""
_COMMON_SHARE = 0.06
"""Terms in more articles than this share (and than `_COMMON_LEAST`) find no candidates: they tell too little."""
_COMMON_LEAST = 60


class Lexicon:
    """Document frequencies and postings over a window; a function of the set of articles, not of their order."""

    def __init__(self) -> None:
        self._where: dict[str, dict[str, int]] = {}
        self._documents = 0

    def add(self, key: str, terms: Mapping[str, int]) -> None:
        """Count article `key` with its weighed terms."""
        self._documents += 1
        for term, weight in terms.items():
            self._where.setdefault(term, {})[key] = weight

    def remove(self, key: str, terms: Iterable[str]) -> None:
        """Forget article `key`."""
        self._documents -= 1
        for term in terms:
            where = self._where[term]
            del where[key]
            if not where:
                del self._where[term]

    def weight(self, term: str) -> float:
        """Inverse document frequency of `term`, natural logarithm, 0 and more."""
        documents = max(self._documents, _FLOOR)
        return max(0.0, math.log((documents + 1) / (len(self._where.get(term, ())) + _SMOOTH)))

    def candidates(self, terms: Mapping[str, int], most: int) -> list[str]:
        """Keys of the articles that share most weight with `terms`, best first, ties by key."""
        limit = max(_COMMON_LEAST, int(self._documents * _COMMON_SHARE))
        shared: dict[str, float] = {}
        for term, weight in terms.items():
            where = self._where.get(term)
            if where is None or len(where) > limit:
                continue
            gain = weight * self.weight(term) ** 2
            for key, other in where.items():
                shared[key] = shared.get(key, 0.0) + gain * other
        return sorted(shared, key=lambda key: (-shared[key], key))[:most]
