"""Put articles together: each one joins an issue, starts one, or repeats an article. Online and deterministic.

An article is compared with those most like it; the comparisons that speak for one matter are kept as links. The issues
it is linked to are then grouped anew, with it, by all their links (`issues.cluster`), so that what comes late can bring
together, or take out, what was placed before: which order articles come in decides next to nothing.

The state of a `Grouper` is a function of the set of (article, placement, links) in its window, never of the order or
the batches in which they came: rebuilt from the store it is the state it had in memory.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from issues.cluster import Rule, clusters
from issues.evidence import Evidence, Weights, compare
from issues.lexicon import Lexicon, frequencies
from issues.profile import Profile
from issues.reprint import Reprint, bands, reprint
from issues.weights import GroupingWeights

MOST_CANDIDATES = 12
MOST_BEYOND = 12
"""Articles compared that are linked to the candidates."""
SURE = 9.0
"""The link of an article and its reprint, and of articles of one issue of which no links are known."""
MOST_GROUPED_ANEW = 150
"""An issue of more articles than these stays whole."""
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
    """article_id -> issue it was in, for articles that went over to `issue_id` because this one tied them to it."""
    links: Mapping[str, float] = field(default_factory=dict)
    """article_id -> score of every other article it may share a matter with; `restore` wants them back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """One candidate, scored."""

    article_id: str
    score: float
    evidence: Evidence


def issue_id_of(article_id: str) -> str:
    """The id of the issue that `article_id` founds: `i` and 12 hex digits."""
    return "i" + sha256(article_id.encode()).hexdigest()[:12]


