"""Records of issues: what the store hands to the issues room and what it takes back. No SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from gazetteer.mention import Mention


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueInput:
    """An article in scope, as the issues room sees it."""

    article_id: str
    outlet_id: str
    tier: str | None
    """Of the outlet; None when it is not in the configuration. Counts in rank only, never in level."""
    title: str
    sapo: str | None
    text: str
    """The body, paragraphs joined by one newline; empty for a teaser and after the full text expired."""
    published_at: datetime | None
    first_seen_at: datetime
    kind: Literal["full", "teaser"]
    mentions: tuple[Mention, ...] = ()
    about_city: bool = False
    signature: bytes = b""
    credited_outlet: str | None = None
    url: str = ""
    """As it was fetched."""
    canonical_url: str = ""
    content_hash: str = ""
    """What the placement was worked out from; handed back in `Placement.content_hash`."""

    @property
    def at(self) -> datetime:
        """The moment that orders articles: published, or first seen where no date could be had."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where an article belongs and how weighty it is, with the evidence."""

    article_id: str
    issue_id: str
    reprint_of: str | None = None
    """article_id of the article whose text this one repeats."""
    reprint_kind: str | None = None
    """How it repeats it, as `issues` names it (`credited`, `copied`, `edited` …)."""
    level: int = 0
    """0 information, 1 follow, 2 needs an answer, 3 urgent: a suggestion."""
    level_reasons: tuple[str, ...] = ()
    level_score: float = 0.0
    field_of: int = 12
    """One of the twelve fields, 1 to 12."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """JSON-able: shared shingles, similarities, terms in common …"""
    content_hash: str = ""
    """From `IssueInput`; an article whose content differs from it is pending again. Empty = its content now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedArticle:
    """An article with the placement it has."""

    item: IssueInput
    placement: Placement


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRecord:
    """All coverage of one matter."""

    issue_id: str
    title: str
    level: int
    """The highest of its articles."""
    field_of: int
    first_at: datetime
    """Of its earliest article (published, or first seen)."""
    last_at: datetime
    level_reasons: tuple[str, ...] = ()
    first_article_id: str | None = None
    """The article that was first with it."""
