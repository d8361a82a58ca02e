"""Put articles together: each one joins an issue, starts one, or repeats an article. Online and deterministic.

The state of a `Grouper` is a function of the set of (article, placement) in its window, never of the order or the
batches in which they came: rebuilt from the store it is the state it had in memory.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

from issues.evidence import Evidence, Weights, compare
from issues.lexicon import Lexicon, frequencies
from issues.profile import Profile
from issues.reprint import Reprint, bands, reprint
from issues.weights import GroupingWeights

MOST_CANDIDATES = 14
_Key = TypeVar("_Key", bound=Hashable)
_LONG_AGO = float("-inf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Where an article went, and why."""

    article_id: str
    issue_id: str
    reprint: Reprint | None = None
    """Set where this article repeats another."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What tied it to the issue: `like` (article_id), `score`, `least`, and the named numbers; empty for a founder."""
    turned: Reprint | None = None
    """Set where an article placed before turned out to repeat this one."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """article_id -> issue it was in, for articles that went over to `issue_id` because this one tied two issues."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """One candidate, scored."""

    issue_id: str
    article_id: str
    score: float
    evidence: Evidence
    fit: float = 0.0
    """How well the article fits the whole issue; set for the strongest link of an issue."""


def issue_id_of(article_id: str) -> str:
    """The id of the issue that `article_id` founds: `i` and 12 hex digits."""
    return "i" + sha256(article_id.encode()).hexdigest()[:12]


class Grouper:
    """The articles of the last days and the issues they are in."""

    def __init__(self, weights: GroupingWeights) -> None:
        self._weights = weights
        self._profiles: dict[str, Profile] = {}
        self._issue_of: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._lexicon = Lexicon(frequencies())
        self._bands: dict[tuple[int, bytes], set[str]] = {}
        self._titles: dict[str, set[str]] = {}
        self._latest = _LONG_AGO
        self._by_day: dict[int, set[str]] = {}

    def __len__(self) -> int:
        return len(self._profiles)

    def restore(self, placed: Iterable[tuple[Profile, str]]) -> None:
        """Take up articles that are placed already, as (profile, issue_id), in any order."""
        for article, issue_id in placed:
            self._keep(article, issue_id)
        self._forget()

    def add(self, article: Profile) -> Joined:
        """Place one article. One that is placed already keeps its issue."""
        known = self._issue_of.get(article.article_id)
        if known is not None:
            self._drop(article.article_id)
        self._advance(article)
        copied = self._reprint(article)
        fits = [] if copied or known else self._fits(article)
        link = fits[0] if fits else None
        issue_id = known or self._issue_for(article, copied, link)
        issue_id, moved = self._merged(issue_id, fits[1:])
        self._keep(article, issue_id)
        self._forget()
        mine = copied if copied and copied.copy == article.article_id else None
        turned = copied if copied and copied.copy != article.article_id else None
        return Joined(
            article_id=article.article_id,
            issue_id=issue_id,
            reprint=mine,
            evidence=_told(link, self._weights.least) if link else {},
            turned=turned,
            moved=moved,
        )

    def _issue_for(self, article: Profile, copied: Reprint | None, link: _Link | None) -> str:
        if copied:
            other = copied.original if copied.copy == article.article_id else copied.copy
            return self._issue_of[other]
        return link.issue_id if link else issue_id_of(article.article_id)

    def _reprint(self, article: Profile) -> Reprint | None:
        """The best of the articles that this one repeats, or that repeat it."""
        likely = set(self._titles.get(article.title_key, ()))
        for band in bands(article.signature):
            likely |= self._bands.get(band, set())
        found = [r for key in sorted(likely) if (r := reprint(article, self._profiles[key]))]
        return min(found, key=self._closeness, default=None)

    def _closeness(self, found: Reprint) -> tuple[float, float, str]:
        """Most overlap first (to the nearest twentieth), then the earliest, then by id."""
        share = round(found.overlap.jaccard * 20) if found.overlap else 0
        at = self._profiles[found.original].at if found.original in self._profiles else None
        return (-share, at if at is not None else math.inf, found.original)

    def _fits(self, article: Profile) -> list[_Link]:
        """The strongest link to every issue that fits, best issue first."""
        by_issue: dict[str, list[_Link]] = {}
        for link in self._links(article):
            by_issue.setdefault(link.issue_id, []).append(link)
        fits: list[tuple[float, str, _Link]] = []
        for issue_id, found in by_issue.items():
            fit = self._fit(issue_id, [link.score for link in found])
            if fit >= self._weights.least:
                best = max(found, key=lambda link: (link.score, link.article_id))
                fits.append((-fit, issue_id, replace(best, fit=fit)))
        return [link for _, _, link in sorted(fits, key=lambda found: found[:2])]

    def _merged(self, issue_id: str, others: Sequence[_Link]) -> tuple[str, dict[str, str]]:
        """The issue that is left when small young issues that fit as well go over to the oldest, and who moved."""
        moved: dict[str, str] = {}
        for other in others:
            if other.fit < self._weights.merge:
                break
            old, young = sorted((issue_id, other.issue_id), key=self._age)
            if self._may_go_over(old, young):
                for key in sorted(self._members.pop(young)):
                    moved.setdefault(key, young)
                    self._issue_of[key] = old
                    self._members[old].add(key)
                issue_id = old
        return issue_id, moved

    def _age(self, issue_id: str) -> tuple[float, str]:
        """Orders issues by their first article in the window."""
        ats = (self._profiles[key].at for key in self._members[issue_id])
        return min(at if at is not None else math.inf for at in ats), issue_id

    def _may_go_over(self, old: str, young: str) -> bool:
        """Only an issue whose founder is still in the window goes over: none of it stays behind."""
        members = self._members[young]
        small = len(members) <= self._weights.merge_most
        whole = len(members) + len(self._members[old]) <= self._weights.merged_most
        return small and whole and any(issue_id_of(key) == young for key in members)

    def _links(self, article: Profile) -> list[_Link]:
        weights = Weights(self._lexicon.weight)
        found: list[_Link] = []
        for key in self._lexicon.candidates(article.terms, MOST_CANDIDATES):
            evidence = compare(article, self._profiles[key], weights)
            score = self._weights.score(article, self._profiles[key], evidence)
            found.append(_Link(issue_id=self._issue_of[key], article_id=key, score=score, evidence=evidence))
        return found

    def _fit(self, issue_id: str, scores: list[float]) -> float:
        """How well an article fits an issue: mostly its best link, partly its three best, less for large issues."""
        size = len(self._members[issue_id])
        best = sorted(scores, reverse=True)[: self._weights.links]
        best += [self._weights.missing_link] * (min(self._weights.links, size) - len(best))
        mean = sum(best) / len(best)
        mix = self._weights.best_share * best[0] + (1 - self._weights.best_share) * mean
        return mix - self._weights.size_penalty * math.log(max(1.0, size / self._weights.free_size))

    def _keep(self, article: Profile, issue_id: str) -> None:
        key = article.article_id
        self._profiles[key] = article
        self._issue_of[key] = issue_id
        self._members.setdefault(issue_id, set()).add(key)
        self._lexicon.add(key, article.terms)
        self._titles.setdefault(article.title_key, set()).add(key)
        for band in bands(article.signature):
            self._bands.setdefault(band, set()).add(key)
        self._by_day.setdefault(_day(article), set()).add(key)
        self._latest = max(self._latest, _LONG_AGO if article.at is None else article.at)

    def _drop(self, key: str) -> None:
        article = self._profiles.pop(key)
        issue_id = self._issue_of.pop(key)
        self._lexicon.remove(key, article.terms)
        _discard(self._members, issue_id, key)
        _discard(self._titles, article.title_key, key)
        _discard(self._by_day, _day(article), key)
        for band in bands(article.signature):
            _discard(self._bands, band, key)

    def _advance(self, article: Profile) -> None:
        """Move the window on before `article` is compared, so that a rebuilt state compares it with the same ones."""
        if article.at is not None and article.at > self._latest:
            self._latest = article.at
            self._forget()

    def _forget(self) -> None:
        """Drop what lies before the window (which ends with the latest article)."""
        oldest = self._latest - self._weights.window_days
        for day in [day for day in self._by_day if day != _UNDATED and day <= oldest]:
            for key in [k for k in self._by_day[day] if (self._profiles[k].at or 0.0) < oldest]:
                self._drop(key)


_UNDATED = -1


def _day(article: Profile) -> int:
    return int(article.at) if article.at is not None else _UNDATED


def _discard(index: dict[_Key, set[str]], at: _Key, key: str) -> None:
    index[at].discard(key)
    if not index[at]:
        del index[at]


def _told(link: _Link, least: float) -> dict[str, Any]:
    """The evidence of a link as plain data."""
    seen = link.evidence
    return {
        "like": link.article_id,
        "score": round(link.score, 3),
        "least": least,
        "likeness": round(seen.likeness, 3),
        "title_in_other": round(seen.title_in_other, 3),
        "names": round(seen.names, 3),
        "days_apart": round(seen.days_apart, 2),
    }
