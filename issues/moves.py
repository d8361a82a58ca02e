"""The delta of a window, asked of the store: which sheet it is compared with, and what its issues did since.

`delta_of` is what a sheet calls; `base_sheet` alone tells what is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from issues.delta import BaseSheet, Delta, DeltaArticle, Volumes, hour_of, issue_delta
from storage.schema import articles as stored_articles
from storage.sql import in_chunks
from storage.views import v1_articles, v1_issue_articles, v1_report_articles, v1_reports, v1_revisions
from vietnamese.workdays import previous_working_day

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from config.model import Calendar, Settings
    from storage.store import Store

_A = v1_articles.c


def base_sheet(store: Store, day: date, calendar: Calendar) -> BaseSheet | None:
    """The sheet that the one of the morning `day` is compared with; None where there is no earlier one.

    The last daily sheet that was sent. Where none was, the one of the working day before (or the last one before that)
    serves, and `note` says so.
    """
    r = v1_reports.c
    query = select(r.report_id, r.date, r.window_start, r.window_end, r.generated_at, r.state).where(
        r.kind == "daily", r.date < day.isoformat()
    )
    rows = store.rows(query.order_by(r.date.desc(), r.generated_at.desc()))
    sent = next((row for row in rows if row["state"] == "sent"), None)
    if sent:
        return _base(sent, sent=True)
    before = previous_working_day(day, calendar.holidays, calendar.worked).isoformat()
    earlier = next((row for row in rows if row["date"] <= before), None) or next(iter(rows), None)
    return _base(earlier, sent=False) if earlier else None


def _base(row: RowMapping, *, sent: bool) -> BaseSheet:
    day = date.fromisoformat(row["date"])
    which = "bản tin đã gửi ngày" if sent else "bản tin (chưa gửi) ngày"
    return BaseSheet(
        report_id=row["report_id"],
        date=day,
        window_start=row["window_start"],
        window_end=row["window_end"],
        generated_at=row["generated_at"],
        sent=sent,
        note=f"{which} {day.day}/{day.month}/{day.year}",
    )


def delta_of(
    store: Store,
    settings: Settings,
    *,
    day: date,
    start: datetime,
    end: datetime,
    known_at: datetime,
    folders: Sequence[Path] = (),
    name_of: Mapping[str, str] | None = None,
) -> Delta:
    """How the issues of the sheet of the morning `day` have moved since the last one sent.

    [`start`, `end`) is its window and `known_at` the moment it is made: what was first seen later does not count.
    Issues that only the base has are there too, so that what cooled and what was removed can be told. Times aware.
    """
    base = base_sheet(store, day, settings.calendar)
    told = _told(store, base)
    held = _held(store, start, end, known_at, told)
    appeared = published(store, start, end, known_at)
    volumes = Volumes(
        output=len(appeared),
        output_before=len(published(store, base.window_start, base.window_end, known_at)) if base else 0,
        by_hour=Counter(map(hour_of, appeared)),
    )
    found = {
        issue_id: issue_delta(
            issue_id,
            some,
            start=start,
            end=end,
            base=base,
            volumes=volumes,
            folders=tuple(folders),
            name_of=name_of,
        )
        for issue_id, some in _members(store, held, base, told, known_at).items()
    }
    return Delta(base=base, issues=found)


def in_range(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Published (undated: first seen) in [start, end): two ranges, for which the database has an index each."""
    undated = and_(_A.published_at.is_(None), _A.first_seen_at >= start, _A.first_seen_at < end)
    return or_(and_(_A.published_at >= start, _A.published_at < end), undated)


def _told(store: Store, base: BaseSheet | None) -> frozenset[str]:
    """The articles of the base sheet."""
    if base is None:
        return frozenset()
    query = select(v1_report_articles.c.article_id).where(v1_report_articles.c.report_id == base.report_id)
    return frozenset(row["article_id"] for row in store.rows(query))


def _held(store: Store, start: datetime, end: datetime, known_at: datetime, told: Iterable[str]) -> set[str]:
    """The issues of the window, and those that the articles of the base belong to now."""
    query = select(_A.issue_id).where(_A.in_scope.is_(True), in_range(start, end), _A.first_seen_at <= known_at)
    found = {row["issue_id"] for row in store.rows(query)}
    for chunk in in_chunks(told):
        found |= {row["issue_id"] for row in store.rows(select(_A.issue_id).where(_A.article_id.in_(chunk)))}
    return found - {None}


def published(store: Store, start: datetime, end: datetime, known_at: datetime | None = None) -> list[datetime]:
    """When everything that all outlets published in the window appeared, in scope or not."""
    query = select(_A.published_at, _A.first_seen_at).where(in_range(start, end))
    if known_at is not None:
        query = query.where(_A.first_seen_at <= known_at)
    return [row["published_at"] or row["first_seen_at"] for row in store.rows(query)]


def _members(
    store: Store, issue_ids: Iterable[str], base: BaseSheet | None, told: frozenset[str], known_at: datetime
) -> dict[str, list[DeltaArticle]]:
    """All articles of the issues known by `known_at`, by issue, in order of time and id."""
    rows: list[RowMapping] = []
    for chunk in in_chunks(sorted(issue_ids)):
        # By way of the placements: SQLite would look at every article first seen by then.
        placed = select(v1_issue_articles.c.article_id).where(v1_issue_articles.c.issue_id.in_(chunk))
        query = (
            select(_A.article_id, _A.issue_id, _A.outlet_id, _A.title, stored_articles.c.sapo, _A.published_at,
                   _A.first_seen_at, _A.gone_at)
            .join(stored_articles, stored_articles.c.article_id == _A.article_id)
            .where(_A.article_id.in_(placed), _A.first_seen_at <= known_at)
        )  # fmt: skip
        rows += store.rows(query)
    mentions = store.mentions_of(row["article_id"] for row in rows)
    titles = _titles_then(store, base, told)
    members: dict[str, list[DeltaArticle]] = {}
    for row in rows:
        key = row["article_id"]
        gone = row["gone_at"] is not None and base is not None and base.generated_at <= row["gone_at"] <= known_at
        one = DeltaArticle(
            article_id=key,
            outlet_id=row["outlet_id"],
            title=row["title"],
            sapo=row["sapo"] or "",
            at=row["published_at"] or row["first_seen_at"],
            told=key in told,
            gone=gone,
            title_before=titles.get(key),
            mentions=mentions.get(key, ()),
        )
        members.setdefault(row["issue_id"], []).append(one)
    return {key: sorted(some, key=lambda one: (one.at, one.article_id)) for key, some in sorted(members.items())}


def _titles_then(store: Store, base: BaseSheet | None, told: frozenset[str]) -> dict[str, str]:
    """The titles that articles of the base had when it was made, where they were revised since."""
    found: dict[str, str] = {}
    if base is None:
        return found
    r = v1_revisions.c
    for chunk in in_chunks(sorted(told)):
        query = select(r.article_id, r.title).where(r.article_id.in_(chunk), r.replaced_at >= base.generated_at)
        for row in store.rows(query.order_by(r.article_id, r.number)):
            found.setdefault(row["article_id"], row["title"])
    return found
