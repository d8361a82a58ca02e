"""What an issue is, from its articles: title, level, field, first and last; and what an analyst decided of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from issues.fields import OTHER
from issues.heading import head_of
from storage.issue_records import IssueInput, IssueRecord, Placement
from storage.sql import in_chunks
from storage.views import v1_articles, v1_issue_articles

if TYPE_CHECKING:
    from storage.store import Store

GIVEN = "chuyên viên đánh giá"
"""The reason of a level that an analyst gave."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An article of an issue, stored or just placed."""

    article_id: str
    issue_id: str
    title: str
    at: datetime
    level: int
    reasons: tuple[str, ...]
    level_score: float
    field_of: int
    is_reprint: bool

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Heavier first, then earlier, then by id."""
        return (-self.level, self.at, self.article_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What analysts decided of issues, by id."""

    titles: Mapping[str, str] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)


def placed_row(item: IssueInput, placement: Placement) -> Row:
    """An article that was just placed."""
    return Row(
        article_id=item.article_id,
        issue_id=placement.issue_id,
        title=item.title,
        at=item.at,
        level=placement.level,
        reasons=placement.level_reasons,
        level_score=placement.level_score,
        field_of=placement.field_of,
        is_reprint=placement.reprint_of is not None,
    )


def issue_records(
    store: Store,
    issue_ids: Iterable[str],
    *,
    fresh: Iterable[Row] = (),
    moved: Mapping[str, str] | None = None,
    copies: Mapping[str, bool] | None = None,
    decided: Decided | None = None,
) -> list[IssueRecord]:
    """The records of these issues over all their articles; an issue that would be left empty has none.

    The store is read, and over it is laid what is about to be saved: `fresh` rows, articles `moved` to other issues
    (id -> issue_id), and whether others are `copies` (id -> is a reprint).
    """
    wanted, moved, copies = set(issue_ids), moved or {}, copies or {}
    rows = {row.article_id: row for row in _stored(store, wanted, moved)}
    for key, row in rows.items():
        rows[key] = replace(row, issue_id=moved.get(key, row.issue_id), is_reprint=copies.get(key, row.is_reprint))
    rows |= {row.article_id: row for row in fresh}
    members: dict[str, list[Row]] = {}
    for row in rows.values():
        if row.issue_id in wanted:
            members.setdefault(row.issue_id, []).append(row)
    return [issue_record(issue_id, members[issue_id], decided) for issue_id in sorted(members)]


def _stored(store: Store, issue_ids: Iterable[str], article_ids: Iterable[str]) -> Iterable[Row]:
    """What the store has in these issues, and these articles."""
    i, a = v1_issue_articles.c, v1_articles.c
    query = select(
        i.article_id, i.issue_id, a.title, i.at, i.level, i.level_reasons.label("reasons"), i.level_score, i.field_of,
        i.reprint_of.is_not(None).label("is_reprint"),
    ).select_from(v1_issue_articles.join(v1_articles, a.article_id == i.article_id))  # fmt: skip
    which = [i.issue_id.in_(chunk) for chunk in in_chunks(sorted(issue_ids))]
    which += [i.article_id.in_(chunk) for chunk in in_chunks(sorted(article_ids))]
    for each in which:
        for row in store.rows(query.where(each)):
            yield Row(**{**row, "reasons": tuple(row["reasons"])})


def issue_record(issue_id: str, rows: Sequence[Row], decided: Decided | None = None) -> IssueRecord:
    """An issue from its articles: titled by `head_of` them, its level the highest, unless an analyst gave one."""
    own = [row for row in rows if not row.is_reprint] or list(rows)
    heaviest = min(rows, key=lambda row: (-row.level, -row.level_score, row.at, row.article_id))
    first = min(rows, key=lambda row: (row.at, row.article_id))
    given = decided.titles.get(issue_id) if decided else None
    level = decided.levels.get(issue_id) if decided else None
    return IssueRecord(
        issue_id=issue_id,
        title=given or head_of(rows).title,
        level=heaviest.level if level is None else level,
        field_of=_field(own),
        first_at=first.at,
        last_at=max(row.at for row in rows),
        level_reasons=reasons_given(heaviest.reasons, level),
        first_article_id=first.article_id,
        given_title=given,
        pinned=bool(decided and issue_id in decided.pinned),
        given_level=level,
    )


def reasons_given(reasons: tuple[str, ...], level: int | None) -> tuple[str, ...]:
    """The reasons of a level, with the analyst's decision before them where `level` was given."""
    return reasons if level is None or reasons[:1] == (GIVEN,) else (GIVEN, *reasons)


def _field(rows: Sequence[Row]) -> int:
    """The field most of its own articles have; «Khác» only when all have it; on a tie the smaller number."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.field_of] = counts.get(row.field_of, 0) + 1
    return min(counts, key=lambda number: (number == OTHER, -counts[number], number))
