"""How the issues of a sheet have moved since the sheet before, and which of them were told already. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from report.inputs import Mark

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """What is known of the issues of a sheet from the sheets before it."""

    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    """By issue id; one that has not moved is left out."""
    told: tuple[str, ...] = ()
    """Ids of issues not to be repeated, in order."""


def movement(
    rows: Sequence[Row], members: Iterable[Row], *, before: Collection[str], sent: Collection[str]
) -> Movement:
    """Marks and told issues.

    `rows` are the articles of the sheet, `members` all known articles of its issues, `before` the ids of the articles
    of the sheet before (none: nothing to compare with), `sent` those that sent sheets have told.
    """
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["issue_id"] is not None:
            held[row["issue_id"]].append(row)
    known: defaultdict[str, set[str]] = defaultdict(set)
    for row in members:
        known[row["issue_id"]].add(row["article_id"])
    marks = {key: _mark(found, known[key], frozenset(before)) for key, found in held.items()} if before else {}
    told = frozenset(sent)
    return Movement(
        marks={key: (mark,) for key, mark in sorted(marks.items()) if mark is not None},
        told=tuple(sorted(key for key, found in held.items() if _told(found, told))),
    )


def _mark(rows: Sequence[Row], known: set[str], before: frozenset[str]) -> Mark | None:
    if all(row["gone_at"] is not None for row in rows):
        return "removed"
    if known <= {row["article_id"] for row in rows}:
        return "new"
    then, now = len(known & before), len(rows)
    if now == then:
        return None
    return "rising" if now > then else "cooling"


def _told(rows: Sequence[Row], sent: frozenset[str]) -> bool:
    """Whether a sent sheet has told all of it; what an outlet has removed since is a movement."""
    return all(row["article_id"] in sent and row["gone_at"] is None for row in rows)
