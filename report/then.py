"""Issues and placements as they were known when the sheet was made.

For a fresh sheet they follow from the articles known by then, by the rules that `issues.update` follows when it writes
an issue. Later nights may join issues or find out which text was the reprint; a reports row therefore keeps placements
and issues, and an old sheet is made again and checked with those.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from issues.heading import is_correction
from issues.records import reasons_given
from report.inputs import OTHER_FIELD, SheetInputs, SheetIssue
from report.movement import Movement
from vietnamese.clock import iso

Row = Mapping[str, Any]

PLACEMENT = ("issue_id", "level", "level_score", "field_of", "reprint_of")
"""What the issues room says of an article."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a reports row remembers of the issues room."""

    placements: Mapping[str, Row]
    """By article id, each with the keys of PLACEMENT."""
    issues: Mapping[str, SheetIssue]
    movement: Movement = field(default_factory=Movement)

    def laid_over(self, rows: Iterable[Row]) -> list[Row]:
        """`rows` of articles with the placements of then."""
        return [{**row, **self.placements.get(row["article_id"], {})} for row in rows]


def to_keep(inputs: SheetInputs) -> dict[str, Any]:
    """Placements and issues of a sheet as JSON values, for its reports row."""
    return {
        "placements": kept_of(inputs).placements,
        "issues": {
            issue.issue_id: {
                "title": issue.title,
                "level": issue.level,
                "field_of": issue.field_of,
                "reasons": list(issue.reasons),
                "first_at": issue.first_at and iso(issue.first_at),
                "pinned": issue.pinned,
            }
            for issue in inputs.issues.values()
        },
        "marks": {key: list(marks) for key, marks in inputs.marks.items()},
        "told": list(inputs.told),
        "new_since": inputs.new_since and iso(inputs.new_since),
    }


def kept_of(inputs: SheetInputs) -> Kept:
    """What the inputs of a sheet, with nothing laid over them, remember."""
    placements = {
        article.article_id: {name: getattr(article, name) for name in PLACEMENT} for article in inputs.articles
    }
    return Kept(
        placements=placements,
        issues=dict(inputs.issues),
        movement=Movement(marks=inputs.marks, told=inputs.told, new_since=inputs.new_since),
    )


def from_kept(inputs: Mapping[str, Any]) -> Kept | None:
    """The other way round; None for a row that kept none."""
    if "placements" not in inputs:
        return None
    issues = {
        issue_id: SheetIssue(
            issue_id=issue_id,
            title=row["title"],
            level=row["level"],
            field_of=row["field_of"],
            reasons=tuple(row["reasons"]),
            first_at=row["first_at"] and datetime.fromisoformat(row["first_at"]),
            pinned=row.get("pinned", False),
        )
        for issue_id, row in inputs["issues"].items()
    }
    since = inputs.get("new_since")
    moved = Movement(
        marks={key: tuple(marks) for key, marks in inputs.get("marks", {}).items()},
        told=tuple(inputs.get("told", ())),
        new_since=datetime.fromisoformat(since) if since else None,
    )
    return Kept(placements=inputs["placements"], issues=issues, movement=moved)


def issues_then(members: Iterable[Row]) -> dict[str, SheetIssue]:
    """The issues by id; `members` are rows of `storage.sheet_queries.members`."""
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for row in members:
        held[row["issue_id"]].append(row)
    return {issue_id: _issue(issue_id, rows) for issue_id, rows in held.items()}


def _issue(issue_id: str, rows: Sequence[Row]) -> SheetIssue:
    own = [row for row in rows if row["reprint_of"] is None] or rows
    head = min(rows, key=_as_head)
    given = head.get("given_level")
    heaviest = min(rows, key=lambda row: (-row["level"], -row["level_score"], row["at"], row["article_id"]))
    return SheetIssue(
        issue_id=issue_id,
        title=head.get("given_title") or head["title"],
        level=heaviest["level"] if given is None else given,
        field_of=_field(own),
        reasons=reasons_given(tuple(heaviest["level_reasons"] or ()), given),
        first_at=min(row["at"] for row in rows),
        pinned=bool(head.get("pinned")),
    )


def _as_head(row: Row) -> tuple[Any, ...]:
    """Orders the articles of an issue by how well their title names it (`issues.heading.head_of`)."""
    return (is_correction(row["title"]), row["reprint_of"] is not None, -row["level"], row["at"], row["article_id"])


def _field(rows: Sequence[Row]) -> int:
    counts = Counter(row["field_of"] for row in rows)
    field: int = min(counts, key=lambda number: (number == OTHER_FIELD, -counts[number], number))
    return field
