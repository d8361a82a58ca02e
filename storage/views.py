"""The `v1_` views: what downstream tools may rely on. Columns are only ever added; `docs/store.md` explains each.

Each view is a SELECT over `storage.schema`; it is compiled for the database at hand. As they hold no data they are
not migrated: a store whose views differ from these is given these when it is opened. The names below can be used in
SQLAlchemy statements (`select(v1_articles.c.title)`), with times as aware datetimes on both databases.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    ScalarSelect,
    Select,
    TableClause,
    Text,
    column,
    func,
    inspect,
    literal,
    null,
    select,
    table,
    text,
)

from storage.issue_schema import issue_aliases, spikes
from storage.schema import (
    article_at,
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

_Query = Select[Any] | CompoundSelect[Any]
_SELECTS: dict[str, _Query] = {}


def _view(name: str, query: _Query) -> TableClause:
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

# Counted issue by issue (an index each), so that asking for one issue does not read all placements.
_placed = issue_articles.join(articles, articles.c.article_id == issue_articles.c.article_id)
_members = issue_articles.c.issue_id == issues.c.issue_id


def _count(what: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(func.count(what)).select_from(_placed).where(_members).correlate(issues).scalar_subquery()


_survivor = issues.alias("survivor")
_alive = issues.alias("alive")
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
        _count(articles.c.article_id).label("articles"),
        _count(articles.c.outlet_id.distinct()).label("outlets"),
        _count(issue_articles.c.reprint_of).label("reprints"),
        issues.c.given_title,
        issues.c.pinned,
        issues.c.given_level,
        null().cast(Text).label("merged_into"),
    ).union_all(
        # An id that went over stays: with what its survivor is, and without articles.
        select(
            issue_aliases.c.issue_id,
            _survivor.c.title,
            _survivor.c.level,
            _survivor.c.level_reasons,
            _survivor.c.field_of,
            _survivor.c.first_at,
            _survivor.c.last_at,
            _survivor.c.first_article_id,
            literal(0).label("articles"),
            literal(0).label("outlets"),
            literal(0).label("reprints"),
            _survivor.c.given_title,
            _survivor.c.pinned,
            _survivor.c.given_level,
            issue_aliases.c.merged_into,
        )
        .select_from(
            issue_aliases.join(_survivor, _survivor.c.issue_id == issue_aliases.c.merged_into).outerjoin(
                _alive, _alive.c.issue_id == issue_aliases.c.issue_id
            )
        )
        .where(_alive.c.issue_id.is_(None))
    ),
)

v1_issue_articles = _view(
    "v1_issue_articles",
    select(
        issue_articles.c.issue_id,
        issue_articles.c.article_id,
        articles.c.outlet_id,
        article_at.label("at"),
        issue_articles.c.reprint_of,
        issue_articles.c.reprint_kind,
        issue_articles.c.level,
        issue_articles.c.level_reasons,
        issue_articles.c.level_score,
        issue_articles.c.field_of,
        issues.c.given_title,
        issues.c.given_level,
        issues.c.pinned,
    ).select_from(
        issue_articles.join(articles, articles.c.article_id == issue_articles.c.article_id).outerjoin(
            issues, issues.c.issue_id == issue_articles.c.issue_id
        )
    ),
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

v1_spikes = _view(
    "v1_spikes",
    select(
        spikes.c.day,
        spikes.c.kind,
        spikes.c.subject_id,
        spikes.c.window_start,
        spikes.c.window_end,
        spikes.c.articles,
        spikes.c.outlets,
        spikes.c.usual_7,
        spikes.c.usual_30,
        spikes.c.spread,
        spikes.c.chance,
        spikes.c.days,
        spikes.c.share,
        spikes.c.usual_share,
        spikes.c.reason,
    ),
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
