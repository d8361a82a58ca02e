"""Records of reports and of the gazetteer's names, as the store keeps them. No SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportArticle:
    """One article as a report carries it."""

    article_id: str
    issue_id: str | None
    late: bool
    """Found after the sheet of its own window (*đến muộn*)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A sheet that was written, with what it was made from."""

    report_id: str
    date: date
    kind: str
    """`daily`, later `weekly`, `monthly`."""
    run_id: str | None
    window_start: datetime
    window_end: datetime
    generated_at: datetime
    sha256: str
    """Of the JSON sheet."""
    path: str
    """Of the HTML sheet, relative to `reports/`."""
    state: Literal["draft", "approved", "sent"] = "draft"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """JSON-able: versions of gazetteer, levels, settings …"""
    articles: tuple[ReportArticle, ...] = ()
    """The snapshot: exactly what the sheet carries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityRecord:
    """A name of the gazetteer for downstream tools."""

    entity_id: str
    kind: Literal["agency", "unit"]
    name: str
    parent_id: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[str, ...] = ()
    """Those in force today that took over some of its people or tasks; itself where it is in force."""
