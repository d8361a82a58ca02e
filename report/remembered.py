"""What the store remembers of the making of one sheet: its snapshot, else its reports row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from report.edits import edits_data, edits_from
from report.forms.as_json import outlet_data
from report.gather import earlier_sheets
from report.inputs import EarlierSheet, Edits, SheetArticle
from report.snapshot import unpack
from report.then import Kept, from_kept, kept_of
from vietnamese.clock import iso

if TYPE_CHECKING:
    from report.then import Row
    from storage.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """The circumstances a sheet was made in."""

    generated_at: str | None = None
    """ISO 8601 with +07:00; None where the store remembers no such report."""
    run_id: str | None = None
    kept: Kept | None = None
    edits: Edits = field(default_factory=Edits)
    health: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By outlet id."""
    earlier: tuple[EarlierSheet, ...] = ()
    articles: Mapping[str, SheetArticle] = field(default_factory=dict)
    """Its articles as they were then, by id; empty where no snapshot is kept."""


def remembered(store: Store, reports: Sequence[Row], sheet: Mapping[str, Any]) -> Memory:
    """The memory that fits `sheet` (a parsed JSON sheet): made at the same moment, best with the same edits.

    `reports` are the rows of its morning (`storage.sheet_queries.report`).
    """
    told: list[Memory] = []
    for row in reports:
        told += [found for found in _snapshots(store, row["report_id"]) if found.generated_at == sheet["generated_at"]]
        told.append(_from_row(store, row))
    fitting = [found for found in told if found.generated_at == sheet["generated_at"]]
    same = [found for found in fitting if edits_data(found.edits) == sheet["edits"]]
    return (same or fitting or told or [Memory(earlier=earlier_sheets(store, date.fromisoformat(sheet["date"])))])[0]


def _snapshots(store: Store, report_id: str) -> list[Memory]:
    found = []
    for file in reversed(store.report_files(report_id, "snapshot")):
        inputs = unpack(file.content or b"")
        found.append(
            Memory(
                generated_at=iso(inputs.generated_at),
                run_id=inputs.run_id,
                kept=kept_of(inputs),
                edits=inputs.edits,
                health={state.id: outlet_data(state) for state in inputs.health},
                earlier=inputs.earlier,
                articles={article.article_id: article for article in inputs.articles},
            )
        )
    return found


def _from_row(store: Store, row: Row) -> Memory:
    inputs = row["inputs"]
    data = inputs.get("edits")
    return Memory(
        generated_at=iso(row["generated_at"]),
        run_id=row["run_id"],
        kept=from_kept(inputs),
        edits=edits_from(data) if data else Edits(),
        health={outlet["id"]: outlet for outlet in inputs.get("health", [])},
        earlier=earlier_sheets(store, date.fromisoformat(row["date"])),
    )
