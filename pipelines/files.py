"""Pages given as files: the function behind `diembao analyse DIR --manifest M.jsonl -o OUT.jsonl`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipelines.read import Reading
from storage.records import Page
from vietnamese.clock import iso


def page_of(body: bytes, *, url: str, outlet_id: str | None, fetched_at: datetime | None = None) -> Page:
    """A page out of bytes and the address it was saved from; without a time it counts as read now."""
    return Page(
        url=url, requested_url=url, status=200, body=body, content_type=None, outlet_id=outlet_id,
        fetched_at=fetched_at or datetime.now(UTC),
    )  # fmt: skip


def reading_row(file: str, reading: Reading) -> dict[str, Any]:
    """One row of the output as interfaces fix it, mentions left out."""
    return {
        "file": file,
        "title": reading.title,
        "sapo": reading.sapo,
        "body": list(reading.paragraphs),
        "captions": list(reading.captions),
        "published_at": iso(reading.published_at) if reading.published_at else None,
        "published_from": reading.published_from,
        "published_raw": reading.published_raw,
        "canonical_url": reading.canonical_url,
        "section": reading.section,
        "extractor": reading.extractor,
        "fate": str(reading.fate) if reading.fate else "stored",
    }
