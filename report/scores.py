"""The rank of the issues of a sheet, over its own articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from issues.rank import Member, score
from report.inputs import IssueScore, OutletName, SheetArticle, SheetIssue
from report.window import Window


def issue_scores(
    articles: Sequence[SheetArticle],
    issues: Mapping[str, SheetIssue],
    outlets: Mapping[str, OutletName],
    window: Window,
    new_since: datetime | None,
) -> dict[str, IssueScore]:
    """The score of every issue that holds one of `articles`, by issue id.

    `new_since` is the end of the sheet compared with; None: the start of the window.
    """
    members: defaultdict[str, list[Member]] = defaultdict(list)
    for article in articles:
        if article.issue_id is not None:
            members[article.issue_id].append(_member(article, outlets))
    scores = {
        issue_id: score(
            held,
            level=issues[issue_id].level,
            first_at=issues[issue_id].first_at or window.start,
            start=window.start,
            end=window.end,
            new_since=new_since,
        )
        for issue_id, held in members.items()
    }
    return {issue_id: IssueScore(total=found.total, parts=found.parts) for issue_id, found in scores.items()}


def _member(article: SheetArticle, outlets: Mapping[str, OutletName]) -> Member:
    return Member(
        outlet_id=article.outlet_id,
        tier=outlets[article.outlet_id].tier or None,
        at=article.published_at or article.first_seen_at,
        is_reprint=article.reprint_of is not None,
        level_score=article.level_score,
        bodies=article.bodies,
        head_bodies=article.head_bodies,
    )
