"""The tagging half of `diembao tag`: plain rows in, plain rows out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gazetteer.tag import OutletHint, tag
from vietnamese.clock import LOCAL

if TYPE_CHECKING:
    from gazetteer.mention import Mention, Tagging
    from gazetteer.records import Gazetteer


@dataclass(frozen=True, kw_only=True, slots=True)
class TagInput:
    """One row of the input, checked."""

    id: str
    title: str
    sapo: str | None
    text: str
    published_at: datetime | None
    """Aware; a row without zone is taken as Asia/Ho_Chi_Minh."""
    outlet: OutletHint | None
    url: str | None


def read_row(row: Mapping[str, Any], outlets: Mapping[str, OutletHint] | None = None) -> TagInput:
    """A row as `interfaces.md` describes it: id, title, sapo, text, published_at, outlet, url.

    `outlets` leads from a slug, domain or display name (lower case) to the hint; an unknown outlet is neutral.
    Raises ValueError naming the key when `id` is missing or a value is not a text.
    """
    if "id" not in row:
        raise ValueError("id: missing")
    for key in ("title", "sapo", "text", "published_at", "outlet", "url"):
        if row.get(key) is not None and not isinstance(row[key], str):
            raise ValueError(f"{key}: not a text")
    return TagInput(
        id=str(row["id"]),
        title=row.get("title") or "",
        sapo=row.get("sapo"),
        text=row.get("text") or "",
        published_at=_moment(row.get("published_at")),
        outlet=(outlets or {}).get((row.get("outlet") or "").strip().lower()),
        url=row.get("url"),
    )


def _moment(raw: str | None) -> datetime | None:
    """ISO 8601; None where it is missing or cannot be read."""
    try:
        at = datetime.fromisoformat(raw) if raw else None
    except ValueError:
        return None
    return at.replace(tzinfo=LOCAL) if at and at.tzinfo is None else at


def tag_row(
    gazetteer: Gazetteer, row: Mapping[str, Any], outlets: Mapping[str, OutletHint] | None = None
) -> tuple[Tagging, TagInput]:
    """The tagging of one row, with the row as it was read."""
    given = read_row(row, outlets)
    tagging = tag(
        gazetteer,
        title=given.title,
        sapo=given.sapo,
        text=given.text,
        published_at=given.published_at,
        outlet=given.outlet,
        url=given.url,
    )
    return tagging, given


def out_row(tagging: Tagging, given: TagInput) -> dict[str, Any]:
    """The row to write: id, about_city, mentions."""
    return {
        "id": given.id,
        "about_city": tagging.about_city,
        "mentions": [mention_row(mention) for mention in tagging.mentions],
    }


def mention_row(mention: Mention) -> dict[str, Any]:
    """A mention as files carry it: id, field, start, end, surface, rule, confidence."""
    return {
        "id": mention.entity_id,
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "rule": mention.rule,
        "confidence": mention.confidence,
    }
