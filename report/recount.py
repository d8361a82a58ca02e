"""Count a sheet's placement-dependent numbers from rows, for a sheet whose issues have moved on in the store.

The answers have the shape of the statements in `storage.sheet_queries`, so `report.verify` takes either.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from report.inputs import Edits, Office, SheetIssue
from report.laid import resolve
from report.sheet import ATTENTION_LEVEL, NOT_PRESS
from report.then import Row

Answers = dict[str, Sequence[Row]]


def recount(
    rows: Sequence[Row], issues: Mapping[str, SheetIssue], mentions: Iterable[Row], tiers: Mapping[str, str]
) -> Answers:
    """The answers by name; `rows` are the sheet's articles with the placements of then, `tiers` those of outlets."""
    placed = [row for row in rows if row["issue_id"] is not None]
    ids = {row["issue_id"] for row in placed}
    levels, fields = (Counter(getattr(issues[i], name) for i in ids) for name in ("level", "field_of"))
    outlets = Counter(row["outlet_id"] for row in rows)
    return {
        "counts.articles": [{"n": len(rows)}],
        "counts.late": [{"n": sum(bool(row["late"]) for row in rows)}],
        "counts.newsrooms": [{"n": len(outlets)}],
        "outlets.articles": [{"outlet_id": outlet, "articles": n} for outlet, n in outlets.items()],
        "counts.issues": [{"n": len(ids)}],
        "counts.reprints": [{"n": sum(row["reprint_of"] is not None for row in rows)}],
        "counts.unplaced": [{"n": len(rows) - len(placed)}],
        "counts.by_level": [{"level": level, "n": n} for level, n in levels.items()],
        "counts.by_field": [{"field_of": field, "n": n} for field, n in fields.items()],
        "issues": [_issue(issue_id, placed, tiers) for issue_id in sorted(ids)],
        "issues.articles": rows,
        "bodies": _bodies(rows, issues, mentions),
    }


def laid_over(
    rows: Iterable[Row], issues: Mapping[str, SheetIssue], *, told: Collection[str], edits: Edits
) -> tuple[list[Row], dict[str, SheetIssue]]:
    """The articles and issues that are left when what was told and what the analyst dropped or joined is gone."""
    stays = {issue_id: None if issue_id in told else resolve(edits, issue_id) for issue_id in issues}
    kept: list[Row] = [
        {**row, "issue_id": row["issue_id"] and stays[row["issue_id"]]}
        for row in rows
        if row["issue_id"] is None or stays[row["issue_id"]] is not None
    ]
    levels: dict[str, int] = {}
    for issue_id, target in stays.items():
        if target is not None:
            levels[target] = max(levels.get(target, 0), issues[issue_id].level)
    weighed = {key: _given(edits.of(key).level, level) for key, level in levels.items()}
    return kept, {key: replace(issues[key], level=level) for key, level in weighed.items()}


def _given(wanted: int | None, suggested: int) -> int:
    return suggested if wanted is None else wanted


def of_office(rows: Sequence[Row], mentions: Iterable[Row], office: Office) -> list[Row]:
    """The articles of the issues that one office is mentioned in, and those without an issue that mention it."""
    naming = {mention["article_id"] for mention in mentions if office.holds(mention["entity_id"])}
    touched = {row["issue_id"] for row in rows if row["article_id"] in naming} - {None}
    return [row for row in rows if row["article_id"] in naming or row["issue_id"] in touched]


def _issue(issue_id: str, placed: Iterable[Row], tiers: Mapping[str, str]) -> Row:
    held = [row for row in placed if row["issue_id"] == issue_id]
    own = {r["outlet_id"] for r in held if r["reprint_of"] is None and tiers.get(r["outlet_id"]) not in NOT_PRESS}
    return {
        "issue_id": issue_id,
        "articles": len(held),
        "newsrooms": len({row["outlet_id"] for row in held}),
        "independent_newsrooms": len(own),
    }


def _bodies(rows: Iterable[Row], issues: Mapping[str, SheetIssue], mentions: Iterable[Row]) -> list[Row]:
    issue_of = {row["article_id"]: row["issue_id"] for row in rows}
    articles: defaultdict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention["article_id"] in issue_of:
            articles[mention["entity_id"]].add(mention["article_id"])
    found: list[Row] = []
    for body, ids in articles.items():
        held = {issue_of[key] for key in ids} - {None}
        pressing = sum(issues[issue_id].level >= ATTENTION_LEVEL for issue_id in held)
        found.append({"entity_id": body, "articles": len(ids), "issues": len(held), "attention": pressing})
    return found
