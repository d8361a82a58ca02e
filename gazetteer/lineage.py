"""What became of a record in one line, and all records as plain rows: for `history` and `export`."""

from __future__ import annotations

from typing import Any

from gazetteer.records import Gazetteer, Record, Successor, Unit

COLUMNS = (
    *("id", "kind", "type", "name", "full_name", "parent", "valid_from", "valid_until"),
    *("successors", "current_successors", "aliases", "confidence", "source"),
)
"""Columns of `export_rows`, in order."""


def became(gazetteer: Gazetteer, record: Record) -> str:
    """What became of it: in force, renamed, merged, split, or ended.

    merged: the one successor took over others too; split: several took it over; renamed: one, and nobody else.
    """
    if record.valid_until is None:
        return "in force"
    heirs = [link for link in record.successors if link.extent != "area"] or list(record.successors)
    if not heirs:
        return "ended"
    if len(heirs) > 1:
        return "split: " + ", ".join(_share(gazetteer, link) for link in heirs)
    heir = heirs[0].id
    others = [other for other in gazetteer.predecessors(heir) if other != record.id and _gave(gazetteer, other, heir)]
    if not others:
        return f"renamed: {_named(gazetteer, heir)}"
    return f"merged into {_named(gazetteer, heir)} with {', '.join(_named(gazetteer, other) for other in others)}"


def _gave(gazetteer: Gazetteer, before: str, heir: str) -> bool:
    """Whether people went along, not land alone."""
    record = gazetteer.get(before)
    return record is not None and any(link.id == heir and link.extent != "area" for link in record.successors)


def _share(gazetteer: Gazetteer, link: Successor) -> str:
    words = {"full": "", "part": "a part to ", "rest": "the rest to ", "area": "land to "}
    return words[link.extent] + _named(gazetteer, link.id)


def _named(gazetteer: Gazetteer, record_id: str) -> str:
    return f"{gazetteer.name(record_id)} ({record_id})"


def export_rows(gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """Every unit and agency as a row of `COLUMNS`, units first, in order of id; days as YYYY-MM-DD or None."""
    units = [gazetteer.units[unit_id] for unit_id in sorted(gazetteer.units)]
    agencies = [gazetteer.agencies[agency_id] for agency_id in sorted(gazetteer.agencies)]
    records: tuple[Record, ...] = (*units, *agencies)
    return [_row(gazetteer, record) for record in records]


def _row(gazetteer: Gazetteer, record: Record) -> dict[str, Any]:
    unit = isinstance(record, Unit)
    aliases = [alias.name for alias in record.aliases] if isinstance(record, Unit) else [*record.heads, *record.names]
    return {
        "id": record.id,
        "kind": "unit" if unit else "agency",
        "type": record.type if isinstance(record, Unit) else record.kind,
        "name": record.name,
        "full_name": gazetteer.name(record.id),
        "parent": record.parent,
        "valid_from": record.valid_from.isoformat() if record.valid_from else None,
        "valid_until": record.valid_until.isoformat() if record.valid_until else None,
        "successors": [f"{link.id}:{link.extent}" for link in record.successors],
        "current_successors": list(gazetteer.current_successors(record.id)),
        "aliases": aliases,
        "confidence": record.confidence,
        "source": list(record.source),
    }
