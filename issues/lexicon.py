"""How much a term tells: document frequencies of the articles in the window, and where each term stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache

from config.loader import BUILTIN

_SMOOTH = 0.5
BACKGROUND = 1500
"""Articles that the background frequencies stand for: with ten articles in the window they decide alone."""
_COMMON_SHARE = 0.03
"""Terms in more articles than this share (and than `_COMMON_LEAST`) find no candidates: they tell too little."""
_COMMON_LEAST = 60


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
        self._count(0)

    def _count(self, documents: int) -> None:
        self._documents = documents
        self._log_all = math.log(documents + BACKGROUND + 1)

    def add(self, key: str, terms: Mapping[str, int]) -> None:
        """Count article `key` with its weighed terms."""
        self._count(self._documents + 1)
        for term, weight in terms.items():
            self._where.setdefault(term, {})[key] = weight

    def remove(self, key: str, terms: Iterable[str]) -> None:
        """Forget article `key`."""
        self._count(self._documents - 1)
        for term in terms:
            where = self._where[term]
            del where[key]
            if not where:
                del self._where[term]

    def weight(self, term: str) -> float:
        """Inverse document frequency of `term`, natural logarithm, 0 and more."""
        where = self._where.get(term)
        seen = len(where) if where else 0
        known = self._background.get(term)
        rarity = _log(seen) if known is None else math.log(seen + BACKGROUND * known + _SMOOTH)
        return max(0.0, self._log_all - rarity)

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
