"""Matters that are about as likely as not to be the one that was found: a topic is wider than an issue.

An issue is counted in the sheet, so it takes what surely belongs to it; who follows a topic reads what comes, and would
rather see the follow-up that an issue has left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

from sqlalchemy import select

from issues.evidence import Weights, compare
from issues.files import grouped
from issues.lexicon import Lexicon, frequencies
from issues.update import Workshop
from storage.views import v1_articles

if TYPE_CHECKING:
    from config.loader import Config
    from issues.profile import Profile
    from storage.issue_records import IssueInput
    from storage.store import Store

LEAST_ODDS = -0.5
"""Mean log odds, over the pairs of articles of two matters, of telling of one matter from which both are shown. One
that joins an issue needs `grouping.least`, 0.6."""

AROUND = timedelta(days=4)
"""Before and after what was found."""

MOST_COMPARED = 600
"""Articles compared with those that were found, the nearest in time: half a second of work."""

_MOST_OF_ONE = 8
"""Articles of one matter that are compared: more say nothing new."""


def near(store: Store, config: Config, about: Iterable[str], issue_of: Mapping[str, str]) -> list[str]:
    """Ids of articles whose matter is close to one that is about the topic, the articles of which are `about`.

    `issue_of`: the matter of each of those, as far as it is known.
    """
    told = dict.fromkeys(about)
    issues = dict(issue_of)
    items = _around(store, told, issues)
    if not items:
        return []
    workshop = Workshop(folders=config.folders)
    profiles = {item.article_id: workshop.profile(item) for item in items}
    new = [profiles[item.article_id] for item in items if item.article_id not in issues]
    issues |= grouped(sorted(new, key=lambda each: (each.at or 0.0, each.article_id)), config)[0]
    ours = _by_issue((each for each in profiles if each in told), issues)
    theirs = _by_issue((each for each in profiles if each not in told), issues)
    odds = _Odds(workshop, profiles.values())
    return [
        each
        for ids in theirs.values()
        if any(odds.mean(_some(mine, profiles), _some(ids, profiles)) >= LEAST_ODDS for mine in ours.values())
        for each in ids
    ]


def _around(store: Store, told: Mapping[str, None], issues: dict[str, str]) -> list[IssueInput]:
    """What was found, then what was published around it, the nearest first; notes the issues of those placed."""
    placed = store.recent_issues(_first(store, told))
    issues.update({each.item.article_id: each.placement.issue_id for each in placed})
    items = [*(each.item for each in placed), *store.pending_issues()]
    times = [item.at for item in items if item.article_id in told]
    if not times:
        return []
    middle = min(times) + (max(times) - min(times)) / 2
    beside = [item for item in items if min(times) - AROUND <= item.at <= max(times) + AROUND]
    ordered = sorted(beside, key=lambda item: (item.article_id not in told, abs(item.at - middle), item.article_id))
    return ordered[: len(times) + MOST_COMPARED]


def _first(store: Store, told: Mapping[str, None]) -> datetime:
    columns = select(v1_articles.c.published_at, v1_articles.c.first_seen_at)
    rows = store.rows(columns.where(v1_articles.c.article_id.in_(list(told))))
    return min((row["published_at"] or row["first_seen_at"] for row in rows), default=store.clock()) - AROUND


def _by_issue(ids: Iterable[str], issues: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in ids:
        found[issues.get(each, each)].append(each)
    return found


def _some(ids: Sequence[str], profiles: Mapping[str, Profile]) -> list[Profile]:
    return [profiles[each] for each in ids[:_MOST_OF_ONE]]


class _Odds:
    """Log odds of two articles telling of one matter, by the weights of the grouping."""

    def __init__(self, workshop: Workshop, profiles: Iterable[Profile]) -> None:
        lexicon = Lexicon(frequencies())
        for each in profiles:
            lexicon.add(each.article_id, each.terms)
        self._weights, self._terms = workshop.weights, Weights(lexicon.weight)

    def mean(self, ours: Sequence[Profile], theirs: Sequence[Profile]) -> float:
        """Over all pairs of two matters: one article that happens to name the same place does not tie them."""
        odds = [
            self._weights.score(one, other, compare(one, other, self._terms)) for one, other in product(ours, theirs)
        ]
        return sum(odds) / len(odds)
