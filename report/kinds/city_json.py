"""The second form as JSON, `diembao/city/1`: the numbers of the running text, with the statements that give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from report.edits import edits_data
from report.forms.as_json import json_bytes
from report.gather import answer, number_queries, scope_for
from report.inputs import FIELDS, SheetIssue, counted_field
from report.recount import Answers, recount
from report.remembered import remembered
from report.then import Row
from report.verify import Difference, Pairs, differing, recounted
from report.window import Window
from storage import sheet_queries as ask
from vietnamese.clock import iso

if TYPE_CHECKING:
    from config.model import Settings
    from report.sheet import IssueRow, Sheet
    from storage.store import Store

SCHEMA = "diembao/city/1"
_QUERIES = ("counts.articles", "counts.issues", "counts.by_field", "issues")


def as_json(sheet: Sheet, store: Store, settings: Settings) -> bytes:
    """UTF-8, one key a line; the same sheet gives the same bytes. `sheet` is narrowed to the hours of the text."""
    return json_bytes(_data(sheet, store, settings))


def _data(sheet: Sheet, store: Store, settings: Settings) -> dict[str, Any]:
    inputs, counts = sheet.inputs, sheet.counts
    return {
        "schema": SCHEMA,
        "date": inputs.day.isoformat(),
        "window": {"start": iso(sheet.window.start), "end": iso(sheet.window.end)},
        "generated_at": iso(inputs.generated_at),
        "run_id": inputs.run_id,
        "city": inputs.city,
        "counts": {
            "articles": counts.articles,
            "issues": counts.issues,
            "by_field": {str(field): found for field, found in counts.by_field.items()},
        },
        "issues": [_issue(issue) for issue in sheet.issues],
        "edits": edits_data(inputs.edits),
        "queries": _queries(sheet, store, settings),
    }


def _issue(issue: IssueRow) -> dict[str, Any]:
    return {
        "id": issue.issue_id,
        "title": issue.lead.title,
        "url": issue.lead.url,
        "field_of": issue.field_of,
        "articles": len(issue.articles),
        "newsrooms": issue.newsrooms,
        "independent_newsrooms": issue.independent_newsrooms,
    }


def _queries(sheet: Sheet, store: Store, settings: Settings) -> dict[str, str]:
    """The statements of the hours of the text; what was found late belongs to a whole sheet only."""
    scope = scope_for(sheet.day, settings, sheet.inputs.generated_at)
    if (scope.start, scope.end) != (sheet.window.start, sheet.window.end):
        start = sheet.window.start
        scope = replace(scope, start=start, end=sheet.window.end, late_since=start)
    queries = number_queries(scope, sheet.inputs.run_id)
    return {name: ask.sql(queries[name], store.engine) for name in _QUERIES}


def verify_city(told: Mapping[str, Any], store: Store, settings: Settings | None = None) -> list[Difference]:
    """Every number of a parsed JSON of the second form that differs from what the store gives; empty when all agree.

    Raises ValueError when it is no such file, StoreError.
    """
    by = settings or store.settings
    return differing(told, lambda: _pairs(told, store, by), schema=SCHEMA, kind="the city's form")


def _pairs(told: Mapping[str, Any], store: Store, settings: Settings) -> Pairs:
    rows, issues, made_at = _rows_of(told, store, settings)
    tiers = {row["outlet_id"]: row["tier"] for row in answer(store, ask.outlets())}
    found: Answers = recount(rows, issues, (), tiers)
    yield "generated_at", told["generated_at"], made_at
    for name in ("articles", "issues"):
        yield f"counts.{name}", told["counts"][name], found[f"counts.{name}"][0]["n"]
    fields: Counter[int] = Counter()
    for row in found["counts.by_field"]:
        fields[counted_field(row["field_of"])] += row["n"]
    for field in FIELDS:
        yield f"counts.by_field.{field}", told["counts"]["by_field"].get(str(field)), fields[field]
    there = {row["issue_id"]: row for row in found["issues"]}
    yield "issues", sorted(row["id"] for row in told["issues"]), sorted(there)
    for row in told["issues"]:
        for name in ("articles", "newsrooms", "independent_newsrooms"):
            yield f"issues[{row['id']}].{name}", row[name], there.get(row["id"], {}).get(name)
        known = issues.get(row["id"])
        yield f"issues[{row['id']}].field_of", row["field_of"], known and counted_field(known.field_of)


def _rows_of(
    told: Mapping[str, Any], store: Store, settings: Settings
) -> tuple[Sequence[Row], Mapping[str, SheetIssue], str | None]:
    """The articles of those hours as the sheet had them, its issues, and when the store knows that it was made."""
    made_at = datetime.fromisoformat(told["generated_at"])
    scope = scope_for(date.fromisoformat(told["date"]), settings, made_at)
    found: Answers = {name: answer(store, query) for name, query in number_queries(scope, str(told["run_id"])).items()}
    memory = remembered(store, answer(store, ask.report(scope.date)), told)
    issues, _ = recounted(store, settings, scope, found, memory, None)
    window = Window(**{name: datetime.fromisoformat(told["window"][name]) for name in ("start", "end")})
    rows = found["issues.articles"]
    if (window.start, window.end) != (scope.start, scope.end):
        rows = [row for row in rows if window.holds(row["published_at"] or row["first_seen_at"])]
    return rows, issues, memory.generated_at
