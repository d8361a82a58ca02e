"""Which of some articles belong together, by the links between them. Pure: a function of the links, not of their order.

Agglomerative: the two groups that fit best become one, until none fit. Two groups fit by their best link and by the
mean of their best few, links that are not there counting against: one strong link alone joins no two groups.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Links = Mapping[str, Mapping[str, float]]
"""article_id -> article_id -> score, both ways round."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When two groups become one. Scores are log odds."""

    least: float
    best_share: float
    """Weight of the best link; the rest goes to the mean of the best ones."""
    links: int
    """How many of the best links are averaged, or the square root of how many there could be, where that is more."""
    missing: float
    """What a link counts that is not there."""

    def fit(self, found: Sequence[float], possible: int) -> float:
        """How well two groups fit with the links `found` of `possible` ones; `found` is not empty."""
        wanted = min(possible, max(self.links, math.isqrt(possible)))
        best = heapq.nlargest(wanted, found)
        mean = (math.fsum(best) + self.missing * (wanted - len(best))) / wanted
        return self.best_share * best[0] + (1 - self.best_share) * mean


def clusters(keys: Iterable[str], links: Links, rule: Rule, glued: Iterable[Sequence[str]] = ()) -> list[list[str]]:
    """The groups of `keys`, each in no special order. Those of one `glued` sequence stay together."""
    groups = _Groups(keys, links, rule, glued)
    groups.agglomerate()
    return list(groups.members.values())


class _Groups:
    def __init__(self, keys: Iterable[str], links: Links, rule: Rule, glued: Iterable[Sequence[str]]) -> None:
        self._rule = rule
        of = {key: key for key in sorted(keys)}
        for together in glued:
            of |= dict.fromkeys(together, min(together))
        self.members: dict[str, list[str]] = {}
        for key, group in of.items():
            self.members.setdefault(group, []).append(key)
        self._cross: dict[str, dict[str, list[float]]] = {group: {} for group in self.members}
        self._connect(of, links)
        self._version = dict.fromkeys(self.members, 0)
        self._heap: list[tuple[float, str, str, int, int]] = []

    def _connect(self, of: Mapping[str, str], links: Links) -> None:
        for key, group in of.items():
            for other, score in links.get(key, {}).items():
                across = of.get(other)
                if across is not None and across != group and key < other:
                    found = self._cross[group].setdefault(across, [])
                    self._cross[across][group] = found
                    found.append(score)

    def agglomerate(self) -> None:
        """Join the best pair until none fits."""
        for a, others in self._cross.items():
            for b in others:
                if a < b:
                    self._offer(a, b)
        while self._heap:
            _, a, b, seen_a, seen_b = heapq.heappop(self._heap)
            if self._version.get(a) == seen_a and self._version.get(b) == seen_b:
                self._join(a, b)

    def _offer(self, a: str, b: str) -> None:
        a, b = (a, b) if a < b else (b, a)
        found = self._cross[a][b]
        if max(found) < self._rule.least:
            return
        fit = self._rule.fit(found, len(self.members[a]) * len(self.members[b]))
        if fit >= self._rule.least:
            heapq.heappush(self._heap, (-fit, a, b, self._version[a], self._version[b]))

    def _join(self, a: str, b: str) -> None:
        self.members[a] += self.members.pop(b)
        self._version[a] += 1
        del self._version[b], self._cross[a][b]
        for other, found in self._cross.pop(b).items():
            if other != a:
                del self._cross[other][b]
                both = self._cross[a].get(other, []) + found
                self._cross[a][other] = self._cross[other][a] = both
        for other in self._cross[a]:
            self._offer(a, other)
