"""What a search found, seen with the matters it belongs to: which articles are about the topic, which only mention it.

Articles that the night has placed already bring their issue; those that are newer are grouped with them here, in
memory, so that nothing is placed by anybody but the night. A topic is wider than an issue: what is about as likely as
not to tell of the same matter as an article about the topic is shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from issues.files import grouped
from issues.topic import LEAD, PARTLY, Candidate, most_of, split
from issues.update import Workshop
from night.near import near
from storage.schema import articles
from storage.search import LEAST_CONFIDENCE, Filters, Hit
from storage.views import v1_articles

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from config.loader import Config
    from storage.issue_records import IssueInput
    from storage.query import Query
    from storage.store import Store

MOST_PENDING = 600
"""Articles not placed yet that are grouped for a topic, the newest: a second of work."""

SAME_MATTER = "same matter"
"""Why an article is shown that does not hold the query itself."""

_MOST_PARTLY = 100
_AROUND = timedelta(days=4)

NEAR_MATTER = "likely the same matter"
"""Why an article is shown that is in no issue with them, but close to what was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """What is shown of a topic, and what is only counted."""

    about: Mapping[str, str]
    """Article ids with the reason why they were found."""
    passing: tuple[str, ...]
    """Ids of articles that only mention it in passing."""


def sort_out(
    store: Store, config: Config, query: Query, hits: Sequence[Hit], filters: Filters, *, thorough: bool = True
) -> Sorted:
    """Tell what is about the topic, with the rest of its matters, from what mentions it in passing.

    Unless `thorough`, articles that no night has placed yet stand for themselves: a quick look.
    """
    about, passing, issue_of = _split(store, config, query, hits, filters, thorough=thorough)
    if thorough and not about:
        most = _holding_most(store, query, filters)
        about, _, issue_of = _split(store, config, query, most, filters, least=PARTLY)
    if thorough and about:
        about |= _beside(store, config, about, issue_of, filters)
    return Sorted(about=about, passing=tuple(each for each in passing if each not in about))


def _split(
    store: Store, config: Config, query: Query, hits: Sequence[Hit], filters: Filters, *, thorough: bool = True,
    least: float = LEAD,
) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:  # fmt: skip
    """What is about the topic with the reason, what mentions it in passing, and the matters of all of them."""
    why = {hit.article_id: hit.why for hit in hits}
    placed = {hit.article_id: hit.issue_id for hit in hits if hit.issue_id is not None}
    members = _members(store, set(placed.values()))
    issue_of = {**placed, **members}
    if thorough and set(why) - set(placed):
        issue_of |= _grouped_now(store, config, hits, set(placed.values()))
    wanted = {issue_of[each] for each in why if each in issue_of}
    ids = [*why, *(each for each, issue in issue_of.items() if issue in wanted and each not in why)]
    about, passing = split(query, _candidates(store, query, ids, issue_of, why, filters), least=least)
    return {each: why.get(each, SAME_MATTER) for each in about}, tuple(passing), issue_of


def _beside(
    store: Store, config: Config, about: Mapping[str, str], issue_of: Mapping[str, str], filters: Filters
) -> dict[str, str]:
    """What is likely to tell of the same matter, with the reason."""
    likely = near(store, config, about, issue_of)
    rows = store.rows(select(v1_articles).where(v1_articles.c.article_id.in_(likely))) if likely else []
    return {row["article_id"]: NEAR_MATTER for row in rows if _inside(row, filters)}


def _holding_most(store: Store, query: Query, filters: Filters) -> list[Hit]:
    """What holds most of the query, where nothing about the topic holds all of it."""
    found = {hit.article_id: hit for part in most_of(query) for hit in store.search(part, _MOST_PARTLY, filters)}
    return list(found.values())


def _members(store: Store, issues: Iterable[str]) -> dict[str, str]:
    """Every article of the issues, with its issue."""
    query = select(v1_articles.c.article_id, v1_articles.c.issue_id).where(v1_articles.c.issue_id.in_(list(issues)))
    return {row["article_id"]: row["issue_id"] for row in store.rows(query)}


def _grouped_now(store: Store, config: Config, hits: Sequence[Hit], issues: set[str]) -> dict[str, str]:
    """The matters of articles that are not placed yet, together with those of the issues that were found."""
    pending = store.pending_issues()[-MOST_PENDING:]
    if not {item.article_id for item in pending} & {hit.article_id for hit in hits}:
        return {}
    first = min(hit.published_at or hit.first_seen_at for hit in hits) - _AROUND
    placed = [each.item for each in store.recent_issues(first) if each.placement.issue_id in issues]
    return _group(config, [*placed, *pending])


def _group(config: Config, items: Sequence[IssueInput]) -> dict[str, str]:
    workshop = Workshop(folders=config.folders)
    ordered = sorted(items, key=lambda item: (item.at, item.article_id))
    return grouped((workshop.profile(item) for item in ordered), config)[0]


def _candidates(
    store: Store,
    query: Query,
    ids: Sequence[str],
    issue_of: Mapping[str, str],
    found: Mapping[str, str],
    filters: Filters,
) -> list[Candidate]:
    columns = select(v1_articles, articles.c.sapo, articles.c.paragraphs).join(
        articles, articles.c.article_id == v1_articles.c.article_id
    )
    rows = {row["article_id"]: row for row in store.rows(columns.where(v1_articles.c.article_id.in_(ids)))}
    mentions = store.mentions_of(ids) if query.ids else {}
    kept = [each for each in ids if each in rows and (each in found or _inside(rows[each], filters))]
    return [
        Candidate(
            article_id=each,
            title=rows[each]["title"],
            sapo=rows[each]["sapo"] or "",
            text="\n".join(rows[each]["paragraphs"]),
            issue_id=issue_of.get(each),
            named=any(
                mention.field != "text"
                and mention.confidence >= LEAST_CONFIDENCE
                and {mention.entity_id, mention.entity_id.rpartition("@")[2]} & set(query.ids)
                for mention in mentions.get(each, ())
            ),
            found=each in found,
        )
        for each in kept
    ]


def _inside(row: RowMapping, filters: Filters) -> bool:
    """Whether an article of the same matter is within what was asked for."""
    at = row["published_at"] or row["first_seen_at"]
    return (filters.since is None or at >= filters.since) and (
        not filters.outlets or row["outlet_id"] in filters.outlets
    )
