"""Which articles that a search found are about the topic, and which only mention it in passing. Pure.

An article is about it when its title or sapo holds half of the query, or when it belongs to a matter that is. Words of
an unaccented query must stand together as they do in the query: «song da do» is no «song … da … do».
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.query import Query, relevance
from vietnamese.normal import unaccent
from vietnamese.words import syllables

LEAD = 0.5
"""Relevance of title and sapo from which an article is about the topic."""

_TOGETHER = 0.5
"""Share of neighbouring words of an unaccented query that must be neighbours in the article, too."""

_LEAST_OF_A_MATTER = 2
"""Articles of one matter that must be about the topic, or half of the matter, for the others to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One article that may belong to the topic."""

    article_id: str
    title: str
    sapo: str
    text: str
    issue_id: str | None
    """The matter it was placed in; None when it has not been placed yet."""
    named: bool = False
    """Whether title or sapo mention somebody the query names, under whatever name."""
    found: bool = True
    """Whether the search found it; False: it only belongs to a matter of which others were found."""


def split(query: Query, candidates: Iterable[Candidate]) -> tuple[list[str], list[str]]:
    """Ids of the candidates about the topic, and of those found that mention it in passing; both in the order given."""
    kept = list(candidates)
    about = {each.article_id for each in kept if each.found and _leads(query, each)}
    about |= _by_matter(kept, about)
    passing = [each.article_id for each in kept if each.found and each.article_id not in about]
    return [each.article_id for each in kept if each.article_id in about], passing


def _leads(query: Query, each: Candidate) -> bool:
    score = relevance(query, each.title, each.sapo)
    if each.named:
        score = max(score, _with_name(query, each))
    return score >= LEAD and together(query, each)


def _with_name(query: Query, each: Candidate) -> float:
    """Relevance when every part that names somebody counts as found."""
    words = tuple(part for part, ids in zip(query.wanted, query.named, strict=True) if not ids)
    rest = Query(wanted=words, unwanted=query.unwanted, accented=query.accented)
    found = relevance(rest, each.title, each.sapo) * len(words) if words else 0.0
    return (found + len(query.wanted) - len(words)) / len(query.wanted)


def together(query: Query, each: Candidate) -> bool:
    """Whether the words of an unaccented query stand together in the article; True for any other query.

    A query that names an agency or unit is anchored by it already.
    """
    runs = [part for part in query.wanted if len(part) == 1]
    if query.accented or query.ids or len(runs) < len(query.wanted) or len(runs) == 1:
        return True
    words = syllables(unaccent(f"{each.title}\n{each.sapo}\n{each.text}"))
    pairs = set(pairwise(words))
    wanted = [(left[0], right[0]) for left, right in pairwise(runs)]
    return sum(pair in pairs for pair in wanted) >= len(wanted) * _TOGETHER


def _by_matter(candidates: Sequence[Candidate], about: set[str]) -> set[str]:
    """Articles of matters that are mostly about the topic."""
    members: Mapping[str, list[str]] = defaultdict(list)
    for each in candidates:
        if each.issue_id is not None:
            members[each.issue_id].append(each.article_id)
    leading = Counter({issue: sum(each in about for each in ids) for issue, ids in members.items()})
    return {
        each
        for issue, ids in members.items()
        if leading[issue] and (leading[issue] >= _LEAST_OF_A_MATTER or leading[issue] * 2 >= len(ids))
        for each in ids
    }
