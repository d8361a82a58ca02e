"""What a sheet reads, from the `v1_` views only, so that every number of it can be recomputed from outside.

Read-only. `sql(statement)` turns a statement into the text that a person can paste into the database's own shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Subquery, and_, case, distinct, exists, func, literal, or_, select

from storage.sql import in_chunks
from storage.views import (
    v1_articles,
    v1_fates,
    v1_issue_articles,
    v1_mentions,
    v1_outlets,
    v1_report_articles,
    v1_reports,
)

_A = v1_articles.c
_ATTENTION = 2
_OTHER = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetScope:
    """Which articles a morning's sheet holds. Aware times, `date` as YYYY-MM-DD."""

    date: str
    start: datetime
    end: datetime
    known_at: datetime
    """The clock of the run that made the sheet: what was first seen later is not in it."""
    late_since: datetime
    """Nothing published before is carried as late."""
    least_confidence: float = 0.5
    """Weaker mentions name nobody in the sheet."""

    @property
    def in_window(self) -> ColumnElement[bool]:
        """In scope, of this window, known when the sheet was made.

        Windowed by publication, or by when it was first seen where it has no date: told as two ranges, for which the
        database has an index each (a coalesce would read every article ever stored).
        """
        dated = and_(_A.published_at >= self.start, _A.published_at < self.end)
        undated = and_(_A.published_at.is_(None), _A.first_seen_at >= self.start, _A.first_seen_at < self.end)
        return and_(_A.in_scope, _A.first_seen_at <= self.known_at, or_(dated, undated))

    @property
    def late(self) -> ColumnElement[bool]:
        """Published before the window, found in or after it, and in no earlier morning's sheet."""
        earlier = select(v1_reports.c.report_id).where(v1_reports.c.kind == "daily", v1_reports.c.date < self.date)
        # A sheet that ended before `late_since` tells nothing published after: not read.
        near = earlier.where(v1_reports.c.window_end > self.late_since)
        told = select(v1_report_articles.c.article_id).where(v1_report_articles.c.report_id.in_(near))
        return and_(
            _A.in_scope,
            _A.first_seen_at >= self.start,
            _A.first_seen_at <= self.known_at,
            _A.published_at < self.start,
            _A.published_at >= self.late_since,
            exists(earlier),
            _A.article_id.not_in(told),
        )

    @property
    def held(self) -> ColumnElement[bool]:
        """Everything the sheet holds."""
        return or_(self.in_window, self.late)


def articles(scope: SheetScope) -> Select[Any]:
    """The articles of the sheet, with `late`."""
    # Sorted by what is no index: else SQLite reads every article ever stored in that index's order.
    return select(
        _A.article_id, _A.outlet_id, _A.url, _A.title, _A.excerpt, _A.published_at, _A.first_seen_at, _A.kind,
        _A.level, _A.level_score, _A.field_of, _A.reprint_of, _A.issue_id, _A.gone_at,
        _A.updated_at,
        scope.late.label("late"),
    ).where(scope.held).order_by(_A.article_id.concat(""))  # fmt: skip


def count_articles(scope: SheetScope) -> Select[Any]:
    """How many articles the sheet holds."""
    return select(func.count()).select_from(v1_articles).where(scope.held)


def count_late(scope: SheetScope) -> Select[Any]:
    """How many of them came late."""
    return select(func.count()).select_from(v1_articles).where(scope.late)


def count_reprints(scope: SheetScope) -> Select[Any]:
    """How many of them repeat another article."""
    return select(func.count()).select_from(v1_articles).where(scope.held, _A.reprint_of.is_not(None))


def count_unplaced(scope: SheetScope) -> Select[Any]:
    """How many of them no issue holds."""
    return select(func.count()).select_from(v1_articles).where(scope.held, _A.issue_id.is_(None))


def count_newsrooms(scope: SheetScope) -> Select[Any]:
    """How many outlets they come from."""
    return select(func.count(distinct(_A.outlet_id))).where(scope.held)


def count_issues(scope: SheetScope) -> Select[Any]:
    """How many issues they belong to."""
    return select(func.count(distinct(_A.issue_id))).where(scope.held)


def members(scope: SheetScope) -> Select[Any]:
    """All articles of the issues of the sheet that were known when it was made, those of earlier days too."""
    held = select(_A.issue_id).where(scope.held, _A.issue_id.is_not(None))
    i, a = v1_issue_articles.c, v1_articles.alias("known").c
    return (
        select(
            i.issue_id,
            i.article_id,
            i.at,
            i.reprint_of,
            i.level,
            i.level_score,
            i.level_reasons,
            i.field_of,
            a.title,
            i.given_title,
            i.given_level,
            i.pinned,
        )
        .where(i.article_id == a.article_id, i.issue_id.in_(held), a.first_seen_at <= scope.known_at)
        .order_by(i.issue_id, i.article_id)
    )


def issues_by_level(scope: SheetScope) -> Select[Any]:
    """Issues of the sheet by level: the one given by an analyst, else that of their weightiest article known then."""
    levels = _levels(scope)
    return select(levels.c.level, func.count()).group_by(levels.c.level).order_by(levels.c.level)


