"""Which articles that a search found are about the topic, and which only mention it in passing. Pure.

An article is about it when its title or sapo holds half of the query, or when it belongs to a matter that is. Words of
a query without a name must stand together as they do in the query: «song da do» is no «song … da … do», and «nhà ở xã
hội» is no school «ở xã Thanh Hà».
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from storage.query import Query, relevance
from vietnamese.normal import unaccent
from vietnamese.words import syllables

LEAD = 0.5
"""Relevance of title and sapo from which an article is about the topic."""

PARTLY = 0.6
"""The same where no article holds the whole query: «tai nạn quốc lộ 37» is a collision «trên quốc lộ 37»."""

_LEAST_PARTS, _MOST_PARTS = 2, 8
"""Parts of a query that holding most of it asks for, and more than which nobody types."""

_TOGETHER = 0.5
"""Share of neighbouring words of a query that must be neighbours in the article, too."""

_LEAST_OF_A_MATTER = 2
"""Articles of one matter that must be about the topic, or half of the matter, for the others to be."""

_WHOLE = 0.75
"""Relevance of an article whose title or sapo holds the whole query: it speaks for half an article more."""


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


def split(query: Query, candidates: Iterable[Candidate], *, least: float = LEAD) -> tuple[list[str], list[str]]:
    """Ids of the candidates about the topic, and of those found that mention it in passing; both in the order given.

    `least`: relevance of title and sapo from which an article is about it (`LEAD`, `PARTLY`).
    """
    kept = list(candidates)
    scores = {each.article_id: _leads(query, each) for each in kept if each.found}
    about = {article_id for article_id, score in scores.items() if score >= least}
    about |= _by_matter(kept, {each: 1.5 if scores[each] >= _WHOLE else 1.0 for each in about})
    passing = [each.article_id for each in kept if each.found and each.article_id not in about]
    return [each.article_id for each in kept if each.article_id in about], passing


def _leads(query: Query, each: Candidate) -> float:
    """Relevance of title and sapo; 0 where the words of the query do not stand together."""
    score = relevance(query, each.title, each.sapo)
    if each.named:
        score = max(score, _with_name(query, each))
    return score if score and together(query, each) else 0.0


def _with_name(query: Query, each: Candidate) -> float:
    """Relevance when every part that names somebody counts as found."""
    words = tuple(part for part, ids in zip(query.wanted, query.named, strict=True) if not ids)
    rest = Query(wanted=words, unwanted=query.unwanted, accented=query.accented)
    found = relevance(rest, each.title, each.sapo) * len(words) if words else 0.0
    return (found + len(query.wanted) - len(words)) / len(query.wanted)


def most_of(query: Query) -> list[Query]:
    """The query without some of its words: all but one, and each run of neighbours that is `PARTLY` of it.

    Nothing for a query of one or two parts: half of it is no topic.
    """
    size = len(query.wanted)
    long = math.ceil(size * PARTLY)
    runs = [tuple(range(start, start + long)) for start in range(size - long + 1)]
    rests = [tuple(place for place in range(size) if place != left) for left in range(size)]
    named = query.named or ((),) * size
    return [
        replace(query, wanted=tuple(query.wanted[n] for n in kept), named=tuple(named[n] for n in kept))
        for kept in dict.fromkeys((*rests, *runs))
        if _LEAST_PARTS <= len(kept) < size <= _MOST_PARTS
    ]


def together(query: Query, each: Candidate) -> bool:
    """Whether the words of the query stand together in the article.

    A query that names an agency or unit, or holds a phrase, is anchored by it already.
    """
    runs = [part for part in query.wanted if len(part) == 1]
    if query.ids or len(runs) < len(query.wanted) or len(runs) == 1:
        return True
    text = f"{each.title}\n{each.sapo}\n{each.text}"
    pairs = set(pairwise(syllables(text if query.accented else unaccent(text))))
    wanted = [(left[0], right[0]) for left, right in pairwise(runs)]
    return sum(pair in pairs for pair in wanted) >= len(wanted) * _TOGETHER


def _by_matter(candidates: Sequence[Candidate], about: Mapping[str, float]) -> set[str]:
    """Articles of matters that are mostly about the topic; `about`: for how many articles each of those speaks."""
    members: Mapping[str, list[str]] = defaultdict(list)
    for each in candidates:
        if each.issue_id is not None:
            members[each.issue_id].append(each.article_id)
    leading = {issue: sum(about.get(each, 0.0) for each in ids) for issue, ids in members.items()}
    return {
        each
        for issue, ids in members.items()
        if leading[issue] and (leading[issue] >= _LEAST_OF_A_MATTER or leading[issue] * 2 >= len(ids))
        for each in ids
    }
