"""Reports, and the reference tables that the configuration and the gazetteer fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from config.model import Outlet
from storage.report_records import EntityRecord, Report, ReportArticle
from storage.schema import entities, entity_successors, outlets, report_articles, reports
from storage.sql import insert_new, upsert


def save_report(connection: Connection, report: Report) -> None:
    """Save a report with its snapshot, in place of an earlier one of the same id."""
    row = {
        "report_id": report.report_id,
        "date": report.date.isoformat(),
        "kind": report.kind,
        "run_id": report.run_id,
        "window_start": report.window_start,
        "window_end": report.window_end,
        "generated_at": report.generated_at,
        "state": report.state,
        "inputs": dict(report.inputs),
        "sha256": report.sha256,
        "path": report.path,
    }
    upsert(connection, reports, [row], key=("report_id",))
    connection.execute(report_articles.delete().where(report_articles.c.report_id == report.report_id))
    snapshot = [
        {"report_id": report.report_id, "article_id": a.article_id, "issue_id": a.issue_id, "late": a.late}
        for a in report.articles
    ]
    insert_new(connection, report_articles, snapshot)


def load_report(connection: Connection, report_id: str) -> Report | None:
    """A report with its snapshot (in order of article id), or None."""
    row = connection.execute(select(reports).where(reports.c.report_id == report_id)).mappings().first()
    if row is None:
        return None
    query = select(report_articles).where(report_articles.c.report_id == report_id)
    snapshot = connection.execute(query.order_by(report_articles.c.article_id)).mappings()
    return Report(
        **{**row, "date": date.fromisoformat(row["date"])},
        articles=tuple(
            ReportArticle(article_id=a["article_id"], issue_id=a["issue_id"], late=a["late"]) for a in snapshot
        ),
    )


def sync_outlets(connection: Connection, configured: Iterable[Outlet]) -> None:
    """Lay the configured outlets over the table; one that is no longer configured stays, inactive."""
    connection.execute(outlets.update().values(active=False))
    rows = [
        {
            "outlet_id": outlet.id,
            "name": outlet.name,
            "tier": outlet.tier,
            "owner": outlet.owner,
            "domains": list(outlet.domains),
            "city_default": outlet.city_default,
            "fetch_pages": outlet.fetch_pages,
            "active": outlet.active,
        }
        for outlet in configured
    ]
    upsert(connection, outlets, rows, key=("outlet_id",))


def sync_entities(connection: Connection, records: Sequence[EntityRecord]) -> None:
    """Replace the gazetteer's names by these."""
    connection.execute(entity_successors.delete())
    connection.execute(entities.delete())
    rows = [
        {
            "entity_id": record.entity_id,
            "kind": record.kind,
            "name": record.name,
            "parent_id": record.parent_id,
            "valid_from": record.valid_from and record.valid_from.isoformat(),
            "valid_until": record.valid_until and record.valid_until.isoformat(),
        }
        for record in records
    ]
    insert_new(connection, entities, rows)
    links = [{"entity_id": r.entity_id, "successor_id": s} for r in records for s in r.successors]
    insert_new(connection, entity_successors, links)
