"""Put articles together: each one joins an issue, starts one, or repeats an article. Online and deterministic.

An article is compared with those most like it; the comparisons that speak for one matter are kept as links. All that
hangs together with it by links is then grouped anew (`issues.cluster`), so that what comes late can bring together, or
part, what was placed before. What two articles score does not depend on what else is there (`issues.lexicon`), and the
groups are those of all links of the window: which order articles come in decides next to nothing.

The state of a `Grouper` is a function of the set of (article, placement, links) in its window, never of the order or
the batches in which they came: rebuilt from the store it is the state it had in memory.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

from issues.cluster import Rule, clusters
from issues.evidence import Evidence, Weights, compare
from issues.lexicon import MOST_LATE, Lexicon, frequencies
from issues.profile import Profile
from issues.reprint import Reprint, bands, reprint
from issues.weights import GroupingWeights

MOST_CANDIDATES = 20
MOST_BEYOND = 16
"""Articles compared that are linked to the candidates."""
SURE = 9.0
"""The link of an article and its reprint, and of articles of one issue of which no links are known."""
MOST_GROUPED_ANEW = 400
"""Where more articles than these hang together, their issues stay as they are."""
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
    """article_id -> issue it is in now, for articles that went over to another one because of this one."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """issue_id -> issue that most of its articles went over to, for issues of which none is left in the window."""
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

    def __init__(self, weights: GroupingWeights, held: Collection[str] = ()) -> None:
        """`held`: ids of issues that analysts named, pinned or edited; they outlive those they become one with."""
        self._weights, self._held = weights, held
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
        placed = {key: known} if known else self._grouped_anew(key)
        self._keep(article, placed.pop(key))
        issue_id, (moved, gone) = self._issue_of[key], self._move(placed)
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
            gone=gone,
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
        weights = self._terms_of(article)
        found = self._scored(article, self._lexicon.candidates(article.terms, MOST_CANDIDATES, weights))
        seen = {link.article_id for link in found}
        beyond: dict[str, float] = {}
        for link in found:
            if link.score >= self._weights.least:
                for other, score in self._links.get(link.article_id, {}).items():
                    if other not in seen:
                        beyond[other] = max(beyond.get(other, score), min(score, link.score))
        more = heapq.nsmallest(MOST_BEYOND, ((-score, other) for other, score in beyond.items()))
        found += self._scored(article, [other for _, other in more])
        kept = (link for link in found if link.score >= self._weights.least_link)
        return sorted(kept, key=lambda link: (-link.score, link.article_id))

    def _scored(self, article: Profile, keys: Iterable[str]) -> list[_Link]:
        found: list[_Link] = []
        for key in keys:
            other = self._profiles[key]
            evidence = compare(article, other, self._terms_of(article, other))
            score = round(self._weights.score(article, other, evidence), 3)
            found.append(_Link(article_id=key, score=score, evidence=evidence))
        return found

    def _terms_of(self, *compared: Profile) -> Weights:
        """The weights of terms under which articles are compared: those of the later one's day.

        Those of the moment where one has no date, and of the earliest day that can be counted where they are old.
        """
        days = [_day(article) for article in compared]
        return self._lexicon.weights(None if _UNDATED in days else max(*days, int(self._latest) - MOST_LATE))

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

    def _grouped_anew(self, key: str) -> dict[str, str]:
        """The issue of a new article, and of all that hangs together with it."""
        region = self._hanging_together(key)
        if len(region) > MOST_GROUPED_ANEW:
            return {key: self._best_whole(key) or self._free_id([key], ())}
        return self._named(clusters(region, self._links, self._rule), key)

    def _hanging_together(self, key: str) -> set[str]:
        """All articles between which and this one there is a way by links that may join; some of them if too many."""
        found, ways = {key}, [key]
        while ways and len(found) <= MOST_GROUPED_ANEW:
            links = self._links.get(ways.pop(), {})
            new = [other for other, score in links.items() if score >= self._weights.least and other not in found]
            found.update(new)
            ways += new
        return found

    def _best_whole(self, key: str) -> str | None:
        """The issue that an article fits best as it stands, if it fits any."""
        found: dict[str, list[float]] = {}
        for other, score in self._links.get(key, {}).items():
            found.setdefault(self._issue_of[other], []).append(score)
        fits = ((self._rule.fit(scores, len(self._members[i])), i) for i, scores in found.items())
        fit, issue_id = max(fits, default=(_LONG_AGO, ""))
        return issue_id if fit >= self._weights.least else None

    def _named(self, groups: Iterable[Sequence[str]], new: str) -> dict[str, str]:
        """The issue of every article of the groups.

        An id goes to the group with most of the issue's articles, so it stays while half of them stay together. Of the
        ids that a group has most of it takes a held one, then the one with most articles, then the older one.
        """
        claims: list[tuple[bool, int, tuple[float, str], str, tuple[float, str]]] = []
        of: dict[tuple[float, str], list[str]] = {}
        for group in groups:
            old = sorted((key for key in group if key != new), key=self._age)
            first = self._age(old[0]) if old else (math.inf, new)
            of[first] = [*old, new] if new in group else old
            shares = Counter(map(self._issue_of.__getitem__, old))
            claims += ((i not in self._held, -n, self._since(i), i, first) for i, n in shares.items())
        ids: dict[tuple[float, str], str] = {}
        for *_, issue_id, first in sorted(claims):
            if first not in ids and issue_id not in ids.values():
                ids[first] = issue_id
        for first in sorted(of.keys() - ids.keys()):
            ids[first] = self._free_id(of[first], ids.values())
        return {key: ids[first] for first, group in of.items() for key in group}

    def _free_id(self, group: Sequence[str], taken: Container[str]) -> str:
        """The id that the first article of the group founds whose id no issue bears."""
        ids = (issue_id_of(f"{key}{'+' * again}") for again in count() for key in group)
        return next(i for i in ids if i not in self._members and i not in taken)

    def _move(self, placed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Put articles into these issues; returns those that were in others, and where issues went that are empty."""
        moved = {key: issue_id for key, issue_id in placed.items() if self._issue_of[key] != issue_id}
        left: dict[str, Counter[str]] = {}
        for key, issue_id in moved.items():
            left.setdefault(self._issue_of[key], Counter())[issue_id] += 1
            _discard(self._members, self._issue_of[key], key)
            self._issue_of[key] = issue_id
            self._members.setdefault(issue_id, set()).add(key)
        empty = {old: into for old, into in left.items() if old not in self._members}
        return moved, {old: min(into, key=lambda i: (-into[i], i)) for old, into in empty.items()}

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
        self._lexicon.add(key, article.terms, None if article.at is None else _day(article))
        self._titles.setdefault(article.title_key, set()).add(key)
        for band in bands(article.signature):
            self._bands.setdefault(band, set()).add(key)
        self._by_day.setdefault(_day(article), set()).add(key)
        self._latest = max(self._latest, _LONG_AGO if article.at is None else article.at)

    def _drop(self, key: str) -> None:
        article = self._profiles.pop(key)
        issue_id = self._issue_of.pop(key)
        self._lexicon.remove(key, article.terms, None if article.at is None else _day(article))
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
