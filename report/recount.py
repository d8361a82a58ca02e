"""Count a sheet's placement-dependent numbers from rows, for a sheet whose issues have moved on in the store.

The answers have the shape of the statements in `storage.sheet_queries`, so `report.verify` takes either.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from report.inputs import SheetIssue
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
    return {
        "counts.issues": [{"n": len(ids)}],
        "counts.reprints": [{"n": sum(row["reprint_of"] is not None for row in rows)}],
        "counts.unplaced": [{"n": len(rows) - len(placed)}],
        "counts.by_level": [{"level": level, "n": n} for level, n in levels.items()],
        "counts.by_field": [{"field_of": field, "n": n} for field, n in fields.items()],
        "issues": [_issue(issue_id, placed, tiers) for issue_id in sorted(ids)],
        "issues.articles": rows,
        "bodies": _bodies(rows, issues, mentions),
    }


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
        articles[mention["entity_id"]].add(mention["article_id"])
    found: list[Row] = []
    for body, ids in articles.items():
        held = {issue_of[key] for key in ids} - {None}
        pressing = sum(issues[issue_id].level >= ATTENTION_LEVEL for issue_id in held)
        found.append({"entity_id": body, "articles": len(ids), "issues": len(held), "attention": pressing})
    return found
