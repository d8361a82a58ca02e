"""What the store knows of the configuration: outlets, and the gazetteer's names for tools that read the views."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gazetteer.load import load
from gazetteer.records import Gazetteer, Record, Unit
from storage.report_records import EntityRecord

if TYPE_CHECKING:
    from config.loader import Config
    from storage.store import Store


def sync_configuration(store: Store, config: Config) -> None:
    """Lay outlets and gazetteer over the store's tables, as every crawl begins. Raises StoreError."""
    store.sync_outlets(config.outlets.values())
    sync_entities(store, config.folders)


def sync_entities(store: Store, folders: Sequence[Path]) -> None:
    """Lay the gazetteer of the configuration folders over the store's table of names."""
    book = load(folders)
    records: list[Record] = [*book.units.values(), *book.agencies.values()]
    store.sync_entities([_entity(book, record) for record in records])


def _entity(book: Gazetteer, record: Record) -> EntityRecord:
    return EntityRecord(
        entity_id=record.id,
        kind="unit" if isinstance(record, Unit) else "agency",
        name=book.name(record.id),
        parent_id=record.parent,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        successors=book.current_successors(record.id),
    )
