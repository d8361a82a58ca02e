"""An issue as it was known when the sheet was made, from its articles known by then.

The same rules as `issues.update` follows when it writes an issue, so a fresh sheet agrees with `v1_issues`, and an old
one can be recomputed after later articles have moved the issue on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from report.inputs import OTHER_FIELD, SheetIssue

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownIssue:
    """An issue and when its earliest article came out."""

    issue: SheetIssue
    first_at: datetime


def issues_then(members: Iterable[Row]) -> dict[str, KnownIssue]:
    """The issues by id; `members` are rows of `storage.sheet_queries.members`."""
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for row in members:
        held[row["issue_id"]].append(row)
    return {issue_id: _issue(issue_id, rows) for issue_id, rows in held.items()}


def _issue(issue_id: str, rows: Sequence[Row]) -> KnownIssue:
    own = [row for row in rows if row["reprint_of"] is None] or rows
    head = min(own, key=lambda row: (-row["level"], row["at"], row["article_id"]))
    heaviest = min(rows, key=lambda row: (-row["level"], -row["level_score"], row["at"], row["article_id"]))
    issue = SheetIssue(
        issue_id=issue_id,
        title=head["title"],
        level=heaviest["level"],
        field_of=_field(own),
        reasons=tuple(heaviest["level_reasons"] or ()),
    )
    return KnownIssue(issue=issue, first_at=min(row["at"] for row in rows))


def _field(rows: Sequence[Row]) -> int:
    counts = Counter(row["field_of"] for row in rows)
    field: int = min(counts, key=lambda number: (number == OTHER_FIELD, -counts[number], number))
    return field
