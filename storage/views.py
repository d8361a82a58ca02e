"""The `v1_` views: what downstream tools may rely on. Columns are only ever added; `docs/store.md` explains each.

Each view is a SELECT over `storage.schema`; it is compiled for the database at hand. As they hold no data they are
not migrated: a store whose views differ from these is given these when it is opened. The names below can be used in
SQLAlchemy statements (`select(v1_articles.c.title)`), with times as aware datetimes on both databases.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, Select, TableClause, column, func, inspect, select, table, text

from storage.schema import (
    articles,
    entities,
    entity_successors,
    fates,
    feeds,
    issue_articles,
    issues,
    mentions,
    meta,
    outlets,
    report_articles,
    reports,
    revisions,
    runs,
)

_SELECTS: dict[str, Select[Any]] = {}


def _view(name: str, query: Select[Any]) -> TableClause:
    _SELECTS[name] = query
    return table(name, *(column(c.name, c.type) for c in query.selected_columns))


_polls = (
    select(
        feeds.c.outlet_id,
        func.count().label("feeds"),
        func.max(feeds.c.last_polled_at).label("last_polled_at"),
        func.max(feeds.c.last_success_at).label("last_success_at"),
        func.max(feeds.c.last_new_at).label("last_new_at"),
    )
    .group_by(feeds.c.outlet_id)
    .subquery("polls")
)
v1_outlets = _view(
    "v1_outlets",
    select(
        outlets.c.outlet_id,
        outlets.c.name,
        outlets.c.tier,
        outlets.c.owner,
        outlets.c.domains,
        outlets.c.city_default,
        outlets.c.fetch_pages,
        outlets.c.active,
        func.coalesce(_polls.c.feeds, 0).label("feeds"),
        _polls.c.last_polled_at,
        _polls.c.last_success_at,
        _polls.c.last_new_at,
    ).select_from(outlets.outerjoin(_polls, _polls.c.outlet_id == outlets.c.outlet_id)),
)

v1_articles = _view(
    "v1_articles",
    select(
        articles.c.article_id,
        articles.c.outlet_id,
        articles.c.url,
        articles.c.canonical_url,
        articles.c.title,
        articles.c.excerpt,
        articles.c.section,
        articles.c.published_at,
        articles.c.published_from,
        articles.c.published_precision,
        articles.c.modified_at,
        articles.c.first_seen_at,
        articles.c.updated_at,
        articles.c.kind,
        articles.c.about_city,
        articles.c.in_scope,
        issue_articles.c.level,
        issue_articles.c.level_reasons,
        issue_articles.c.level_score,
        issue_articles.c.field_of,
        issue_articles.c.reprint_of,
        issue_articles.c.issue_id,
        articles.c.credited_outlet,
        articles.c.revision_count,
        articles.c.content_hash,
        articles.c.extractor,
        articles.c.gazetteer_version,
        articles.c.gone_at,
        articles.c.expired_at,
    ).select_from(articles.outerjoin(issue_articles, issue_articles.c.article_id == articles.c.article_id)),
)

v1_revisions = _view(
    "v1_revisions",
    select(
        revisions.c.article_id,
        revisions.c.number,
        revisions.c.title,
        revisions.c.published_at,
        revisions.c.content_hash,
        revisions.c.seen_at,
        revisions.c.replaced_at,
    ),
)

v1_mentions = _view(
    "v1_mentions",
    select(
        mentions.c.article_id,
        mentions.c.entity_id,
        mentions.c.unit_id,
        mentions.c.kind,
        mentions.c.field,
        mentions.c.start,
        mentions.c.end,
        mentions.c.surface,
        mentions.c.rule,
        mentions.c.confidence,
        mentions.c.decided_by,
        mentions.c.salience,
    ),
)

_counts = (
    select(
        issue_articles.c.issue_id,
        func.count().label("articles"),
        func.count(articles.c.outlet_id.distinct()).label("outlets"),
        func.count(issue_articles.c.reprint_of).label("reprints"),
    )
    .select_from(issue_articles.join(articles, articles.c.article_id == issue_articles.c.article_id))
    .group_by(issue_articles.c.issue_id)
    .subquery("counts")
)
v1_issues = _view(
    "v1_issues",
    select(
        issues.c.issue_id,
        issues.c.title,
        issues.c.level,
        issues.c.level_reasons,
        issues.c.field_of,
        issues.c.first_at,
        issues.c.last_at,
        issues.c.first_article_id,
        func.coalesce(_counts.c.articles, 0).label("articles"),
        func.coalesce(_counts.c.outlets, 0).label("outlets"),
        func.coalesce(_counts.c.reprints, 0).label("reprints"),
    ).select_from(issues.outerjoin(_counts, _counts.c.issue_id == issues.c.issue_id)),
)

v1_issue_articles = _view(
    "v1_issue_articles",
    select(
        issue_articles.c.issue_id,
        issue_articles.c.article_id,
        articles.c.outlet_id,
        func.coalesce(articles.c.published_at, articles.c.first_seen_at, type_=articles.c.published_at.type).label(
            "at"
        ),
        issue_articles.c.reprint_of,
        issue_articles.c.reprint_kind,
        issue_articles.c.level,
        issue_articles.c.level_reasons,
        issue_articles.c.level_score,
        issue_articles.c.field_of,
    ).select_from(issue_articles.join(articles, articles.c.article_id == issue_articles.c.article_id)),
)

v1_fates = _view(
    "v1_fates",
    select(
        fates.c.run_id,
        fates.c.url,
        fates.c.outlet_id,
        fates.c.fate,
        fates.c.detail,
        fates.c.article_id,
        fates.c.decided_at,
    ).where(fates.c.fate.is_not(None)),
)

v1_runs = _view(
    "v1_runs",
    select(
        runs.c.run_id,
        runs.c.kind,
        runs.c.morning,
        runs.c.started_at,
        runs.c.finished_at,
        runs.c.outcome,
        runs.c.counts,
    ),
)

v1_reports = _view(
    "v1_reports",
    select(
        reports.c.report_id,
        reports.c.date,
        reports.c.kind,
        reports.c.run_id,
        reports.c.window_start,
        reports.c.window_end,
        reports.c.generated_at,
        reports.c.state,
        reports.c.inputs,
        reports.c.sha256,
        reports.c.path,
    ),
)

v1_report_articles = _view(
    "v1_report_articles",
    select(
        report_articles.c.report_id, report_articles.c.article_id, report_articles.c.issue_id, report_articles.c.late
    ),
)

v1_entities = _view(
    "v1_entities",
    select(
        entities.c.entity_id,
        entities.c.kind,
        entities.c.name,
        entities.c.parent_id,
        entities.c.valid_from,
        entities.c.valid_until,
    ),
)

v1_entity_successors = _view(
    "v1_entity_successors", select(entity_successors.c.entity_id, entity_successors.c.successor_id)
)

NAMES = tuple(_SELECTS)
"""Every view, in the order of the documentation."""


def columns(name: str) -> tuple[str, ...]:
    """The columns of a view, in order."""
    return tuple(c.name for c in _SELECTS[name].selected_columns)


def stand(connection: Connection) -> bool:
    """Whether the store has exactly these views."""
    kept = connection.execute(select(meta.c.value).where(meta.c.key == "views")).scalar()
    return kept == _digest(connection)


def create(connection: Connection) -> None:
    """Create every view (after `drop`) and note which these are."""
    for name in NAMES:
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {_sql(name, connection)}")
    connection.execute(meta.delete().where(meta.c.key == "views"))
    connection.execute(meta.insert().values(key="views", value=_digest(connection)))


def drop(connection: Connection) -> None:
    """Drop every `v1_` view the store has."""
    for name in inspect(connection).get_view_names():
        if name.startswith("v1_"):
            connection.execute(text(f'DROP VIEW "{name}"'))


def _sql(name: str, connection: Connection) -> str:
    return str(_SELECTS[name].compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))


def _digest(connection: Connection) -> str:
    return hashlib.sha256("\0".join(_sql(name, connection) for name in NAMES).encode()).hexdigest()[:16]