def issues_by_field(scope: SheetScope) -> Select[Any]:
    """Issues of the sheet by field: the one most of their own articles have, «Khác» (12) only when nothing else."""
    m = members(scope).subquery("members")
    copied = case((m.c.reprint_of.is_(None), 0), else_=1)
    other = case((m.c.field_of == _OTHER, 1), else_=0)
    place = func.row_number().over(
        partition_by=m.c.issue_id, order_by=(copied, other, func.count().desc(), m.c.field_of)
    )
    ranked = select(m.c.issue_id, m.c.field_of, place.label("place")).group_by(m.c.issue_id, m.c.field_of, copied)
    first = ranked.subquery("ranked")
    return (
        select(first.c.field_of, func.count())
        .where(first.c.place == literal(1))
        .group_by(first.c.field_of)
        .order_by(first.c.field_of)
    )


def _levels(scope: SheetScope) -> Subquery:
    m = members(scope).subquery("members")
    level = func.coalesce(func.max(m.c.given_level), func.max(m.c.level)).label("level")
    return select(m.c.issue_id, level).group_by(m.c.issue_id).subquery("levels")


def issue_rows(scope: SheetScope) -> Select[Any]:
    """One row an issue: articles, outlets, and outlets with an article of their own, in this sheet."""
    joined = v1_articles.outerjoin(v1_outlets, v1_outlets.c.outlet_id == _A.outlet_id)
    own = and_(_A.reprint_of.is_(None), func.coalesce(v1_outlets.c.tier, "") != "aggregator")
    return (
        select(
            _A.issue_id,
            func.count().label("articles"),
            func.count(distinct(_A.outlet_id)).label("newsrooms"),
            func.count(distinct(_A.outlet_id)).filter(own).label("independent_newsrooms"),
        )
        .select_from(joined)
        .where(scope.held, _A.issue_id.is_not(None))
        .group_by(_A.issue_id)
        .order_by(_A.issue_id)
    )


def body_rows(scope: SheetScope) -> Select[Any]:
    """One row an agency or unit: articles that mention it, issues, issues at level 2 or 3, in this sheet."""
    levels = _levels(scope)
    joined = v1_mentions.join(v1_articles, v1_mentions.c.article_id == _A.article_id).outerjoin(
        levels, levels.c.issue_id == _A.issue_id
    )
    return (
        select(
            v1_mentions.c.entity_id,
            func.count(distinct(_A.article_id)).label("articles"),
            func.count(distinct(_A.issue_id)).label("issues"),
            func.count(distinct(_A.issue_id)).filter(levels.c.level >= literal(_ATTENTION)).label("attention"),
        )
        .select_from(joined)
        .where(v1_mentions.c.article_id.in_(select(_A.article_id).where(scope.held)))
        .where(v1_mentions.c.confidence >= scope.least_confidence)
        .group_by(v1_mentions.c.entity_id)
        .order_by(v1_mentions.c.entity_id)
    )


def outlet_rows(scope: SheetScope) -> Select[Any]:
    """One row an outlet: its articles in this sheet."""
    return (
        select(_A.outlet_id, func.count().label("articles"))
        .where(scope.held)
        .group_by(_A.outlet_id)
        .order_by(_A.outlet_id)
    )


def earlier_reports(first: str, before: str) -> Select[Any]:
    """Daily reports dated from `first` to the day before `before`."""
    dates = and_(v1_reports.c.date >= first, v1_reports.c.date < before)
    return (
        select(v1_reports.c.date, v1_reports.c.inputs)
        .where(v1_reports.c.kind == "daily", dates)
        .order_by(v1_reports.c.date)
    )


def report(date: str) -> Select[Any]:
    """The daily report of a morning."""
    return select(v1_reports).where(v1_reports.c.kind == "daily", v1_reports.c.date == date)


def sent_before(scope: SheetScope) -> Select[Any]:
    """Articles that an earlier daily report which was sent has told."""
    r = v1_reports.c
    sent = select(r.report_id).where(
        r.kind == "daily", r.state == "sent", r.date < scope.date, r.window_end > scope.late_since
    )
    told = v1_report_articles.c
    return select(told.article_id).distinct().where(told.report_id.in_(sent)).order_by(told.article_id)


def run_fates(run_id: str) -> Select[Any]:
    """Fates of a run by outlet: outlet_id, fate, number."""
    return (
        select(v1_fates.c.outlet_id, v1_fates.c.fate, func.count())
        .where(v1_fates.c.run_id == run_id)
        .group_by(v1_fates.c.outlet_id, v1_fates.c.fate)
        .order_by(v1_fates.c.outlet_id, v1_fates.c.fate)
    )


def mentions(scope: SheetScope) -> Select[Any]:
    """Which agencies and units the articles of the sheet mention; `head` = 1: in title or sapo."""
    held = select(_A.article_id).where(scope.held)
    m = v1_mentions.c
    head = func.max(case((m.field.in_(["title", "sapo"]), 1), else_=0))
    return (
        select(m.article_id, m.entity_id, func.min(m.kind).label("kind"), head.label("head"))
        .where(m.article_id.in_(held), m.confidence >= scope.least_confidence)
        .group_by(m.article_id, m.entity_id)
        .order_by(m.article_id, m.entity_id)
    )


def gone(article_ids: Sequence[str]) -> Select[Any]:
    """Which of these articles their outlets have removed."""
    held = or_(*(_A.article_id.in_(chunk) for chunk in in_chunks(article_ids)))
    return select(_A.article_id).where(held, _A.gone_at.is_not(None)).order_by(_A.article_id)


def outlets() -> Select[Any]:
    """Every outlet the store knows."""
    return select(v1_outlets.c.outlet_id, v1_outlets.c.name, v1_outlets.c.tier).order_by(v1_outlets.c.outlet_id)


def sql(statement: Select[Any], engine: Engine) -> str:
    """The statement as text with its values in place, one blank between words."""
    text = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    return " ".join(text.split())
