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


FileRole = Literal["draft", "snapshot", "approved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFile:
    """A file of a report that the store remembers."""

    role: FileRole
    """draft: we wrote these bytes; snapshot: what a sheet was made of; approved: what was signed and is sent."""
    name: str
    """`diem-bao-2026-09-10.docx`; of a snapshot `generated_at`, ISO 8601 with +07:00."""
    sha256: str
    made_at: datetime
    content: bytes | None = None
    """None for a draft, whose hash is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportAct:
    """What a person did with a report."""

    act: Literal["approved", "sent", "corrected"]
    who: str
    """User of the operating system."""
    at: datetime
    detail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How a report's files went to one channel."""

    channel: str
    """As the settings name it; never an address."""
    sha256: str
    """Of what was delivered: the same bytes are never delivered twice."""
    state: Literal["sending", "delivered", "failed"]
    """sending: begun and not ended; nobody knows whether it arrived, so it is not sent again by itself."""
    attempts: int
    last_at: datetime
    detail: str | None = None


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
