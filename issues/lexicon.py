"""How much a term tells: document frequencies of the articles in the window, and where each term stands.

Two articles are compared under the frequencies of the days that were complete when the later of them appeared. So
their score is the same whichever was found first, and whatever else had come by then.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain

from config.loader import BUILTIN
from issues.evidence import Weights

_SMOOTH = 0.5
BACKGROUND = 1500
"""Articles that the background frequencies stand for: with ten articles in the window they decide alone."""
_COMMON_SHARE = 0.03
"""Terms in more articles than this share (and than `_COMMON_LEAST`) find no candidates: they tell too little."""
_COMMON_LEAST = 60
_MOST_POSTINGS = 1500
"""Places looked up for the candidates of one article."""
OPEN_DAYS = 2
"""Days before a day of which articles may still be missing: outlets put up to a day between the dates they give."""
COUNTED_DAYS = 9
"""Days before those that are counted for it: with the open ones, and with those that `late` may lie back, less than
the window, so that none of them can have left it."""
MOST_LATE = 2
"""Days that an article may be late and still be compared under the frequencies of its own day."""


@cache
def _log(seen: int) -> float:
    return math.log(seen + _SMOOTH)


@cache
def frequencies() -> Mapping[str, float]:
    """Share of Vietnamese news articles whose title or lead has a term, for terms in at least 4 of 1,000."""
    lines = (BUILTIN / "frequencies.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {term: int(per_mille) / 1000 for term, per_mille in rows}


def _rarity(seen: int, background: float | None) -> float:
    return _log(seen) if background is None else math.log(seen + BACKGROUND * background + _SMOOTH)


def _log_all(documents: int) -> float:
    return math.log(documents + BACKGROUND + 1)


class _Complete:
    """Document frequencies of some days, and the weights that follow from them."""

    def __init__(self, articles: Sequence[Iterable[str]], background: Mapping[str, float]) -> None:
        self._background = background
        self._seen = Counter(chain.from_iterable(articles))
        self._documents = len(articles)
        self.weights = Weights(self._weigher())

    def count(self, terms: Iterable[str], times: int) -> None:
        """Count one article more, or (`times` -1) less: all weights change."""
        self._documents += times
        for term in terms:
            self._seen[term] += times
        self.weights = Weights(self._weigher())

    def _weigher(self) -> Callable[[str], float]:
        all_of_them, seen, background = _log_all(self._documents), self._seen, self._background
        return lambda term: max(0.0, all_of_them - _rarity(seen.get(term, 0), background.get(term)))


class Lexicon:
    """Document frequencies and postings over a window; a function of the set of articles, not of their order."""

    def __init__(self, background: Mapping[str, float] | None = None) -> None:
        """`background`: share of articles at large that have a term, `frequencies()`."""
        self._background = background or {}
        self._where: dict[str, dict[str, int]] = {}
        self._documents = 0
        self._of_day: dict[int, dict[str, Mapping[str, int]]] = {}
        self._complete: dict[int, _Complete] = {}
        self._now: Weights | None = None

    def add(self, key: str, terms: Mapping[str, int], day: int | None = None) -> None:
        """Count article `key` with its weighed terms; `day` since 1970, None where that is not known."""
        self._documents += 1
        for term, weight in terms.items():
            self._where.setdefault(term, {})[key] = weight
        if day is not None:
            self._of_day.setdefault(day, {})[key] = terms
        self._outdate(key, terms, day, 1)

    def remove(self, key: str, terms: Iterable[str], day: int | None = None) -> None:
        """Forget article `key`, which was added with that day."""
        self._documents -= 1
        for term in terms:
            where = self._where[term]
            del where[key]
            if not where:
                del self._where[term]
        if day is not None:
            del self._of_day[day][key]
            if not self._of_day[day]:
                del self._of_day[day]
        self._outdate(key, terms, day, -1)

    def _outdate(self, key: str, terms: Iterable[str], day: int | None, times: int) -> None:
        self._now = None
        for at, complete in self._complete.items():
            complete.weights.sums.pop(key, None)
            if day in _counted(at):
                complete.count(terms, times)

    def weight(self, term: str) -> float:
        """Inverse document frequency of `term` among all articles, natural logarithm, 0 and more."""
        rarity = _rarity(len(self._where.get(term, ())), self._background.get(term))
        return max(0.0, _log_all(self._documents) - rarity)

    def weights(self, day: int | None) -> Weights:
        """The weights of terms under which articles of `day` are compared: by the days before that are complete.

        None: by all articles there are at this moment.
        """
        if day is None:
            self._now = self._now or Weights(self.weight)
            return self._now
        if day not in self._complete:
            self._complete = {at: kept for at, kept in self._complete.items() if at >= day - MOST_LATE}
            articles = [terms for each in _counted(day) for terms in self._of_day.get(each, {}).values()]
            self._complete[day] = _Complete(articles, self._background)
        return self._complete[day].weights

    def candidates(self, terms: Mapping[str, int], most: int, weights: Weights) -> list[str]:
        """Keys of the articles that share most weight with `terms`, best first, ties by key.

        The rarest terms are followed first, as far as `_MOST_POSTINGS` go: what an article costs is bounded.
        """
        shared: dict[str, float] = {}
        left = _MOST_POSTINGS
        for _, weight, where in sorted(self._followed(terms, weights), key=lambda found: found[:2]):
            left -= len(where)
            if left < 0:
                break
            for key, other in where.items():
                shared[key] = shared.get(key, 0.0) + weight * other
        best = heapq.nsmallest(most, ((-score, key) for key, score in shared.items()))
        return [key for _, key in best]

    def _followed(self, terms: Mapping[str, int], weights: Weights) -> Iterator[tuple[int, float, Mapping[str, int]]]:
        """Of terms that are not too common: in how many articles, what they gain, and where."""
        limit = max(_COMMON_LEAST, int(self._documents * _COMMON_SHARE))
        for term, weight in terms.items():
            where = self._where.get(term)
            if where is not None and len(where) <= limit:
                yield len(where), weight * weights.squares[term], where


def _counted(day: int) -> range:
    """The days whose articles are counted for `day`."""
    return range(day - OPEN_DAYS - COUNTED_DAYS, day - OPEN_DAYS)
