"""The sheet as JSON, `diembao/sheet/1`: docs/sheet.schema.json is its schema, docs/sheet.md its meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from report.edits import edits_data
from report.forms.phrases import health_line, health_notes
from report.inputs import EarlierSheet, Office, OutletState, SheetArticle
from report.sheet import IssueRow, Mean, Sheet
from report.style import Style
from vietnamese.clock import iso

SCHEMA = "diembao/sheet/1"


def as_json(sheet: Sheet, style: Style) -> bytes:
    """UTF-8, one key a line, always in the same order; the same sheet gives the same bytes."""
    return json_bytes(as_data(sheet, style))


def json_bytes(data: Mapping[str, Any]) -> bytes:
    """JSON values as a file: UTF-8, one key a line, in their order; halves of a letter become question marks."""
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8", errors="replace")


def as_data(sheet: Sheet, style: Style) -> dict[str, Any]:
    """The sheet as plain JSON values. Times: ISO 8601 with +07:00. Titles stand exactly as stored."""
    inputs = sheet.inputs
    return {
        "schema": SCHEMA,
        "date": inputs.day.isoformat(),
        "window": {"start": iso(sheet.window.start), "end": iso(sheet.window.end), "days": sheet.window.days},
        "generated_at": iso(inputs.generated_at),
        "run_id": inputs.run_id,
        "city": inputs.city,
        "office": _office(inputs.office),
        "health": _health(sheet, style),
        "counts": _counts(sheet),
        "compare": {"yesterday": _earlier(sheet.yesterday), "mean_7_days": _mean(sheet.mean)},
        "issues": [_issue(sheet, issue) for issue in sheet.issues],
        "unplaced": [_article(sheet, article) for article in sheet.articles if article.issue_id is None],
        "bodies": [
            {
                "id": row.body.body_id,
                "name": row.body.name,
                "kind": row.body.kind,
                "articles": row.articles,
                "issues": row.issues,
                "attention": row.attention,
            }
            for row in sheet.bodies
        ],
        "cases": [],
        "outlets": [outlet_data(row.state) | {"articles": row.articles} for row in sheet.outlets],
        "told": list(inputs.told),
        "edits": edits_data(inputs.edits),
        "queries": dict(inputs.queries),
    }


def _office(office: Office | None) -> dict[str, Any] | None:
    if office is None:
        return None
    return {"id": office.body_id, "name": office.name, "ids": sorted(office.ids)}


def _health(sheet: Sheet, style: Style) -> dict[str, Any]:
    return {
        "outlets_ok": sheet.full,
        "outlets_reached": sheet.reached,
        "outlets_all": len(sheet.outlets),
        "crawl_failed": sheet.crawl_failed,
        "line": health_line(sheet),
        "notes": list(health_notes(sheet, style)),
    }


def _counts(sheet: Sheet) -> dict[str, Any]:
    counts = sheet.counts
    return {
        "articles": counts.articles,
        "issues": counts.issues,
        "late": counts.late,
        "reprints": counts.reprints,
        "newsrooms": counts.newsrooms,
        "attention": counts.attention,
        "unplaced": counts.unplaced,
        "by_level": {str(level): found for level, found in counts.by_level.items()},
        "by_field": {str(field): found for field, found in counts.by_field.items()},
    }


def _earlier(sheet: EarlierSheet | None) -> dict[str, Any] | None:
    if sheet is None:
        return None
    return {
        "date": sheet.day.isoformat(),
        "articles": sheet.articles,
        "issues": sheet.issues,
        "attention": sheet.attention,
    }


def _mean(mean: Mean | None) -> dict[str, Any] | None:
    if mean is None:
        return None
    return {
        "sheets": mean.sheets,
        "articles": _plain(mean.articles),
        "issues": _plain(mean.issues),
        "attention": _plain(mean.attention),
    }


def _issue(sheet: Sheet, issue: IssueRow) -> dict[str, Any]:
    return {
        "id": issue.issue_id,
        "title": issue.title,
        "level": issue.level,
        "reasons": list(issue.reasons),
        "field_of": issue.field_of,
        "marks": list(issue.marks),
        "pin": issue.edit.pin,
        "summary": issue.summary,
        "proposal": issue.edit.proposal,
        "deadline": issue.edit.deadline,
        "score": _plain(issue.score.total),
        "score_parts": {name: _plain(part) for name, part in issue.score.parts.items()},
        "newsrooms": issue.newsrooms,
        "independent_newsrooms": issue.independent_newsrooms,
        "articles": [_article(sheet, article) for article in issue.articles],
        "bodies": list(issue.bodies),
    }


def _article(sheet: Sheet, article: SheetArticle) -> dict[str, Any]:
    return {
        "article_id": article.article_id,
        "outlet": article.outlet_id,
        "outlet_name": sheet.inputs.outlets[article.outlet_id].name,
        "url": article.url,
        "title": article.title,
        "published_at": _time(article.published_at),
        "first_seen_at": iso(article.first_seen_at),
        "excerpt": article.excerpt,
        "kind": article.kind,
        "level": article.level,
        "field_of": article.field_of,
        "reprint": article.reprint_of is not None,
        "reprint_of": article.reprint_of,
        "late": article.late,
        "gone": article.gone,
        "bodies": list(article.bodies),
    }


def outlet_data(state: OutletState) -> dict[str, Any]:
    """The health of an outlet as JSON values; a reports row keeps it in the same form."""
    return {
        "id": state.id,
        "name": state.name,
        "state": state.state,
        "reason": state.reason,
        "reason_vi": state.reason_vi,
        "last_success_at": _time(state.last_success_at),
        "last_new_at": _time(state.last_new_at),
        "stored": state.stored,
        "failed": state.failed,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _plain(value: Decimal) -> int | float:
    """A whole number as integer, anything else as the shortest decimal that is the same number."""
    return int(value) if value == value.to_integral_value() else float(value)
