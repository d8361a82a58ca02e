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
    """How it repeats it: `verbatim`, `trimmed`, `extended` or `title-only` (`issues.reprint.ReprintKind`)."""
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
    auto_issue_id: str = ""
    """Where the rules put it, before the analysts' edits; empty = `issue_id`."""
    tied_to: str | None = None
    """article_id of the earlier placed article that brought it to its issue; None for a founder."""
    reprint_keys: tuple[int, ...] = ()
    """Keys (signed, 64 bits) under which the store's index of reprints finds its text again."""


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
    """The one given by an analyst, else the highest of its articles."""
    field_of: int
    first_at: datetime
    """Of its earliest article (published, or first seen)."""
    last_at: datetime
    level_reasons: tuple[str, ...] = ()
    first_article_id: str | None = None
    """The article that was first with it."""
    given_title: str | None = None
    """By an analyst; `title` is then the same."""
    pinned: bool = False
    """By an analyst: stands first on the sheet, whatever its score."""
    given_level: int | None = None
    """By an analyst; `level` is then the same."""


EditKind = Literal["merge", "split", "move", "remove", "rename", "level", "pin", "unpin"]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueEdit:
    """What an analyst decided of an issue: kept for ever, laid over the rules' placements unless undone."""

    number: int = 0
    """1, 2, 3 … in the order of the log; 0 = not saved yet."""
    kind: EditKind
    issue_id: str
    """The issue that goes over (merge), loses articles (split, move, remove), or is renamed, weighed or pinned."""
    into_id: str | None = None
    """Where its articles go: the survivor, or the new issue of a split or removal."""
    article_ids: tuple[str, ...] = ()
    """Articles that must be in `into_id`, and must not be in `issue_id`."""
    kept_ids: tuple[str, ...] = ()
    """Articles that were with them (merge: of the survivor) and must stay: in the survivor, or in `issue_id`."""
    title: str | None = None
    """Of a rename."""
    level: int | None = None
    """0 to 3, of a level."""
    made_by: str
    """The analyst: a user of the operating system, or as given."""
    why: str | None = None
    made_at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spike:
    """An issue or an agency whose coverage of one day jumps against its own usual."""

    day: str
    """YYYY-MM-DD: the day (clock of Hải Phòng) on which the window ends."""
    kind: Literal["issue", "agency"]
    subject_id: str
    """issue_id, or the id of the agency."""
    window_start: datetime
    window_end: datetime
    articles: int
    """In the window."""
    outlets: int
    """That they come from."""
    usual_7: float
    """Articles a day that the median of its last 7 days lets expect, for the outlets' output of this window."""
    usual_30: float
    """As `usual_7`, of 30 days."""
    spread: float
    """Median absolute deviation of the 30 days, scaled to a standard deviation."""
    chance: float
    """Probability of so many articles or more, were coverage as usual (Poisson)."""
    days: int
    """Days of the base that could be used; days on which the press (or the crawl) stood still are left out."""
    share: float
    """Of all articles of the outlets in the window, 0 to 1."""
    usual_share: float
    """The same over the base."""
    reason: str
    """Vietnamese, with the numbers, for the sheet."""
