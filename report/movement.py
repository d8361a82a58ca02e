"""How the issues of a sheet have moved since the last one (`issues.delta`), and which were told already. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    new_since: datetime | None = None
    """The end of the sheet compared with; None where there is none."""


def told_before(rows: Sequence[Row], sent: Collection[str]) -> tuple[str, ...]:
    """The issues of `rows` (articles of a sheet) that sheets which were sent have told whole, in order of id.

    `sent` are the ids of the articles these told. What an outlet has removed since is a movement and told again.
    """
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["issue_id"] is not None:
            held[row["issue_id"]].append(row)
    known = frozenset(sent)
    whole = [
        key
        for key, found in held.items()
        if all(row["article_id"] in known and row["gone_at"] is None for row in found)
    ]
    return tuple(sorted(whole))