class Grouper:
    """The articles of the last days and the issues they are in."""

    def __init__(self, weights: GroupingWeights) -> None:
        self._weights = weights
        self._rule = Rule(
            least=weights.least, best_share=weights.best_share, links=weights.links, missing=weights.missing_link
        )
        self._profiles: dict[str, Profile] = {}
        self._issue_of: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._links: dict[str, dict[str, float]] = {}
        self._waiting: dict[str, dict[str, float]] = {}
        self._lexicon = Lexicon(frequencies())
        self._bands: dict[tuple[int, bytes], set[str]] = {}
        self._titles: dict[str, set[str]] = {}
        self._latest = _LONG_AGO
        self._by_day: dict[int, set[str]] = {}

    def __len__(self) -> int:
        return len(self._profiles)

    def restore(
        self, placed: Iterable[tuple[Profile, str]], links: Mapping[str, Mapping[str, float]] | None = None
    ) -> None:
        """Take up articles that are placed already, as (profile, issue_id), in any order.

        `links`: `Joined.links` of each by article id; articles without stay with the first one of their issue.
        """
        known = links or {}
        for article, issue_id in placed:
            self._keep(article, issue_id)
        for key in list(self._profiles):
            if key in known:
                self._link(key, known[key])
            else:
                self._link(key, {min(self._members[self._issue_of[key]], key=self._age): SURE})
        self._forget()

    def add(self, article: Profile) -> Joined:
        """Place one article. One that is placed already keeps its issue."""
        key = article.article_id
        known = self._issue_of.get(key)
        kept = dict(self._links.get(key, ()))
        if known is not None:
            self._drop(key)
        self._advance(article)
        copied = self._reprint(article)
        found = [] if copied or known else self._compared(article)
        self._link(key, kept | _linked(found, copied, key))
        issue_id, moved = (known, {}) if known else self._placed(key)
        self._keep(article, issue_id)
        told = self._told(found, issue_id) if not (copied or known) else {}
        links = dict(self._links.get(key, ()))
        self._forget()
        return Joined(
            article_id=key,
            issue_id=issue_id,
            reprint=copied if copied and copied.copy == key else None,
            evidence=told,
            turned=copied if copied and copied.copy != key else None,
            moved=moved,
            links=links,
        )

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

    def _compared(self, article: Profile) -> list[_Link]:
        """The links to the articles most like this one that are worth keeping, strongest first.

        What the strongest are linked to is compared as well: who came first must not decide who is compared with whom.
        """
        weights = Weights(self._lexicon.weight)
        found = self._scored(article, self._lexicon.candidates(article.terms, MOST_CANDIDATES), weights)
        seen = {link.article_id for link in found}
        beyond: dict[str, float] = {}
        for link in found:
            if link.score >= self._weights.least:
                for other, score in self._links.get(link.article_id, {}).items():
                    if other not in seen:
                        beyond[other] = max(beyond.get(other, score), min(score, link.score))
        more = heapq.nsmallest(MOST_BEYOND, ((-score, other) for other, score in beyond.items()))
        found += self._scored(article, [other for _, other in more], weights)
        kept = (link for link in found if link.score >= self._weights.least_link)
        return sorted(kept, key=lambda link: (-link.score, link.article_id))

    def _scored(self, article: Profile, keys: Iterable[str], weights: Weights) -> list[_Link]:
        found: list[_Link] = []
        for key in keys:
            evidence = compare(article, self._profiles[key], weights)
            score = round(self._weights.score(article, self._profiles[key], evidence), 3)
            found.append(_Link(article_id=key, score=score, evidence=evidence))
        return found

    def _link(self, key: str, links: Mapping[str, float]) -> None:
        """Keep links both ways round; those to articles that are not here wait for them."""
        for other, score in [*links.items(), *self._waiting.pop(key, {}).items()]:
            if other == key:
                continue
            if other in self._profiles:
                best = max(score, self._links.get(key, {}).get(other, score))
                self._links.setdefault(key, {})[other] = best
                self._links.setdefault(other, {})[key] = best
            else:
                self._waiting.setdefault(other, {})[key] = score

    def _placed(self, key: str) -> tuple[str, dict[str, str]]:
        """The issue of a new article after its neighbourhood was grouped anew, and which articles went over to it."""
        near = sorted(
            {self._issue_of[o] for o, score in self._links.get(key, {}).items() if score >= self._weights.near}
        )
        if not near:
            return self._free_id([key]), {}
        region = [key] + [member for issue_id in near for member in self._members[issue_id]]
        large = [sorted(self._members[i]) for i in near if len(self._members[i]) > MOST_GROUPED_ANEW]
        groups = clusters(region, self._links, self._rule, large)
        mine = sorted((other for group in groups if key in group for other in group if other != key), key=self._age)
        issue_id = self._id_for(mine) or self._free_id([*mine, key])
        moved = {other: self._issue_of[other] for other in mine if self._issue_of[other] != issue_id}
        for other, old in moved.items():
            _discard(self._members, old, other)
            self._issue_of[other] = issue_id
            self._members.setdefault(issue_id, set()).add(other)
        return issue_id, moved

    def _id_for(self, group: Sequence[str]) -> str | None:
        """The issue half of whose articles are in the group; of several the one with most of them, then the older."""
        shares = Counter(self._issue_of[key] for key in group)
        whole = [(-n, self._since(i), i) for i, n in shares.items() if n * 2 >= len(self._members[i])]
        return min(whole)[2] if whole else None

    def _free_id(self, group: Sequence[str]) -> str:
        """The id that the first article of the group founds whose id no issue bears."""
        ids = [issue_id_of(key) for key in group]
        return next((i for i in ids if i not in self._members), ids[-1])

    def _since(self, issue_id: str) -> tuple[float, str]:
        return min(self._age(key) for key in self._members[issue_id])

    def _age(self, key: str) -> tuple[float, str]:
        """Orders articles by time, undated ones last."""
        at = self._profiles[key].at
        return (math.inf if at is None else at), key

    def _told(self, found: Sequence[_Link], issue_id: str) -> dict[str, Any]:
        """The evidence of the strongest link within the issue as plain data; empty for a founder."""
        link = next((link for link in found if self._issue_of[link.article_id] == issue_id), None)
        return _as_data(link, self._weights.least) if link else {}

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
        for other in self._links.pop(key, {}):
            del self._links[other][key]

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


def _linked(found: Iterable[_Link], copied: Reprint | None, key: str) -> dict[str, float]:
    links = {link.article_id: link.score for link in found}
    if copied:
        links[copied.original if copied.copy == key else copied.copy] = SURE
    return links


def _as_data(link: _Link, least: float) -> dict[str, Any]:
    """The evidence of a link as plain data."""
    seen = link.evidence
    return {
        "like": link.article_id,
        "score": link.score,
        "least": least,
        "likeness": round(seen.likeness, 3),
        "title_in_other": round(seen.title_in_other, 3),
        "names": round(seen.names, 3),
        "days_apart": round(seen.days_apart, 2),
    }
